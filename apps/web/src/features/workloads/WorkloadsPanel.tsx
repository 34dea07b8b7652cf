import type { ClusterIndex, IndexedNamespace, IndexedWorkload } from '@bulkhead/policy-engine';
import { type ReactNode, useMemo, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { CutName } from '../../shared/CutName.tsx';
import { Icon } from '../../shared/icons.tsx';
import { MarkBadge } from '../../shared/marks.tsx';
import { Ring } from '../../shared/Ring.tsx';
import { EmptyState, formatCount } from '../../shared/ui.tsx';
import { VirtualList } from '../../shared/VirtualList.tsx';
import { indexRequest } from '../../worker/explore/requests.ts';

type Row =
  | {
      readonly type: 'namespace';
      readonly entry: IndexedNamespace;
      readonly open: boolean;
      readonly count: number;
    }
  | { readonly type: 'workload'; readonly entry: IndexedWorkload };

/** Namespaces and their workloads as a list that can be searched and folded. */
export function WorkloadsPanel({ route }: { readonly route: Route }): ReactNode {
  const { data } = useEngineQuery(indexRequest, null);
  const [filter, setFilter] = useState('');
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(
    () => (data === undefined ? [] : rowsOf(data, filter, folded)),
    [data, filter, folded],
  );
  const selected = route.selection?.type === 'entity' ? route.selection.id : null;
  const toggle = (name: string) => {
    const next = new Set(folded);
    if (!next.delete(name)) next.add(name);
    setFolded(next);
  };
  return (
    <>
      <div className="panel-head">
        <h2>Workloads</h2>
        <span className="count">{formatCount(data?.workloads.length ?? 0)}</span>
      </div>
      <div className="panel-search">
        <input
          className="input"
          type="search"
          aria-label="Filter workloads"
          placeholder="Filter by name or label"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {data !== undefined && rows.length === 0 ? (
        filter === '' ? (
          <EmptyState title="No workloads" icon="workloads">
            <p>There are no namespaces that can be read.</p>
          </EmptyState>
        ) : (
          <EmptyState title="No match" icon="search">
            <p>{`Nothing is named or labelled "${filter}".`}</p>
          </EmptyState>
        )
      ) : (
        <VirtualList
          items={rows}
          rowHeight={30}
          label="Namespaces and workloads"
          keyOf={(row) => row.entry.id}
          current={selected}
          onFold={(row, open) => {
            if (row.type === 'namespace' && row.open !== open) toggle(row.entry.name);
          }}
          render={(row, tabIndex) =>
            row.type === 'namespace' ? (
              <div className="row group" aria-current={row.entry.id === selected ? 'true' : undefined}>
                <button
                  type="button"
                  className="fold"
                  tabIndex={-1}
                  aria-expanded={row.open}
                  aria-label={`${row.open ? 'Fold' : 'Unfold'} ${row.entry.name}`}
                  onClick={() => toggle(row.entry.name)}
                >
                  <Icon name={row.open ? 'down' : 'chevron'} size={12} />
                </button>
                <button
                  type="button"
                  className="fill"
                  data-row
                  tabIndex={tabIndex}
                  aria-expanded={row.open}
                  onClick={() => navigate({ selection: { type: 'entity', id: row.entry.id } })}
                >
                  <CutName name={row.entry.name} />
                </button>
                <span className="end" title={`${row.entry.policies} policies`}>
                  <MarkBadge mark={row.entry.mark} />{' '}
                  {row.entry.hidden ? 'not readable' : formatCount(row.count)}
                  {row.entry.policies === 0 ? ' · no policy' : ''}
                </span>
              </div>
            ) : (
              <button
                type="button"
                className="row indent"
                data-row
                tabIndex={tabIndex}
                aria-current={row.entry.id === selected ? 'true' : undefined}
                title={`${row.entry.kind} ${row.entry.name}`}
                onClick={() => navigate({ selection: { type: 'entity', id: row.entry.id } })}
              >
                <Ring ingress={row.entry.ingress} egress={row.entry.egress} />
                <CutName name={row.entry.name} />
                <span className="end">
                  <MarkBadge mark={row.entry.mark} />{' '}
                  {row.entry.pods === 1 ? '' : `×${formatCount(row.entry.pods)}`}
                </span>
              </button>
            )
          }
        />
      )}
    </>
  );
}

function rowsOf(index: ClusterIndex, filter: string, folded: ReadonlySet<string>): readonly Row[] {
  const wanted = filter.trim().toLowerCase();
  const matches = (workload: IndexedWorkload) =>
    wanted === '' ||
    `${workload.namespace}/${workload.name}`.toLowerCase().includes(wanted) ||
    Object.entries(workload.labels).some(([key, value]) => `${key}=${value}`.toLowerCase().includes(wanted));
  const byNamespace = new Map<string, IndexedWorkload[]>();
  for (const workload of index.workloads) {
    if (!matches(workload)) continue;
    const list = byNamespace.get(workload.namespace);
    if (list === undefined) byNamespace.set(workload.namespace, [workload]);
    else list.push(workload);
  }
  const rows: Row[] = [];
  for (const entry of index.namespaces) {
    const members = byNamespace.get(entry.name) ?? [];
    if (members.length === 0 && wanted !== '' && !entry.name.includes(wanted)) continue;
    const open = wanted !== '' || !folded.has(entry.name);
    rows.push({ type: 'namespace', entry, open, count: members.length });
    if (open) for (const member of members) rows.push({ type: 'workload', entry: member });
  }
  return rows;
}
