import type { EdgeImpact } from '@bulkhead/policy-engine';

/** How what a draft does to a connection is written before its ports, so that colour is never the only sign. */
export const IMPACT_SIGNS = {
  opened: '+',
  closed: '−',
  widened: '±+',
  narrowed: '±−',
  rearranged: '±',
  uncertain: '~',
} as const satisfies Record<EdgeImpact, string>;
