import {
  clusterIndex,
  entityDetails,
  findings,
  focusView,
  type Lens,
  lensOf,
  type PortRange,
  pairDetails,
  policyDetails,
} from '@bulkhead/policy-engine';
import { answer, type EngineSession, type Handler } from '../session.ts';
import { graphHandler } from './graph.ts';
import {
  entityRequest,
  findingsRequest,
  focusRequest,
  indexRequest,
  pairRequest,
  policyRequest,
} from './requests.ts';

/** The cluster as the views see it: with the draft's state beside it where one is shown. */
export function sessionLens(session: EngineSession, ports: readonly PortRange[] = []): Lens {
  return lensOf(session.overlay?.before ?? session.cluster, session.overlay?.after, ports);
}

/** Everything that the exploring views ask. */
export const exploreHandlers: readonly Handler[] = [
  graphHandler(),
  answer(focusRequest, (session, { focus, drawn, ...options }) =>
    focusView(sessionLens(session, options.ports), options, focus, new Set(drawn)),
  ),
  answer(indexRequest, (session) => clusterIndex(sessionLens(session))),
  answer(entityRequest, (session, { id }) => entityDetails(sessionLens(session), id)),
  answer(pairRequest, (session, { from, to, port }) => pairDetails(sessionLens(session), from, to, port)),
  answer(policyRequest, (session, { key }) => policyDetails(sessionLens(session), key)),
  answer(findingsRequest, (session) => [...findings(sessionLens(session).after)]),
];
