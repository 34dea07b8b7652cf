import type { ClusterSnapshot } from '../model/records.ts';
import { endpointsOf, TRAFFIC } from './arbitraries.ts';
import type { EndpointRef, Traffic } from './spec-evaluator.ts';

export interface Pair {
  readonly from: EndpointRef;
  readonly to: EndpointRef;
}

export interface Question extends Pair {
  readonly traffic: Traffic;
}

/** All pairs of endpoints worth asking about. */
export function pairsAbout(snapshot: ClusterSnapshot): readonly Pair[] {
  const endpoints = endpointsOf(snapshot);
  return endpoints.flatMap((from) =>
    endpoints
      // Policies act at pods; and a name is where traffic goes to, never where it comes from.
      .filter((to) => (from.kind === 'pod' || to.kind === 'pod') && from.kind !== 'domain')
      .map((to) => ({ from, to })),
  );
}

/** All pairs, each with a few of the boundary ports; which ones `offset` (0 to 9) decides. */
export function questionsAbout(snapshot: ClusterSnapshot, offset: number): readonly Question[] {
  return pairsAbout(snapshot).flatMap((pair, index) =>
    TRAFFIC.filter((_, at) => (index * 7 + at + offset) % 10 === 0).map((traffic) => ({ ...pair, traffic })),
  );
}
