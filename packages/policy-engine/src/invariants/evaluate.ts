import { rangeOfBlock, rangeText } from '../compile/address-blocks.ts';
import { type Cluster, compile } from '../compile/compile.ts';
import { describeColumn, type Universe } from '../compile/universe.ts';
import type { Finding } from '../findings/finding.ts';
import { findings } from '../findings/findings.ts';
import type { Direction } from '../ir/ir.ts';
import type { ClusterSnapshot, TransportProtocol } from '../model/records.ts';
import { isolation } from '../queries/coverage.ts';
import type { ExplanationPart } from '../queries/explain.ts';
import { explainColumns } from '../queries/explain.ts';
import { addressGroups } from '../queries/reachability.ts';
import type { Connection, Verdict } from '../queries/verdict.ts';
import type { AddressRange } from '../sets/address.ts';
import {
  type ConnectionList,
  type ConnectionSetId,
  connectionList,
  connectionPoint,
  connectionSetOf,
} from '../sets/connection-set.ts';
import {
  forEachMember,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  members,
  subtract,
  union,
} from '../sets/interval-set.ts';
import { findingConcerns } from './concerns.ts';
import type { Assertion, EndSpec, Invariant, PortSpec } from './model.ts';
import {
  type EmptyPart,
  emptyParts,
  endsOf,
  endsOfInvariants,
  needsOfInvariants,
  type ResolvedEnds,
  resolveEnds,
} from './resolve-ends.ts';
import { visitPairs } from './visit-pairs.ts';

/**
 * `holds`, `fails`; `unknown`: what is known neither proves nor refutes it; `matches-nothing`: an end has no members, so that
 * it would hold whatever the policies say.
 */
export type InvariantStatus = 'holds' | 'fails' | 'unknown' | 'matches-nothing';

/** A pair of ends that goes against an invariant. */
export interface PairViolation {
  readonly type: 'pair';
  /** `shop/web[Deployment]`, `node/n1`, `10.0.0.0-10.255.255.255`, `dns/www.example.org`. */
  readonly source: string;
  readonly target: string;
  readonly sourceColumn: number;
  readonly targetColumn: number;
  /** What goes against it: allowed where it must not be, or not allowed where it must be. */
  readonly connections: ConnectionList;
  /** `unknown`: it may go against it. */
  readonly verdict: Verdict;
  /** One connection of these, to say it of. */
  readonly example: Connection;
  /** Why the example's verdict is as it is. */
  readonly explanation: ExplanationPart | undefined;
}

/** Pods that no policy isolates where one must. */
export interface IsolationViolation {
  readonly type: 'not-isolated';
  /** Id of the workload. */
  readonly workload: string;
  readonly direction: Direction;
  /** `partial`: some of its pods are isolated. */
  readonly state: 'open' | 'partial' | 'unknown';
}

export interface FindingViolation {
  readonly type: 'finding';
  readonly finding: Finding;
}

export type Violation = PairViolation | IsolationViolation | FindingViolation;

export interface InvariantResult {
  readonly invariant: Invariant;
  readonly status: InvariantStatus;
  /** How many there are: pairs of ends (from about 100,000 on no more are counted), workloads and directions, or findings. */
  readonly violationCount: number;
  /** The first few, smallest counterexample first. */
  readonly violations: readonly Violation[];
  /** Parts of its ends that match nothing, by role (`from`, `to`, …); worth a warning even where it holds. */
  readonly empty: readonly (EmptyPart & { readonly role: string })[];
}

/** A cluster that is wide open has billions of pairs; nobody needs to know how many exactly. */
const MOST_PAIRS = 100_000;

/** Counterexamples that are spelled out for one invariant. */
const MOST_VIOLATIONS = 10;

/**
 * Compiles a snapshot so that these ends are told apart in it.
 * @param base as for `compile`: what is still right in it is not computed again
 */
export function compileForEnds(snapshot: ClusterSnapshot, ends: Iterable<EndSpec>, base?: Cluster): Cluster {
  return compile(snapshot, {
    tellApart: needsOfInvariants(ends),
    ...(base === undefined ? {} : { base }),
  });
}

