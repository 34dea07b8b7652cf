import {
  type AppliedDraft,
  applyDraft,
  type Cluster,
  type ClusterOverlay,
  type ClusterSnapshot,
  compileOverlay,
  type Draft,
  IMPACT_KINDS,
  type Impact,
  impactOf,
  type PolicyKey,
  policyKey,
} from '@bulkhead/policy-engine';
import { answer, type EngineSession, type Handler } from '../../../worker/session.ts';
import { groupRows } from '../impact/group.ts';
import { impactSentence } from '../impact/sentence.ts';
import { draftNotices } from './notices.ts';
import { type ApplyResult, applyDraftRequest, type ChangeResult, type ImpactReading } from './requests.ts';

/** The last overlay: keeps a draft that has new labels, workloads or CIDRs cheap to type in. */
let last: ClusterOverlay | undefined;

/** A draft over the cluster: both states over the same columns. */
export function overlayOf(session: EngineSession, applied: AppliedDraft): ClusterOverlay {
  last = overlaid(session.cluster, applied.snapshot, last);
  return last;
}

/** A draft changes policies, labels, namespaces and workloads, and these can be compared. */
export function overlaid(before: Cluster, changed: ClusterSnapshot, known?: ClusterOverlay): ClusterOverlay {
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
    impact: readingOf(impact),
    changes: applied.changes.map((change) => changeResult(change, before, after)),
    conflicts: applied.conflicts,
    notices: draftNotices({ applied, impact, policyKinds: session.policyKinds }),
    texts: Object.fromEntries(
      [...applied.texts].map(([id, { diagnostics, broken, kept }]) => [id, { diagnostics, broken, kept }]),
    ),
    took: performance.now() - start,
  };
}

/** An impact as it is read. */
export function readingOf(impact: Impact): ImpactReading {
  const { level, rows, pairs, omitted, ownPods } = impact;
  const all = [...rows, ...ownPods.rows];
  return {
    level,
    sentence: impactSentence(impact),
    groups: IMPACT_KINDS.flatMap((kind) => groupRows(all.filter((row) => row.kind === kind))),
    pairs: {
      opened: pairs.opened + ownPods.pairs.opened,
      widened: pairs.widened + ownPods.pairs.widened,
      rearranged: pairs.rearranged + ownPods.pairs.rearranged,
      uncertain: pairs.uncertain + ownPods.pairs.uncertain,
      narrowed: pairs.narrowed + ownPods.pairs.narrowed,
      closed: pairs.closed + ownPods.pairs.closed,
    },
    omitted: omitted + ownPods.omitted,
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

/** Answers in either worker; in that of the views it also shows the draft in all of them. */
export const applyHandler: Handler = answer(applyDraftRequest, (session, { draft, version }) =>
  apply(session, draft, version),
);
