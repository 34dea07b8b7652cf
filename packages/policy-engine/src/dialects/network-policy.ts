import { portNameProblem } from '../input/names.ts';
import {
  asObject,
  checkFields,
  childPath,
  isObject,
  type JsonObject,
  type Reading,
  readField,
  readInteger,
  readList,
  readObject,
  reject,
  warn,
  wrongType,
} from '../input/reading.ts';
import type { ConnectionTerm, Direction, PeerTerm, Rule, RuleBlock } from '../ir/ir.ts';
import { DIRECTIONS } from '../ir/ir.ts';
import { type PolicyKey, type PolicyRecord, policyKey } from '../model/records.ts';
import { isStrictSubset, parseCidr } from './cidr.ts';
import { LAST_PORT, PORT_BOUNDS, readProtocol } from './ports.ts';
import { lowerSelectorField } from './selectors.ts';

/**
 * NetworkPolicy, networking.k8s.io/v1 (semantics section 1; K8SAPI types.go, K8SDEF defaults.go, K8SVAL
 * validation.go).
 */

const SPEC_FIELDS = ['podSelector', 'policyTypes', 'ingress', 'egress'];
const PEER_FIELDS = ['podSelector', 'namespaceSelector', 'ipBlock'];
const BLOCK_FIELDS = ['cidr', 'except'];
const PORT_FIELDS = ['protocol', 'port', 'endPort'];

const MISPLACED = new Map([
  ['from', 'in an item of `spec.ingress`'],
  ['to', 'in an item of `spec.egress`'],
  ['ports', 'in an item of `spec.ingress` or `spec.egress`'],
  ['matchLabels', 'in a `podSelector` or `namespaceSelector`'],
  ['matchExpressions', 'in a `podSelector` or `namespaceSelector`'],
  ['podSelector', 'in `spec`, or in an item of `from` or `to`'],
  ['namespaceSelector', 'in an item of `from` or `to`'],
  ['ipBlock', 'in an item of `from` or `to`'],
  ['cidr', 'in `ipBlock`'],
  ['except', 'in `ipBlock`'],
  ['port', 'in an item of `ports`'],
  ['protocol', 'in an item of `ports`'],
  ['endPort', 'in an item of `ports`'],
  ['policyTypes', 'in `spec`'],
  ['ingress', 'in `spec`'],
  ['egress', 'in `spec`'],
]);

const TYPE_OF = { ingress: 'Ingress', egress: 'Egress' } as const;
const PEERS_OF = { ingress: 'from', egress: 'to' } as const;
const RULE_FIELDS: Readonly<Record<Direction, readonly string[]>> = {
  ingress: ['from', 'ports'],
  egress: ['to', 'ports'],
};

/**
 * One block per direction that the policy isolates. Problems go to `reading`; with an error among them the object
 * could not exist, and the caller drops the blocks.
 */
export function lowerNetworkPolicy(policy: PolicyRecord, reading: Reading): RuleBlock[] {
  const spec = readSpec(policy, reading);
  if (spec === undefined) return [];
  checkFields(reading, spec, 'spec', SPEC_FIELDS, MISPLACED);

  // A missing podSelector is the empty one: every pod of the namespace (semantics 1).
  const pods = lowerSelectorField(reading, spec, 'podSelector', 'spec') ?? [];
  const namespace = policy.namespace ?? 'default';
  const key = policyKey(policy);
  const rules = {
    ingress: lowerRules(key, reading, spec, 'ingress', namespace),
    egress: lowerRules(key, reading, spec, 'egress', namespace),
  };
  const isolated = isolatedDirections(reading, spec, rules.egress.length > 0);
  for (const direction of DIRECTIONS) {
    if (isolated.includes(direction) || rules[direction].length === 0) continue;
    warn(
      reading,
      'inert-rules',
      `spec.${direction}`,
      `\`policyTypes\` doesn't list ${TYPE_OF[direction]}, so the ${direction} rules do nothing.`,
      `Add ${TYPE_OF[direction]} to \`policyTypes\`, or remove the rules.`,
    );
  }
  return DIRECTIONS.filter((direction) => isolated.includes(direction)).map((direction) => ({
    policy: key,
    tier: 'network-policy',
    order: 0,
    direction,
    subject: { namespaces: { name: namespace }, pods },
    // Selecting a hostNetwork pod is undefined (1.8, K67).
    subjectHostNetwork: 'undefined',
    rules: rules[direction],
  }));
}

