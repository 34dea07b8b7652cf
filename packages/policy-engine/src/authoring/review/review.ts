import type { Cluster, CompiledPolicy } from '../../compile/compile.ts';
import type { Finding } from '../../findings/finding.ts';
import { findings } from '../../findings/findings.ts';
import { withoutPolicy, withoutRule } from '../../findings/redundancy.ts';
import { createLocator } from '../../manifests/locate.ts';
import { type PolicyKey, policyKey } from '../../model/records.ts';
import { changedRectangles } from '../../queries/diff.ts';
import type { AppliedDraft } from '../draft/apply.ts';
import type { DraftItemId } from '../draft/model.ts';
import { type Safety, safetyOf } from './safety.ts';

/** A finding that a draft brings, where it stands in the draft's text. */
export interface DraftFinding {
  readonly finding: Finding;
  readonly item?: DraftItemId;
  /** In the item's text, from 1. */
  readonly line?: number;
}

export interface DraftReview {
  readonly safety: Safety;
  readonly findings: readonly DraftFinding[];
}

/** Rules whose effect is tried; each costs a diff. */
const MOST_RULES = 30;

/**
 * A second look at a draft, slower than its impact: findings that are new with it or are about its policies, rules of it
 * that change nothing, and what it means for pods to come.
 */
export function reviewDraft(before: Cluster, after: Cluster, applied: AppliedDraft): DraftReview {
  const steps = reviewSteps(before, after, applied);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * `reviewDraft` in steps, between which its caller may see to something else.
 * @param alone the cluster as it is, compiled for itself: its findings are looked for once, whatever drafts are laid over it
 */
export function* reviewSteps(
  before: Cluster,
  after: Cluster,
  applied: AppliedDraft,
  alone: Cluster = before,
): Generator<void, DraftReview> {
  const places = new Map<
    PolicyKey,
    { readonly item: DraftItemId; readonly text: string; readonly line: number }
  >();
  for (const change of applied.changes) {
    if (change.type === 'removed') continue;
    const { text = '', source } = change.policy;
    places.set(policyKey(change.policy), { item: change.item, text, line: source?.line ?? 1 });
  }
  const known = new Set(yield* knownFindings(alone));
  const found: Finding[] = [];
  for (const finding of findings(after)) {
    if (!known.has(identity(finding)) || (finding.policy !== undefined && places.has(finding.policy)))
      found.push(finding);
    yield;
  }
  for (const key of places.keys()) {
    const policy = after.policies.get(key);
    if (policy !== undefined) found.push(...(yield* changesNothing(after, policy)));
  }
  yield;
  return {
    safety: safetyOf(before, after),
    findings: found.map((finding) => {
      const place = finding.policy === undefined ? undefined : places.get(finding.policy);
      if (place === undefined) return { finding };
      const at = createLocator(place.text, place.line).locate(finding.path ?? 'metadata.name');
      return { finding, item: place.item, line: at?.line ?? place.line };
    }),
  };
}

const remembered = new WeakMap<Cluster, readonly string[]>();

function* knownFindings(cluster: Cluster): Generator<void, readonly string[]> {
  const known = remembered.get(cluster);
  if (known !== undefined) return known;
  const list: string[] = [];
  for (const finding of findings(cluster)) {
    list.push(identity(finding));
    yield;
  }
  remembered.set(cluster, list);
  return list;
}

function identity({ code, policy, path, namespace, message }: Finding): string {
  return JSON.stringify([code, policy, path, namespace, message]);
}

/** A rule of a policy that does have an effect, but not through this rule. */
function* changesNothing(after: Cluster, policy: CompiledPolicy): Generator<void, readonly Finding[]> {
  const paths = policy.blocks
    .flatMap(({ rules }) => rules.map(({ origin }) => origin.path))
    .slice(0, MOST_RULES);
  if (paths.length === 0 || changedRectangles(after, withoutPolicy(after, policy.key)).length === 0)
    return [];
  const found: Finding[] = [];
  for (const path of paths) {
    yield;
    if (changedRectangles(after, withoutRule(after, policy, path)).length > 0) continue;
    found.push({
      code: 'rule-changes-nothing',
      severity: 'info',
      message: `${path} of ${policy.record.name} changes no connection: removing it would leave all as it is.`,
      policy: policy.key,
      path,
      evidence: [],
      workloads: [],
      fix: { description: 'Remove the rule', edits: [{ type: 'remove', policy: policy.key, path }] },
    });
  }
  return found;
}
