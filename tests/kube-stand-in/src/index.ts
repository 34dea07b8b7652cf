export { type PolicyRule, policyRule } from './auth/rbac.ts';
export type { UserInfo, UserOptions } from './auth/users.ts';
export {
  type Churn,
  type ChurnKind,
  type ChurnOptions,
  type ChurnTarget,
  createChurn,
} from './churn/churn.ts';
export { createFaultMix, type FaultMix, type FaultMixKind } from './churn/fault-mix.ts';
export { createRandom, type Random, weighted } from './churn/random.ts';
export {
  type AksPolicyEngine,
  adminPolicyDefinitions,
  aksNode,
  buildCluster,
  type ClusterBuilder,
  type ClusterOptions,
  type ContainerOptions,
  clusterRole,
  clusterRoleBinding,
  customResourceDefinition,
  type DefinitionOptions,
  type JobOptions,
  liveAdminPolicy,
  liveCronJob,
  liveDaemonSet,
  liveDeployment,
  liveEndpointSlice,
  liveJob,
  liveNamespace,
  liveNetworkPolicy,
  livePod,
  liveReplicaSet,
  liveService,
  liveStatefulSet,
  type NodeOptions,
  type PodOptions,
  type PodTemplateOptions,
  type PolicyOptions,
  type PortOptions,
  type RuleOptions,
  role,
  roleBinding,
  type ServiceOptions,
  type SubjectName,
  type WorkloadOptions,
} from './cluster-objects.ts';
export { EXEC_SECRET, type ExecBehaviour } from './exec-plugin.ts';
export type { JsonObject, JsonValue, KubeObject, ObjectMeta, OwnerReference } from './json.ts';
export type { KubeconfigAuth, KubeconfigContext, KubeconfigOptions } from './kubeconfig.ts';
export { type Proxy, type ProxyOptions, startProxy } from './proxy.ts';
export type { ServerVersion } from './server/discovery.ts';
export type { Fault, FaultMatch, FaultRule, FaultScript } from './server/faults.ts';
export type { NonResourceRequest, RequestInfo, ResourceRequest } from './server/request-info.ts';
export type { LoggedRequest, RequestLog } from './server/request-log.ts';
export type { Watches } from './server/watches.ts';
export {
  type DownOptions,
  type StandIn,
  type StandInOptions,
  startStandIn,
  type UpOptions,
} from './stand-in.ts';
export type { Status } from './status.ts';
export { type ObjectRef, objectsOf } from './store/store.ts';
export { type CertificateAuthority, createCertificateAuthority, type KeyAndCertificate } from './tls.ts';
