import {
  checkFields,
  type JsonObject,
  type Reading,
  readInteger,
  readObject,
  readString,
  reject,
} from '../input/reading.ts';
import type { ConnectionTerm, RuleBlock, TierId } from '../ir/ir.ts';
import type { PolicyRecord, TransportProtocol } from '../model/records.ts';
import { type ClusterScopedKind, lowerClusterScoped, readPriority } from './cluster-scoped.ts';
import { PORT_BOUNDS } from './ports.ts';

/** ClusterNetworkPolicy, policy.networking.k8s.io/v1alpha2 (semantics 2.2; A2 clusternetworkpolicy_types.go). */

const TIERS: ReadonlyMap<string, TierId> = new Map([
  ['Admin', 'admin'],
  ['Baseline', 'baseline'],
]);

const TRANSPORTS: ReadonlyMap<string, TransportProtocol> = new Map([
  ['tcp', 'TCP'],
  ['udp', 'UDP'],
  ['sctp', 'SCTP'],
]);

const NAMED = 'destinationNamedPort';
const ENTRY_FIELDS = [...TRANSPORTS.keys(), NAMED];

const KIND: ClusterScopedKind = {
  specFields: ['tier', 'priority', 'subject', 'ingress', 'egress'],
  actions: new Map([
    ['Accept', 'allow'],
    ['Deny', 'deny'],
    ['Pass', 'pass'],
  ]),
  connectionsField: 'protocols',
  lowerConnection: lowerProtocol,
  limits: { rules: 25, peers: 25, connections: 25 },
  egressPeers: ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'],
  // A2 NamespacedPod: namespaceSelector is optional, and empty where it is missing.
  requiredOfPods: ['podSelector'],
  tier: readTier,
};

export function lowerClusterNetworkPolicy(policy: PolicyRecord, reading: Reading): RuleBlock[] {
  return lowerClusterScoped(policy, reading, KIND);
}

function readTier(reading: Reading, spec: JsonObject) {
  const written = readString(reading, spec, 'tier', 'spec');
  const tier = written === undefined ? undefined : TIERS.get(written);
  if (tier === undefined) {
    reject(
      reading,
      'unsupported-tier',
      'spec.tier',
      written === undefined ? 'The policy has no tier.' : `There is no tier \`${written}\`.`,
      'Use `Admin` or `Baseline`.',
    );
  }
  const order = readPriority(reading, spec);
  return tier === undefined || order === undefined ? undefined : { tier, order };
}

/** Exactly one field; a transport needs a port, with exactly one of number and range (N42, N43). */
function lowerProtocol(
  reading: Reading,
  entry: JsonObject,
  path: string,
  index: number,
): ConnectionTerm | undefined {
  checkFields(reading, entry, path, ENTRY_FIELDS);
  const given = ENTRY_FIELDS.filter((field) => Object.hasOwn(entry, field));
  const [only] = given;
  if (only === undefined || given.length > 1) {
    reject(
      reading,
      only === undefined ? 'empty-protocol' : 'ambiguous-protocol',
      path,
      only === undefined
        ? 'The entry names no protocol.'
        : `The entry has both \`${given.join('` and `')}\`.`,
      'Give each entry exactly one of `tcp`, `udp`, `sctp` and `destinationNamedPort`; to match all traffic leave `protocols` out.',
    );
    return undefined;
  }
  const protocol = TRANSPORTS.get(only);
  if (protocol === undefined) {
    const name = readString(reading, entry, NAMED, path);
    if (name === '') {
      reject(
        reading,
        'invalid-port-name',
        `${path}.${NAMED}`,
        'The port name is empty.',
        'Use the name of a container port.',
      );
    }
    return name === undefined ? undefined : { index, type: 'named', name };
  }
  const range = lowerPort(reading, entry, only, path);
  return range === undefined ? undefined : { index, type: 'ports', protocol, ...range };
}

function lowerPort(reading: Reading, entry: JsonObject, transport: string, path: string) {
  const at = `${path}.${transport}`;
  const attributes = readObject(reading, entry, transport, path);
  if (attributes === undefined) return undefined;
  checkFields(reading, attributes, at, ['destinationPort']);
  const port = readObject(reading, attributes, 'destinationPort', at);
  if (port === undefined) {
    if (!Object.hasOwn(attributes, 'destinationPort')) {
      reject(
        reading,
        'missing-field',
        `${at}.destinationPort`,
        `\`${transport}\` has no \`destinationPort\`.`,
        'Add `destinationPort`; for all ports use `range` 1 to 65535.',
      );
    }
    return undefined;
  }
  return lowerPortOrRange(reading, port, `${at}.destinationPort`);
}

function lowerPortOrRange(reading: Reading, port: JsonObject, path: string) {
  checkFields(reading, port, path, ['number', 'range']);
  const hasNumber = Object.hasOwn(port, 'number');
  if (hasNumber === Object.hasOwn(port, 'range')) {
    reject(
      reading,
      hasNumber ? 'ambiguous-port' : 'empty-port',
      path,
      hasNumber ? 'The port has both `number` and `range`.' : 'The port has neither `number` nor `range`.',
      'Keep exactly one of `number` and `range`.',
    );
    return undefined;
  }
  if (hasNumber) {
    const number = readInteger(reading, port, 'number', path, PORT_BOUNDS);
    return number === undefined ? undefined : { from: number, to: number };
  }
  const range = readObject(reading, port, 'range', path);
  return range === undefined ? undefined : lowerRange(reading, range, `${path}.range`);
}

/** A2:509: start must be below end (N40, N41). */
function lowerRange(reading: Reading, range: JsonObject, path: string) {
  checkFields(reading, range, path, ['start', 'end']);
  for (const field of ['start', 'end']) {
    if (Object.hasOwn(range, field)) continue;
    reject(
      reading,
      'missing-field',
      `${path}.${field}`,
      `The range has no \`${field}\`.`,
      `Add \`${field}\`.`,
    );
  }
  const from = readInteger(reading, range, 'start', path, PORT_BOUNDS);
  const to = readInteger(reading, range, 'end', path, PORT_BOUNDS);
  if (from === undefined || to === undefined) return undefined;
  if (from >= to) {
    reject(
      reading,
      'port-range-backwards',
      path,
      `\`start\` ${from} is not below \`end\` ${to}.`,
      from === to ? `Use \`number: ${from}\` for a single port.` : 'Swap the two.',
    );
  }
  return { from, to };
}
