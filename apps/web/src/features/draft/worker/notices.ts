import {
  type AppliedDraft,
  type DraftConflict,
  type Impact,
  locate,
  type PolicyRecord,
} from '@bulkhead/policy-engine';
import type { DraftNotice } from './requests.ts';

export interface NoticeInput {
  readonly applied: AppliedDraft;
  readonly impact: Impact;
  /** Kinds of policy that the API server has; undefined: not known. */
  readonly policyKinds: readonly string[] | undefined;
}

const NAMED = 3;

function listed(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ');
  return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}

/** Where a draft is likely to hurt, beyond what is wrong with its text. */
export function draftNotices({ applied, impact, policyKinds }: NoticeInput): readonly DraftNotice[] {
  const notices: DraftNotice[] = [];
  if (impact.dnsCut.length > 0) {
    notices.push({
      severity: 'warning',
      code: 'dns-cut',
      message: `${listed(impact.dnsCut)} can no longer reach the cluster DNS.`,
      hint: 'Allow UDP and TCP 53 to it; the template "Allow DNS" does.',
    });
  }
  const apart = impact.ownPods.rows.filter(({ closed }) => closed.all || closed.ranges.length > 0);
  if (apart.length > 0) {
    const ports = new Set(apart.map(({ closed }) => closed.label));
    notices.push({
      severity: 'warning',
      code: 'own-pods-cut',
      message: `Pods of ${listed(apart.map(({ from }) => `${from.namespace}/${from.label}`))} can no longer reach each other${ports.size === 1 ? ` on ${[...ports].join('')}` : ' on some ports'}.`,
      hint: 'Replicas that form a cluster need that: allow it by a rule whose peer selects the same pods.',
    });
  }
  const known = new Set(applied.snapshot.namespaces.map(({ name }) => name));
  for (const change of applied.changes) {
    if (change.type === 'removed') continue;
    const { kind, namespace } = change.policy;
    if (policyKinds !== undefined && !policyKinds.includes(kind)) {
      notices.push({
        severity: 'warning',
        code: 'kind-not-served',
        message: `This cluster does not serve ${kind}: applying it would fail.`,
        hint: 'Install its CRD and an engine that enforces it, or write a NetworkPolicy.',
        item: change.item,
        ...lineOf(change.policy, 'kind'),
      });
    }
    if (namespace !== undefined && !known.has(namespace)) {
      notices.push({
        severity: 'warning',
        code: 'namespace-not-found',
        message: `There is no namespace ${namespace} in this cluster.`,
        hint: 'Check the name, or add the namespace to the draft.',
        item: change.item,
        ...lineOf(change.policy, 'metadata.namespace'),
      });
    }
  }
  for (const conflict of applied.conflicts) {
    notices.push({
      severity: conflict.code === 'base-changed' || conflict.code === 'put-twice' ? 'error' : 'warning',
      code: conflict.code,
      message: conflict.message,
      hint: conflict.hint,
      item: conflict.item,
      ...lineOf(policyOf(applied, conflict), 'metadata.name'),
    });
  }
  return notices;
}

/** The policy that a conflict is about, as the draft has it. */
function policyOf(applied: AppliedDraft, { item, object }: DraftConflict): PolicyRecord | undefined {
  return applied.texts
    .get(item)
    ?.policies.find(
      ({ kind, namespace, name }) =>
        kind === object.kind && namespace === object.namespace && name === object.name,
    );
}

/** Line of a policy's field in the draft's text it stands in. */
function lineOf(policy: PolicyRecord | undefined, path: string): { readonly line?: number } {
  if (policy?.text === undefined || policy.source === undefined) return {};
  const found = locate(policy.text, policy.source.line, path);
  return found === undefined ? {} : { line: found.line };
}
