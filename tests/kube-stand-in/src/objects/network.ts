import type { JsonObject, KubeObject } from '../json.ts';
import { fieldsOf, liveMetadata, suffixOf, uidOf } from './metadata.ts';
import type { PortOptions } from './pods.ts';

export interface ServiceOptions {
  readonly namespace: string;
  readonly name: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports: readonly (PortOptions & { readonly targetPort?: number | string })[];
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly clusterIp: string;
}

export function liveService(options: ServiceOptions): KubeObject {
  const type = options.type ?? 'ClusterIP';
  const spec: JsonObject = {
    ports: options.ports.map((port, index) => ({
      ...(port.name === undefined ? {} : { name: port.name }),
      protocol: port.protocol ?? 'TCP',
      port: port.port,
      targetPort: port.targetPort ?? port.port,
      ...(type === 'ClusterIP' ? {} : { nodePort: 30_000 + index }),
    })),
    ...(options.selector === undefined ? {} : { selector: { ...options.selector } }),
    clusterIP: options.clusterIp,
    clusterIPs: [options.clusterIp],
    type,
    sessionAffinity: 'None',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: liveMetadata({
      kind: 'Service',
      namespace: options.namespace,
      name: options.name,
      managers: [
        { name: 'helm', operation: 'Update', apiVersion: 'v1', fields: { 'f:spec': fieldsOf(spec) } },
      ],
    }),
    spec,
    status: { loadBalancer: type === 'LoadBalancer' ? { ingress: [{ ip: '20.103.44.7' }] } : {} },
  };
}

/** The slice the endpoint controller keeps for a service and the pods behind it. */
export function liveEndpointSlice(
  service: KubeObject,
  pods: readonly KubeObject[],
  ports: JsonObject[],
): KubeObject {
  const namespace = service.metadata.namespace ?? '';
  const name = `${service.metadata.name}-${suffixOf(5, namespace, service.metadata.name)}`;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: liveMetadata({
      kind: 'EndpointSlice',
      namespace,
      name,
      owner: service,
      generateName: `${service.metadata.name}-`,
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': service.metadata.name,
      },
    }),
    addressType: 'IPv4',
    endpoints: pods.flatMap((pod) => {
      const status = pod.status;
      const ip =
        typeof status === 'object' &&
        status !== null &&
        !Array.isArray(status) &&
        typeof status.podIP === 'string'
          ? status.podIP
          : undefined;
      if (ip === undefined) return [];
      return [
        {
          addresses: [ip],
          conditions: { ready: true, serving: true, terminating: false },
          targetRef: { kind: 'Pod', name: pod.metadata.name, namespace, uid: pod.metadata.uid ?? '' },
        },
      ];
    }),
    ports,
  };
}

export interface PolicyOptions {
  readonly namespace: string;
  readonly name: string;
  readonly spec: JsonObject;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A NetworkPolicy as `kubectl apply` leaves it, the last applied configuration included. */
export function liveNetworkPolicy(options: PolicyOptions): KubeObject {
  const apiVersion = 'networking.k8s.io/v1';
  const { namespace, name, spec } = options;
  const applied = { apiVersion, kind: 'NetworkPolicy', metadata: { annotations: {}, name, namespace }, spec };
  return {
    apiVersion,
    kind: 'NetworkPolicy',
    metadata: {
      ...liveMetadata({
        kind: 'NetworkPolicy',
        namespace,
        name,
        ...(options.labels === undefined ? {} : { labels: options.labels }),
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(applied)}\n` },
        managers: [
          {
            name: 'kubectl-client-side-apply',
            operation: 'Update',
            apiVersion,
            fields: { 'f:spec': fieldsOf(spec) },
          },
        ],
      }),
      generation: 1,
    },
    spec,
  };
}

/** An AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy. Its CRD has to be served. */
export function liveAdminPolicy(
  kind: 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy',
  name: string,
  spec: JsonObject,
): KubeObject {
  return {
    apiVersion: `policy.networking.k8s.io/${kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1'}`,
    kind,
    metadata: { ...liveMetadata({ kind, name }), generation: 1, uid: uidOf(kind, name) },
    spec,
    status: { conditions: [] },
  };
}
