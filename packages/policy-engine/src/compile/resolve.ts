import type { Action, ConnectionTerm, PeerTerm, PodSet, Rule, RuleBlock } from '../ir/ir.ts';
import type { TransportProtocol } from '../model/records.ts';
import type { ConnectionSetId, ConnectionSpace } from '../sets/connection-set.ts';
import {
  EMPTY_SET,
  fromSortedPoints,
  type IntervalSet,
  includes,
  interval,
  isEmptySet,
  overlaps,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';
import { blockCount, blocksOfCidr } from './address-blocks.ts';
import { resolveNamedPort } from './endpoint-classes.ts';
import { NOTHING, type Selecting, type ThreeValuedSet } from './selecting.ts';
import type { Universe } from './universe.ts';

type CidrTerm = Extract<PeerTerm, { type: 'cidr' }>;

/** A rule over columns instead of selectors. */
export interface ResolvedRule {
  readonly rule: Rule;
  readonly action: Action;
  readonly peers: ThreeValuedSet;
  /** Union of the connection terms that don't depend on the destination. */
  readonly connections: ConnectionSetId;
  readonly named: readonly NamedTerm[];
}

export interface NamedTerm {
  readonly name: string;
  readonly protocol: TransportProtocol | undefined;
}

export interface ResolvedBlock {
  readonly block: RuleBlock;
  readonly subject: ThreeValuedSet;
  readonly rules: readonly ResolvedRule[];
  /** Whether some rule names a port: then an ingress row depends on the subject's own named ports. */
  readonly usesNamedPorts: boolean;
}

/** Destinations on which a port name means the same connections. */
export interface NamedPortGroup {
  readonly columns: IntervalSet;
  readonly sure: ConnectionSetId;
  readonly maybe: ConnectionSetId;
}

/** Turns rules over selectors into rules over the columns of one universe; answers are remembered. */
export class Resolver {
  readonly universe: Universe;
  readonly connections: ConnectionSpace;
  readonly #selecting: Selecting;
  readonly #byCidr = new Map<string, IntervalSet>();
  readonly #byAddress = new Map<string, ThreeValuedSet>();
  readonly #namedGroups = new Map<string, readonly NamedPortGroup[]>();
  readonly #namedOnSubject = new Map<string, { sure: ConnectionSetId; maybe: ConnectionSetId }>();
  #columnsByPorts: readonly { readonly ports: number; readonly columns: IntervalSet }[] | undefined;

  constructor(universe: Universe, connections: ConnectionSpace, selecting: Selecting) {
    this.universe = universe;
    this.connections = connections;
    this.#selecting = selecting;
  }

  block(block: RuleBlock): ResolvedBlock {
    const rules = block.rules.map((rule) => this.#rule(rule));
    return {
      block,
      subject: this.#selecting.podSet(block.subject, block.subjectHostNetwork),
      rules,
      usesNamedPorts: rules.some((rule) => rule.named.length > 0),
    };
  }

  /** The plain pods that a pod set matches. */
  podSet(set: PodSet): ThreeValuedSet {
    return this.#selecting.podSet(set, 'excluded');
  }

  /** What one peer term of a rule matches. */
  peerTerm(term: PeerTerm): ThreeValuedSet {
    switch (term.type) {
      case 'any':
        return { sure: this.universe.everything, maybe: EMPTY_SET };
      case 'pods':
        return this.#selecting.podSet(term.set, term.hostNetwork);
      case 'cidr':
        return this.#cidrs([term]);
      case 'nodes':
        return this.#selecting.nodes(term.selector);
      case 'domain':
        return this.#domain(term.pattern);
    }
  }

  /** Connections of the terms that name no port, together. */
  plainConnections(terms: readonly ConnectionTerm[]): ConnectionSetId {
    let id = this.connections.none;
    for (const term of terms) {
      if (term.type === 'all') return this.connections.all;
      if (term.type === 'ports') {
        id = this.connections.union(id, this.connections.range(term.protocol, term.from, term.to));
      }
    }
    return id;
  }

  /** What a port name means on pods with these named ports. */
  namedPortOn(ports: number, term: NamedTerm): { sure: ConnectionSetId; maybe: ConnectionSetId } {
    const key = `${ports}|${term.protocol ?? ''}|${term.name}`;
    let result = this.#namedOnSubject.get(key);
    if (result === undefined) {
      const resolved = resolveNamedPort(this.universe.namedPorts[ports] ?? [], term.name, term.protocol);
      const toSet = (list: typeof resolved.sure): ConnectionSetId =>
        list.reduce(
          (id, { protocol, port }) =>
            this.connections.union(id, this.connections.range(protocol, port, port)),
          this.connections.none,
        );
      result = { sure: toSet(resolved.sure), maybe: toSet(resolved.maybe) };
      this.#namedOnSubject.set(key, result);
    }
    return result;
  }

  /** Every group of destinations that declares a port name, with what it means there. */
  namedPortGroups(term: NamedTerm): readonly NamedPortGroup[] {
    const key = `${term.protocol ?? ''}|${term.name}`;
    let groups = this.#namedGroups.get(key);
    if (groups === undefined) {
      const out: NamedPortGroup[] = [];
      for (const { ports, columns } of this.#portsColumns()) {
        const meaning = this.namedPortOn(ports, term);
        if (meaning.sure === this.connections.none && meaning.maybe === this.connections.none) continue;
        out.push({ columns, ...meaning });
      }
      groups = out;
      this.#namedGroups.set(key, groups);
    }
    return groups;
  }

  #portsColumns(): readonly { readonly ports: number; readonly columns: IntervalSet }[] {
    if (this.#columnsByPorts === undefined) {
      const points = new Map<number, number[]>();
      const add = (ports: number, column: number): void => {
        const list = points.get(ports);
        if (list === undefined) points.set(ports, [column]);
        else list.push(column);
      };
      const { classes, readingClasses, firstReading } = this.universe;
      // Read as its node, a hostNetwork pod is an address, and addresses declare no ports (semantics 1.4, 1.8).
      classes.forEach((entry, column) => {
        if (!entry.hostNetwork) add(entry.namedPorts, column);
      });
      readingClasses.forEach((owner, index) => {
        add((classes[owner] as { namedPorts: number }).namedPorts, firstReading + index);
      });
      this.#columnsByPorts = [...points].map(([ports, list]) => ({ ports, columns: fromSortedPoints(list) }));
    }
    return this.#columnsByPorts;
  }

  #rule(rule: Rule): ResolvedRule {
    const named: NamedTerm[] = [];
    for (const term of rule.connections) {
      if (term.type === 'named') named.push({ name: term.name, protocol: term.protocol });
    }
    return {
      rule,
      action: rule.action,
      peers: this.#peers(rule),
      connections: this.plainConnections(rule.connections),
      named,
    };
  }

  #peers(rule: Rule): ThreeValuedSet {
    const cidrs: CidrTerm[] = [];
    const sures: IntervalSet[] = [];
    const maybes: IntervalSet[] = [];
    for (const term of rule.peers) {
      if (term.type === 'cidr') {
        cidrs.push(term);
        continue;
      }
      const part = this.peerTerm(term);
      if (term.type === 'domain' && rule.caveat === 'domain-names-outside-accept') {
        // By name, anything but an accept is undefined (N57): what it would match, it may match.
        maybes.push(part.sure, part.maybe);
      } else {
        sures.push(part.sure);
        maybes.push(part.maybe);
      }
    }
    if (cidrs.length > 0) {
      const part = this.#cidrs(cidrs);
      sures.push(part.sure);
      maybes.push(part.maybe);
    }
    let sure = unionAll(sures);
    let maybe = unionAll(maybes);
    // An external name is some external address: CIDRs that cover both families cover it, others may.
    const { regions } = this.universe;
    if (cidrs.length > 0 && !isEmptySet(regions.domains)) {
      if (includes(sure, regions.blocks)) sure = union(sure, regions.domains);
      else if (overlaps(sure, regions.blocks)) maybe = union(maybe, regions.domains);
    }
    maybe = subtract(maybe, sure);
    return isEmptySet(sure) && isEmptySet(maybe) ? NOTHING : { sure, maybe };
  }

  /**
   * By address: blocks of the CIDRs less their exceptions, and pods and nodes whose addresses lie there (K43–K48).
   * An endpoint with some addresses inside and some outside (dual-stack) may match: it depends on the one that is used.
   * A rule's CIDRs are taken together, since one of each family covers both addresses and neither does alone.
   *
   * Of endpoints whose addresses nobody knows (manifests have none) this much is certain: all addresses include theirs, and
   * all of one family may. Any other block is taken as what the API asks for, addresses outside of the cluster
   * (NetworkPolicyPeer.ipBlock; "should be cluster-external IPs").
   */
  #cidrs(terms: readonly CidrTerm[]): ThreeValuedSet {
    const key = terms.map(({ cidr, except }) => `${cidr}|${except.join()}`).join(';');
    const known = this.#byAddress.get(key);
    if (known !== undefined) return known;
    const blocks = unionAll(terms.map(({ cidr, except }) => this.#blocksOf(cidr, except)));
    const { firstBlock, addressGroups, blocks: space, unaddressed } = this.universe;
    const sure: IntervalSet[] = [shift(blocks, firstBlock)];
    const maybe: IntervalSet[] = [];
    const all4 = includes(blocks, interval(0, space.v4.length - 1));
    const all6 = includes(blocks, interval(space.v4.length, blockCount(space) - 1));
    if (all4 || all6) (all4 && all6 ? sure : maybe).push(unaddressed);
    for (const group of addressGroups) {
      let inside = 0;
      for (const block of group.blocks) if (overlaps(blocks, interval(block, block))) inside++;
      if (inside === group.blocks.length) sure.push(group.columns);
      else if (inside > 0) maybe.push(group.columns);
    }
    const result = { sure: unionAll(sure), maybe: unionAll(maybe) };
    this.#byAddress.set(key, result);
    return result;
  }

  #blocksOf(cidr: string, except: readonly string[]): IntervalSet {
    let blocks = this.#blocksOfOne(cidr);
    for (const hole of except) blocks = subtract(blocks, this.#blocksOfOne(hole));
    return blocks;
  }

  #blocksOfOne(cidr: string): IntervalSet {
    let blocks = this.#byCidr.get(cidr);
    if (blocks === undefined) {
      const range = blocksOfCidr(this.universe.blocks, cidr);
      blocks = range === undefined ? EMPTY_SET : interval(range[0], range[1]);
      this.#byCidr.set(cidr, blocks);
    }
    return blocks;
  }

  /**
   * By name: the columns of patterns that this one covers. Any external address may be one that the name resolves to
   * (semantics 8.5), so addresses match maybe.
   */
  #domain(pattern: string): ThreeValuedSet {
    const { domains, firstDomain, regions } = this.universe;
    const points: number[] = [];
    domains.forEach((candidate, index) => {
      if (domainCovers(pattern, candidate)) points.push(firstDomain + index);
    });
    return { sure: fromSortedPoints(points), maybe: regions.blocks };
  }
}

/**
 * Whether every name that `inner` stands for matches `outer`. `*.x` is one or more labels below x, never x itself (N55);
 * a plain name is only itself (N56).
 */
export function domainCovers(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  return outer.startsWith('*.') && inner.endsWith(outer.slice(1));
}

function shift(set: IntervalSet, by: number): IntervalSet {
  return set.map((value) => value + by);
}
