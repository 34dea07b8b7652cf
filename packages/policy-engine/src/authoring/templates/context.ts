import type { ClusterSnapshot, PodRecord, TransportProtocol, WorkloadRef } from '../../model/records.ts';
import { getAt, toJson } from '../json.ts';
import { type LabelPairs, lastingLabels, pickSelector } from '../pick-selector.ts';

export interface TemplatePort {
  readonly protocol: TransportProtocol;
  readonly port: number | string;
}

/** Some pods, by the labels that select them. */
export interface TemplatePods {
  readonly namespace: string;
  /** For names and comments: the workload's name, or what the pods do. */
  readonly name: string;
  /** Empty: every pod of the namespace. */
  readonly labels: LabelPairs;
}

/** What a template is filled with. Every part has a usable default, so that any template works on any cluster. */
export interface TemplateContext {
  readonly subject: TemplatePods;
  readonly peer: TemplatePods;
  readonly ports: readonly TemplatePort[];
  readonly dns: TemplatePods;
  readonly ingressController: TemplatePods;
  /** Addresses of the API server; empty: not known from this snapshot. */
  readonly apiServer: { readonly cidrs: readonly string[]; readonly ports: readonly number[] };
  readonly cidr: string;
  readonly except: readonly string[];
  /** How cluster-scoped policies are written here, and a priority in their admin tier that none has yet. */
  readonly clusterScoped: { readonly version: 'v1alpha1' | 'v1alpha2'; readonly priority: number };
}

/** What was selected when a template was asked for. */
export type TemplateSelection =
  | { readonly type: 'namespace'; readonly namespace: string }
  | { readonly type: 'workload'; readonly namespace: string; readonly workload: WorkloadRef };

/**
 * Fills a template's context from a snapshot: the first selection is the subject, the second the peer. DNS, ingress
 * controller and API server are looked for by the labels that their projects use.
 */
export function templateContext(
  snapshot: ClusterSnapshot,
  subject?: TemplateSelection,
  peer?: TemplateSelection,
): TemplateContext {
  const fallback: TemplateSelection = { type: 'namespace', namespace: firstNamespace(snapshot) };
  const on = podsOf(snapshot, subject ?? fallback);
  const ports = subject?.type === 'workload' ? portsOf(snapshot, subject) : [];
  return {
    subject: on,
    peer: peer === undefined ? somePeer(snapshot, on.namespace) : podsOf(snapshot, peer),
    ports: ports.length > 0 ? ports : [{ protocol: 'TCP', port: 8080 }],
    dns: find(snapshot, DNS) ?? {
      namespace: 'kube-system',
      name: 'cluster DNS',
      labels: [['k8s-app', 'kube-dns']],
    },
    ingressController: find(snapshot, INGRESS) ?? {
      namespace: 'ingress-nginx',
      name: 'ingress controller',
      labels: [['app.kubernetes.io/name', 'ingress-nginx']],
    },
    apiServer: apiServer(snapshot),
    cidr: '10.0.0.0/8',
    except: ['10.96.0.0/12'],
    clusterScoped: clusterScoped(snapshot),
  };
}

/** The newer version, unless only its forerunners are in use. */
function clusterScoped({ policies }: ClusterSnapshot): TemplateContext['clusterScoped'] {
  const kinds = new Set(policies.map(({ kind }) => kind));
  const isOld =
    !kinds.has('ClusterNetworkPolicy') &&
    (kinds.has('AdminNetworkPolicy') || kinds.has('BaselineAdminNetworkPolicy'));
  const taken = new Set(policies.map(({ spec }) => getAt(toJson(spec) ?? {}, ['priority'])));
  let priority = USUAL_PRIORITY;
  while (taken.has(priority)) priority += 1;
  return { version: isOld ? 'v1alpha1' : 'v1alpha2', priority };
}

/** In the middle of what both versions allow, so that there is room before and after. */
const USUAL_PRIORITY = 500;

const SYSTEM = /^(kube-|gatekeeper-|calico-|tigera-|cilium)/;

function firstNamespace(snapshot: ClusterSnapshot): string {
  const names = snapshot.namespaces.map(({ name }) => name).sort();
  return names.find((name) => !SYSTEM.test(name) && name !== 'default') ?? names[0] ?? 'default';
}

