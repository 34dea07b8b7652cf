import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useScope } from '../../app/scope.ts';
import { useEngineQuery, useSession } from '../../data/engine.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import { Button, EmptyState } from '../../shared/ui.tsx';
import { useColors } from '../../shared/use-colors.ts';
import { cellReasonRequest } from '../../worker/explore/matrix-requests.ts';
import type { CellAt, Span } from './geometry.ts';
import { Legend } from './Legend.tsx';
import { MatrixBar, MatrixTools } from './MatrixBar.tsx';
import { MatrixCanvas, type MatrixHandle } from './MatrixCanvas.tsx';
import { Readout } from './Readout.tsx';
import type { MatrixCells } from './store.ts';
import { useDelayed } from './use-delayed.ts';
import { useMatrix } from './use-matrix.ts';
import { cellText } from './words.ts';

const NOTHING: Span = { first: 0, last: -1 };

/** Who may send what to whom as a matrix, bound to the route and the worker. */
export function MatrixView({ route }: { readonly route: Route }): ReactNode {
  const announce = useAnnounce();
  const colors = useColors();
  const { overlay } = useSession();
  const { ports, verdicts } = useScope(route);
  const handle = useRef<MatrixHandle>(null);
  const [arrangement, setArrangement] = useState(0);
  const [cursor, setCursor] = useState<CellAt | null>(null);
  // Null: shown where there is room.
  const [legend, setLegend] = useState<boolean | null>(null);
  const [hasRoom, setHasRoom] = useState(false);
  const showsLegend = legend ?? hasRoom;
  const rowsInSight = useCallback(() => handle.current?.rowsInSight() ?? NOTHING, []);
  const { cells, progress, error } = useMatrix(route, arrangement, rowsInSight);

  const selected = useMemo((): CellAt | null => {
    const { selection } = route;
    if (cells === null || selection?.type !== 'pair') return null;
    const row = cells.rowOf(selection.from);
    const column = cells.columnOf(selection.to);
    return row < 0 || column < 0 ? null : { row, column };
  }, [cells, route]);

  // A cursor of the matrix before may be beyond the edges of this one.
  const at =
    cells !== null &&
    cursor !== null &&
    cursor.row < cells.rowOrder.length &&
    cursor.column < cells.columnOrder.length
      ? cursor
      : null;
  const from = at === null ? undefined : cells?.row(at.row);
  const to = at === null ? undefined : cells?.column(at.column);
  const outcome = at === null ? undefined : cells?.outcome(at.row, at.column);
  const settled = useDelayed(from === undefined || to === undefined ? '' : `${from.id}\n${to.id}`, 90);
  const [askFrom = '', askTo = ''] = settled.split('\n');
  const reason = useEngineQuery(
    cellReasonRequest,
    { from: askFrom, to: askTo, ports },
    { enabled: settled !== '' && outcome !== undefined && !['self', 'void'].includes(outcome.state) },
  );
  const known = settled !== '' && from?.id === askFrom && to?.id === askTo && !reason.isPlaceholderData;

  const move = useCallback(
    (next: CellAt, byKeyboard: boolean) => {
      setCursor(next);
      const row = cells?.row(next.row);
      const column = cells?.column(next.column);
      if (!byKeyboard || row === undefined || column === undefined) return;
      announce(cellText(row, column, cells?.outcome(next.row, next.column)));
    },
    [cells, announce],
  );
  const open = useCallback(
    ({ row, column }: CellAt) => {
      const source = cells?.row(row);
      const target = cells?.column(column);
      const state = cells?.outcome(row, column)?.state;
      if (source === undefined || target === undefined || state === 'void') return;
      navigate({
        selection:
          state === 'self'
            ? { type: 'entity', id: source.id }
            : { type: 'pair', from: source.id, to: target.id },
      });
    },
    [cells],
  );
  /** Goes into the namespaces of a cell; an end outside of the cluster leaves its axis as it is. */
  const drill = useCallback(
    ({ row, column }: { readonly row?: number; readonly column?: number }) => {
      const [rows, columns] = route.drill ?? ['', ''];
      const source = row === undefined ? undefined : cells?.row(row);
      const target = column === undefined ? undefined : cells?.column(column);
      const next = [
        source?.type === 'namespace' ? source.label : rows,
        target?.type === 'namespace' ? target.label : columns,
      ] as const;
      if (next[0] === rows && next[1] === columns) return;
      setCursor(null);
      navigate({ drill: next, cell: null });
      announce(`Workloads of ${[...new Set(next)].filter((name) => name !== '').join(' and ')}`);
    },
    [cells, route.drill, announce],
  );

  // Of one namespace there is nothing to compare but its workloads.
  const only = cells === null || route.drill !== null ? null : onlyNamespace(cells.frame.rows.units);
  useEffect(() => {
    if (only !== null) navigate({ drill: [only, only], cell: null }, { replace: true });
  }, [only]);

  if (error !== null) {
    return (
      <EmptyState title="The matrix could not be computed" icon="warning">
        <p>{error.message}</p>
      </EmptyState>
    );
  }
  if (cells === null) {
    return (
      <EmptyState title="Drawing the matrix" icon="matrix">
        <div className="progress indeterminate">
          <i />
        </div>
      </EmptyState>
    );
  }
  const empty =
    cells.frame.rows.units.every((unit) => unit.type === 'outside') ||
    cells.frame.columns.units.every((unit) => unit.type === 'outside');
  return (
    <div className="matrix">
      <MatrixBar route={route} cells={cells} onArrange={() => setArrangement((value) => value + 1)} />
      {empty ? (
        <div className="matrix-empty">
          <EmptyState
            title="Nothing to show here"
            icon="matrix"
            actions={
              <Button
                onClick={() => navigate({ drill: null, labels: '', kinds: [], isolation: 'any', scope: [] })}
              >
                Show everything
              </Button>
            }
          >
            <p>No workload of these namespaces matches the filters.</p>
          </EmptyState>
        </div>
      ) : (
        <MatrixCanvas
          ref={handle}
          cells={cells}
          progress={progress}
          colors={colors}
          verdicts={verdicts}
          cell={route.cell}
          cursor={at}
          selected={selected}
          onMove={move}
          onLeave={() => setCursor(null)}
          onOpen={open}
          onEntity={(id) => navigate({ selection: { type: 'entity', id } })}
          onDrill={drill}
          onUp={() => navigate({ drill: null, cell: null })}
          onCell={(size) => navigate({ cell: size }, { replace: true })}
          onRoom={setHasRoom}
        >
          {showsLegend ? <Legend colors={colors} withDraft={overlay !== null} /> : null}
        </MatrixCanvas>
      )}
      <div className="matrix-foot">
        <Readout
          from={from}
          to={to}
          outcome={outcome}
          reason={known ? reason.data : undefined}
          missing={cells.missing / Math.max(1, cells.frame.rows.classes)}
        />
        <MatrixTools
          route={route}
          legend={showsLegend}
          onLegend={() => setLegend(!showsLegend)}
          onZoom={(direction) => handle.current?.zoom(direction)}
        />
      </div>
    </div>
  );
}

function onlyNamespace(units: MatrixCells['frame']['rows']['units']): string | null {
  const [first, second] = units.filter(({ type }) => type === 'namespace');
  return first === undefined || second !== undefined ? null : first.label;
}
