import { at, type KubeObject, objectsIn, stringsIn } from '../json.ts';

/** A kind the server serves, by the group and plural that its objects are stored under. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  /** Served versions, the preferred first. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  /** Subresources that discovery lists and RBAC may name. */
  readonly subresources: readonly string[];
  /** Defined by a CustomResourceDefinition; list items of these carry `apiVersion` and `kind`, the others' don't. */
  readonly custom: boolean;
}

type Row = readonly [
  group: string,
  version: string,
  plural: string,
  kind: string,
  scope: 'namespaced' | 'cluster',
  shortNames?: string,
  subresources?: string,
];

const ROWS: readonly Row[] = [
  ['', 'v1', 'configmaps', 'ConfigMap', 'namespaced', 'cm'],
  ['', 'v1', 'endpoints', 'Endpoints', 'namespaced', 'ep'],
  ['', 'v1', 'events', 'Event', 'namespaced', 'ev'],
  ['', 'v1', 'namespaces', 'Namespace', 'cluster', 'ns', 'finalize status'],
  ['', 'v1', 'nodes', 'Node', 'cluster', 'no', 'proxy status'],
  ['', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'namespaced', 'pvc', 'status'],
  ['', 'v1', 'pods', 'Pod', 'namespaced', 'po', 'attach binding eviction exec log portforward proxy status'],
  ['', 'v1', 'replicationcontrollers', 'ReplicationController', 'namespaced', 'rc', 'scale status'],
  ['', 'v1', 'secrets', 'Secret', 'namespaced'],
  ['', 'v1', 'serviceaccounts', 'ServiceAccount', 'namespaced', 'sa', 'token'],
  ['', 'v1', 'services', 'Service', 'namespaced', 'svc', 'proxy status'],
  [
    'apiextensions.k8s.io',
    'v1',
    'customresourcedefinitions',
    'CustomResourceDefinition',
    'cluster',
    'crd crds',
    'status',
  ],
  ['apiregistration.k8s.io', 'v1', 'apiservices', 'APIService', 'cluster', '', 'status'],
  ['apps', 'v1', 'controllerrevisions', 'ControllerRevision', 'namespaced'],
  ['apps', 'v1', 'daemonsets', 'DaemonSet', 'namespaced', 'ds', 'status'],
  ['apps', 'v1', 'deployments', 'Deployment', 'namespaced', 'deploy', 'scale status'],
  ['apps', 'v1', 'replicasets', 'ReplicaSet', 'namespaced', 'rs', 'scale status'],
  ['apps', 'v1', 'statefulsets', 'StatefulSet', 'namespaced', 'sts', 'scale status'],
  ['batch', 'v1', 'cronjobs', 'CronJob', 'namespaced', 'cj', 'status'],
  ['batch', 'v1', 'jobs', 'Job', 'namespaced', '', 'status'],
  ['coordination.k8s.io', 'v1', 'leases', 'Lease', 'namespaced'],
  ['discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice', 'namespaced'],
  ['networking.k8s.io', 'v1', 'ingressclasses', 'IngressClass', 'cluster'],
  ['networking.k8s.io', 'v1', 'ingresses', 'Ingress', 'namespaced', 'ing', 'status'],
  ['networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy', 'namespaced', 'netpol'],
  ['rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', 'cluster'],
  ['rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', 'cluster'],
  ['rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding', 'namespaced'],
  ['rbac.authorization.k8s.io', 'v1', 'roles', 'Role', 'namespaced'],
];

const words = (text: string | undefined): string[] =>
  text ? text.split(' ').filter((word) => word !== '') : [];

/** Kinds every cluster serves, as far as anything that reads policies could ask for them. */
export const BUILT_IN: readonly ResourceType[] = ROWS.map(
  ([group, version, plural, kind, scope, shortNames, subresources]) => ({
    group,
    versions: [version],
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: scope === 'namespaced',
    shortNames: words(shortNames),
    subresources: words(subresources),
    custom: false,
  }),
);

/**
 * What a CustomResourceDefinition makes the server serve; `undefined` where a field it needs is missing or no version
 * is served.
 */
export function resourceTypeOf(definition: KubeObject): ResourceType | undefined {
  const group = at(definition, 'spec', 'group');
  const plural = at(definition, 'spec', 'names', 'plural');
  const kind = at(definition, 'spec', 'names', 'kind');
  const singular = at(definition, 'spec', 'names', 'singular');
  const versions = objectsIn(at(definition, 'spec', 'versions')).filter((version) => version.served === true);
  const names = versions.map((version) => version.name).filter((name) => typeof name === 'string');
  if (typeof group !== 'string' || typeof plural !== 'string' || typeof kind !== 'string') return undefined;
  if (names.length === 0) return undefined;
  const hasStatus = versions.some((version) => at(version, 'subresources', 'status') !== undefined);
  return {
    group,
    versions: [...names].sort(byVersionPriority),
    plural,
    singular: typeof singular === 'string' ? singular : kind.toLowerCase(),
    kind,
    namespaced: at(definition, 'spec', 'scope') === 'Namespaced',
    shortNames: stringsIn(at(definition, 'spec', 'names', 'shortNames')),
    subresources: hasStatus ? ['status'] : [],
    custom: true,
  };
}

/** GA before beta before alpha, then the higher number first (apimachinery `version.CompareKubeAwareVersionStrings`). */
export function byVersionPriority(a: string, b: string): number {
  const rank = (version: string): readonly number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (match === null) return [-1, 0, 0];
    const stage = match[2] === 'alpha' ? 0 : match[2] === 'beta' ? 1 : 2;
    return [stage, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  for (let i = 0; i < 3; i += 1) {
    const difference = (right[i] ?? 0) - (left[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
