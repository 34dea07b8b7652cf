import { policyYaml } from '../../manifests/policy-yaml.ts';
import type { PolicyRecord, TransportProtocol } from '../../model/records.ts';
import type { Json } from '../json.ts';
import { DEFAULT_STYLE, renderBlock } from '../yaml/render.ts';
import type { VerificationPlan } from './plan.ts';
import type { StandInPod } from './stand-ins.ts';

/** Marks what the script made, so that it removes nothing else. */
export const OWNER_LABEL = 'bulkhead-verify';

export function yaml(value: Json): string {
  return `${renderBlock(value, DEFAULT_STYLE).join('\n')}\n`;
}

export function documents(values: readonly Json[]): string {
  return values.map(yaml).join('---\n');
}

/** A stand-in, with `PROBE_IMAGE` where its image belongs. */
export function podManifest(pod: StandInPod): Json {
  const containers = pod.ports.map(portContainer);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace: pod.namespace, labels: pod.labels },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: POD_SECURITY,
      containers: [
        {
          name: 'probe',
          image: 'PROBE_IMAGE',
          command: ['/agnhost', 'pause'],
          securityContext: CONTAINER_SECURITY,
        },
        ...containers,
      ],
    },
  };
}

function portContainer({ names, protocol, port, listens }: StandInPod['ports'][number], index: number): Json {
  const ports: readonly Json[] =
    names.length === 0
      ? [{ protocol, containerPort: port }]
      : names.map((name) => ({ name, protocol, containerPort: port }));
  return {
    name: `port-${index}`,
    image: 'PROBE_IMAGE',
    command: listens ? listening(protocol, port) : ['/agnhost', 'pause'],
    ...(listens && protocol === 'SCTP' ? { env: [{ name: `SERVE_SCTP_PORT_${port}`, value: 'ok' }] } : {}),
    ports,
    securityContext: CONTAINER_SECURITY,
  };
}

function listening(protocol: TransportProtocol, port: number): readonly string[] {
  if (protocol === 'SCTP') return ['/agnhost', 'porter'];
  const over = protocol === 'TCP' ? '--tcp' : '--udp';
  return ['/agnhost', 'serve-hostname', over, '--http=false', '--port', String(port)];
}

/*
 * As little as the `restricted` pod security standard asks for: the namespaces may have labels that enforce it. Ports below
 * 1024 are opened to a user that is not root by a sysctl that the standard allows.
 */
const CONTAINER_SECURITY = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: 65_534,
  seccompProfile: { type: 'RuntimeDefault' },
  sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
};

/** A namespace with the labels that selectors see, and `RUN_ID` for the run that makes it. */
export function namespaceManifest({ name, labels }: VerificationPlan['namespaces'][number]): Json {
  const own = Object.fromEntries(
    Object.entries(labels).filter(([key]) => key !== 'kubernetes.io/metadata.name'),
  );
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...own, [OWNER_LABEL]: 'RUN_ID' } },
  };
}

/**
 * What counts of a policy. Its text may be a copy from a cluster, whose metadata no API server takes from another and whose
 * owner the garbage collector would look for.
 */
export function policyManifest({ apiVersion, kind, namespace, name, spec }: PolicyRecord): string {
  return policyYaml({ apiVersion, kind, name, spec, ...(namespace === undefined ? {} : { namespace }) });
}
