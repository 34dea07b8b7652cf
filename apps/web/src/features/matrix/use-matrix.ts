import { useEffect, useMemo, useRef, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { useScope } from '../../app/scope.ts';
import { useEngine, useEngineQuery } from '../../data/engine.ts';
import { matrixBandRequest, matrixFrameRequest } from '../../worker/explore/matrix-requests.ts';
import type { Span } from './geometry.ts';
import { MatrixCells } from './store.ts';

/** Cells of one band, about: enough to be worth a message, few enough to leave the worker free for other questions. */
const CELLS_A_BAND = 200_000;
/** A picture that fills itself is painted anew at most this often. */
const PAINT_MS = 120;

export interface MatrixState {
  readonly cells: MatrixCells | null;
  /** Rises as cells arrive. */
  readonly progress: number;
  readonly error: Error | null;
}

/**
 * The matrix that the route asks for. Its cells come band by band, those in sight first; an earlier matrix stays until
 * the first cells of the new one are there.
 * @param rowsInSight of the matrix that is shown
 */
export function useMatrix(route: Route, arrangement: number, rowsInSight: () => Span): MatrixState {
  const engine = useEngine();
  const { filter, ports } = useScope(route);
  const [rows, columns] = route.drill ?? ['', ''];
  const query = useEngineQuery(matrixFrameRequest, {
    filter,
    ports,
    rows,
    columns,
    blocks: route.blocks,
    arrangement,
  });
  const { data: answer, refetch } = query;
  const loaded = useRef<MatrixCells>(undefined);
  const [shown, setShown] = useState<MatrixCells | null>(null);
  const [progress, setProgress] = useState(0);
  const sight = useRef(rowsInSight);
  sight.current = rowsInSight;

  const next = useMemo(
    () =>
      answer === undefined
        ? null
        : new MatrixCells(answer.frame, answer.version, route.order, loaded.current),
    [answer, route.order],
  );
  useEffect(() => {
    if (next === null) return;
    loaded.current = next;
    let stopped = false;
    const load = async () => {
      const count = Math.max(1, Math.floor(CELLS_A_BAND / Math.max(1, next.frame.columns.classes)));
      if (next.missing === 0) setShown(next);
      let painted = 0;
      while (!stopped && next.missing > 0) {
        const { first, last } = sight.current();
        const band = await engine.call(matrixBandRequest, {
          version: next.version,
          first: next.nextMissing(first, last),
          count,
          knownOutcomes: next.outcomes.length,
        });
        if (stopped) return;
        // The answer was kept from an earlier visit, and the worker has made another matrix since.
        if (band === null) return void refetch();
        next.add(band);
        setShown(next);
        if (next.missing > 0 && performance.now() - painted < PAINT_MS) continue;
        painted = performance.now();
        setProgress((value) => value + 1);
      }
    };
    load().catch(() => undefined);
    return () => {
      stopped = true;
    };
  }, [next, engine, refetch]);

  return { cells: shown, progress, error: query.error };
}
