import type { IndexedPolicy } from '@bulkhead/policy-engine';
import { type ReactNode, useMemo } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { formatCount } from '../../shared/ui.tsx';
import { findingsRequest, indexRequest } from '../../worker/explore/requests.ts';
import { type LocalColumn, LocalTable } from './LocalTable.tsx';

interface Row extends IndexedPolicy {
  readonly findings: number;
}
type Key = 'namespace' | 'name' | 'kind' | 'subjects' | 'ingress' | 'egress' | 'findings';

function rules(count: number | null): string {
  return count === null ? '–' : count === 0 ? 'denies all' : `${count} ${count === 1 ? 'rule' : 'rules'}`;
}

const COLUMNS: readonly LocalColumn<Row, Key>[] = [
  {
    key: 'namespace',
    title: 'Namespace',
    width: 120,
    grow: 1,
    sortable: true,
    value: (row) => row.namespace ?? '',
    render: (row) => row.namespace ?? <span className="muted">whole cluster</span>,
  },
  {
    key: 'name',
    title: 'Policy',
    width: 180,
    grow: 2,
    sortable: true,
    value: (row) => row.name,
    render: (row) => <span className="truncate strong">{row.name}</span>,
  },
  {
    key: 'kind',
    title: 'Kind',
    width: 130,
    grow: 1,
    sortable: true,
    value: (row) => row.kind,
    render: (row) => <span className="truncate">{row.kind}</span>,
  },
  {
    key: 'subjects',
    title: 'Selects',
    width: 120,
    grow: 0,
    sortable: true,
    align: 'end',
    value: (row) => row.subjects,
    render: (row) =>
      row.subjects === 0 ? <span className="badge warning">nothing</span> : formatCount(row.subjects),
  },
  {
    key: 'ingress',
    title: 'Ingress',
    width: 110,
    grow: 0,
    sortable: true,
    value: (row) => row.ingressRules ?? -1,
    render: (row) => rules(row.ingressRules),
  },
  {
    key: 'egress',
    title: 'Egress',
    width: 110,
    grow: 0,
    sortable: true,
    value: (row) => row.egressRules ?? -1,
    render: (row) => rules(row.egressRules),
  },
  {
    key: 'findings',
    title: 'Findings',
    width: 100,
    grow: 0,
    sortable: true,
    align: 'end',
    value: (row) => row.findings,
    render: (row) =>
      row.findings === 0 ? (
        <span className="muted">none</span>
      ) : (
        <span className="badge warning">{row.findings}</span>
      ),
  },
];

/** Policies: what each selects, what it allows, what was found in it. */
export function PoliciesTable({ route }: { readonly route: Route }): ReactNode {
  const { data } = useEngineQuery(indexRequest, null);
  const findings = useEngineQuery(findingsRequest, null).data;
  const rows = useMemo((): readonly Row[] => {
    const counts = new Map<string, number>();
    for (const finding of findings ?? []) {
      if (finding.policy !== undefined) counts.set(finding.policy, (counts.get(finding.policy) ?? 0) + 1);
    }
    const scope = new Set(route.scope);
    return (data?.policies ?? [])
      .filter((policy) => scope.size === 0 || policy.namespace === null || scope.has(policy.namespace))
      .map((policy) => ({ ...policy, findings: (counts.get(policy.key) ?? 0) + policy.problems }));
  }, [data, findings, route.scope]);
  const { selection } = route;
  return (
    <LocalTable
      name="policies"
      label="Policies"
      rows={rows}
      columns={COLUMNS}
      first="namespace"
      rowKey={(row) => row.key}
      isSelected={(row) => selection?.type === 'policy' && selection.key === row.key}
      onOpen={(row) => navigate({ selection: { type: 'policy', key: row.key } })}
      empty="There are no policies: nothing is isolated."
    />
  );
}
