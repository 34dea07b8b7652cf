import {
  clusterIndex,
  entityDetails,
  type Finding,
  findings,
  lensOf,
  pairDetails,
  pathView,
  policyDetails,
} from '@bulkhead/policy-engine';
import { turn } from '../queue.ts';
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

/** Looking for findings pauses after so long, so that a click need not wait for the end. */
const SLICE_MS = 25;

/** Everything that the exploring views ask. */
export const exploreHandlers: readonly Handler[] = [
  ...graphHandlers(),
  answer(indexRequest, (session) => clusterIndex(sessionLens(session))),
  answer(entityRequest, (session, { id }) => entityDetails(sessionLens(session), id)),
  answer(pairRequest, (session, { from, to, port, withoutDraft }) =>
    pairDetails(
      withoutDraft === true ? lensOf(session.overlay?.before ?? session.cluster) : sessionLens(session),
      from,
      to,
      port,
    ),
  ),
  answer(pathRequest, (session, { from, to, ports }) => pathView(sessionLens(session, ports), from, to)),
  answer(policyRequest, (session, { key }) => policyDetails(sessionLens(session), key)),
  answer(findingsRequest, async (session) => {
    const found: Finding[] = [];
    let since = performance.now();
    for (const finding of findings(sessionLens(session).after)) {
      found.push(finding);
      if (performance.now() - since < SLICE_MS) continue;
      await turn();
      since = performance.now();
    }
    return found;
  }),
  ...matrixHandlers(),
  ...tableHandlers(),
];
