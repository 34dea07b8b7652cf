import {
  clusterIndex,
  entityDetails,
  findings,
  pairDetails,
  pathView,
  policyDetails,
} from '@bulkhead/policy-engine';
import { answer, type Handler } from '../session.ts';
import { graphHandlers } from './graph.ts';
import { sessionLens } from './lens.ts';
import { matrixHandlers } from './matrix.ts';
import {
  entityRequest,
  findingsRequest,
  indexRequest,
  pairRequest,
  pathRequest,
  policyRequest,
} from './requests.ts';
import { tableHandlers } from './table.ts';

/** Everything that the exploring views ask. */
export const exploreHandlers: readonly Handler[] = [
  ...graphHandlers(),
  answer(indexRequest, (session) => clusterIndex(sessionLens(session))),
  answer(entityRequest, (session, { id }) => entityDetails(sessionLens(session), id)),
  answer(pairRequest, (session, { from, to, port }) => pairDetails(sessionLens(session), from, to, port)),
  answer(pathRequest, (session, { from, to, ports }) => pathView(sessionLens(session, ports), from, to)),
  answer(policyRequest, (session, { key }) => policyDetails(sessionLens(session), key)),
  answer(findingsRequest, (session) => [...findings(sessionLens(session).after)]),
  ...matrixHandlers(),
  ...tableHandlers(),
];
