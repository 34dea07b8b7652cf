import { type ReactNode, useMemo, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { CutName } from '../../shared/CutName.tsx';
import { Icon } from '../../shared/icons.tsx';
import { shortKind } from '../../shared/names.ts';
import { EmptyState, formatCount, plural } from '../../shared/ui.tsx';
import { VirtualList } from '../../shared/VirtualList.tsx';
import { indexRequest } from '../../worker/explore/requests.ts';

/** All policies: what each selects and in which directions it speaks. */
export function PoliciesPanel({ route }: { readonly route: Route }): ReactNode {
  const { data } = useEngineQuery(indexRequest, null);
  const [filter, setFilter] = useState('');
  const rows = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return (data?.policies ?? []).filter((policy) =>
      `${policy.namespace ?? ''}/${policy.name} ${policy.kind}`.toLowerCase().includes(wanted),
    );
  }, [data, filter]);
  const selected = route.selection?.type === 'policy' ? route.selection.key : null;
  return (
    <>
      <div className="panel-head">
        <h2>Policies</h2>
        <span className="count">{formatCount(data?.policies.length ?? 0)}</span>
      </div>
      <div className="panel-search">
        <input
          className="input"
          type="search"
          aria-label="Filter policies"
          placeholder="Filter by name or kind"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {data !== undefined && rows.length === 0 ? (
        <EmptyState title={data.policies.length === 0 ? 'No policies' : 'No match'} icon="policies">
          <p>
            {data.policies.length === 0
              ? 'Nothing is isolated here: every pod may talk to every other. Start a draft to change that.'
              : `No policy is named "${filter}".`}
          </p>
        </EmptyState>
      ) : (
        <VirtualList
          items={rows}
          rowHeight={46}
          label="Policies"
          keyOf={(row) => row.key}
          current={selected}
          render={(row, tabIndex) => (
            <button
              type="button"
              className="row two"
              data-row
              tabIndex={tabIndex}
              aria-current={row.key === selected ? 'true' : undefined}
              onClick={() => navigate({ selection: { type: 'policy', key: row.key } })}
            >
              <span className="stack">
                <strong>
                  <CutName name={row.name} />
                </strong>
                <span className="truncate muted small-text">
                  {row.namespace ?? shortKind(row.kind)} · {directions(row.ingressRules, row.egressRules)}
                </span>
              </span>
              <span className="end">
                {row.problems > 0 ? <Icon name="warning" size={14} /> : null}
                {row.subjects === 0 ? 'selects nothing' : plural(row.subjects, 'workload')}
              </span>
            </button>
          )}
        />
      )}
    </>
  );
}

function directions(ingress: number | null, egress: number | null): string {
  const part = (name: string, rules: number | null) =>
    rules === null ? null : rules === 0 ? `${name}: none` : `${name}: ${plural(rules, 'rule')}`;
  return (
    [part('in', ingress), part('out', egress)].filter((entry) => entry !== null).join(', ') || 'no direction'
  );
}
