import type { JsonObject, KubeObject } from '../json.ts';
import { CREATED_AT, fieldsOf, liveMetadata, uidOf } from './metadata.ts';

export interface PortOptions {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}

export interface ContainerOptions {
  readonly name: string;
  readonly image?: string;
  readonly ports?: readonly PortOptions[];
}

export interface PodTemplateOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** One container named `main` by default, with the ports given beside it. */
  readonly containers?: readonly ContainerOptions[];
  readonly initContainers?: readonly ContainerOptions[];
  readonly ports?: readonly PortOptions[];
  readonly hostNetwork?: boolean;
  readonly serviceAccount?: string;
}

export interface PodOptions extends PodTemplateOptions {
  readonly namespace: string;
  readonly name: string;
  readonly generateName?: string;
  readonly owner?: KubeObject;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly node: string;
  readonly hostIp: string;
  /** Empty for a pod without an address yet. */
  readonly ips: readonly string[];
}

/** `spec.template.spec` of a workload, or the start of a pod's `spec`. */
export function podSpec(options: PodTemplateOptions): JsonObject {
  const containers = options.containers ?? [{ name: 'main', ports: options.ports ?? [] }];
  return {
    ...(options.initContainers === undefined
      ? {}
      : { initContainers: options.initContainers.map(container) }),
    containers: containers.map(container),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: options.hostNetwork === true ? 'ClusterFirstWithHostNet' : 'ClusterFirst',
    ...(options.hostNetwork === true ? { hostNetwork: true } : {}),
    serviceAccountName: options.serviceAccount ?? 'default',
    serviceAccount: options.serviceAccount ?? 'default',
    securityContext: {},
    schedulerName: 'default-scheduler',
  };
}

function container(options: ContainerOptions): JsonObject {
  const ports = options.ports ?? [];
  return {
    name: options.name,
    image: options.image ?? `contoso.azurecr.io/${options.name}:1.4.2`,
    ...(ports.length === 0
      ? {}
      : {
          ports: ports.map((port) => ({
            ...(port.name === undefined ? {} : { name: port.name }),
            containerPort: port.port,
            protocol: port.protocol ?? 'TCP',
          })),
        }),
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
      { name: 'LOG_LEVEL', value: 'info' },
    ],
    resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '50m', memory: '128Mi' } },
    livenessProbe: {
      httpGet: { path: '/healthz', port: ports[0]?.port ?? 8080, scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

/** A pod as kubelet reports it, with everything that a client which only wants labels and addresses has to skip. */
export function livePod(options: PodOptions): KubeObject {
  const phase = options.phase ?? 'Running';
  const spec = podSpec(options);
  const token = `kube-api-access-${uidOf(options.namespace, options.name).slice(0, 5)}`;
  const mounted = {
    ...spec,
    nodeName: options.node,
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    enableServiceLinks: true,
    tolerations: [
      {
        key: 'node.kubernetes.io/not-ready',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
    ],
    volumes: [
      {
        name: token,
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          ],
        },
      },
    ],
  };
  const status = podStatus(options, phase);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: liveMetadata({
      kind: 'Pod',
      ...options,
      managers: [
        {
          name: 'kube-controller-manager',
          operation: 'Update',
          apiVersion: 'v1',
          fields: { 'f:metadata': { 'f:labels': fieldsOf({ ...options.labels }) }, 'f:spec': fieldsOf(spec) },
        },
        {
          name: 'kubelet',
          operation: 'Update',
          apiVersion: 'v1',
          subresource: 'status',
          fields: { 'f:status': fieldsOf(status) },
        },
      ],
    }),
    spec: mounted,
    status,
  };
}

function podStatus(options: PodOptions, phase: string): JsonObject {
  const ready = phase === 'Running' ? 'True' : 'False';
  const condition = (type: string, status: string) => ({
    type,
    status,
    lastProbeTime: null,
    lastTransitionTime: CREATED_AT,
  });
  const ips = options.hostNetwork === true ? [options.hostIp] : options.ips;
  const containers = options.containers ?? [{ name: 'main' }];
  const state =
    phase === 'Running'
      ? { running: { startedAt: CREATED_AT } }
      : phase === 'Pending'
        ? { waiting: { reason: 'ContainerCreating' } }
        : {
            terminated: {
              exitCode: phase === 'Failed' ? 1 : 0,
              reason: phase === 'Failed' ? 'Error' : 'Completed',
              startedAt: CREATED_AT,
              finishedAt: CREATED_AT,
            },
          };
  return {
    phase,
    conditions: [
      condition('PodReadyToStartContainers', 'True'),
      condition('Initialized', 'True'),
      condition('Ready', ready),
      condition('ContainersReady', ready),
      condition('PodScheduled', 'True'),
    ],
    hostIP: options.hostIp,
    hostIPs: [{ ip: options.hostIp }],
    ...(ips.length === 0 ? {} : { podIP: ips[0] ?? '', podIPs: ips.map((ip) => ({ ip })) }),
    startTime: CREATED_AT,
    containerStatuses: containers.map((one) => ({
      name: one.name,
      state,
      lastState: {},
      ready: phase === 'Running',
      restartCount: 0,
      image: `contoso.azurecr.io/${one.name}:1.4.2`,
      imageID: `contoso.azurecr.io/${one.name}@sha256:${uidOf(one.name).replaceAll('-', '').repeat(2)}`,
      containerID: `containerd://${uidOf(options.namespace, options.name, one.name).replaceAll('-', '').repeat(2)}`,
      started: phase === 'Running',
    })),
    qosClass: 'Burstable',
  };
}
