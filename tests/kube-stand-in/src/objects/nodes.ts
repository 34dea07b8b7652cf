import type { KubeObject } from '../json.ts';
import { CREATED_AT, fieldsOf, liveMetadata } from './metadata.ts';

export type AksPolicyEngine = 'azure' | 'calico' | 'cilium' | 'none';

export interface NodeOptions {
  readonly name: string;
  readonly internalIp: string;
  readonly podCidr: string;
  readonly engine: AksPolicyEngine;
  readonly os?: 'linux' | 'windows';
  readonly labels?: Readonly<Record<string, string>>;
}

/** A node with the labels AKS gives it. */
export function aksNode(options: NodeOptions): KubeObject {
  const os = options.os ?? 'linux';
  const labels = {
    agentpool: 'nodepool1',
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/instance-type': 'Standard_D4ds_v5',
    'beta.kubernetes.io/os': os,
    'failure-domain.beta.kubernetes.io/region': 'westeurope',
    'failure-domain.beta.kubernetes.io/zone': 'westeurope-1',
    'kubernetes.azure.com/agentpool': 'nodepool1',
    'kubernetes.azure.com/cluster': 'MC_contoso_prod_westeurope',
    'kubernetes.azure.com/consolidated-additional-properties': '8c0b3e1c-4a0e-11ef-9a2b-7e1d2f3a4b5c',
    'kubernetes.azure.com/mode': 'system',
    'kubernetes.azure.com/network-policy': options.engine,
    ...(options.engine === 'cilium' ? { 'kubernetes.azure.com/ebpf-dataplane': 'cilium' } : {}),
    'kubernetes.azure.com/node-image-version':
      os === 'linux'
        ? 'AKSUbuntu-2204gen2containerd-202510.19.1'
        : 'AKSWindows-2022-containerd-gen2-20348.4171.251014',
    'kubernetes.azure.com/role': 'agent',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': options.name,
    'kubernetes.io/os': os,
    'node.kubernetes.io/instance-type': 'Standard_D4ds_v5',
    'topology.kubernetes.io/region': 'westeurope',
    'topology.kubernetes.io/zone': 'westeurope-1',
    ...options.labels,
  };
  const status = {
    addresses: [
      { type: 'InternalIP', address: options.internalIp },
      { type: 'Hostname', address: options.name },
    ],
    capacity: { cpu: '4', memory: '16374640Ki', pods: '110' },
    allocatable: { cpu: '3860m', memory: '12880752Ki', pods: '110' },
    conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
      type,
      status: type === 'Ready' ? 'True' : 'False',
      lastHeartbeatTime: CREATED_AT,
      lastTransitionTime: CREATED_AT,
      reason: type === 'Ready' ? 'KubeletReady' : `KubeletHasSufficient${type.replace('Pressure', '')}`,
      message: 'kubelet is posting ready status',
    })),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      containerRuntimeVersion: 'containerd://1.7.28-1',
      kernelVersion: '5.15.0-1097-azure',
      kubeletVersion: 'v1.34.2',
      operatingSystem: os,
      osImage: os === 'linux' ? 'Ubuntu 22.04.5 LTS' : 'Windows Server 2022 Datacenter',
    },
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: liveMetadata({
      kind: 'Node',
      name: options.name,
      labels,
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      managers: [
        {
          name: 'kubelet',
          operation: 'Update',
          apiVersion: 'v1',
          fields: { 'f:metadata': { 'f:labels': fieldsOf(labels) }, 'f:status': fieldsOf(status) },
        },
      ],
    }),
    spec: {
      podCIDR: options.podCidr,
      podCIDRs: [options.podCidr],
      providerID: `azure:///subscriptions/0/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/vmss/${options.name}`,
    },
    status,
  };
}

/** A namespace with the label that every namespace has, and those given. */
export function liveNamespace(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  const all = { 'kubernetes.io/metadata.name': name, ...labels };
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: liveMetadata({
      kind: 'Namespace',
      name,
      labels: all,
      managers: [
        {
          name: 'kubectl-client-side-apply',
          operation: 'Update',
          apiVersion: 'v1',
          fields: { 'f:metadata': { 'f:labels': fieldsOf(all) } },
        },
      ],
    }),
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
