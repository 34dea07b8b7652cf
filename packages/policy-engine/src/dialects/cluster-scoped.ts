import { domainPatternProblem } from '../input/names.ts';
import {
  asObject,
  checkFields,
  checkLength,
  isObject,
  type JsonObject,
  type Reading,
  readField,
  readInteger,
  readList,
  readObject,
  readString,
  reject,
  warn,
  wrongType,
} from '../input/reading.ts';
import type {
  Action,
  ConnectionTerm,
  Direction,
  PeerTerm,
  PodSet,
  Rule,
  RuleBlock,
  TierId,
} from '../ir/ir.ts';
import { DIRECTIONS } from '../ir/ir.ts';
import { type PolicyRecord, policyKey } from '../model/records.ts';
import { parseCidr } from './cidr.ts';
import { lowerSelectorField } from './selectors.ts';

/**
 * What ClusterNetworkPolicy (v1alpha2) and its forerunners AdminNetworkPolicy and BaselineAdminNetworkPolicy
 * (v1alpha1) of policy.networking.k8s.io have in common: subject, ordered rules with actions, peers, and the rule that
 * a peer of an unknown kind fails closed (semantics section 2; A1, A2).
 */

/** How one kind differs from the others. */
export interface ClusterScopedKind {
  readonly specFields: readonly string[];
  readonly actions: ReadonlyMap<string, Action>;
  /** Field of a rule that holds its connections, and how one entry is read. */
  readonly connectionsField: 'ports' | 'protocols';
  readonly lowerConnection: (
    reading: Reading,
    entry: JsonObject,
    path: string,
    index: number,
  ) => ConnectionTerm | undefined;
  readonly limits: { readonly rules: number; readonly peers: number; readonly connections: number };
  readonly egressPeers: readonly PeerField[];
  /** Fields that `pods` must have; a missing optional one is the empty selector. */
  readonly requiredOfPods: readonly ('namespaceSelector' | 'podSelector')[];
  readonly tier: (reading: Reading, spec: JsonObject) => { tier: TierId; order: number } | undefined;
}

export type PeerField = 'namespaces' | 'pods' | 'nodes' | 'networks' | 'domainNames';

const INGRESS_PEERS: readonly PeerField[] = ['namespaces', 'pods'];
const POD_FIELDS = ['namespaceSelector', 'podSelector'];
const PRIORITY_BOUNDS = { min: 0, max: 1000, code: 'priority-out-of-range' };
const MOST_NETWORKS = 25;
const LONGEST_RULE_NAME = 100;
const LONGEST_CIDR = 43;

const MISPLACED = new Map([
  ['from', 'in an item of `spec.ingress`'],
  ['to', 'in an item of `spec.egress`'],
  ['podSelector', 'in `pods`'],
  ['namespaceSelector', 'in `pods`, or is called `namespaces`'],
  ['matchLabels', 'in a selector'],
  ['matchExpressions', 'in a selector'],
  ['ipBlock', 'to NetworkPolicy; here it is `networks`'],
]);

/**
 * One block per direction that has rules; a direction without rules is not affected (N66). Problems go to `reading`;
 * with an error among them the object could not exist, and the caller drops the blocks.
 */
export function lowerClusterScoped(
  policy: PolicyRecord,
  reading: Reading,
  kind: ClusterScopedKind,
): RuleBlock[] {
  const { spec } = policy;
  if (!isObject(spec)) {
    if (spec === undefined) {
      reject(reading, 'missing-field', 'spec', 'The policy has no spec.', 'Write the spec.');
    } else {
      wrongType(reading, 'spec', 'an object', spec, 'Write it as `field: value` lines.');
    }
    return [];
  }
  checkFields(reading, spec, 'spec', kind.specFields, MISPLACED);
  const place = kind.tier(reading, spec);
  const subject = lowerSubject(reading, spec, kind);
  const blocks: RuleBlock[] = [];
  for (const direction of DIRECTIONS) {
    const rules = lowerRules(policy, reading, spec, direction, kind);
    if (rules.length === 0 || place === undefined || subject === undefined) continue;
    blocks.push({
      policy: policyKey(policy),
      tier: place.tier,
      order: place.order,
      direction,
      subject,
      subjectHostNetwork: 'excluded',
      rules,
    });
  }
  return blocks;
}

/** Required, 0 to 1000, lower is evaluated first (A1, A2:107; N29). */
export function readPriority(reading: Reading, spec: JsonObject): number | undefined {
  const priority = readInteger(reading, spec, 'priority', 'spec', PRIORITY_BOUNDS);
  if (priority === undefined && !Object.hasOwn(spec, 'priority')) {
    reject(
      reading,
      'missing-field',
      'spec.priority',
      'The policy has no priority.',
      'Add `priority`, from 0 (first) to 1000.',
    );
  }
  return priority;
}

