import type { PolicyRecord } from '../model/records.ts';
import { parseBlock } from './spec-addresses.ts';
import { knownPeerTypes } from './spec-cluster-policies.ts';
import type { Direction } from './spec-network-policy.ts';
import { eachOf, first, isPort, isTransport, selectorProblem, when } from './spec-validity-shared.ts';
import { field, has, isObject, list, text } from './spec-values.ts';

interface Limits {
  readonly actions: readonly string[];
  readonly rules: number;
  readonly peers: number;
  readonly traffic: 'ports' | 'protocols';
  readonly trafficEntries: number;
}

const V1ALPHA1 = { rules: 100, peers: 100, traffic: 'ports', trafficEntries: 100 } as const;

/** Semantics 2.1 and 2.2. */
function limitsOf(kind: PolicyRecord['kind']): Limits {
  switch (kind) {
    case 'AdminNetworkPolicy':
      return { ...V1ALPHA1, actions: ['Allow', 'Deny', 'Pass'] };
    case 'BaselineAdminNetworkPolicy':
      return { ...V1ALPHA1, actions: ['Allow', 'Deny'] };
    default:
      return {
        actions: ['Accept', 'Deny', 'Pass'],
        rules: 25,
        peers: 25,
        traffic: 'protocols',
        trafficEntries: 25,
      };
  }
}

const ITEMS_OF_A_PEER = 25;

/** What the CRDs reject (semantics 2.1, 2.2 and the INV rows among N01 to N72). */
export function clusterPolicyProblem(policy: PolicyRecord): string | undefined {
  const { spec, kind } = policy;
  const limits = limitsOf(kind);
  const priority = field(spec, 'priority');
  const priorityIsWrong =
    typeof priority !== 'number' || !Number.isInteger(priority) || priority < 0 || priority > 1000;
  return first([
    // There is one BANP, called default (N28).
    when(kind === 'BaselineAdminNetworkPolicy' && policy.name !== 'default', 'metadata.name'),
    when(
      kind === 'ClusterNetworkPolicy' && !['Admin', 'Baseline'].includes(text(spec, 'tier') ?? ''),
      'spec.tier',
    ),
    when(kind !== 'BaselineAdminNetworkPolicy' && priorityIsWrong, 'spec.priority'),
    podsProblem(field(spec, 'subject'), 'spec.subject'),
    rulesProblem(policy, 'ingress', limits),
    rulesProblem(policy, 'egress', limits),
  ]);
}

/**
 * Exactly one of `namespaces` and `pods` (N31). API servers want both selectors of `pods` (v1alpha2 only `podSelector`),
 * but readers of the API take a missing one for the empty one, and so does the evaluator.
 */
function podsProblem(value: unknown, path: string): string | undefined {
  if (has(value, 'namespaces') === has(value, 'pods')) return path;
  if (has(value, 'namespaces')) return selectorProblem(field(value, 'namespaces'), `${path}.namespaces`);
  const pods = field(value, 'pods');
  return first(
    ['namespaceSelector', 'podSelector']
      .filter((key) => has(pods, key))
      .map((key) => selectorProblem(field(pods, key), `${path}.pods.${key}`)),
  );
}

function rulesProblem(
  { spec, kind }: PolicyRecord,
  direction: Direction,
  limits: Limits,
): string | undefined {
  const known = knownPeerTypes(kind, direction);
  const path = `spec.${direction}`;
  const peers = direction === 'ingress' ? 'from' : 'to';
  return first([
    when(list(spec, direction).length > limits.rules, path),
    eachOf(spec, direction, path, (rule, at) =>
      first([
        when(!limits.actions.includes(text(rule, 'action') ?? ''), `${at}.action`),
        // Peers are required here, unlike in NetworkPolicy (N30).
        when(list(rule, peers).length === 0 || list(rule, peers).length > limits.peers, `${at}.${peers}`),
        eachOf(rule, peers, `${at}.${peers}`, (peer, peerAt) => peerProblem(peer, known, peerAt)),
        trafficProblem(rule, peers, known, limits, at),
      ]),
    ),
  ]);
}

/**
 * One peer type. Where no known one is written, something else must be: an unknown type, which is valid and fails
 * closed (N59). A peer without any field can't come out of an API server (MinProperties).
 */
