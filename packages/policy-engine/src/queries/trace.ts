import { type Cluster, portsOf, rowInputs } from '../compile/compile.ts';
import {
  begin,
  continueTier,
  exempt,
  finish,
  isolate,
  join,
  meet,
  type Progress,
  perhaps,
  unreadTier,
} from '../compile/decide.ts';
import type { ResolvedBlock, ResolvedRule } from '../compile/resolve.ts';
import type { Action, Direction, PeerTerm, RuleOrigin, Tier, TierId } from '../ir/ir.ts';
import { TIERS } from '../ir/ir.ts';
import type { PolicyKey } from '../model/records.ts';
import {
  type ConnectionSetId,
  type ConnectionSpace,
  connectionList,
  connectionSetOf,
  TRANSPORT_PROTOCOLS,
} from '../sets/connection-set.ts';
import { has } from '../sets/interval-set.ts';
import type { Verdict } from './verdict.ts';

/** Why a verdict can't be known. Text is made where it is shown. */
export type UnknownReason =
  /** A hostNetwork pod: policed like a pod, or treated as its node (semantics 1.8). */
  | 'host-network'
  /** ICMP and other protocols under NetworkPolicy isolation (1.7). */
  | 'other-protocols'
  /** Policies of some kind can't be read (7.2, 8.12). */
  | 'policies-unread'
  /** Policies of one tier and priority decide it differently (N26). */
  | 'equal-priority'
  /** The other end is in a namespace whose object wasn't seen, or may not be read. */
  | 'peer-labels-unknown'
  /** A rule allows by external name, or a name is matched by address. */
  | 'domain-name'
  /** The endpoint has addresses inside and outside of a CIDR. */
  | 'address-family'
  /** The endpoint's address is not known, and a rule's CIDRs hold all addresses of one family. */
  | 'address-unknown'
  /** A port name that only an init container declares, or that has several numbers. */
  | 'ambiguous-named-port'
  /** The policy may or may not select the endpoint: labels of its namespace weren't seen. */
  | 'subject-labels-unknown';

/** A rule that matches the peer and the connections. */
export interface RuleMatch {
  readonly origin: RuleOrigin;
  readonly tier: TierId;
  readonly action: Action;
  /** `false` where it may or may not match. */
  readonly certain: boolean;
  /** Positions in the rule's `from`/`to` list that match; empty where the list is absent. */
  readonly peers: readonly number[];
}

/** What in a rule did not fit. `direction`: the policy says it, but for the other direction or for none. */
export type NearMissCause = 'peer' | 'port' | 'protocol' | 'direction';

export interface NearMiss {
  readonly origin: RuleOrigin;
  readonly failed: readonly NearMissCause[];
  /** For each peer term that failed: its position, and what in it did not fit. */
  readonly peers: readonly { readonly index: number; readonly because: PeerMismatch }[];
}

export type PeerMismatch =
  | 'namespace'
  | 'labels'
  | 'address'
  | 'address-unknown'
  | 'excepted'
  | 'not-a-pod'
  | 'not-a-node'
  | 'name';

/** What one direction says about connections that it treats alike. */
export interface DirectionTrace {
  readonly connections: ConnectionSetId;
  readonly verdict: Verdict;
  /** No rule and no isolation decided it: what no tier decides is allowed. */
  readonly byDefault: boolean;
  /** `false`: this end is no pod that policies apply to. */
  readonly policed: boolean;
  /**
   * The rules that decide: for `allowed` all that allow, for `denied` the admin or baseline rule that denies (none where
   * isolation denies); rules that pass come with action `pass`. For `unknown` all that have a say.
   */
  readonly rules: readonly RuleMatch[];
  /** NetworkPolicies that select the end in this direction and so isolate it, where the evaluation got to them. */
  readonly isolatedBy: readonly PolicyKey[];
  /** For a denial: rules that came close, closest first. */
  readonly nearMisses: readonly NearMiss[];
  readonly reasons: readonly UnknownReason[];
}

interface TracedRule {
  readonly resolved: ResolvedRule;
  readonly block: ResolvedBlock;
  readonly blockCertain: boolean;
  readonly sure: ConnectionSetId;
  readonly maybe: ConnectionSetId;
  /** The connections that it names, whoever the peer is. */
  readonly named: ConnectionSetId;
}

