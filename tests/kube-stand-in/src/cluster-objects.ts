export { buildCluster, type ClusterBuilder, type ClusterOptions } from './objects/cluster.ts';
export {
  adminPolicyDefinitions,
  customResourceDefinition,
  type DefinitionOptions,
} from './objects/definitions.ts';
export {
  liveAdminPolicy,
  liveEndpointSlice,
  liveNetworkPolicy,
  liveService,
  type PolicyOptions,
  type ServiceOptions,
} from './objects/network.ts';
export { type AksPolicyEngine, aksNode, liveNamespace, type NodeOptions } from './objects/nodes.ts';
export {
  type ContainerOptions,
  livePod,
  type PodOptions,
  type PodTemplateOptions,
  type PortOptions,
} from './objects/pods.ts';
export {
  clusterRole,
  clusterRoleBinding,
  type RuleOptions,
  role,
  roleBinding,
  type SubjectName,
} from './objects/rbac.ts';
export {
  type JobOptions,
  liveCronJob,
  liveDaemonSet,
  liveDeployment,
  liveJob,
  liveReplicaSet,
  liveStatefulSet,
  type WorkloadOptions,
} from './objects/workloads.ts';