/** Exactly one of `namespaces` and `pods`; an empty selector is all (N31, N32). */
function lowerSubject(reading: Reading, spec: JsonObject, kind: ClusterScopedKind): PodSet | undefined {
  const path = 'spec.subject';
  const subject = readObject(reading, spec, 'subject', 'spec');
  if (subject === undefined) {
    if (!Object.hasOwn(spec, 'subject')) {
      reject(
        reading,
        'missing-field',
        path,
        'The policy has no subject.',
        'Add `subject` with `namespaces` or `pods`.',
      );
    }
    return undefined;
  }
  checkFields(reading, subject, path, INGRESS_PEERS, MISPLACED);
  const given = INGRESS_PEERS.filter((field) => Object.hasOwn(subject, field));
  if (given.length !== 1) {
    reject(
      reading,
      given.length === 0 ? 'empty-subject' : 'ambiguous-subject',
      path,
      given.length === 0 ? 'The subject names nothing.' : 'The subject has both `namespaces` and `pods`.',
      'Keep exactly one of `namespaces` and `pods`; `namespaces: {}` selects all pods.',
    );
    return undefined;
  }
  return lowerPodSet(reading, subject, path, kind);
}

/** `namespaces` or `pods` of a subject or peer, whichever is there. */
function lowerPodSet(
  reading: Reading,
  parent: JsonObject,
  path: string,
  kind: ClusterScopedKind,
): PodSet | undefined {
  if (Object.hasOwn(parent, 'namespaces')) {
    const selector = lowerSelectorField(reading, parent, 'namespaces', path);
    return selector && { namespaces: { selector }, pods: [] };
  }
  const pods = readObject(reading, parent, 'pods', path);
  if (pods === undefined) return undefined;
  const at = `${path}.pods`;
  checkFields(reading, pods, at, POD_FIELDS, MISPLACED);
  for (const field of kind.requiredOfPods) {
    if (Object.hasOwn(pods, field)) continue;
    // Readers take the missing selector for the empty one, so what is meant is plain enough to be judged.
    warn(
      reading,
      'missing-selector',
      at,
      `\`pods\` has no \`${field}\`, which is read as all; API servers refuse the object.`,
      `Add \`${field}: {}\`.`,
    );
  }
  const namespaces = lowerSelectorField(reading, pods, 'namespaceSelector', at);
  const selector = lowerSelectorField(reading, pods, 'podSelector', at);
  return { namespaces: { selector: namespaces ?? [] }, pods: selector ?? [] };
}

function lowerRules(
  policy: PolicyRecord,
  reading: Reading,
  spec: JsonObject,
  direction: Direction,
  kind: ClusterScopedKind,
): Rule[] {
  const list = readList(reading, spec, direction, 'spec') ?? [];
  checkLength(reading, list, `spec.${direction}`, { min: 0, max: kind.limits.rules });
  const rules: Rule[] = [];
  for (const [index, item] of list.entries()) {
    const path = `spec.${direction}[${index}]`;
    const written = asObject(reading, item, path);
    if (written === undefined) continue;
    const rule = lowerRule(reading, written, path, direction, kind);
    if (rule === undefined) continue;
    const { name, ...effect } = rule;
    const origin = { policy: policyKey(policy), direction, rule: index, path };
    rules.push({ ...effect, origin: name === undefined ? origin : { ...origin, name } });
  }
  return rules;
}

type RuleEffect = Omit<Rule, 'origin'> & { readonly name: string | undefined };

function lowerRule(
  reading: Reading,
  rule: JsonObject,
  path: string,
  direction: Direction,
  kind: ClusterScopedKind,
): RuleEffect | undefined {
  const peersField = direction === 'ingress' ? 'from' : 'to';
  checkFields(reading, rule, path, ['name', 'action', peersField, kind.connectionsField], MISPLACED);
  const name = readString(reading, rule, 'name', path);
  if (name !== undefined && name.length > LONGEST_RULE_NAME) {
    reject(
      reading,
      'rule-name-too-long',
      `${path}.name`,
      `The rule's name is longer than ${LONGEST_RULE_NAME} characters.`,
      'Shorten it.',
    );
  }
  const action = readAction(reading, rule, path, kind);
  const connections = lowerConnections(reading, rule, path, kind);
  const peers = lowerPeers(reading, rule, path, direction, kind);
  if (action === undefined) return undefined;

  if (direction === 'egress') checkNamedPorts(reading, peers.terms, connections, `${path}.${peersField}`);
  if (peers.unknownAt === undefined) {
    const effect = { action, peers: peers.terms, connections, name };
    const undefinedDomains =
      action !== 'allow' && warnOfDomains(reading, peers.terms, `${path}.${peersField}`);
    return undefinedDomains ? { ...effect, caveat: 'domain-names-outside-accept' } : effect;
  }

  // A1:205, A2:309 (N59, N60): Accept then matches nothing; Deny and Pass become "deny everything".
  const caveat = 'unknown-peer-fails-closed';
  if (action === 'allow') return { action, peers: [], connections, name, caveat };
  return {
    action: 'deny',
    peers: [{ index: peers.unknownAt, type: 'any' }],
    connections: [{ index: -1, type: 'all' }],
    name,
    caveat,
  };
}

