import {
  applyDraft,
  type ClusterOverlay,
  clusterValues,
  directoryPatch,
  documentText,
  editDraft,
  exportDraft,
  impactOf,
  policyKey,
  policyYaml,
  reviewSteps,
  suggestAllow,
  suggestClose,
  templateContext,
  verificationPlan,
  verificationScript,
  verificationWorkflow,
} from '@bulkhead/policy-engine';
import { turn } from '../../../worker/queue.ts';
import { answer, type EngineSession, type Handler } from '../../../worker/session.ts';
import { newId } from '../store/id.ts';
import { applyHandler, overlaid, overlayOf, readingOf } from './apply.ts';
import { judgePins } from './pins.ts';
import {
  type ComparedDrafts,
  clearDraftRequest,
  clusterValuesRequest,
  compareRequest,
  editDraftRequest,
  expandCompareRequest,
  expandImpactRequest,
  exportDraftRequest,
  livePoliciesRequest,
  livePolicyRequest,
  pinsRequest,
  reviewDraftRequest,
  showDraftRequest,
  suggestRequest,
  templateContextRequest,
  verificationRequest,
} from './requests.ts';

/** The review pauses after so long, so that a key need not wait for its end. */
const SLICE_MS = 8;

export const draftHandlers: readonly Handler[] = [
  applyHandler,
  answer(showDraftRequest, (session, { draft, version }) => {
    session.setOverlay({ id: draft.id, version, ...overlayOf(session, applyDraft(session.snapshot, draft)) });
    return null;
  }),
  answer(reviewDraftRequest, async (session, { draft, version }) => {
    const { overlay } = session;
    if (overlay?.id !== draft.id || overlay.version !== version) return null;
    const applied = applyDraft(session.snapshot, draft);
    const steps = reviewSteps(overlay.before, overlay.after, applied, session.cluster);
    let since = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done === true) return { draft: draft.id, version, review: step.value };
      if (performance.now() - since < SLICE_MS) continue;
      await turn();
      since = performance.now();
    }
  }),
  answer(clearDraftRequest, (session) => {
    if (session.overlay !== null) session.setOverlay(null);
    return null;
  }),
  answer(expandImpactRequest, (session, within) =>
    session.overlay === null ? [] : impactOf(session.overlay.before, session.overlay.after, { within }).rows,
  ),
  answer(clusterValuesRequest, (session) => clusterValues(session.snapshot)),
  answer(livePolicyRequest, (session, { key }) => {
    const policy = session.snapshot.policies.find((candidate) => policyKey(candidate) === key);
    if (policy === undefined) return null;
    const { kind, namespace, name, spec, text = '' } = policy;
    return {
      key: policyKey(policy),
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      yaml: text.trim() === '' ? policyYaml(policy) : documentText(text),
      spec,
    };
  }),
  answer(livePoliciesRequest, (session) =>
    session.snapshot.policies
      .map(({ kind, namespace, name }) => ({
        key: policyKey({ kind, namespace, name }),
        kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  ),
  answer(templateContextRequest, (session, { subject, peer }) =>
    templateContext(session.snapshot, subject, peer),
  ),
  answer(suggestRequest, (session, { want, question }) => {
    const cluster = session.overlay?.after ?? session.cluster;
    return want === 'allow' ? suggestAllow(cluster, question) : suggestClose(cluster, question);
  }),
  answer(editDraftRequest, (session, { draft, edits }) => editDraft(draft, session.snapshot, edits, newId)),
  answer(pinsRequest, (session, { invariants }) => judgePins(session, invariants)),
  answer(compareRequest, (session, drafts) => {
    const { before, after } = between(session, drafts);
    return readingOf(impactOf(before, after));
  }),
  answer(expandCompareRequest, (session, { within, ...drafts }) => {
    const { before, after } = between(session, drafts);
    return impactOf(before, after, { within }).rows;
  }),
  answer(verificationRequest, (session, { draft, fileName }) => {
    const { before, after } = overlayOf(session, applyDraft(session.snapshot, draft));
    const plan = verificationPlan(before, after);
    const scriptPath = `${fileName.replace(/\.yaml$/, '')}-verify.sh`;
    return {
      script: verificationScript(plan, { name: draft.name }),
      workflow: verificationWorkflow(plan, scriptPath),
      scriptPath,
      probes: plan.probes.length,
      notes: plan.notes,
    };
  }),
  answer(exportDraftRequest, (session, { draft, context, fileName }) => {
    const applied = applyDraft(session.snapshot, draft);
    const output = exportDraft(draft, applied, {
      ...(context === undefined ? {} : { context }),
      ...(fileName === undefined ? {} : { fileName }),
    });
    return { output, patch: directoryPatch(applied, output) };
  }),
];

/** The cluster with one draft, and with the other instead. */
function between(session: EngineSession, { here, there }: ComparedDrafts): ClusterOverlay {
  const first = overlayOf(session, applyDraft(session.snapshot, here)).after;
  return overlaid(first, applyDraft(session.snapshot, there).snapshot);
}