export interface TraceOptions {
  /** The peer is the node that the subject runs on, so that NetworkPolicy can only allow (semantics 1.9, K65). */
  readonly toOwnNode?: boolean;
  /** Connections to keep apart from the rest, so that what is said of near misses is true of exactly them. */
  readonly apart?: ConnectionSetId;
}

/**
 * Evaluates one direction of one pair again, keeping what decided. Slower than a row, and never used for verdicts of
 * the graph; a test holds the two together. `subject` and `peer` are columns.
 */
export function traceDirection(
  cluster: Cluster,
  direction: Direction,
  subject: number,
  peer: number,
  options: TraceOptions = {},
): DirectionTrace[] {
  const { space } = cluster.cells;
  const { solver, universe } = cluster;
  const inputs = rowInputs(cluster, direction, subject);
  const policed =
    has(universe.plainPods, subject) ||
    has(universe.regions.hidden, subject) ||
    has(universe.regions.readings, subject);
  const ports = portsOf(universe, subject);
  const rules: TracedRule[] = [];
  const unread = new Set<number>();
  const blocks: { resolved: ResolvedBlock; certain: boolean }[] = [];
  for (const input of inputs) {
    const entry = solver.inputBlock(input);
    if (entry === undefined) {
      unread.add(-1 - input);
      continue;
    }
    blocks.push(entry);
    for (const resolved of entry.resolved.rules) {
      let sure = space.none;
      let maybe = space.none;
      solver.forEachClause(resolved, direction, ports, (peers, connections, certain) => {
        if (!has(peers, peer)) return;
        if (certain) sure = space.union(sure, connections);
        else maybe = space.union(maybe, connections);
      });
      rules.push({
        resolved,
        block: entry.resolved,
        blockCertain: entry.certain,
        sure,
        maybe,
        named: namedConnections(cluster, direction, resolved, ports, peer),
      });
    }
  }
  const merged = new Map<string, DirectionTrace>();
  for (const atom of atoms(space, rules, options.apart ?? space.none)) {
    const trace = simulate(cluster, peer, atom, rules, blocks, unread, policed, options);
    const key = JSON.stringify([
      trace.verdict,
      trace.byDefault,
      trace.rules,
      trace.isolatedBy,
      trace.reasons,
      trace.verdict === 'denied' ? trace.nearMisses.map((miss) => miss.origin.path + miss.failed.join()) : [],
    ]);
    const seen = merged.get(key);
    merged.set(
      key,
      seen === undefined ? trace : { ...seen, connections: space.union(seen.connections, trace.connections) },
    );
  }
  return [...merged.values()];
}

/** The space of connections cut so that each rule matches a piece wholly or not at all. */
function atoms(
  space: ConnectionSpace,
  rules: readonly TracedRule[],
  apart: ConnectionSetId,
): ConnectionSetId[] {
  let pieces: ConnectionSetId[] = [space.transport, space.other];
  const cuts = new Set<ConnectionSetId>([apart]);
  for (const rule of rules) {
    cuts.add(rule.sure);
    cuts.add(rule.maybe);
  }
  for (const cut of cuts) {
    pieces = pieces.flatMap((piece) => {
      const inside = space.intersect(piece, cut);
      if (inside === space.none || inside === piece) return [piece];
      return [inside, space.subtract(piece, cut)];
    });
  }
  return pieces;
}

