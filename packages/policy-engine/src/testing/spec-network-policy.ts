import type { ClusterSnapshot, PolicyRecord } from '../model/records.ts';
import type { Actor, Traffic, World } from './spec-actor.ts';
import { type Address, blockHolds, parseBlock } from './spec-addresses.ts';
import { knownLabels, namespaceLabels, selectorMatches } from './spec-selectors.ts';
import { all, field, has, list, number, some, type Truth, text, truth } from './spec-values.ts';

/** NetworkPolicy as section 1 of the semantics tells it, one policy, one rule, one peer at a time. */

export type Direction = 'ingress' | 'egress';

/** What a tier may do with the traffic; `continue` hands it to the next tier. */
export type Outcome = 'allow' | 'deny' | 'continue';

export interface Case {
  readonly snapshot: ClusterSnapshot;
  readonly world: World;
  readonly direction: Direction;
  /** The policed end: destination of ingress, source of egress. */
  readonly subject: Actor;
  /** The other end. */
  readonly peer: Actor;
  readonly destination: Actor;
  readonly traffic: Traffic;
  /** The traffic is between a pod and the node it runs on. */
  readonly ownNode: boolean;
}

/**
 * Missing or empty policyTypes: Ingress, and Egress if there is at least one egress rule. Explicit ones are taken
 * as written (semantics 1.1).
 */