/** Judges invariants over a snapshot. */
export function checkInvariants(
  snapshot: ClusterSnapshot,
  invariants: readonly Invariant[],
): InvariantResult[] {
  return evaluateInvariants(compileForEnds(snapshot, endsOfInvariants(invariants)), invariants);
}

/**
 * Judges invariants over a compiled cluster, which must be cut at their CIDRs (`compileForEnds`). Results are in the order of
 * the invariants. A workload's traffic to its own pods is not looked at.
 */
export function evaluateInvariants(cluster: Cluster, invariants: readonly Invariant[]): InvariantResult[] {
  return invariants.map((invariant) => evaluate(cluster, invariant));
}

function evaluate(cluster: Cluster, invariant: Invariant): InvariantResult {
  const { assertion } = invariant;
  const empty = endsOf(assertion).flatMap(({ role, ends }) =>
    emptyParts(cluster, ends).map((part) => ({ ...part, role })),
  );
  const vacuous = invariant.allowEmpty !== true && isVacuous(cluster, assertion);
  if (vacuous) return { invariant, status: 'matches-nothing', violationCount: 0, violations: [], empty };
  return { invariant, ...judge(cluster, assertion), empty };
}

/** Whether an end without which nothing is asserted has no members. */
function isVacuous(cluster: Cluster, assertion: Assertion): boolean {
  const isEmpty = (ends: EndSpec): boolean => {
    const { sure, maybe } = resolveEnds(cluster, ends);
    return isEmptySet(sure) && isEmptySet(maybe);
  };
  switch (assertion.type) {
    case 'must-reach':
    case 'must-never-reach':
      return isEmpty(assertion.from) || isEmpty(assertion.to);
    case 'only-may-reach':
    case 'nothing-outside-may-reach':
      return isEmpty(assertion.to);
    case 'may-only-reach':
      return isEmpty(assertion.from);
    case 'isolated':
      return isEmpty(assertion.ends);
    case 'no-findings':
      return assertion.ends !== undefined && isEmpty(assertion.ends);
  }
}

type Judgement = Pick<InvariantResult, 'status' | 'violationCount' | 'violations'>;

function judge(cluster: Cluster, assertion: Assertion): Judgement {
  const everyone = (): ResolvedEnds => resolveEnds(cluster, { type: 'everyone' });
  switch (assertion.type) {
    case 'must-reach':
      return judgeMustReach(cluster, assertion);
    case 'must-never-reach':
      return judgeNever(
        cluster,
        resolveEnds(cluster, assertion.from),
        resolveEnds(cluster, assertion.to),
        assertion.ports,
      );
    case 'only-may-reach': {
      const to = resolveEnds(cluster, assertion.to);
      const others = without(without(everyone(), resolveEnds(cluster, assertion.from)), to);
      return judgeNever(cluster, others, to, assertion.ports);
    }
    case 'may-only-reach': {
      const from = resolveEnds(cluster, assertion.from);
      const others = without(without(everyone(), resolveEnds(cluster, assertion.to)), from);
      return judgeNever(cluster, from, others, assertion.ports);
    }
    case 'nothing-outside-may-reach': {
      const outside = resolveEnds(cluster, { type: 'outside' });
      const others =
        assertion.except === undefined ? outside : without(outside, resolveEnds(cluster, assertion.except));
      return judgeNever(cluster, others, resolveEnds(cluster, assertion.to), assertion.ports);
    }
    case 'isolated':
      return judgeIsolated(cluster, assertion.ends, assertion.directions);
    case 'no-findings':
      return judgeFindings(cluster, assertion);
  }
}

function without(ends: ResolvedEnds, out: ResolvedEnds): ResolvedEnds {
  const sure = subtract(ends.sure, union(out.sure, out.maybe));
  const all = subtract(union(ends.sure, ends.maybe), out.sure);
  return { sure, maybe: subtract(all, sure) };
}