function simulate(
  cluster: Cluster,
  peer: number,
  atom: ConnectionSetId,
  rules: readonly TracedRule[],
  blocks: readonly { readonly resolved: ResolvedBlock; readonly certain: boolean }[],
  unread: ReadonlySet<number>,
  policed: boolean,
  { toOwnNode = false }: TraceOptions,
): DirectionTrace {
  const { space } = cluster.cells;
  let progress: Progress = { ...begin(space), live: atom };
  const met: RuleMatch[] = [];
  const isolatedBy: PolicyKey[] = [];
  const reasons = new Set<UnknownReason>();
  TIERS.forEach((tier, index) => {
    if (progress.live === space.none) return;
    if (toOwnNode && tier.id === 'network-policy') {
      const selecting = blocks.filter((entry) => entry.resolved.block.tier === tier.id);
      if (selecting.length === 0 && !unread.has(index)) return;
      const certain = selecting.some((entry) => entry.certain);
      if (!certain) reasons.add(unread.has(index) ? 'policies-unread' : 'subject-labels-unknown');
      progress = exempt(space, progress, certain);
      return;
    }
    if (unread.has(index)) {
      reasons.add('policies-unread');
      progress = unreadTier(space, progress);
    }
    const own = blocks.filter((entry) => entry.resolved.block.tier === tier.id);
    if (own.length === 0) return;
    progress = runTier(cluster, tier, own, rules, atom, peer, progress, met, reasons);
    if (tier.undecided === 'isolate') {
      for (const entry of own) isolatedBy.push(entry.resolved.block.policy);
      const certain = own.some((entry) => entry.certain);
      if (!certain && progress.live !== space.none) reasons.add('subject-labels-unknown');
      if (space.intersect(progress.live, space.other) !== space.none) reasons.add('other-protocols');
      progress = isolate(space, progress, certain);
    } else {
      progress = continueTier(space, progress);
    }
  });
  // The machine works on one piece, so what it never saw counts neither as allowed nor as denied.
  const decision = finish(space, progress);
  const verdict: Verdict =
    space.intersect(decision.allowed, atom) !== space.none
      ? 'allowed'
      : decision.possible !== space.none
        ? 'unknown'
        : 'denied';
  const wanted: Action | undefined =
    verdict === 'allowed' ? 'allow' : verdict === 'denied' ? 'deny' : undefined;
  const shown = met.filter(
    (match) => wanted === undefined || match.action === wanted || match.action === 'pass',
  );
  const decisive = met.some(
    (match) => match.action !== 'pass' && (wanted === undefined || match.action === wanted),
  );
  return {
    connections: atom,
    verdict,
    byDefault: verdict === 'allowed' && !decisive,
    policed,
    rules: shown,
    isolatedBy,
    nearMisses: verdict === 'denied' && !decisive ? nearMisses(cluster, peer, atom, rules) : [],
    reasons: verdict === 'unknown' ? [...reasons] : [],
  };
}

function runTier(
  cluster: Cluster,
  tier: Tier,
  blocks: readonly { readonly resolved: ResolvedBlock; readonly certain: boolean }[],
  rules: readonly TracedRule[],
  atom: ConnectionSetId,
  peer: number,
  start: Progress,
  met: RuleMatch[],
  reasons: Set<UnknownReason>,
): Progress {
  const { space } = cluster.cells;
  let progress = start;
  let at = 0;
  while (at < blocks.length) {
    const order = blocks[at]?.resolved.block.order;
    let end = at + 1;
    while (
      end < blocks.length &&
      (!tier.conflictsAreUndefined || blocks[end]?.resolved.block.order === order)
    )
      end++;
    const group = blocks.slice(at, end);
    at = end;
    const outcomes: Progress[] = [];
    let own = progress;
    for (const entry of group) {
      if (tier.conflictsAreUndefined) own = progress;
      const before = own;
      for (const rule of rules) {
        if (rule.block !== entry.resolved) continue;
        const sure = space.includes(rule.sure, atom);
        const maybe = !sure && space.includes(rule.maybe, atom);
        if (!sure && !maybe) continue;
        // In a tier of allow rules every one that matches counts, not only the first.
        if (own.live === space.none && tier.undecided !== 'isolate') continue;
        met.push(matchOf(cluster, rule, peer, sure && entry.certain));
        if (maybe || !entry.certain) reasons.add(uncertainty(cluster, rule, peer));
        own = meet(space, own, rule.resolved.action, atom, sure);
      }
      if (!entry.certain) own = perhaps(space, before, own);
      outcomes.push(own);
    }
    if (tier.conflictsAreUndefined && outcomes.length > 1) {
      progress = join(space, outcomes);
      const decided = [progress.allowed, progress.denied, progress.passed].filter(
        (set) => set !== space.none,
      );
      if (decided.length > 1) reasons.add('equal-priority');
    } else {
      progress = own;
    }
  }
  return progress;
}

function matchOf(cluster: Cluster, rule: TracedRule, peer: number, certain: boolean): RuleMatch {
  const { resolver } = cluster.solver;
  const peers = new Set<number>();
  for (const term of rule.resolved.rule.peers) {
    if (term.index < 0) continue;
    const set = resolver.peerTerm(term);
    if (has(set.sure, peer) || has(set.maybe, peer)) peers.add(term.index);
  }
  return {
    origin: rule.resolved.rule.origin,
    tier: rule.block.block.tier,
    action: rule.resolved.action,
    certain,
    peers: [...peers],
  };
}