function readSpec(policy: PolicyRecord, reading: Reading): JsonObject | undefined {
  if (policy.spec === undefined || policy.spec === null) {
    warn(
      reading,
      'missing-spec',
      'spec',
      'The policy has no spec: it selects every pod of its namespace and allows no ingress.',
      'Write the spec, or `podSelector: {}` if this is meant.',
    );
    return {};
  }
  if (isObject(policy.spec)) return policy.spec;
  wrongType(reading, 'spec', 'an object', policy.spec, 'Write it as `field: value` lines.');
  return undefined;
}

/**
 * `policyTypes` as written; where it is missing or empty, Ingress, and Egress if there is an egress rule: the length
 * counts, so `egress: []` doesn't isolate (K8SDEF, semantics 1.1, K04–K09).
 */
function isolatedDirections(
  reading: Reading,
  spec: JsonObject,
  hasEgressRules: boolean,
): readonly Direction[] {
  const types = readList(reading, spec, 'policyTypes', 'spec') ?? [];
  if (types.length === 0) return hasEgressRules ? ['ingress', 'egress'] : ['ingress'];
  if (types.length > 2) {
    reject(
      reading,
      'too-many-policy-types',
      'spec.policyTypes',
      `\`policyTypes\` has ${types.length} entries; at most two are allowed.`,
      'List Ingress and Egress once each.',
    );
    return [];
  }
  const isolated: Direction[] = [];
  for (const [index, type] of types.entries()) {
    const direction = DIRECTIONS.find((candidate) => TYPE_OF[candidate] === type);
    if (direction !== undefined) isolated.push(direction);
    else {
      reject(
        reading,
        'unsupported-policy-type',
        `spec.policyTypes[${index}]`,
        `${typeof type === 'string' ? `\`${type}\`` : 'This'} is no policy type.`,
        'Use `Ingress` or `Egress`, spelt with a capital.',
      );
    }
  }
  return isolated;
}

function lowerRules(
  policy: PolicyKey,
  reading: Reading,
  spec: JsonObject,
  direction: Direction,
  namespace: string,
): Rule[] {
  const rules: Rule[] = [];
  readList(reading, spec, direction, 'spec')?.forEach((item, index) => {
    const path = `spec.${direction}[${index}]`;
    const rule = asObject(reading, item, path);
    if (rule === undefined) return;
    const peersField = PEERS_OF[direction];
    checkRuleFields(reading, rule, path, direction);
    rules.push({
      action: 'allow',
      peers: lowerPeers(reading, rule, peersField, path, namespace),
      connections: lowerPorts(reading, rule, path),
      origin: { policy, direction, rule: index, path },
    });
  });
  return rules;
}

function checkRuleFields(reading: Reading, rule: JsonObject, path: string, direction: Direction): void {
  const opposite = direction === 'ingress' ? PEERS_OF.egress : PEERS_OF.ingress;
  let known = RULE_FIELDS[direction];
  if (Object.hasOwn(rule, opposite)) {
    warn(
      reading,
      'unknown-field',
      `${path}.${opposite}`,
      `${direction} rules have no \`${opposite}\`; API servers drop it, so this rule is not restricted by it.`,
      `Use \`${PEERS_OF[direction]}\`, or move the rule to \`spec.${direction === 'ingress' ? 'egress' : 'ingress'}\`.`,
    );
    known = [...known, opposite];
  }
  checkFields(reading, rule, path, known, MISPLACED);
}