/** What two ends send against an invariant, over all their pods. */
interface PairDraft {
  readonly sourceColumn: number;
  readonly targetColumn: number;
  certain: ConnectionSetId;
  possible: ConnectionSetId;
  readonly source: string;
  readonly target: string;
}

function judgeNever(
  cluster: Cluster,
  from: ResolvedEnds,
  to: ResolvedEnds,
  ports: readonly PortSpec[] | undefined,
): Judgement {
  const { space } = cluster.cells;
  const forbidden = portSet(cluster, ports) ?? space.transport;
  return judgePairs(cluster, from, to, (cell) => ({
    certain: space.intersect(cell.allowed, forbidden),
    possible: space.intersect(cell.possible, forbidden),
  }));
}

function judgeMustReach(cluster: Cluster, assertion: Extract<Assertion, { type: 'must-reach' }>): Judgement {
  const { space } = cluster.cells;
  const required = portSet(cluster, assertion.ports);
  const from = resolveEnds(cluster, assertion.from);
  const to = resolveEnds(cluster, assertion.to);
  return judgePairs(cluster, from, to, (cell) => {
    if (required !== undefined) {
      return {
        certain: space.subtract(required, cell.possible),
        possible: space.subtract(required, cell.allowed),
      };
    }
    // No port is named: any that gets through will do, so it goes against it only where none does.
    const some = space.intersect(cell.allowed, space.transport) !== space.none;
    const maybe = space.intersect(cell.possible, space.transport) !== space.none;
    return { certain: maybe ? space.none : space.transport, possible: some ? space.none : space.transport };
  });
}

/** `against`: which connections of a cell go against the invariant for certain, and which (those among them) may. */
function judgePairs(
  cluster: Cluster,
  from: ResolvedEnds,
  to: ResolvedEnds,
  against: (cell: { readonly allowed: ConnectionSetId; readonly possible: ConnectionSetId }) => {
    readonly certain: ConnectionSetId;
    readonly possible: ConnectionSetId;
  },
): Judgement {
  const { cells, universe } = cluster;
  const { space } = cells;
  const nameOf = endNames(cluster, union(union(from.sure, from.maybe), union(to.sure, to.maybe)));
  const drafts = new Map<string, PairDraft>();
  const add = (source: number, target: number, certain: ConnectionSetId, possible: ConnectionSetId): void => {
    const own = universe.classes[source]?.workload;
    if (own !== undefined && own === universe.classes[target]?.workload) return;
    const names = [nameOf(source), nameOf(target)] as const;
    const key = names.join('\n');
    const known = drafts.get(key);
    if (known === undefined) {
      drafts.set(key, {
        source: names[0],
        target: names[1],
        sourceColumn: source,
        targetColumn: target,
        certain,
        possible,
      });
    } else {
      known.certain = space.union(known.certain, certain);
      known.possible = space.union(known.possible, possible);
    }
  };
  let certainBeyond = false;
  const look = (sources: IntervalSet, targets: IntervalSet, sure: boolean): void => {
    visitPairs(cluster, sources, targets, (some, others, cell) => {
      const { certain, possible } = against(cells.decision(cell));
      if (possible === space.none) return;
      if (drafts.size >= MOST_PAIRS) {
        if (sure && certain !== space.none) certainBeyond = true;
        return;
      }
      for (const [own, other] of insideOrAcross(universe, some, others)) {
        for (const source of members(own)) {
          if (drafts.size >= MOST_PAIRS) break;
          forEachMember(other, (target) => add(source, target, sure ? certain : space.none, possible));
        }
      }
    });
  };
  // A connection comes from an address; names are only ever asked for.
  const { domains } = universe.regions;
  const sources = { sure: subtract(from.sure, domains), maybe: subtract(from.maybe, domains) };
  look(sources.sure, to.sure, true);
  look(sources.sure, to.maybe, false);
  look(sources.maybe, union(to.sure, to.maybe), false);
  const all = [...drafts.values()];
  const isCertain = (draft: PairDraft): boolean => draft.certain !== space.none;
  const ranked = all.sort(
    (a, b) =>
      Number(isCertain(b)) - Number(isCertain(a)) ||
      rank(universe, a) - rank(universe, b) ||
      Number(isInternet(b)) - Number(isInternet(a)) ||
      compareText(a.source, b.source) ||
      compareText(a.target, b.target),
  );
  return {
    status: all.length === 0 ? 'holds' : certainBeyond || all.some(isCertain) ? 'fails' : 'unknown',
    violationCount: all.length,
    violations: ranked
      .slice(0, MOST_VIOLATIONS)
      .map((draft) => violationOf(cluster, draft, isCertain(draft))),
  };
}