function podsOf(snapshot: ClusterSnapshot, selection: TemplateSelection): TemplatePods {
  const { namespace } = selection;
  if (selection.type === 'namespace') return { namespace, name: namespace, labels: [] };
  const { labels } = pickSelector(snapshot, namespace, selection.workload);
  return { namespace, name: selection.workload.name, labels };
}

/** A stand-in for the other end while none is chosen: another namespace of the cluster. */
function somePeer(snapshot: ClusterSnapshot, not: string): TemplatePods {
  const names = snapshot.namespaces.map(({ name }) => name).sort();
  const other = names.find((name) => name !== not && !SYSTEM.test(name) && name !== 'default') ?? 'other';
  return { namespace: other, name: other, labels: [] };
}

function portsOf(
  snapshot: ClusterSnapshot,
  { namespace, workload }: Extract<TemplateSelection, { type: 'workload' }>,
): readonly TemplatePort[] {
  const pod = snapshot.pods.find(
    (candidate) =>
      candidate.namespace === namespace &&
      candidate.workload.kind === workload.kind &&
      candidate.workload.name === workload.name,
  );
  return (pod?.ports ?? [])
    .filter((port) => port.init !== true)
    .map(({ protocol, port }) => ({ protocol, port }));
}

interface Known {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
}

const DNS: Known = {
  name: 'cluster DNS',
  labels: [
    ['k8s-app', 'kube-dns'],
    ['k8s-app', 'coredns'],
    ['app.kubernetes.io/name', 'coredns'],
    ['dns.operator.openshift.io/daemonset-dns', 'default'],
  ],
};

const INGRESS: Known = {
  name: 'ingress controller',
  labels: [
    ['app.kubernetes.io/name', 'ingress-nginx'],
    ['app.kubernetes.io/name', 'nginx-ingress'],
    ['app', 'nginx-ingress'],
    ['app', 'nginx'],
    ['app.kubernetes.io/name', 'traefik'],
    ['app.kubernetes.io/name', 'contour'],
    ['app.kubernetes.io/name', 'envoy'],
    ['app.kubernetes.io/name', 'haproxy-ingress'],
    ['app.kubernetes.io/name', 'kong'],
    ['app', 'ingress-appgw'],
    ['istio', 'ingressgateway'],
  ],
};

const INGRESS_NAMESPACE = /ingress|gateway|traefik|contour|kong|istio|app-routing/;

function find(snapshot: ClusterSnapshot, known: Known): TemplatePods | undefined {
  for (const [key, value] of known.labels) {
    const pod = snapshot.pods.find(
      (candidate) =>
        candidate.labels[key] === value &&
        // `app=nginx` is anybody's web server unless its namespace says otherwise.
        (known !== INGRESS || value !== 'nginx' || INGRESS_NAMESPACE.test(candidate.namespace)),
    );
    if (pod !== undefined) return { namespace: pod.namespace, name: known.name, labels: [[key, value]] };
  }
  if (known !== INGRESS) return undefined;
  const pod = snapshot.pods.find(({ namespace }) => INGRESS_NAMESPACE.test(namespace));
  return pod === undefined
    ? undefined
    : { namespace: pod.namespace, name: known.name, labels: lastingLabels(pod.labels).slice(0, 1) };
}

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

function apiServer(snapshot: ClusterSnapshot): TemplateContext['apiServer'] {
  const isServer = (pod: PodRecord) => pod.labels['component'] === 'kube-apiserver';
  const pods = snapshot.pods.filter(isServer).flatMap(({ ips }) => ips);
  const nodes = snapshot.nodes
    .filter(({ labels }) => CONTROL_PLANE.some((key) => Object.hasOwn(labels, key)))
    .flatMap(({ ips }) => ips);
  const ips = pods.length > 0 ? pods : nodes;
  const cidrs = [...new Set(ips)].slice(0, 5).map((ip) => `${ip}/${ip.includes(':') ? 128 : 32}`);
  return { cidrs, ports: cidrs.length > 0 ? [6443] : [443, 6443] };
}
