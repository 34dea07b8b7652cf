import type { SourceRef } from '../diagnostic.ts';
import { portNameProblem } from '../input/names.ts';
import {
  asObject,
  checkFields,
  describe,
  isObject,
  isRejected,
  type JsonObject,
  ownField,
  type Reading,
  readList,
  readObject,
  warn,
} from '../input/reading.ts';
import type { ReadContext } from './context.ts';
import { readMetadata } from './metadata.ts';
import type { PodPart } from './parts.ts';
import type { ContainerPortRecord, PodState, TransportProtocol } from './records.ts';
import { NO_PORTS, NO_STRINGS, shared } from './sharing.ts';

const PORT_FIELDS = ['name', 'protocol', 'containerPort', 'hostPort', 'hostIP'];
const PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];

/** Reads a Pod. `undefined`: it can't exist, and `reading` says why. */
export function readPod(
  reading: Reading,
  raw: JsonObject,
  context: ReadContext,
  source: SourceRef | undefined,
): PodPart | undefined {
  const metadata = readMetadata(reading, raw, 'namespaced', context);
  const spec = readObject(reading, raw, 'spec', '') ?? {};
  const podSpec = readPodSpec(reading, spec, 'spec', context);
  if (metadata === undefined || isRejected(reading)) return undefined;
  const { name, namespace, labels, owner } = metadata;
  const ips = readIps(raw);
  const node = ownField(spec, 'nodeName');
  return {
    type: 'pod',
    record: {
      namespace,
      name,
      labels,
      workload: { kind: 'Pod', name },
      ...podSpec,
      ips,
      ...(typeof node === 'string' && node !== '' ? { node } : {}),
      state: stateOf(raw, ips),
      replicas: 1,
      ...(source === undefined ? {} : { source }),
    },
    ...(owner === undefined ? {} : { owner }),
  };
}

/** What a pod or a template says about its network. */
export function readPodSpec(
  reading: Reading,
  spec: JsonObject,
  path: string,
  context: ReadContext,
): { readonly ports: readonly ContainerPortRecord[]; readonly hostNetwork: boolean } {
  return {
    ports: readPorts(reading, spec, path, context),
    hostNetwork: ownField(spec, 'hostNetwork') === true,
  };
}

/**
 * Declared container ports. Of init containers only named ones: engines differ in whether these names resolve
 * (semantics 1.4), and an init container's port has no other meaning to a policy.
 */
function readPorts(
  reading: Reading,
  spec: JsonObject,
  path: string,
  context: ReadContext,
): readonly ContainerPortRecord[] {
  const ports: ContainerPortRecord[] = [];
  for (const field of ['containers', 'initContainers'] as const) {
    for (const [index, item] of (readList(reading, spec, field, path) ?? []).entries()) {
      const at = `${path}.${field}[${index}]`;
      const container = asObject(reading, item, at);
      if (container === undefined) continue;
      for (const [position, entry] of (readList(reading, container, 'ports', at) ?? []).entries()) {
        const port = readPort(reading, entry, `${at}.ports[${position}]`, context);
        if (port === undefined) continue;
        if (field === 'containers') ports.push(port);
        else if (port.name !== undefined) ports.push({ ...port, init: true });
      }
    }
  }
  return ports.length === 0 ? NO_PORTS : shared(context.sharing.ports, identityOf(ports), () => ports);
}

/** A port that an API server would refuse is left out; the workload is there all the same. */
function readPort(
  reading: Reading,
  item: unknown,
  path: string,
  context: ReadContext,
): ContainerPortRecord | undefined {
  if (!isObject(item)) {
    refusePort(reading, path, `it is ${describe(item)}`);
    return undefined;
  }
  if (context.origin === 'files') checkFields(reading, item, path, PORT_FIELDS);
  const port = ownField(item, 'containerPort');
  const name = ownField(item, 'name') ?? '';
  const written = ownField(item, 'protocol') ?? 'TCP';
  const protocol = PROTOCOLS.find((known) => known === written);
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    const problem = port === undefined ? 'there is none' : `it is ${describe(port)}`;
    refusePort(
      reading,
      `${path}.containerPort`,
      `\`containerPort\` must be a number from 1 to 65535, but ${problem}`,
    );
    return undefined;
  }
  if (protocol === undefined) {
    refusePort(
      reading,
      `${path}.protocol`,
      `\`protocol\` must be TCP, UDP or SCTP, but it is ${describe(written)}`,
    );
    return undefined;
  }
  const nameProblem = typeof name === 'string' ? portNameProblem(name) : `it is ${describe(name)}`;
  if (typeof name !== 'string' || (name !== '' && nameProblem !== undefined)) {
    refusePort(reading, `${path}.name`, `\`name\` is no port name: ${nameProblem}`);
    return undefined;
  }
  return name === '' ? { protocol, port } : { name, protocol, port };
}

function refusePort(reading: Reading, path: string, problem: string): void {
  warn(
    reading,
    'invalid-container-port',
    path,
    `The container port was left out: ${problem}. API servers refuse the object.`,
    'Correct the port.',
  );
}

function identityOf(ports: readonly ContainerPortRecord[]): string {
  return ports
    .map(({ name = '', protocol, port, init }) => `${name}/${protocol}/${port}/${init ?? ''}`)
    .join();
}

/** `status.podIPs`, else `status.podIP`. */
function readIps(raw: JsonObject): readonly string[] {
  const status = ownField(raw, 'status');
  if (!isObject(status)) return NO_STRINGS;
  const listed = ownField(status, 'podIPs');
  const ips = Array.isArray(listed)
    ? listed.map((item) => (isObject(item) ? ownField(item, 'ip') : undefined))
    : [];
  const found = [...ips, ...(ips.length === 0 ? [ownField(status, 'podIP')] : [])].filter(
    (ip): ip is string => typeof ip === 'string' && ip !== '',
  );
  return found.length === 0 ? NO_STRINGS : found;
}

/** Succeeded and Failed pods and those without an address are no endpoints (semantics 0.8, K71). */
function stateOf(raw: JsonObject, ips: readonly string[]): PodState {
  const status = ownField(raw, 'status');
  const phase = isObject(status) ? ownField(status, 'phase') : undefined;
  if (phase === 'Succeeded' || phase === 'Failed') return 'finished';
  if (ips.length > 0 || phase === 'Running') return 'running';
  // A server sets the phase when it creates the pod; without one, the object is a manifest.
  return phase === undefined || phase === null || phase === '' ? 'declared' : 'pending';
}