/** Two ends outside the cluster have nothing to say to each other here. */
function insideOrAcross(
  universe: Universe,
  sources: IntervalSet,
  targets: IntervalSet,
): readonly (readonly [IntervalSet, IntervalSet])[] {
  const pods = interval(0, universe.firstNode - 1);
  return [
    [intersect(sources, pods), targets],
    [subtract(sources, pods), intersect(targets, pods)],
  ];
}

/** Pods make better counterexamples than addresses, and addresses better ones than nodes and names. */
function rank(universe: Universe, draft: PairDraft): number {
  const of = (column: number): number => {
    if (column < universe.firstNode) return 0;
    return column >= universe.firstBlock && column < universe.firstDomain ? 1 : 2;
  };
  return of(draft.sourceColumn) + of(draft.targetColumn);
}

function isInternet(draft: PairDraft): boolean {
  return draft.source === INTERNET || draft.target === INTERNET;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function violationOf(cluster: Cluster, draft: PairDraft, certain: boolean): PairViolation {
  const { space } = cluster.cells;
  const connections = connectionList(space.set(certain ? draft.certain : draft.possible));
  const example = exampleOf(cluster, draft.targetColumn, connections);
  const parts = explainColumns(cluster, draft.sourceColumn, draft.targetColumn).parts;
  const point = connectionPoint(example.protocol, example.port);
  const explanation = parts.find((part) => space.has(space.intern(connectionSetOf(part.connections)), point));
  return {
    type: 'pair',
    source: draft.source,
    target: draft.target,
    sourceColumn: draft.sourceColumn,
    targetColumn: draft.targetColumn,
    connections,
    verdict: explanation?.verdict ?? 'unknown',
    example,
    explanation,
  };
}

/** A port that the destination declares, where one goes against the invariant; else the lowest that does. */
function exampleOf(cluster: Cluster, target: number, connections: ConnectionList): Connection {
  const includes = (protocol: TransportProtocol, port: number): boolean =>
    connections.ports.some((range) => range.protocol === protocol && range.from <= port && port <= range.to);
  for (const pod of cluster.universe.classes[target]?.pods ?? []) {
    for (const { protocol, port } of cluster.snapshot.pods[pod]?.ports ?? []) {
      if (includes(protocol, port)) return { protocol, port };
    }
  }
  const [first] = connections.ports;
  return first === undefined
    ? { protocol: 'other', port: 0 }
    : { protocol: first.protocol, port: first.from };
}

function judgeIsolated(cluster: Cluster, ends: EndSpec, directions: readonly Direction[]): Judgement {
  const { universe } = cluster;
  const { sure, maybe } = resolveEnds(cluster, ends);
  const violations: IsolationViolation[] = [];
  let certain = false;
  const all = intersect(union(sure, maybe), universe.regions.classes);
  for (const workload of universe.workloads) {
    const own = intersect(all, interval(workload.first, workload.last));
    if (isEmptySet(own)) continue;
    for (const direction of directions) {
      const states = new Set<string>();
      forEachMember(own, (column) => states.add(isolation(cluster, direction, column, column)));
      if (states.size === 1 && states.has('isolated')) continue;
      const isOpen = states.has('open');
      const state = isOpen ? (states.size === 1 ? 'open' : 'partial') : 'unknown';
      if (isOpen && !isEmptySet(intersect(own, sure))) certain = true;
      violations.push({ type: 'not-isolated', workload: workload.id, direction, state });
    }
  }
  // Whether pods that can't be read are isolated can't be known.
  const hidden = !isEmptySet(intersect(union(sure, maybe), universe.regions.hidden));
  return {
    status: certain ? 'fails' : violations.length > 0 || hidden ? 'unknown' : 'holds',
    violationCount: violations.length,
    violations: violations.slice(0, MOST_VIOLATIONS),
  };
}

function judgeFindings(cluster: Cluster, assertion: Extract<Assertion, { type: 'no-findings' }>): Judgement {
  const { kinds, ends } = assertion;
  const redundancy =
    kinds === undefined ||
    kinds.some((kind) => kind.endsWith('-changes-nothing') || kind === 'rule-shadowed');
  const own: Finding[] = [];
  for (const finding of findings(cluster, { redundancy })) {
    if (kinds !== undefined && !kinds.includes(finding.code)) continue;
    if (ends !== undefined && !findingConcerns(cluster, finding, ends)) continue;
    own.push(finding);
  }
  return {
    status: own.length === 0 ? 'holds' : 'fails',
    violationCount: own.length,
    violations: own.slice(0, MOST_VIOLATIONS).map((finding) => ({ type: 'finding', finding })),
  };
}

/** The connections that ports stand for; `undefined` where none are named. */
function portSet(cluster: Cluster, ports: readonly PortSpec[] | undefined): ConnectionSetId | undefined {
  if (ports === undefined) return undefined;
  return cluster.cells.space.intern(
    connectionSetOf({
      ports: ports.flatMap((port) => (port.protocol === 'other' ? [] : [port])),
      other: ports.some((port) => port.protocol === 'other'),
    }),
  );
}

/**
 * Names the columns of a set. Addresses that every pod treats alike have one name, so that they count as one end: the largest
 * such group of IPv4 is `internet`, the others are called by their ranges.
 */
function endNames(cluster: Cluster, within: IntervalSet): (column: number) => string {
  const { universe } = cluster;
  const names = new Map<number, string>();
  let largest: { readonly size: bigint; readonly columns: readonly number[] } | undefined;
  for (const group of addressGroups(cluster)) {
    const columns = members(intersect(group, within));
    if (columns.length === 0) continue;
    const ranges = joinRanges(
      columns.map((column) => rangeOfBlock(universe.blocks, column - universe.firstBlock)),
    );
    const shown = ranges.slice(0, MOST_RANGES).map(rangeText);
    const more = ranges.length > shown.length ? ` and ${ranges.length - shown.length} more ranges` : '';
    for (const column of columns) names.set(column, `${shown.join(', ')}${more}`);
    const size = ranges.reduce(
      (sum, range) => sum + (range.family === 4 ? range.last - range.first + 1n : 0n),
      0n,
    );
    if (size > (largest?.size ?? HALF_V4)) largest = { size, columns };
  }
  for (const column of largest?.columns ?? []) names.set(column, INTERNET);
  return (column) => names.get(column) ?? endName(universe, column);
}

const INTERNET = 'internet';
const MOST_RANGES = 3;
/** Only what is most of the address space is called the internet. */
const HALF_V4 = 1n << 31n;

/** Neighbouring ranges, ascending, joined. */
function joinRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const out: AddressRange[] = [];
  for (const range of ranges) {
    const last = out.at(-1);
    if (last !== undefined && last.family === range.family && last.last + 1n === range.first) {
      out[out.length - 1] = { ...last, last: range.last };
    } else out.push(range);
  }
  return out;
}

/** What a column is called. */
export function endName(universe: Universe, column: number): string {
  const described = describeColumn(universe, column);
  switch (described.type) {
    case 'class':
      return universe.workloads[described.workload]?.id ?? '';
    case 'hidden-namespace':
      return `hidden/${described.namespace}`;
    case 'node':
      return `node/${described.node}`;
    case 'addresses':
      return described.range;
    case 'domain':
      return `dns/${described.pattern}`;
    case 'other-domain':
      return 'dns/*';
  }
}
