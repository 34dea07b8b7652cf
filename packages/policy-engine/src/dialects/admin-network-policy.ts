import {
  checkFields,
  type JsonObject,
  type Reading,
  readInteger,
  readObject,
  readString,
  reject,
  warn,
} from '../input/reading.ts';
import type { ConnectionTerm, RuleBlock } from '../ir/ir.ts';
import type { PolicyRecord } from '../model/records.ts';
import { type ClusterScopedKind, lowerClusterScoped, readPriority } from './cluster-scoped.ts';
import { PORT_BOUNDS, readProtocol } from './ports.ts';

/**
 * AdminNetworkPolicy and BaselineAdminNetworkPolicy, policy.networking.k8s.io/v1alpha1 (semantics 2.1; A1
 * adminnetworkpolicy_types.go, baselineadminnetworkpolicy_types.go, shared_types.go).
 */

const PORT_KINDS = ['portNumber', 'portRange', 'namedPort'] as const;

const COMMON = {
  connectionsField: 'ports',
  lowerConnection: lowerPort,
  limits: { rules: 100, peers: 100, connections: 100 },
  requiredOfPods: ['namespaceSelector', 'podSelector'],
} as const;

const ADMIN: ClusterScopedKind = {
  ...COMMON,
  specFields: ['priority', 'subject', 'ingress', 'egress'],
  actions: new Map([
    ['Allow', 'allow'],
    ['Deny', 'deny'],
    ['Pass', 'pass'],
  ]),
  egressPeers: ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'],
  tier: (reading, spec) => {
    const order = readPriority(reading, spec);
    return order === undefined ? undefined : { tier: 'admin', order };
  },
};

/**
 * A baseline policy has no priority. Its order against ClusterNetworkPolicies of the Baseline tier is not defined by
 * either version; it comes last, as Calico has it (semantics 4.2).
 */
const BASELINE_ORDER = 1000;

const BASELINE: ClusterScopedKind = {
  ...COMMON,
  specFields: ['subject', 'ingress', 'egress'],
  actions: new Map([
    ['Allow', 'allow'],
    ['Deny', 'deny'],
  ]),
  egressPeers: ['namespaces', 'pods', 'nodes', 'networks'],
  tier: () => ({ tier: 'baseline', order: BASELINE_ORDER }),
};

export function lowerAdminNetworkPolicy(policy: PolicyRecord, reading: Reading): RuleBlock[] {
  return lowerClusterScoped(policy, reading, ADMIN);
}

/** The one baseline policy of a cluster is called `default` (A1:29, N28). */
export function lowerBaselineAdminNetworkPolicy(policy: PolicyRecord, reading: Reading): RuleBlock[] {
  if (policy.name !== 'default') {
    reject(
      reading,
      'baseline-name',
      'metadata.name',
      `A BaselineAdminNetworkPolicy must be called \`default\`, not \`${policy.name}\`.`,
      'Rename it to `default`; there is at most one per cluster.',
    );
  }
  return lowerClusterScoped(policy, reading, BASELINE);
}

/** Exactly one of the three kinds of port. A name has no protocol: the one that the container declares (N37). */
function lowerPort(
  reading: Reading,
  entry: JsonObject,
  path: string,
  index: number,
): ConnectionTerm | undefined {
  checkFields(reading, entry, path, PORT_KINDS);
  const given = PORT_KINDS.filter((field) => Object.hasOwn(entry, field));
  const [only] = given;
  if (only === undefined || given.length > 1) {
    reject(
      reading,
      only === undefined ? 'empty-port' : 'ambiguous-port',
      path,
      only === undefined ? 'The entry names no port.' : `The entry has both \`${given.join('` and `')}\`.`,
      'Give each entry exactly one of `portNumber`, `portRange` and `namedPort`; for all ports leave `ports` out.',
    );
    return undefined;
  }
  switch (only) {
    case 'portNumber':
      return lowerPortNumber(reading, entry, path, index);
    case 'portRange':
      return lowerPortRange(reading, entry, path, index);
    case 'namedPort': {
      const name = readString(reading, entry, only, path);
      return name === undefined ? undefined : { index, type: 'named', name };
    }
  }
}

function lowerPortNumber(
  reading: Reading,
  entry: JsonObject,
  path: string,
  index: number,
): ConnectionTerm | undefined {
  const number = readObject(reading, entry, 'portNumber', path);
  if (number === undefined) return undefined;
  const at = `${path}.portNumber`;
  checkFields(reading, number, at, ['protocol', 'port']);
  const protocol = readProtocol(reading, number, at);
  const port = readRequiredPort(reading, number, 'port', at);
  if (protocol === undefined || port === undefined) return undefined;
  return { index, type: 'ports', protocol, from: port, to: port };
}

function lowerPortRange(
  reading: Reading,
  entry: JsonObject,
  path: string,
  index: number,
): ConnectionTerm | undefined {
  const range = readObject(reading, entry, 'portRange', path);
  if (range === undefined) return undefined;
  const at = `${path}.portRange`;
  checkFields(reading, range, at, ['protocol', 'start', 'end']);
  const protocol = readProtocol(reading, range, at);
  const from = readRequiredPort(reading, range, 'start', at);
  const to = readRequiredPort(reading, range, 'end', at);
  if (protocol === undefined || from === undefined || to === undefined) return undefined;
  if (from > to) {
    // The v1alpha1 schema states but doesn't enforce the order, so such an object can exist; its range is empty.
    warn(
      reading,
      'port-range-backwards',
      at,
      `\`start\` ${from} is above \`end\` ${to}, so the entry matches no port.`,
      'Swap the two.',
    );
    return undefined;
  }
  return { index, type: 'ports', protocol, from, to };
}

function readRequiredPort(
  reading: Reading,
  parent: JsonObject,
  field: string,
  path: string,
): number | undefined {
  if (!Object.hasOwn(parent, field)) {
    reject(reading, 'missing-field', `${path}.${field}`, `There is no \`${field}\`.`, `Add \`${field}\`.`);
    return undefined;
  }
  return readInteger(reading, parent, field, path, PORT_BOUNDS);
}