function readAction(
  reading: Reading,
  rule: JsonObject,
  path: string,
  kind: ClusterScopedKind,
): Action | undefined {
  const written = readString(reading, rule, 'action', path);
  const action = written === undefined ? undefined : kind.actions.get(written);
  if (action === undefined) {
    const names = [...kind.actions.keys()].join(', ');
    reject(
      reading,
      'unsupported-action',
      `${path}.action`,
      written === undefined
        ? 'The rule has no action.'
        : `\`${written}\` is no action of ${reading.object.kind}.`,
      `Use one of ${names}.`,
    );
  }
  return action;
}

/** Missing: every protocol, ICMP included (N44). */
function lowerConnections(
  reading: Reading,
  rule: JsonObject,
  path: string,
  kind: ClusterScopedKind,
): ConnectionTerm[] {
  const field = kind.connectionsField;
  const list = readList(reading, rule, field, path);
  if (list === undefined) return [{ index: -1, type: 'all' }];
  checkLength(reading, list, `${path}.${field}`, { min: 1, max: kind.limits.connections });
  const terms: ConnectionTerm[] = [];
  for (const [index, item] of list.entries()) {
    const at = `${path}.${field}[${index}]`;
    const entry = asObject(reading, item, at);
    const term = entry === undefined ? undefined : kind.lowerConnection(reading, entry, at, index);
    if (term !== undefined) terms.push(term);
  }
  return terms;
}

interface LoweredPeers {
  readonly terms: readonly PeerTerm[];
  /** Index of the first peer whose kind is not known to this reader. */
  readonly unknownAt?: number;
}

function lowerPeers(
  reading: Reading,
  rule: JsonObject,
  path: string,
  direction: Direction,
  kind: ClusterScopedKind,
): LoweredPeers {
  const field = direction === 'ingress' ? 'from' : 'to';
  const fields = direction === 'ingress' ? INGRESS_PEERS : kind.egressPeers;
  const list = readList(reading, rule, field, path);
  if (list === undefined) {
    if (!Object.hasOwn(rule, field)) {
      reject(
        reading,
        'missing-field',
        `${path}.${field}`,
        `The rule has no \`${field}\`.`,
        `Add \`${field}\`; \`- namespaces: {}\` is all pods.`,
      );
    }
    return { terms: [] };
  }
  checkLength(reading, list, `${path}.${field}`, { min: 1, max: kind.limits.peers });
  const terms: PeerTerm[] = [];
  let unknownAt: number | undefined;
  for (const [index, item] of list.entries()) {
    const at = `${path}.${field}[${index}]`;
    const peer = asObject(reading, item, at);
    if (peer === undefined) continue;
    const given = fields.filter((known) => Object.hasOwn(peer, known));
    const [only] = given;
    if (only === undefined && Object.keys(peer).length > 0) {
      unknownAt ??= index;
      warnOfUnknownPeer(reading, peer, at, fields);
      continue;
    }
    if (only === undefined || given.length > 1) {
      reject(
        reading,
        only === undefined ? 'empty-peer' : 'ambiguous-peer',
        at,
        only === undefined ? 'The peer names nothing.' : `The peer has both \`${given.join('` and `')}\`.`,
        `Give each peer exactly one of ${fields.map((known) => `\`${known}\``).join(', ')}.`,
      );
      continue;
    }
    checkFields(reading, peer, at, fields, MISPLACED);
    terms.push(...lowerPeer(reading, peer, only, at, index, kind));
  }
  return unknownAt === undefined ? { terms } : { terms, unknownAt };
}

function warnOfUnknownPeer(reading: Reading, peer: JsonObject, path: string, known: readonly string[]): void {
  const names = Object.keys(peer)
    .slice(0, 3)
    .map((key) => `\`${key}\``)
    .join(', ');
  warn(
    reading,
    'unknown-peer',
    path,
    `The peer is of a kind that is not known here (${names}), so its rule fails closed: an accept matches nothing, a deny or pass denies everything.`,
    `Known peers are ${known.map((field) => `\`${field}\``).join(', ')}.`,
  );
}

function lowerPeer(
  reading: Reading,
  peer: JsonObject,
  field: PeerField,
  path: string,
  index: number,
  kind: ClusterScopedKind,
): PeerTerm[] {
  switch (field) {
    case 'namespaces':
    case 'pods': {
      const set = lowerPodSet(reading, peer, path, kind);
      // hostNetwork pods are no pods to these kinds (A2:319; N33, N52).
      return set === undefined ? [] : [{ index, type: 'pods', set, hostNetwork: 'excluded' }];
    }
    case 'nodes': {
      const selector = lowerSelectorField(reading, peer, 'nodes', path);
      return selector === undefined ? [] : [{ index, type: 'nodes', selector }];
    }
    case 'networks':
      return readSet(reading, peer, field, path).flatMap(({ text, at }) =>
        lowerNetwork(reading, text, at, index),
      );
    case 'domainNames':
      return readSet(reading, peer, field, path).flatMap(({ text, at }) =>
        lowerDomain(reading, text, at, index),
      );
  }
}

/** A list of 1 to 25 distinct strings (`listType=set`). */
function readSet(
  reading: Reading,
  peer: JsonObject,
  field: PeerField,
  path: string,
): { text: string; at: string }[] {
  const list = readList(reading, peer, field, path) ?? [];
  const base = `${path}.${field}`;
  if (Array.isArray(readField(reading, peer, field, path))) {
    checkLength(reading, list, base, { min: 1, max: MOST_NETWORKS });
  }
  const seen = new Set<string>();
  const items: { text: string; at: string }[] = [];
  for (const [position, value] of list.entries()) {
    const at = `${base}[${position}]`;
    if (typeof value !== 'string') {
      wrongType(reading, at, 'a string', value, 'Put the value in quotes.');
    } else if (seen.has(value)) {
      reject(reading, 'duplicate-item', at, `\`${value}\` is listed twice.`, 'Remove one of the two.');
    } else {
      seen.add(value);
      items.push({ text: value, at });
    }
  }
  return items;
}