export function policyTypes(spec: unknown): readonly unknown[] {
  const written = list(spec, 'policyTypes');
  if (written.length > 0) return written;
  return list(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

/** A pod NetworkPolicy may apply to: hostNetwork pods only in one of the two readings (semantics 1.8). */
export function isPodFor(actor: Actor, world: World): boolean {
  return actor.pod !== undefined && (!actor.pod.hostNetwork || world === 'as-pod');
}

interface Judged {
  readonly selects: Truth;
  readonly allows: Truth;
}

/**
 * The NetworkPolicy tier: isolated if a policy selects the subject in this direction, then allowed by the union of
 * those policies' rules, else denied; not isolated: the next tier (semantics 1.6, 2.3.2).
 *
 * @param policies the valid NetworkPolicies of the snapshot
 * @param hidden whether policies of the subject's namespace may exist that the caller can't read
 */
export function networkPolicyTier(
  kase: Case,
  policies: readonly PolicyRecord[],
  hidden: boolean,
): ReadonlySet<Outcome> {
  const { subject, world, direction } = kase;
  const pod = subject.pod;
  if (pod === undefined || !isPodFor(subject, world)) return new Set(['continue']);
  // What can't be read may isolate the pod, or allow what others deny (section 8.12); it can't stop the pod's own node.
  if (hidden && !kase.ownNode) return new Set(['allow', 'deny', 'continue']);

  const judged: Judged[] = policies
    .filter((policy) => policy.namespace === pod.namespace)
    .filter(({ spec }) => policyTypes(spec).includes(direction === 'ingress' ? 'Ingress' : 'Egress'))
    .map((policy) => ({
      // A missing podSelector is an empty one: every pod of the namespace.
      selects: selectorMatches(field(policy.spec, 'podSelector') ?? {}, knownLabels(pod.labels)),
      allows: policyAllows(kase, policy),
    }));
  if (hidden) judged.push({ selects: 'maybe', allows: 'yes' });

  const outcomes = new Set<Outcome>();
  if (!judged.some(({ selects }) => selects === 'yes')) outcomes.add('continue');
  if (judged.some(({ selects, allows }) => selects !== 'no' && allows !== 'no')) outcomes.add('allow');
  const surelyAllowed = judged.some(({ selects, allows }) => selects === 'yes' && allows === 'yes');
  if (!surelyAllowed && judged.some(({ selects, allows }) => selects !== 'no' && allows !== 'yes')) {
    outcomes.add('deny');
    // Deny is defined for TCP, UDP and SCTP only (semantics 1.7, K68).
    if (kase.traffic.protocol === 'ICMP' || kase.traffic.protocol === 'OTHER') outcomes.add('allow');
  }
  return outcomes;
}

function policyAllows(kase: Case, policy: PolicyRecord): Truth {
  // Traffic between a pod and its own node is allowed whatever the policies say (semantics 1.9, K64, K65).
  if (kase.ownNode) return 'yes';
  return some(list(policy.spec, kase.direction).map((rule) => ruleAllows(kase, policy, rule)));
}

/** Missing and empty `from`/`to` and `ports` both mean any (semantics 1.1, K10 to K12). */
function ruleAllows(kase: Case, policy: PolicyRecord, rule: unknown): Truth {
  const peers = list(rule, kase.direction === 'ingress' ? 'from' : 'to');
  const ports = list(rule, 'ports');
  return all([
    peers.length === 0
      ? 'yes'
      : whicheverAddress(kase.peer, (address) =>
          some(peers.map((peer) => peerMatches(kase, policy, peer, address))),
        ),
    ports.length === 0 ? 'yes' : some(ports.map((port) => portMatches(kase, port))),
  ]);
}

/**
 * Asks about each address that an end may use: a rule that matches some of them only may match or not.
 */
export function whicheverAddress(
  { addresses, unknown }: Actor,
  ask: (address: Address | undefined) => Truth,
): Truth {
  if (addresses.length === 0) return whateverAddress(unknown, ask);
  const answers = new Set(addresses.map(ask));
  const [only] = answers;
  return only !== undefined && answers.size === 1 ? only : 'maybe';
}

/**
 * Where no address is known, blocks that are all addresses of a family may hold it, and those that are all of both do. Others
 * are taken as the API asks for them to be, outside of the cluster (NetworkPolicyPeer.ipBlock).
 */
function whateverAddress(unknown: readonly Address[], ask: (address: Address | undefined) => Truth): Truth {
  const without = ask(undefined);
  const families = ([4, 6] as const).filter((family) =>
    unknown.filter((address) => address.family === family).every((address) => ask(address) === 'yes'),
  );
  if (without === 'yes' || families.length === 2) return 'yes';
  return families.length === 1 ? 'maybe' : without;
}

/** Whether the text is a block that holds the address. */
export function inBlock(block: unknown, address: Address | undefined): boolean {
  const parsed = typeof block === 'string' ? parseBlock(block) : undefined;
  return parsed !== undefined && address !== undefined && blockHolds(parsed, address);
}

function peerMatches(
  { snapshot, world, peer }: Case,
  policy: PolicyRecord,
  written: unknown,
  address: Address | undefined,
): Truth {
  const ipBlock = field(written, 'ipBlock');
  if (ipBlock !== undefined) {
    const excepted = list(ipBlock, 'except').some((except) => inBlock(except, address));
    return truth(inBlock(field(ipBlock, 'cidr'), address) && !excepted);
  }
  // Selectors speak of pods only (semantics 1.1), and of hostNetwork pods only in one reading (1.8).
  if (peer.pod === undefined || !isPodFor(peer, world)) return 'no';
  const namespaceSelector = field(written, 'namespaceSelector');
  const podSelector = field(written, 'podSelector');
  return all([
    namespaceSelector === undefined
      ? truth(peer.pod.namespace === policy.namespace)
      : selectorMatches(namespaceSelector, namespaceLabels(peer.pod.namespace, snapshot.namespaces)),
    podSelector === undefined ? 'yes' : selectorMatches(podSelector, knownLabels(peer.pod.labels)),
  ]);
}

/** Semantics 1.1 (defaults) and 1.4 (ranges, names). */
function portMatches({ destination, traffic, world }: Case, entry: unknown): Truth {
  const protocol = text(entry, 'protocol') ?? 'TCP';
  if (protocol !== traffic.protocol) return 'no';
  if (!has(entry, 'port')) return 'yes';
  const name = text(entry, 'port');
  if (name !== undefined) {
    // A name is resolved on the destination pod; nothing else has port names (K36 to K42).
    return isPodFor(destination, world) ? namedPortMatches(destination, name, traffic) : 'no';
  }
  const port = number(entry, 'port') ?? 0;
  const end = number(entry, 'endPort') ?? port;
  return truth(port <= traffic.port && traffic.port <= end);
}

/**
 * Whether the destination declares `name` as this protocol and port. A name that only an init container declares
 * resolves on some plugins only; one that stands for several numbers, which a pod should not have, on either or all
 * (semantics 1.4, section 8.6).
 */
export function namedPortMatches(destination: Actor, name: string, traffic: Traffic): Truth {
  const declared = (destination.pod?.ports ?? []).filter(
    (port) => port.name === name && port.protocol === traffic.protocol,
  );
  if (!declared.some((port) => port.port === traffic.port)) return 'no';
  const ofContainers = declared.filter((port) => port.init !== true);
  const only = new Set(ofContainers.map((port) => port.port)).size === 1;
  return only && ofContainers.some((port) => port.port === traffic.port) ? 'yes' : 'maybe';
}
