/* The words in which the API server and the web app talk. Paths: see `apiPaths`. */

export {
  type ClusterList,
  type ClusterStatus,
  type ClusterSummary,
  clusterListSchema,
  clusterStatusSchema,
  clusterSummarySchema,
  type Enforcement,
  type EnforcementEngine,
  type EnforcementWarning,
  enforcementEngineNames,
  enforcementSchema,
  type Freshness,
  freshnessSchema,
  type LoadProgress,
  type SourceKind,
  sourceKindSchema,
} from './cluster.ts';
export { diagnosticSchema, objectRefSchema, sourceRefSchema } from './diagnostic.ts';
export {
  type DryRunAnswer,
  type DryRunPolicy,
  type DryRunRequest,
  type DryRunResponse,
  dryRunAnswerSchema,
  dryRunRequestSchema,
  dryRunResponseSchema,
  MOST_DRY_RUN_POLICIES,
} from './dry-run.ts';
export { apiPaths } from './paths.ts';
export {
  type ProblemDetails,
  type ProblemSlug,
  problemDetailsSchema,
  problemSlugs,
  problemType,
  type SourceProblem,
  type SourceProblemCode,
  sourceProblemCodes,
  sourceProblemSchema,
} from './problem.ts';
export {
  type ExplainResponse,
  type ExplanationAnswer,
  explainResponseSchema,
  type Group,
  type ReachabilityResponse,
  reachabilityResponseSchema,
} from './queries.ts';
export {
  hiddenSchema,
  labelsSchema,
  namespaceSchema,
  nodeSchema,
  podSchema,
  policySchema,
  serviceSchema,
  snapshotSchema,
  unreadPolicySchema,
} from './records.ts';
export {
  formatEventId,
  parseEventId,
  type Revision,
  type SnapshotResponse,
  snapshotResponseSchema,
} from './snapshot.ts';
export {
  applyDelta,
  type ClusterState,
  EMPTY_STREAM,
  fromSnapshot,
  type Incoming,
  recordKey,
  reduceStream,
  type StreamState,
  toSnapshot,
} from './state.ts';
export {
  type BeginData,
  beginDataSchema,
  type DeltaData,
  deltaDataSchema,
  type EndData,
  endDataSchema,
  parseStreamEvent,
  type RecordChange,
  type RecordKind,
  type RecordsByKind,
  type RecordsData,
  type RecordTotals,
  recordChangeSchema,
  recordKinds,
  recordsDataSchema,
  type StreamEvent,
  type StreamEventName,
  streamEventNames,
} from './stream.ts';