/** Strict CIDR syntax: no leading zeros, no IPv4 in IPv6 (A1 CIDR rule, A2 isCIDR). */
function lowerNetwork(reading: Reading, text: string, path: string, index: number): PeerTerm[] {
  const parsed = text.length > LONGEST_CIDR ? undefined : parseCidr(text);
  if (parsed === undefined || parsed.legacy) {
    reject(
      reading,
      'invalid-cidr',
      path,
      `\`${text}\` is no IP block.`,
      'Write an address, `/` and a prefix length, such as `10.0.0.0/8` or `fd00::/8`.',
    );
    return [];
  }
  return [{ index, type: 'cidr', cidr: text, except: [] }];
}

function lowerDomain(reading: Reading, text: string, path: string, index: number): PeerTerm[] {
  const problem = domainPatternProblem(text);
  if (problem !== undefined) {
    reject(
      reading,
      'invalid-domain-name',
      path,
      `\`${text}\` is no domain name: ${problem}.`,
      'Write the full name, without scheme, port or path.',
    );
    return [];
  }
  // Names compare without regard to case, and a final dot only says that the name is complete.
  return [{ index, type: 'domain', pattern: text.toLowerCase().replace(/\.$/, '') }];
}

/** A1:153, A2:236 (N39): what isn't a pod has no named ports. */
function checkNamedPorts(
  reading: Reading,
  peers: readonly PeerTerm[],
  connections: readonly ConnectionTerm[],
  path: string,
): void {
  const peer = peers.find((term) => term.type === 'cidr' || term.type === 'nodes' || term.type === 'domain');
  if (peer === undefined || !connections.some((term) => term.type === 'named')) return;
  reject(
    reading,
    'named-port-without-pods',
    `${path}[${peer.index}]`,
    "A named port can't be combined with a peer that is no pod: only pods name their ports.",
    'Use port numbers here, or move this peer to a rule of its own.',
  );
}

/** Only Accept is defined; the schema lets the others through, and implementations differ (A2 domainNames, N57). */
function warnOfDomains(reading: Reading, peers: readonly PeerTerm[], path: string): boolean {
  const peer = peers.find((term) => term.type === 'domain');
  if (peer === undefined) return false;
  warn(
    reading,
    'domain-names-outside-accept',
    `${path}[${peer.index}].domainNames`,
    '`domainNames` is only defined for rules that accept; what happens here depends on the implementation.',
    'Accept the names you need, and deny `networks` in a later rule.',
  );
  return true;
}