/** Missing or empty: any peer (semantics 1.1, K10–K12). */
function lowerPeers(
  reading: Reading,
  rule: JsonObject,
  field: 'from' | 'to',
  path: string,
  namespace: string,
): PeerTerm[] {
  const list = readList(reading, rule, field, path) ?? [];
  if (list.length === 0) return [{ index: -1, type: 'any' }];
  const peers: PeerTerm[] = [];
  list.forEach((item, index) => {
    const at = `${path}.${field}[${index}]`;
    const peer = asObject(reading, item, at);
    const term = peer === undefined ? undefined : lowerPeer(reading, peer, at, index, namespace);
    if (term !== undefined) peers.push(term);
  });
  return peers;
}

function lowerPeer(
  reading: Reading,
  peer: JsonObject,
  path: string,
  index: number,
  namespace: string,
): PeerTerm | undefined {
  checkFields(reading, peer, path, PEER_FIELDS, MISPLACED);
  const pods = lowerSelectorField(reading, peer, 'podSelector', path);
  const namespaces = lowerSelectorField(reading, peer, 'namespaceSelector', path);
  const block = readObject(reading, peer, 'ipBlock', path);

  if (block !== undefined) {
    if (pods !== undefined || namespaces !== undefined) {
      reject(
        reading,
        'ip-block-with-selector',
        path,
        "A peer can't have both an `ipBlock` and a selector.",
        'Make them two items of the list: then either may match.',
      );
    }
    return lowerIpBlock(reading, block, `${path}.ipBlock`, index);
  }
  if (pods === undefined && namespaces === undefined) {
    // A field of the wrong type has been reported, and is the reason why nothing is left.
    if (PEER_FIELDS.every((field) => (peer[field] ?? undefined) === undefined)) {
      reject(
        reading,
        'empty-peer',
        path,
        'The peer names nothing.',
        'Give it a `podSelector`, a `namespaceSelector` or an `ipBlock`; for any peer, leave the list out.',
      );
    }
    return undefined;
  }
  return {
    index,
    type: 'pods',
    set: {
      // podSelector alone: the policy's own namespace (semantics 1.2).
      namespaces: namespaces === undefined ? { name: namespace } : { selector: namespaces },
      pods: pods ?? [],
    },
    hostNetwork: 'undefined',
  };
}

/** Semantics 1.5. Host bits may be set (K48); an except must be strictly inside (K47). */
function lowerIpBlock(
  reading: Reading,
  block: JsonObject,
  path: string,
  index: number,
): PeerTerm | undefined {
  checkFields(reading, block, path, BLOCK_FIELDS, MISPLACED);
  const written = readField(reading, block, 'cidr', path);
  if (written === undefined || written === '') {
    reject(
      reading,
      'missing-field',
      `${path}.cidr`,
      'The ipBlock has no `cidr`.',
      'Add `cidr`, such as `10.0.0.0/8`.',
    );
    return undefined;
  }
  const cidr = lowerCidr(reading, written, path, 'cidr');
  const except: string[] = [];
  readList(reading, block, 'except', path)?.forEach((item, at) => {
    const hole = lowerCidr(reading, item, `${path}.except`, at);
    if (cidr === undefined || hole === undefined) return;
    if (!isStrictSubset(hole.cidr, cidr.cidr)) {
      reject(
        reading,
        'except-outside-cidr',
        `${path}.except[${at}]`,
        `\`${item}\` is not a smaller part of \`${written}\`.`,
        `Use a block inside \`${cidr.cidr.canonical}\` with a longer prefix than /${cidr.cidr.prefix}.`,
      );
    }
    except.push(hole.text);
  });
  return cidr === undefined ? undefined : { index, type: 'cidr', cidr: cidr.text, except };
}