function uncertainty(cluster: Cluster, rule: TracedRule, peer: number): UnknownReason {
  if (!rule.blockCertain) return 'subject-labels-unknown';
  if (has(rule.resolved.peers.sure, peer)) return 'ambiguous-named-port';
  const { regions, unaddressed } = cluster.universe;
  if (has(regions.blocks, peer) || has(regions.domains, peer)) return 'domain-name';
  const byAddress = rule.resolved.rule.peers.some(
    (term) => term.type === 'cidr' && has(cluster.solver.resolver.peerTerm(term).maybe, peer),
  );
  if (!byAddress) return 'peer-labels-unknown';
  return has(unaddressed, peer) ? 'address-unknown' : 'address-family';
}

/** Allow rules of the policies that isolate the end, and what in each did not fit. */
function nearMisses(
  cluster: Cluster,
  peer: number,
  atom: ConnectionSetId,
  rules: readonly TracedRule[],
): NearMiss[] {
  const out: NearMiss[] = [];
  for (const rule of rules) {
    if (rule.block.block.tier !== 'network-policy' || rule.resolved.action !== 'allow') continue;
    const failed: NearMissCause[] = [];
    const { sure, maybe } = rule.resolved.peers;
    const peerFits = has(sure, peer) || has(maybe, peer);
    if (!peerFits) failed.push('peer');
    const cause = connectionMismatch(cluster, atom, rule);
    if (cause !== undefined) failed.push(cause);
    out.push({
      origin: rule.resolved.rule.origin,
      failed,
      peers: peerFits ? [] : rule.resolved.rule.peers.map((term) => peerMismatch(cluster, term, peer)),
    });
  }
  return out.sort((a, b) => a.failed.length - b.failed.length);
}

function namedConnections(
  cluster: Cluster,
  direction: Direction,
  rule: ResolvedRule,
  ports: number,
  peer: number,
): ConnectionSetId {
  const { space } = cluster.cells;
  const { resolver } = cluster.solver;
  let connections = rule.connections;
  for (const term of rule.named) {
    const meanings =
      direction === 'ingress'
        ? [resolver.namedPortOn(ports, term)]
        : resolver.namedPortGroups(term).filter((group) => has(group.columns, peer));
    for (const meaning of meanings) {
      connections = space.union(connections, space.union(meaning.sure, meaning.maybe));
    }
  }
  return connections;
}

function connectionMismatch(
  cluster: Cluster,
  atom: ConnectionSetId,
  rule: TracedRule,
): NearMissCause | undefined {
  const { space } = cluster.cells;
  const connections = rule.named;
  if (space.intersect(connections, atom) !== space.none) return undefined;
  const list = connectionList(space.set(atom));
  const ofRule = connectionList(space.set(connections)).ports;
  // A piece that has other ports of the rule's own protocol too fails for its port, whatever else is in it.
  if (list.ports.some((range) => ofRule.some(({ protocol }) => protocol === range.protocol))) return 'port';
  const onOtherProtocols = space.intern(
    connectionSetOf({
      other: false,
      ports: list.ports.flatMap((range) =>
        TRANSPORT_PROTOCOLS.filter((protocol) => protocol !== range.protocol).map((protocol) => ({
          ...range,
          protocol,
        })),
      ),
    }),
  );
  return space.intersect(connections, onOtherProtocols) !== space.none ? 'protocol' : 'port';
}

function peerMismatch(
  cluster: Cluster,
  term: PeerTerm,
  peer: number,
): { index: number; because: PeerMismatch } {
  const { universe } = cluster;
  const isPod =
    has(universe.plainPods, peer) ||
    has(universe.regions.hidden, peer) ||
    has(universe.regions.readings, peer);
  const because = (): PeerMismatch => {
    switch (term.type) {
      case 'pods': {
        if (!isPod) return 'not-a-pod';
        const inNamespace = cluster.solver.resolver.peerTerm({
          ...term,
          set: { namespaces: term.set.namespaces, pods: [] },
        });
        return has(inNamespace.sure, peer) || has(inNamespace.maybe, peer) ? 'labels' : 'namespace';
      }
      case 'cidr': {
        if (has(universe.unaddressed, peer)) return 'address-unknown';
        const whole = cluster.solver.resolver.peerTerm({ ...term, except: [] });
        return has(whole.sure, peer) ? 'excepted' : 'address';
      }
      case 'nodes':
        return has(universe.regions.nodes, peer) ? 'labels' : 'not-a-node';
      case 'domain':
        return 'name';
      case 'any':
        return 'address';
    }
  };
  return { index: term.index, because: because() };
}
