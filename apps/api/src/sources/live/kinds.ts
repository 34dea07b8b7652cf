/**
 * The kinds that a live cluster is watched for. To watch another kind, add a row here and, where its objects become
 * something new, say in `intake.ts` what; then `deploy/rbac.yaml` (a test compares the two).
 */
export interface WatchedKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, as in a URL. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Only names, labels and owners are asked for (PartialObjectMetadata): the rest would be thrown away. */
  readonly metadataOnly: boolean;
  /**
   * `records`: part of the snapshot. `owners`: names the workloads of pods. `agents`: shows which engine enforces.
   */
  readonly purpose: 'records' | 'owners' | 'agents';
  /** Exists only where its CRD is installed, which may change at any time. */
  readonly custom: boolean;
}

const builtIn = { custom: false, metadataOnly: false, purpose: 'records' } as const;
const policyApi = {
  group: 'policy.networking.k8s.io',
  namespaced: false,
  metadataOnly: false,
  purpose: 'records',
  custom: true,
} as const;
const owner = { namespaced: true, metadataOnly: true, purpose: 'owners', custom: false } as const;

export const WATCHED_KINDS: readonly WatchedKind[] = [
  { ...builtIn, group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
  {
    ...builtIn,
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
  },
  { ...policyApi, version: 'v1alpha2', resource: 'clusternetworkpolicies', kind: 'ClusterNetworkPolicy' },
  { ...policyApi, version: 'v1alpha1', resource: 'adminnetworkpolicies', kind: 'AdminNetworkPolicy' },
  {
    ...policyApi,
    version: 'v1alpha1',
    resource: 'baselineadminnetworkpolicies',
    kind: 'BaselineAdminNetworkPolicy',
  },
  { ...owner, group: 'apps', version: 'v1', resource: 'replicasets', kind: 'ReplicaSet' },
  { ...owner, group: 'batch', version: 'v1', resource: 'jobs', kind: 'Job' },
  { ...builtIn, group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false },
  { ...builtIn, group: '', version: 'v1', resource: 'services', kind: 'Service', namespaced: true },
  {
    ...builtIn,
    group: 'discovery.k8s.io',
    version: 'v1',
    resource: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced: true,
  },
  {
    ...builtIn,
    group: 'apps',
    version: 'v1',
    resource: 'daemonsets',
    kind: 'DaemonSet',
    namespaced: true,
    purpose: 'agents',
  },
  { ...builtIn, group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
];

/** Groups whose presence says something, and whose resources are looked up. */
export const CUSTOM_GROUPS: readonly string[] = [
  ...new Set(WATCHED_KINDS.filter(({ custom }) => custom).map(({ group }) => group)),
];

export function apiVersionOf({ group, version }: Pick<WatchedKind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** As `HiddenRecord.resource` and `LoadProgress.resource` have it: `pods`, `networkpolicies.networking.k8s.io`. */
export function resourceName({ group, resource }: Pick<WatchedKind, 'group' | 'resource'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** Where the objects of a kind are listed; without a namespace, those of the whole cluster. */
export function collectionPath(kind: WatchedKind, namespace?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${kind.resource}`;
}

/**
 * What to ask for in a list and in a watch. A server takes the list form of the metadata for lists only and refuses it
 * for the events of a watch, so the two differ (client-go, metadata client).
 */
export function acceptOf({ metadataOnly }: WatchedKind): { readonly list: string; readonly watch: string } {
  const json = 'application/json';
  const metadata = (form: string) => `${json};as=${form};g=meta.k8s.io;v=v1,${json}`;
  return metadataOnly
    ? { list: metadata('PartialObjectMetadataList'), watch: metadata('PartialObjectMetadata') }
    : { list: json, watch: json };
}
