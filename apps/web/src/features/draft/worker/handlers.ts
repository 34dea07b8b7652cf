import {
  type AppliedDraft,
  applyDraft,
  type Cluster,
  type ClusterOverlay,
  type ClusterSnapshot,
  clusterValues,
  compileOverlay,
  type Draft,
  directoryPatch,
  documentText,
  editDraft,
  exportDraft,
  impactOf,
  type PolicyKey,
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
import { draftNotices } from './notices.ts';
import { judgePins } from './pins.ts';
import {
  type ApplyResult,
  applyDraftRequest,
  type ChangeResult,
  clearDraftRequest,
  clusterValuesRequest,
  compareRequest,
  editDraftRequest,
  expandImpactRequest,
  exportDraftRequest,
  livePoliciesRequest,
  livePolicyRequest,
  pinsRequest,
  reviewDraftRequest,
  suggestRequest,
  templateContextRequest,
  verificationRequest,
} from './requests.ts';

/** The last overlay: keeps a draft that has new labels, workloads or CIDRs cheap to type in. */
let last: ClusterOverlay | undefined;

function overlayOf(session: EngineSession, applied: AppliedDraft): ClusterOverlay {
  last = overlaid(session.cluster, applied.snapshot, last);
  return last;
}

/** A draft changes policies, labels, namespaces and workloads, and these can be compared. */
function overlaid(before: Cluster, changed: ClusterSnapshot, known?: ClusterOverlay): ClusterOverlay {
  const overlay = compileOverlay(before, changed, known);
  if (overlay === undefined) throw new Error('the nodes of the cluster changed under the draft');
  return overlay;
}

function apply(session: EngineSession, draft: Draft, version: number): ApplyResult {
  const start = performance.now();
  const applied = applyDraft(session.snapshot, draft);
  const { before, after } = overlayOf(session, applied);
  session.setOverlay({ id: draft.id, version, before, after });
  const impact = impactOf(before, after);
  return {
    draft: draft.id,
    version,
    revision: session.revision,
    impact,
    changes: applied.changes.map((change) => changeResult(change, before, after)),
    conflicts: applied.conflicts,
    notices: draftNotices({ applied, impact, policyKinds: session.policyKinds }),
    texts: Object.fromEntries(
      [...applied.texts].map(([id, { diagnostics, broken, kept }]) => [id, { diagnostics, broken, kept }]),
    ),
    took: performance.now() - start,
  };
}

function changeResult(
  change: AppliedDraft['changes'][number],
  before: Cluster,
  after: Cluster,
): ChangeResult {
  const policy = change.type === 'removed' ? change.before : change.policy;
  const { kind, namespace, name, source } = policy;
  return {
    type: change.type,
    item: change.item,
    policy: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
    ...(change.type === 'removed' || source === undefined ? {} : { line: source.line }),
    pods: selectedPods(change.type === 'removed' ? before : after, policyKey(policy)),
  };
}

/** Pods that any block of a policy selects for certain. */
function selectedPods(cluster: Cluster, key: PolicyKey): number {
  const { solver, universe } = cluster;
  const columns = new Set<number>();
  for (const block of cluster.policies.get(key)?.blocks ?? []) {
    const { sure } = solver.resolved(solver.blockId(block)).subject;
    for (let i = 0; i < sure.length; i += 2) {
      for (let column = sure[i] ?? 0; column <= (sure[i + 1] ?? -1); column += 1) columns.add(column);
    }
  }
  let pods = 0;
  for (const column of columns) {
    for (const pod of universe.classes[column]?.pods ?? [])
      pods += universe.snapshot.pods[pod]?.replicas ?? 1;
  }
  return pods;
}

/** The review pauses after so long, so that a key need not wait for its end. */
const SLICE_MS = 8;

export const draftHandlers: readonly Handler[] = [
  answer(applyDraftRequest, (session, { draft, version }) => apply(session, draft, version)),
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
  answer(compareRequest, (session, { here, there }) => {
    const first = overlayOf(session, applyDraft(session.snapshot, here)).after;
    const { snapshot } = applyDraft(session.snapshot, there);
    const { before, after } = overlaid(first, snapshot);
    return impactOf(before, after);
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
