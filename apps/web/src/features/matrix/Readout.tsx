import type { CellReason, MatrixOutcome, MatrixUnit } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { VerdictBadge } from '../../shared/ui.tsx';
import { markedName, outcomeText, reasonText } from './words.ts';

interface ReadoutProps {
  readonly from: MatrixUnit | undefined;
  readonly to: MatrixUnit | undefined;
  readonly outcome: MatrixOutcome | undefined;
  readonly reason: CellReason | null | undefined;
  /** Share of the cells that have not arrived. */
  readonly missing: number;
}

/** The line below the matrix that reads out the cell under the pointer or the keyboard's cursor. */
export function Readout({ from, to, outcome, reason, missing }: ReadoutProps): ReactNode {
  const state = outcome?.state;
  return (
    <div className="matrix-readout" data-testid="matrix-readout">
      {from === undefined || to === undefined ? (
        <span className="muted truncate">
          Point at a cell to read it; click to explain it; double-click to go into its namespaces.
        </span>
      ) : (
        <>
          <strong className="truncate">{markedName(from)}</strong>
          <Icon name="arrow" size={13} />
          <strong className="truncate">{markedName(to)}</strong>
          {state === undefined || state === 'self' || state === 'void' ? null : (
            <VerdictBadge
              verdict={state === 'none' ? 'denied' : state === 'unknown' ? 'unknown' : 'allowed'}
            />
          )}
          <span className="truncate">
            {outcome === undefined
              ? 'not computed yet'
              : outcomeText(outcome).replace(/^(allowed|denied|unknown)( |$|; )/, '')}
          </span>
          <span className="truncate muted">{reasonText(reason)}</span>
        </>
      )}
      <span className="spring" />
      {missing > 0 ? (
        <span
          className="progress"
          role="progressbar"
          aria-label="Cells computed"
          aria-valuenow={Math.round((1 - missing) * 100)}
        >
          <i style={{ width: `${(1 - missing) * 100}%` }} />
        </span>
      ) : null}
    </div>
  );
}