function peerProblem(peer: unknown, known: readonly string[], path: string): string | undefined {
  if (!isObject(peer) || Object.keys(peer).length === 0) return path;
  const types = known.filter((type) => has(peer, type));
  if (types.length > 1) return path;
  const [type] = types;
  switch (type) {
    case 'namespaces':
    case 'pods':
      return podsProblem(peer, path);
    case 'nodes':
      return selectorProblem(field(peer, 'nodes'), `${path}.nodes`);
    case 'networks':
      return itemsProblem(peer, type, path, (cidr) => parseBlock(cidr) !== undefined);
    case 'domainNames':
      return itemsProblem(peer, type, path, isDomainPattern);
    default:
      return undefined;
  }
}

function itemsProblem(
  peer: unknown,
  type: string,
  path: string,
  isItem: (item: string) => boolean,
): string | undefined {
  const count = list(peer, type).length;
  return first([
    when(count === 0 || count > ITEMS_OF_A_PEER, `${path}.${type}`),
    eachOf(peer, type, `${path}.${type}`, (item, at) => when(typeof item !== 'string' || !isItem(item), at)),
  ]);
}

const DOMAIN_LABEL = '[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?';
const DOMAIN_PATTERN = new RegExp(`^(\\*\\.)?(${DOMAIN_LABEL}\\.)+${DOMAIN_LABEL}\\.?$`);

function isDomainPattern(name: string): boolean {
  return DOMAIN_PATTERN.test(name);
}

function trafficProblem(
  rule: unknown,
  peers: 'from' | 'to',
  known: readonly string[],
  limits: Limits,
  path: string,
): string | undefined {
  const at = `${path}.${limits.traffic}`;
  const entries = list(rule, limits.traffic);
  const namesPort = entries.some((entry) => has(entry, 'namedPort') || has(entry, 'destinationNamedPort'));
  const peersWithoutNames = list(rule, peers).some((peer) =>
    ['nodes', 'networks', 'domainNames'].some((type) => known.includes(type) && has(peer, type)),
  );
  return first([
    when(entries.length > limits.trafficEntries, at),
    eachOf(rule, limits.traffic, at, limits.traffic === 'ports' ? portProblem : protocolProblem),
    // Nodes, networks and domains have no port names (N39).
    when(peers === 'to' && namesPort && peersWithoutNames, path),
  ]);
}

/** v1alpha1: exactly one of `portNumber`, `portRange`, `namedPort`. */
function portProblem(entry: unknown, path: string): string | undefined {
  const types = ['portNumber', 'portRange', 'namedPort'].filter((type) => has(entry, type));
  const [type] = types;
  if (type === undefined || types.length > 1) return path;
  const value = field(entry, type);
  const at = `${path}.${type}`;
  switch (type) {
    case 'portNumber':
      if (!isTransport(field(value, 'protocol'))) return `${at}.protocol`;
      return when(!isPort(field(value, 'port')), `${at}.port`);
    case 'portRange':
      if (!isTransport(field(value, 'protocol'))) return `${at}.protocol`;
      return rangeProblem(value, at);
    default:
      return when(typeof value !== 'string' || value === '', at);
  }
}

/** v1alpha2: exactly one of tcp, udp, sctp and destinationNamedPort; the objects may not be empty (N42, N43). */
function protocolProblem(entry: unknown, path: string): string | undefined {
  const types = ['tcp', 'udp', 'sctp', 'destinationNamedPort'].filter((type) => has(entry, type));
  const [type] = types;
  if (type === undefined || types.length > 1) return path;
  const value = field(entry, type);
  if (type === 'destinationNamedPort') {
    return when(typeof value !== 'string' || value === '', `${path}.${type}`);
  }
  const port = field(value, 'destinationPort');
  const at = `${path}.${type}.destinationPort`;
  if (!isObject(port)) return at;
  if (has(port, 'number') === has(port, 'range')) return at;
  if (has(port, 'number')) return when(!isPort(field(port, 'number')), `${at}.number`);
  return rangeProblem(field(port, 'range'), `${at}.range`);
}

/** The end lies above the start, which is a rule on the two of them (N40). */
function rangeProblem(range: unknown, path: string): string | undefined {
  const start = field(range, 'start');
  const end = field(range, 'end');
  if (!isPort(start)) return `${path}.start`;
  if (!isPort(end)) return `${path}.end`;
  return when(end <= start, path);
}
