import { cellReason, createMatrix, type Matrix, type MatrixAxis } from '@bulkhead/policy-engine';
import { answer, type Handler } from '../session.ts';
import { sessionLens } from './lens.ts';
import { cellReasonRequest, matrixBandRequest, matrixFrameRequest } from './matrix-requests.ts';

interface Order {
  readonly key: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

/** The matrix: its frame first, its cells as they come into sight. The last one asked for is kept. */
export function matrixHandlers(): readonly Handler[] {
  let current: { readonly version: number; readonly matrix: Matrix } | undefined;
  let shown: Order | undefined;
  let version = 0;
  return [
    answer(matrixFrameRequest, (session, { ports, arrangement, ...plan }) => {
      const key = JSON.stringify([plan, ports, arrangement]);
      const keep = shown?.key === key ? shown : { rows: [], columns: [] };
      const matrix = createMatrix(sessionLens(session, ports), { ...plan, keep });
      const { rows, columns } = matrix.frame;
      shown = { key, rows: orderOf(rows), columns: orderOf(columns) };
      version++;
      current = { version, matrix };
      return { frame: matrix.frame, version };
    }),
    answer(matrixBandRequest, (_session, request) =>
      current?.version === request.version
        ? current.matrix.band(request.first, request.count, request.knownOutcomes)
        : null,
    ),
    answer(cellReasonRequest, (session, { from, to, ports }) =>
      cellReason(sessionLens(session, ports), from, to),
    ),
  ];
}

function orderOf(axis: MatrixAxis): readonly string[] {
  return Array.from(axis.similar, (index) => axis.units[index]?.id ?? '');
}
