export * from './authoring/index.ts';
export {
  type Cluster,
  type CompiledPolicy,
  type CompileOptions,
  compile,
  evaluateAllRows,
  pairCell,
  rowOf,
} from './compile/compile.ts';
export type { Decision } from './compile/decide.ts';
export { isEndpoint, type NamespaceEntry, type WorkloadEntry } from './compile/endpoint-classes.ts';
export { cellAt, type Row } from './compile/rows.ts';
export { selects, selectsNamespace } from './compile/selecting.ts';
export {
  type ColumnDescription,
  describeColumn,
  podsOfColumn,
  type Universe,
  workloadColumns,
} from './compile/universe.ts';
export type { CellId } from './compile/verdict-cells.ts';
export type { Diagnostic, ObjectRef, Severity, SourceRef } from './diagnostic.ts';
export { type LoweredPolicy, lowerPolicy, policyKind } from './dialects/index.ts';
export type { Finding, FindingCode, FindingFix, FindingSeverity, PolicyEdit } from './findings/finding.ts';
export { type FindingOptions, findings } from './findings/findings.ts';
export { withoutPolicy, withoutRule } from './findings/redundancy.ts';
export { labelKeyProblem, labelValueProblem } from './input/names.ts';
export { nearest } from './input/nearest.ts';
export { acceptedBy, findingConcerns } from './invariants/concerns.ts';
export { assertionText, endsText } from './invariants/describe.ts';
export {
  checkInvariants,
  compileForEnds,
  endName,
  evaluateInvariants,
  type FindingViolation,
  type InvariantResult,
  type InvariantStatus,
  type IsolationViolation,
  type PairViolation,
  type Violation,
} from './invariants/evaluate.ts';
export { checkFileText, portText } from './invariants/format.ts';
export {
  type AcceptedFinding,
  type Assertion,
  type CheckFile,
  type EndSpec,
  FINDING_CODES,
  type Invariant,
  type PortSpec,
  PRIVATE_RANGES,
} from './invariants/model.ts';
export { type ParsedCheckFile, parseCheckFile } from './invariants/parse.ts';
export { policySource, recordSource } from './invariants/policy-source.ts';
export {
  type EmptyPart,
  endsOfInvariants,
  type ResolvedEnds,
  resolveEnds,
} from './invariants/resolve-ends.ts';
export type { Action, Direction, Rule, RuleBlock, RuleOrigin, Selector, TierId } from './ir/ir.ts';
export { DIRECTIONS } from './ir/ir.ts';
export {
  assembleManifests,
  type ParsedManifests,
  parseManifests,
} from './manifests/directory.ts';
export {
  DEFAULT_MAX_FILE_SIZE,
  fileTooLarge,
  type ManifestFile,
  type ManifestOptions,
  type ParsedManifestFile,
  parseManifestFile,
} from './manifests/file.ts';
export { createLocator, type Located, type Locator, locate } from './manifests/locate.ts';
export { policyYaml } from './manifests/policy-yaml.ts';
export { type AssembledSnapshot, assembleSnapshot, podRecord } from './model/assemble.ts';
export { createReadContext, type InputObject, type ReadContext } from './model/context.ts';
export { readKubernetesObject, snapshotFromObjects } from './model/from-kubernetes.ts';
export { createOwnerIndex, type OwnedController, type OwnerIndex } from './model/owners.ts';
export type { ControllerPart, PodPart, SnapshotPart } from './model/parts.ts';
export {
  type ClusterSnapshot,
  type ContainerPortRecord,
  EMPTY_SNAPSHOT,
  type EndpointSliceRecord,
  type HiddenRecord,
  type Labels,
  type NamespaceRecord,
  type NodeRecord,
  type PodRecord,
  type PodState,
  type PolicyKey,
  type PolicyKind,
  type PolicyRecord,
  policyKey,
  type ServiceRecord,
  type TransportProtocol,
  UNLISTED_NAMESPACES,
  type UnreadPolicyRecord,
  type WorkloadRef,
} from './model/records.ts';
export { createSharing, type Sharing } from './model/sharing.ts';
export { contribution } from './queries/contribution.ts';
export {
  type Coverage,
  coverage,
  type Isolation,
  isolation,
  type WorkloadIsolation,
} from './queries/coverage.ts';
export {
  type ChangedRectangle,
  type ClusterOverlay,
  changedRectangles,
  compileOverlay,
} from './queries/diff.ts';
export { type Edge, edgeBatches, edges } from './queries/edges.ts';
export { type Endpoint, type LocatedEndpoint, locateEndpoint, locatePod } from './queries/endpoint.ts';
export {
  type Found,
  findEnd,
  parsePort,
  type QuestionEnd,
  type QuestionProblem,
} from './queries/ends.ts';
export {
  type DirectionExplanation,
  type Explanation,
  type ExplanationPart,
  explain,
  explainColumns,
  policiesSelecting,
} from './queries/explain.ts';
export {
  type ExposedConnections,
  type ExposedPeer,
  type Exposure,
  exposure,
  type UnresolvedPort,
} from './queries/exposure.ts';
export { labelGrouping, namespaceGrouping, podGrouping, podsIn } from './queries/groupings.ts';
export {
  findPath,
  type HopOptions,
  type NeighbourGroup,
  neighbours,
  type Reach,
  reach,
} from './queries/neighbours.ts';
export {
  addressGroups,
  forEachRectangle,
  type Grouping,
  isOpen,
  openColumns,
  type Rectangle,
  workloadGrouping,
} from './queries/reachability.ts';
export type { NearMiss, NearMissCause, PeerMismatch, RuleMatch, UnknownReason } from './queries/trace.ts';
export {
  type Connection,
  endpointCell,
  type Verdict,
  verdict,
  verdictOfCell,
} from './queries/verdict.ts';
export {
  type Address,
  type AddressRange,
  formatAddress,
  parseAddress,
  parseCidr,
  rangeToCidrs,
} from './sets/address.ts';
export {
  type ConnectionList,
  type ConnectionSetId,
  type ConnectionSpace,
  connectionList,
  connectionPoint,
  connectionSetOf,
  connectionText,
  type PortRange,
} from './sets/connection-set.ts';
export type { IntervalSet } from './sets/interval-set.ts';
export * as intervalSet from './sets/interval-set.ts';
export {
  type ClusterIndex,
  clusterIndex,
  type IndexedNamespace,
  type IndexedPolicy,
  type IndexedWorkload,
} from './views/cluster-index.ts';
export {
  type DirectionDetails,
  type Entity,
  type EntityDetails,
  type EntityType,
  entityDetails,
  findEntity,
  type PeerNamespace,
  type PeerRow,
  type ReachList,
} from './views/entity.ts';
export { type FocusOptions, type FocusView, focusView } from './views/focus.ts';
export {
  asTarget,
  boxOf,
  entityOfNode,
  type GraphOptions,
  graphView,
  type HeaviestGraph,
  heaviestGraph,
  NO_FILTER,
  namespaceId,
  type WorkloadFilter,
  workloadId,
} from './views/graph.ts';
export type {
  EdgeImpact,
  GraphEdge,
  GraphView,
  HiddenCounts,
  InternalEdges,
  IsolationState,
  IsolationTally,
  NamespaceNode,
  OutsideKind,
  OutsideNode,
  PortSummary,
  WorkloadNode,
} from './views/graph-model.ts';
export { type Lens, lensOf } from './views/lens.ts';
export type { DraftMark } from './views/mark.ts';
export { type CellHalf, type CellReason, cellReason } from './views/matrix-cell.ts';
export {
  createMatrix,
  type Matrix,
  type MatrixAxis,
  type MatrixBand,
  type MatrixFrame,
  type MatrixOverlap,
  type MatrixPlan,
} from './views/matrix-frame.ts';
export type { MatrixOutcome, MatrixState } from './views/matrix-outcomes.ts';
export type { MatrixAxisLevel, MatrixUnit } from './views/matrix-units.ts';
export { INTERNET_ID } from './views/outside.ts';
export {
  type HalfVerdict,
  type NearMissRef,
  type PairDetails,
  type PairEnd,
  type PairMember,
  type PairPart,
  pairDetails,
  type RuleRef,
} from './views/pair.ts';
export { type PathHop, type PathView, pathView } from './views/path.ts';
export { type PolicyDetails, type PolicyRule, policyDetails } from './views/policy.ts';
export { portSummary } from './views/ports.ts';
export { parseSelectorText } from './views/selector-text.ts';
export {
  type ConnectionPlan,
  type ConnectionRow,
  type ConnectionSort,
  type ConnectionTable,
  changesBlocks,
  connectionTable,
  isPrefix,
  type OpenGroup,
  openGroups,
  SORTED_BY_POLICIES_AT_MOST,
} from './views/table-connections.ts';
export { type PolicyRow, policyTable, type RuleSummary } from './views/table-policies.ts';
export { growingRelation, type TableRelation, tableRelation } from './views/table-relation.ts';
export { type OutsideReach, type ReachRow, reachTable } from './views/table-workloads.ts';