/** The place is given as parent and field, since its path is only needed where something is wrong. */
function lowerCidr(reading: Reading, value: unknown, parent: string, field: string | number) {
  if (typeof value !== 'string') {
    wrongType(
      reading,
      childPath(parent, field),
      'a string',
      value,
      'Write a block such as `10.0.0.0/8` in quotes.',
    );
    return undefined;
  }
  const cidr = parseCidr(value);
  if (cidr === undefined) {
    reject(
      reading,
      'invalid-cidr',
      childPath(parent, field),
      `\`${value}\` is no IP block.`,
      value.includes('/')
        ? 'Write an address, `/` and a prefix length, such as `10.0.0.0/8` or `fd00::/8`.'
        : `Add a prefix length: \`${value}${value.includes(':') ? '/128' : '/32'}\` for this one address.`,
    );
    return undefined;
  }
  if (!cidr.legacy) return { text: value, cidr };
  warn(
    reading,
    'legacy-cidr',
    childPath(parent, field),
    `\`${value}\` is read as \`${cidr.canonical}\`; newer API servers refuse this form.`,
    `Write \`${cidr.canonical}\`.`,
  );
  return { text: cidr.canonical, cidr };
}

/** Missing or empty: every port and protocol (semantics 1.1). */
function lowerPorts(reading: Reading, rule: JsonObject, path: string): ConnectionTerm[] {
  const list = readList(reading, rule, 'ports', path) ?? [];
  if (list.length === 0) return [{ index: -1, type: 'all' }];
  const terms: ConnectionTerm[] = [];
  list.forEach((item, index) => {
    const at = `${path}.ports[${index}]`;
    const entry = asObject(reading, item, at);
    const term = entry === undefined ? undefined : lowerPort(reading, entry, at, index);
    if (term !== undefined) terms.push(term);
  });
  return terms;
}

/**
 * An entry without a port is every port of its protocol, so `{}` is all of TCP (K27, K28). Names are resolved on the
 * destination and must match the protocol (semantics 1.4).
 */
function lowerPort(
  reading: Reading,
  entry: JsonObject,
  path: string,
  index: number,
): ConnectionTerm | undefined {
  checkFields(reading, entry, path, PORT_FIELDS, MISPLACED);
  const protocol = readProtocol(reading, entry, path);
  const port = readField(reading, entry, 'port', path);
  const endPort = readInteger(reading, entry, 'endPort', path, PORT_BOUNDS);

  if (port === undefined) {
    if (endPort !== undefined) {
      reject(
        reading,
        'end-port-without-port',
        `${path}.endPort`,
        '`endPort` needs a `port` to start from.',
        'Add `port`, or remove `endPort`.',
      );
    }
    return protocol && { index, type: 'ports', protocol, from: PORT_BOUNDS.min, to: LAST_PORT };
  }
  if (typeof port === 'string') {
    if (endPort !== undefined) {
      reject(
        reading,
        'end-port-with-named-port',
        `${path}.endPort`,
        '`endPort` needs a `port` that is a number.',
        'Use the number of the port, or remove `endPort`.',
      );
    }
    const problem = portNameProblem(port);
    if (problem !== undefined) {
      const hint = /^\d+$/.test(port)
        ? `For the port number write ${port} without quotes.`
        : 'Use the name of a container port.';
      reject(reading, 'invalid-port-name', `${path}.port`, `\`${port}\` is no port name: ${problem}.`, hint);
    }
    return protocol && { index, type: 'named', protocol, name: port };
  }
  const from = readInteger(reading, entry, 'port', path, PORT_BOUNDS);
  if (from === undefined) return undefined;
  if (endPort !== undefined && endPort < from) {
    reject(
      reading,
      'end-port-below-port',
      `${path}.endPort`,
      `\`endPort\` ${endPort} is below \`port\` ${from}.`,
      'Swap the two, or remove `endPort` for a single port.',
    );
  }
  return protocol && { index, type: 'ports', protocol, from, to: endPort ?? from };
}
