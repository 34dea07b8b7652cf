import type { IsolationState } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';

const ARC = { left: 'M7.5 1.5A6.5 6.5 0 0 0 7.5 14.5', right: 'M8.5 1.5A6.5 6.5 0 0 1 8.5 14.5' } as const;
const DASH = { isolated: undefined, open: '1 2.2', unknown: '2.2 1.4' } as const;
const WIDTH = { isolated: 2.4, open: 1.4, unknown: 2.4 } as const;

/** The isolation ring of a workload, small: left half ingress, right half egress. */
export function Ring({
  ingress,
  egress,
}: {
  readonly ingress: IsolationState;
  readonly egress: IsolationState;
}): ReactNode {
  const label = `ingress ${ingress}, egress ${egress}`;
  return (
    <svg className="ring" width="16" height="16" viewBox="0 0 16 16" role="img" aria-label={label}>
      <title>{label}</title>
      <path
        d={ARC.left}
        className={ingress}
        fill="none"
        strokeWidth={WIDTH[ingress]}
        strokeDasharray={DASH[ingress]}
      />
      <path
        d={ARC.right}
        className={egress}
        fill="none"
        strokeWidth={WIDTH[egress]}
        strokeDasharray={DASH[egress]}
      />
    </svg>
  );
}
