import type { AppliedDraft, Cluster, Impact } from '@bulkhead/policy-engine';
import type { DraftNotice } from './requests.ts';

export interface NoticeInput {
  readonly before: Cluster;
  readonly after: Cluster;
  readonly applied: AppliedDraft;
  readonly impact: Impact;
}

const NAMED = 3;

function listed(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ');
  return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}

/** Where a draft is likely to hurt, beyond what is wrong with its text. */
export function draftNotices({ applied, impact }: NoticeInput): readonly DraftNotice[] {
  const notices: DraftNotice[] = [];
  if (impact.dnsCut.length > 0) {
    notices.push({
      severity: 'warning',
      code: 'dns-cut',
      message: `${listed(impact.dnsCut)} can no longer reach the cluster DNS.`,
      hint: 'Allow UDP and TCP 53 to it; the template "Allow DNS" does.',
    });
  }
  const known = new Set(applied.snapshot.namespaces.map(({ name }) => name));
  for (const change of applied.changes) {
    if (change.type === 'removed') continue;
    const { namespace, source } = change.policy;
    const line = source === undefined ? {} : { line: source.line };
    if (namespace !== undefined && !known.has(namespace)) {
      notices.push({
        severity: 'warning',
        code: 'namespace-not-found',
        message: `There is no namespace ${namespace} in this cluster.`,
        hint: 'Check the name, or add the namespace to the draft.',
        item: change.item,
        ...line,
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
    });
  }
  return notices;
}
