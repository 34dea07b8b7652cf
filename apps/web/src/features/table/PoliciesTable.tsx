import type { Finding, PolicyRow, RuleSummary } from '@bulkhead/policy-engine';
import { type ReactNode, useMemo } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { CutName } from '../../shared/CutName.tsx';
import { EmptyState, formatCount, plural } from '../../shared/ui.tsx';
import { findingsRequest } from '../../worker/explore/requests.ts';
import { tablePoliciesRequest } from '../../worker/explore/table-requests.ts';
import { type LocalColumn, LocalTable } from './LocalTable.tsx';

interface Row extends PolicyRow {
  /** Undefined while they are still looked for. */
  readonly findings: readonly Finding[] | undefined;
}
type Key = 'namespace' | 'name' | 'kind' | 'subjects' | 'ingress' | 'egress' | 'findings';

function peersText(rule: RuleSummary): string {
  if (rule.anyone) return 'anyone';
  const said: string[] = [];
  if (rule.workloads > 0) {
    const where = rule.namespaces > 1 ? ` in ${formatCount(rule.namespaces)} namespaces` : '';
    said.push(`${plural(rule.workloads, 'workload')}${where}`);
  }
  if (rule.outside) said.push('outside peers');
  return said.length === 0 ? 'nobody there is' : said.join(' and ');
}

const ACTION = { allow: '', deny: 'denies ', pass: 'passes ' } as const;

/** `3 workloads on TCP 8080; anyone on TCP 443`. */
export function rulesText(rules: readonly RuleSummary[] | null): string {
  if (rules === null) return '–';
  if (rules.length === 0) return 'nothing: denies all';
  return rules
    .map(
      (rule) => `${ACTION[rule.action]}${peersText(rule)} on ${rule.ports === '' ? 'no port' : rule.ports}`,
    )
    .join('; ');
}

const rules = (key: 'ingress' | 'egress', title: string): LocalColumn<Row, Key> => ({
  key,
  title,
  least: 130,
  most: 420,
  grow: 2.4,
  sortable: true,
  value: (row) => rulesText(row[key]),
  render: (row) => (
    <span
      className={row[key] === null ? 'muted' : 'truncate'}
      title={row[key] === null ? 'It does not speak about this direction' : rulesText(row[key])}
    >
      {rulesText(row[key])}
    </span>
  ),
});

const COLUMNS: readonly LocalColumn<Row, Key>[] = [
  {
    key: 'namespace',
    title: 'Namespace',
    least: 110,
    most: 260,
    text: (row) => row.namespace ?? 'whole cluster',
    grow: 1,
    sortable: true,
    value: (row) => row.namespace ?? '',
    render: (row) =>
      row.namespace === null ? (
        <span className="muted truncate">whole cluster</span>
      ) : (
        <CutName name={row.namespace} />
      ),
  },
  {
    key: 'name',
    title: 'Policy',
    least: 170,
    most: 340,
    bold: true,
    grow: 1.6,
    sortable: true,
    value: (row) => row.name,
    render: (row) => (
      <span className="end-name strong">
        <CutName name={row.name} />
      </span>
    ),
  },
  {
    key: 'kind',
    title: 'Kind',
    least: 118,
    most: 220,
    grow: 0,
    sortable: true,
    value: (row) => row.kind,
    render: (row) => (
      <span className="truncate" title={row.kind}>
        {row.kind}
      </span>
    ),
  },
  {
    key: 'subjects',
    title: 'Selects',
    least: 114,
    most: 160,
    text: (row) => plural(row.subjects, 'workload'),
    grow: 0,
    sortable: true,
    value: (row) => row.subjects,
    render: (row) =>
      row.subjects === 0 ? (
        <span className="badge warning">nothing</span>
      ) : (
        <span
          className="truncate"
          title={`${row.subjectNames.join(', ')}${row.subjects > row.subjectNames.length ? ', …' : ''}`}
        >
          {plural(row.subjects, 'workload')}
        </span>
      ),
  },
  rules('ingress', 'Allows in'),
  rules('egress', 'Allows out'),
  {
    key: 'findings',
    title: 'Findings',
    least: 84,
    most: 110,
    grow: 0,
    sortable: true,
    align: 'end',
    value: (row) => row.findings?.length ?? -1,
    text: (row) => String(row.findings?.length ?? ''),
    render: (row) =>
      row.findings === undefined ? (
        <span className="muted" title="Still looked for">
          …
        </span>
      ) : row.findings.length === 0 ? (
        <span className="muted">none</span>
      ) : (
        <span className="badge warning" title={row.findings.map((finding) => finding.message).join('\n')}>
          {row.findings.length}
        </span>
      ),
  },
];

/** Policies: what each selects, what it allows, what was found in it. */
export function PoliciesTable({ route }: { readonly route: Route }): ReactNode {
  const query = useEngineQuery(tablePoliciesRequest, null);
  const { data: findings, isError: withoutFindings } = useEngineQuery(findingsRequest, null);
  const rows = useMemo((): readonly Row[] | undefined => {
    const byPolicy = new Map<string, Finding[]>();
    for (const finding of findings ?? []) {
      if (finding.policy === undefined) continue;
      const list = byPolicy.get(finding.policy);
      if (list === undefined) byPolicy.set(finding.policy, [finding]);
      else list.push(finding);
    }
    const scope = new Set(route.scope);
    return query.data
      ?.filter((policy) => scope.size === 0 || policy.namespace === null || scope.has(policy.namespace))
      .map((policy) => ({
        ...policy,
        findings: findings === undefined ? undefined : (byPolicy.get(policy.key) ?? []),
      }));
  }, [query.data, findings, route.scope]);
  if (query.isError) {
    return (
      <EmptyState title="The policies could not be listed" icon="warning">
        <p>{query.error.message}</p>
      </EmptyState>
    );
  }
  const { selection } = route;
  const hidden = (query.data?.length ?? 0) - (rows?.length ?? 0);
  return (
    <LocalTable
      route={route}
      name="policies"
      label="Policies"
      rows={rows}
      columns={COLUMNS}
      first="namespace"
      rowKey={(row) => row.key}
      isSelected={(row) => selection?.type === 'policy' && selection.key === row.key}
      onOpen={(row) => navigate({ selection: { type: 'policy', key: row.key } })}
      empty="There are no policies: nothing is isolated."
      {...(findings === undefined && !withoutFindings ? { pending: 'Findings are still looked for' } : {})}
      note={hidden > 0 ? `${plural(hidden, 'policy', 'policies')} of other namespaces hidden` : ''}
    />
  );
}
