import type { CellReason, MatrixBand, MatrixFrame, MatrixPlan, PortRange } from '@bulkhead/policy-engine';
import { requestKind } from '../request.ts';

export interface MatrixRequest extends Omit<MatrixPlan, 'keep'> {
  readonly ports: readonly PortRange[];
  /** Rises when what is alike is to be brought together anew; until then an order that was shown stays. */
  readonly arrangement: number;
}

export interface MatrixAnswer {
  readonly frame: MatrixFrame;
  /** Number of this answer; its cells are asked for with it. */
  readonly version: number;
}

/** The rows and columns of a matrix, without the cells. */
export const matrixFrameRequest = requestKind<MatrixRequest, MatrixAnswer>('explore/matrix/frame', 'normal', {
  byChanges: true,
});

/** Cells of the matrix of an answer; `null`: another one was asked for since. */
export const matrixBandRequest = requestKind<
  {
    readonly version: number;
    /** Class of rows to begin with, and how many. */
    readonly first: number;
    readonly count: number;
    readonly knownOutcomes: number;
  },
  MatrixBand | null
>('explore/matrix/band');

/** Why a cell is as it is, for the line that reads it out. */
export const cellReasonRequest = requestKind<
  { readonly from: string; readonly to: string; readonly ports: readonly PortRange[] },
  CellReason | null
>('explore/matrix/reason');
