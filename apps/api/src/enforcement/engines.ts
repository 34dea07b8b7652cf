import type { EnforcementEngine } from '@bulkhead/protocol';

export type EngineName = EnforcementEngine['name'];

/** How an engine's agent shows itself in a cluster (design notes on detection; each project's own manifests). */
export interface EngineSignature {
  readonly name: EngineName;
  readonly title: string;
  /** Names of its DaemonSets. */
  readonly daemonSets: readonly string[];
  /** Values of the labels `k8s-app` or `app` on its DaemonSets and pods. */
  readonly apps: readonly string[];
  /** API groups that it installs, and that stay behind when it goes. */
  readonly groups: readonly string[];
  /** What AKS calls it in the label `kubernetes.azure.com/network-policy`. */
  readonly aksName?: string;
}

export const ENGINES: readonly EngineSignature[] = [
  {
    name: 'azure-npm',
    title: 'Azure Network Policy Manager',
    daemonSets: ['azure-npm', 'azure-npm-win'],
    apps: ['azure-npm'],
    groups: [],
    aksName: 'azure',
  },
  {
    name: 'calico',
    title: 'Calico',
    // Canal is Calico's policy engine on flannel's network.
    daemonSets: ['calico-node', 'calico-node-windows', 'canal'],
    apps: ['calico-node', 'canal'],
    groups: ['crd.projectcalico.org', 'projectcalico.org'],
    aksName: 'calico',
  },
  {
    name: 'cilium',
    title: 'Cilium',
    // `anetd` is Cilium as GKE Dataplane V2 ships it.
    daemonSets: ['cilium', 'anetd'],
    apps: ['cilium'],
    groups: ['cilium.io'],
    aksName: 'cilium',
  },
  {
    name: 'antrea',
    title: 'Antrea',
    daemonSets: ['antrea-agent'],
    apps: ['antrea'],
    groups: ['crd.antrea.io'],
  },
  {
    name: 'kube-network-policies',
    title: 'kube-network-policies',
    // kind's own network plugin has it built in.
    daemonSets: ['kube-network-policies', 'kindnet'],
    apps: ['kube-network-policies', 'kindnet'],
    groups: [],
  },
  {
    name: 'ovn-kubernetes',
    title: 'OVN-Kubernetes',
    daemonSets: ['ovnkube-node', 'ovnkube-single-node-zone'],
    apps: ['ovnkube-node'],
    groups: ['k8s.ovn.org'],
  },
  { name: 'weave-net', title: 'Weave Net', daemonSets: ['weave-net'], apps: ['weave-net'], groups: [] },
  {
    name: 'kube-router',
    title: 'kube-router',
    daemonSets: ['kube-router'],
    apps: ['kube-router'],
    groups: [],
  },
];

/** The version in an image's tag: `mcr.microsoft.com/…/azure-npm:v1.6.29` → `v1.6.29`. */
export function imageVersion(image: string): string | undefined {
  const withoutDigest = image.split('@')[0] ?? '';
  const tag = /:([\w][\w.-]*)$/.exec(withoutDigest)?.[1];
  return tag !== undefined && /\d/.test(tag) ? tag : undefined;
}
