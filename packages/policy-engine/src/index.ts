export type { Diagnostic, ObjectRef, Severity, SourceRef } from './diagnostic.ts';

export {
  type ClusterSnapshot,
  type ContainerPortRecord,
  EMPTY_SNAPSHOT,
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
  type WorkloadRef,
} from './model/records.ts';

export { type LoweredPolicy, lowerPolicy, policyKind } from './dialects/index.ts';
