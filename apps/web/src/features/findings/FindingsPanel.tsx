import { type Diagnostic, type Finding, isPolicyKind, policyKey } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { navigate } from '../../app/route.ts';
import { useEngineQuery, useSession } from '../../data/engine.ts';
import { Icon } from '../../shared/icons.tsx';
import { EmptyState, formatCount, VerdictBadge } from '../../shared/ui.tsx';
import { VirtualList } from '../../shared/VirtualList.tsx';
import { findingsRequest } from '../../worker/explore/requests.ts';

type Row =
  | { readonly type: 'diagnostic'; readonly entry: Diagnostic }
  | { readonly type: 'finding'; readonly entry: Finding };

/** Problems with the input first, then what is probably not as its author meant. */
export function FindingsPanel(): ReactNode {
  const { diagnostics } = useSession();
  const { data, isError, error } = useEngineQuery(findingsRequest, null);
  const rows: readonly Row[] = [
    ...diagnostics
      .filter((entry) => entry.severity !== 'info')
      .map((entry) => ({ type: 'diagnostic' as const, entry })),
    ...(data ?? []).map((entry) => ({ type: 'finding' as const, entry })),
  ];
  return (
    <>
      <div className="panel-head">
        <h2>Findings</h2>
        <span className="count">{formatCount(rows.length)}</span>
      </div>
      {isError ? <p className="problem error">{error.message}</p> : null}
      {data !== undefined && rows.length === 0 ? (
        <EmptyState title="Nothing found" icon="check">
          <p>No problem with the input, and nothing in the policies that looks unintended.</p>
        </EmptyState>
      ) : (
        <VirtualList
          items={rows}
          rowHeight={112}
          label="Findings"
          keyOf={(row, index) => `${row.entry.code} ${index}`}
          render={(row, tabIndex) => <FindingRow row={row} tabIndex={tabIndex} />}
        />
      )}
    </>
  );
}

function FindingRow({ row, tabIndex }: { readonly row: Row; readonly tabIndex: 0 | -1 }): ReactNode {
  const { severity, code, message } = row.entry;
  const where =
    row.type === 'finding'
      ? (row.entry.policy?.split('/').slice(1).join('/') ?? row.entry.namespace ?? '')
      : row.entry.source === undefined
        ? (row.entry.object?.name ?? '')
        : `${row.entry.source.file}:${row.entry.source.line}`;
  const remedy = row.type === 'diagnostic' ? row.entry.hint : row.entry.evidence[0];
  const open = () => {
    const object = row.type === 'diagnostic' ? row.entry.object : undefined;
    if (object !== undefined && isPolicyKind(object.kind)) {
      navigate({ selection: { type: 'policy', key: policyKey({ ...object, kind: object.kind }) } });
    } else if (row.type === 'finding' && row.entry.policy !== undefined)
      navigate({ selection: { type: 'policy', key: row.entry.policy } });
    else if (row.type === 'finding' && row.entry.namespace !== undefined) {
      navigate({ selection: { type: 'entity', id: `ns:${row.entry.namespace}` } });
    }
  };
  return (
    <button
      type="button"
      className="row finding"
      data-row
      tabIndex={tabIndex}
      onClick={open}
      title={`${message}\n${row.type === 'diagnostic' ? (row.entry.hint ?? '') : row.entry.evidence.join('\n')}`}
    >
      <span className="stack">
        <span className="finding-head">
          {severity === 'info' ? (
            <span className="badge">info</span>
          ) : severity === 'warning' ? (
            <span className="badge warning">
              <Icon name="warning" size={12} /> warning
            </span>
          ) : (
            <VerdictBadge verdict="denied" label="error" />
          )}
          <span className="truncate muted small-text">{where === '' ? code : where}</span>
        </span>
        <span className="clamp">{message}</span>
        <span className="clamp muted small-text">{remedy}</span>
      </span>
    </button>
  );
}
