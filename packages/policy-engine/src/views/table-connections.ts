import type { PolicyKey } from '../model/records.ts';
import { explainColumns } from '../queries/explain.ts';
import type { Lens } from './lens.ts';
import type { MatrixOutcome } from './matrix-outcomes.ts';
import type { MatrixUnit, UnitMembers } from './matrix-units.ts';
import { classCodeOf, codeOf, type TableRelation } from './table-relation.ts';
import { found, parseSearch } from './table-search.ts';

export type ConnectionSort = 'from' | 'to' | 'ports' | 'verdict' | 'change' | 'policies';

/** Up to so many connections can be sorted by what decides them, since each must be explained first. */
export const SORTED_BY_POLICIES_AT_MOST = 5_000;

/** So many answers are kept for rows that come into sight again; a file of all rows must not hold them all. */
const EXPLAINED_AT_MOST = 20_000;

export interface ConnectionPlan {
  readonly verdicts: readonly ('allowed' | 'unknown')[];
  /** See `ConnectionSearch`. */
  readonly find: string;
  readonly sort: ConnectionSort;
  readonly descending: boolean;
  /** Whether pairs that no policy has a say on are rows of their own. */
  readonly listOpen: boolean;
}

/** A connection: what one end may send to another. A draft's closed connections are rows as well, denied. */
export interface ConnectionRow {
  readonly from: MatrixUnit;
  readonly to: MatrixUnit;
  readonly verdict: 'allowed' | 'unknown' | 'denied';
  readonly outcome: MatrixOutcome;
  /** Policies whose rules decide, or that isolate where none does; of one pod of each end. */
  readonly policies: readonly PolicyKey[];
}

/** Pairs that no policy has a say on, told as one. */
export interface OpenGroup {
  readonly from: 'workloads' | 'outside';
  readonly to: 'workloads' | 'outside';
  /** How many ends take part, and how many pairs they make. */
  readonly sources: number;
  readonly destinations: number;
  readonly pairs: number;
}

/** Connections in an order, of which any stretch can be had without those before it. */
export interface ConnectionTable {
  readonly count: number;
  /** @returns fewer than `limit` at the end */
  rows(offset: number, limit: number): readonly ConnectionRow[];
}

/**
 * Connections of a relation as the plan filters and orders them. Of one that grows: those of the sources that are known, which
 * in ascending order of sources are the first of all (see `isPrefix`). More than `SORTED_BY_POLICIES_AT_MOST` of them are in the
 * order of their sources where the plan asks for that of policies.
 */
export function connectionTable(lens: Lens, relation: TableRelation, plan: ConnectionPlan): ConnectionTable {
  const listing = new Listing(relation, plan);
  const policies = new Map<string, readonly PolicyKey[]>();
  const rowsOf = (pairs: readonly Pair[]) =>
    pairs.flatMap(([source, destination]): ConnectionRow[] => {
      const from = relation.units[source];
      const to = relation.units[destination];
      const outcome = relation.outcomes[codeOf(relation, source, destination)];
      if (from === undefined || to === undefined || outcome === undefined) return [];
      const key = `${source} ${destination}`;
      let deciding = policies.get(key);
      if (deciding === undefined) {
        if (policies.size > EXPLAINED_AT_MOST) policies.clear();
        deciding = outcome.open ? [] : decidingPolicies(lens, from, to);
        policies.set(key, deciding);
      }
      return [{ from: from.unit, to: to.unit, verdict: verdictOf(outcome), outcome, policies: deciding }];
    });
  if (plan.sort === 'policies' && listing.count <= SORTED_BY_POLICIES_AT_MOST) {
    const sorted = sortedByPolicies(rowsOf(listing.pairs(0, listing.count)), plan.descending);
    return { count: sorted.length, rows: (offset, limit) => sorted.slice(offset, offset + limit) };
  }
  return { count: listing.count, rows: (offset, limit) => rowsOf(listing.pairs(offset, limit)) };
}

/** By the names of what decides, what nothing decides last. */
function sortedByPolicies(rows: readonly ConnectionRow[], descending: boolean): readonly ConnectionRow[] {
  const keyed = rows.map((row) => ({
    row,
    key: row.policies.map((policy) => policy.slice(policy.lastIndexOf('/') + 1)).join(' '),
  }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if ((a.key === '') !== (b.key === '')) return a.key === '' ? 1 : -1;
    return a.key < b.key ? -sign : a.key > b.key ? sign : 0;
  });
  return keyed.map(({ row }) => row);
}

/** Whether connections of a relation that grows are in this order the first ones of the whole. */
export function isPrefix({ sort, descending }: ConnectionPlan): boolean {
  return sort === 'from' && !descending;
}

type Pair = readonly [source: number, destination: number];

function verdictOf({ state }: MatrixOutcome): 'allowed' | 'unknown' | 'denied' {
  return state === 'all' || state === 'some' ? 'allowed' : state === 'unknown' ? 'unknown' : 'denied';
}

function isConnection(outcome: MatrixOutcome): boolean {
  return verdictOf(outcome) !== 'denied' || outcome.impact !== null;
}

/** Whether an outcome is told by a group of its own, since no policy has a say on it. */
function isOpen(outcome: MatrixOutcome): boolean {
  return outcome.open && outcome.impact === null && outcome.state === 'all';
}

/** What the groups of open pairs are: among workloads, from outside and to the outside. */
export function openGroups(relation: TableRelation): readonly OpenGroup[] {
  const { units, rowOf, columnOf, lines, outcomes } = relation;
  const open = outcomes.map(isOpen);
  const count = (classes: Int32Array, total: number, outside: boolean): Int32Array => {
    const weights = new Int32Array(total);
    for (const [index, { unit }] of units.entries()) {
      if ((unit.type === 'outside') !== outside) continue;
      const own = classes[index] ?? 0;
      weights[own] = (weights[own] ?? 0) + 1;
    }
    return weights;
  };
  const kinds = [
    ['workloads', 'workloads'],
    ['workloads', 'outside'],
    ['outside', 'workloads'],
  ] as const;
  return kinds.flatMap(([from, to]): OpenGroup[] => {
    const sources = count(rowOf, relation.rows, from === 'outside');
    const destinations = count(columnOf, relation.columns, to === 'outside');
    const reached = new Set<number>();
    let pairs = 0;
    let taking = 0;
    for (const [row, line] of lines.entries()) {
      const weight = sources[row] ?? 0;
      if (weight === 0) continue;
      let own = 0;
      for (let column = 0; column < line.length; column++) {
        const peers = destinations[column] ?? 0;
        if (peers === 0 || open[line[column] ?? 0] !== true) continue;
        own += peers;
        reached.add(column);
      }
      if (own > 0) taking += weight;
      pairs += own * weight;
    }
    if (from === to) {
      for (const index of units.keys()) {
        const inside = units[index]?.unit.type !== 'outside';
        if (inside && open[classCodeOf(relation, index, index)] === true) pairs--;
      }
    }
    if (pairs === 0) return [];
    let ends = 0;
    for (const column of reached) ends += destinations[column] ?? 0;
    return [{ from, to, sources: taking, destinations: ends, pairs }];
  });
}

/** Whether a draft changes what comes from or goes to blocks of addresses: each of them has rows of its own. */
export function changesBlocks({ units, rowOf, columnOf, lines, outcomes }: TableRelation): boolean {
  const isChanged = outcomes.map(({ impact }) => impact !== null);
  if (!isChanged.includes(true)) return false;
  const isCode = (code: number | undefined) => isChanged[code ?? -1] === true;
  return units.some(
    ({ unit }, index) =>
      unit.kind === 'cidr' &&
      (lines[rowOf[index] ?? -1]?.some(isCode) === true ||
        lines.some((line) => isCode(line[columnOf[index] ?? -1]))),
  );
}

/** Policies that decide on a pair: the rules that let something through on both ends, else what stops it. */
export function decidingPolicies(lens: Lens, from: UnitMembers, to: UnitMembers): readonly PolicyKey[] {
  const source = from.members[0]?.[0];
  const target = to.members[0]?.[0];
  if (source === undefined || target === undefined) return [];
  const parts = explainColumns(lens.after, source, target).parts.filter(
    (part) => part.connections.ports.length > 0,
  );
  const passing = parts.filter((part) => part.verdict !== 'denied');
  const keys = new Set<PolicyKey>();
  for (const part of passing.length > 0 ? passing : parts) {
    for (const half of [part.egress, part.ingress]) {
      if (passing.length === 0 && half.verdict !== 'denied') continue;
      for (const rule of half.rules) keys.add(rule.origin.policy);
      if (half.rules.length === 0 && passing.length === 0)
        for (const policy of half.isolatedBy) keys.add(policy);
    }
  }
  return [...keys];
}

/** One place in the order. */
interface Bucket {
  readonly index: number;
  readonly count: number;
}

/** Walks pairs in order: bucket by bucket, in each end by end of the leading side, and for each along the other side. */
class Listing {
  readonly count: number;
  readonly #relation: TableRelation;
  readonly #byDestination: boolean;
  readonly #leadDescending: boolean;
  /** How many words, and which of them each unit and each code has. */
  readonly #full: number;
  readonly #unitMask: Int32Array;
  readonly #codeMask: readonly number[];
  /** Units that may be a source, and a destination. */
  readonly #isSource: Uint8Array;
  readonly #isDestination: Uint8Array;
  /** Followers by class and words. */
  readonly #weights: ReadonlyMap<number, number>[];
  /** Place in the order of each code; -1 for codes that are no row. */
  readonly #placeOf: Int32Array;
  readonly #buckets: readonly Bucket[];
  /** Pairs that a unit leads, by place; units of one class and with the same words share them. */
  readonly #led: readonly (Float64Array | undefined)[];

  constructor(relation: TableRelation, plan: ConnectionPlan) {
    this.#relation = relation;
    this.#byDestination = plan.sort === 'to';
    const leads = plan.sort === 'from' || plan.sort === 'to';
    this.#leadDescending = leads && plan.descending;
    const search = parseSearch(plan.find);
    const names = relation.units.map(({ unit }) => searchText(unit));
    this.#full = (1 << search.anywhere.length) - 1;
    this.#unitMask = Int32Array.from(names, (name) => found(search.anywhere, name));
    const all = (words: readonly string[]) =>
      Uint8Array.from(names, (name) => (words.every((word) => name.includes(word)) ? 1 : 0));
    this.#isSource = all(search.source).fill(0, relation.sources);
    this.#isDestination = all(search.destination);
    this.#codeMask = relation.outcomes.map((outcome) => found(search.anywhere, outcomeWords(outcome)));
    this.#weights = this.#weigh();
    const places = this.#arrange(plan);
    this.#placeOf = places.of;
    this.#led = this.#lead(places.count);
    this.#buckets = Array.from({ length: places.count }, (_, index) => ({
      index,
      count: relation.units.reduce((sum, _unit, unit) => sum + this.#countOf(index, unit), 0),
    }));
    this.count = this.#buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  }

  pairs(offset: number, limit: number): Pair[] {
    const out: Pair[] = [];
    let skip = Math.max(0, offset);
    for (const bucket of this.#buckets) {
      if (out.length >= limit) break;
      if (skip >= bucket.count) {
        skip -= bucket.count;
        continue;
      }
      const units = this.#relation.units.length;
      for (let step = 0; step < units && out.length < limit; step++) {
        const lead = this.#leadDescending ? units - 1 - step : step;
        const own = this.#countOf(bucket.index, lead);
        if (skip >= own) {
          skip -= own;
          continue;
        }
        for (let other = 0; other < units && out.length < limit; other++) {
          const [source, destination] = this.#byDestination ? [other, lead] : [lead, other];
          if (!this.#shows(bucket, source, destination)) continue;
          if (skip > 0) skip--;
          else out.push([source, destination]);
        }
      }
    }
    return out;
  }

  #shows(bucket: Bucket, source: number, destination: number): boolean {
    if (this.#isSource[source] !== 1 || this.#isDestination[destination] !== 1) return false;
    if (source === destination && !this.#relation.own.has(source)) return false;
    const code = codeOf(this.#relation, source, destination);
    if (this.#placeOf[code] !== bucket.index) return false;
    const mask =
      (this.#unitMask[source] ?? 0) | (this.#unitMask[destination] ?? 0) | (this.#codeMask[code] ?? 0);
    return mask === this.#full;
  }

  #weigh(): ReadonlyMap<number, number>[] {
    const { units, rowOf, columnOf, rows, columns } = this.#relation;
    const classes = this.#byDestination ? rowOf : columnOf;
    const may = this.#byDestination ? this.#isSource : this.#isDestination;
    const weights = Array.from(
      { length: this.#byDestination ? rows : columns },
      () => new Map<number, number>(),
    );
    for (const unit of units.keys()) {
      if (may[unit] !== 1) continue;
      const weight = weights[classes[unit] ?? 0];
      const mask = this.#unitMask[unit] ?? 0;
      weight?.set(mask, (weight.get(mask) ?? 0) + 1);
    }
    return weights;
  }

  #arrange(plan: ConnectionPlan): { readonly of: Int32Array; readonly count: number } {
    const keys = this.#relation.outcomes.map((outcome) => {
      if (!isConnection(outcome) || (!plan.listOpen && isOpen(outcome))) return null;
      const verdict = verdictOf(outcome);
      const shown = outcome.impact !== null || verdict === 'denied' || plan.verdicts.includes(verdict);
      return shown ? sortKey(outcome, plan.sort) : null;
    });
    const sign = plan.descending ? -1 : 1;
    const order = [...new Set(keys)]
      .filter((key) => key !== null)
      .sort((a, b) => (a < b ? -sign : a > b ? sign : 0));
    const place = new Map(order.map((key, index) => [key, index]));
    return {
      of: Int32Array.from(keys, (key) => (key === null ? -1 : (place.get(key) ?? -1))),
      count: order.length,
    };
  }

  /** What each unit leads, its own pair with itself still in it. */
  #lead(places: number): readonly (Float64Array | undefined)[] {
    const { units, rowOf, columnOf } = this.#relation;
    const classes = this.#byDestination ? columnOf : rowOf;
    const may = this.#byDestination ? this.#isDestination : this.#isSource;
    const known = new Map<number, Float64Array>();
    return units.map((_, unit) => {
      if (may[unit] !== 1) return undefined;
      const mask = this.#unitMask[unit] ?? 0;
      const own = classes[unit] ?? 0;
      const key = own * (this.#full + 1) + mask;
      let counts = known.get(key);
      if (counts === undefined) {
        counts = this.#follow(own, mask, places);
        known.set(key, counts);
      }
      return counts;
    });
  }

  #follow(lead: number, leadMask: number, places: number): Float64Array {
    const { lines, rows, columns } = this.#relation;
    const counts = new Float64Array(places);
    const others = this.#byDestination ? rows : columns;
    const line = lines[lead];
    for (let other = 0; other < others; other++) {
      const code = (this.#byDestination ? lines[other]?.[lead] : line?.[other]) ?? 0;
      const place = this.#placeOf[code] ?? -1;
      if (place < 0) continue;
      const mask = leadMask | (this.#codeMask[code] ?? 0);
      for (const [own, number] of this.#weights[other] ?? []) {
        if ((mask | own) === this.#full) counts[place] = (counts[place] ?? 0) + number;
      }
    }
    return counts;
  }

  #countOf(place: number, unit: number): number {
    const { own } = this.#relation;
    const led = this.#led[unit]?.[place] ?? 0;
    const asClass = led > 0 && this.#meetsItself(place, unit, classCodeOf(this.#relation, unit, unit));
    const code = own.get(unit);
    const asItself = code !== undefined && this.#meetsItself(place, unit, code);
    return led - Number(asClass) + Number(asItself);
  }

  /** Whether a unit with itself would be a row of that place, if that were its code. */
  #meetsItself(place: number, unit: number, code: number): boolean {
    if (this.#isSource[unit] !== 1 || this.#isDestination[unit] !== 1) return false;
    const mask = (this.#unitMask[unit] ?? 0) | (this.#codeMask[code] ?? 0);
    return this.#placeOf[code] === place && mask === this.#full;
  }
}

function searchText(unit: MatrixUnit): string {
  return (
    unit.type === 'workload' ? `${unit.namespace}/${unit.label} ${unit.kind}` : unit.label
  ).toLowerCase();
}

function outcomeWords(outcome: MatrixOutcome): string {
  const { ports, unknown, impact } = outcome;
  return `${ports} ${unknown} ${verdictOf(outcome)} ${impact ?? ''}`.toLowerCase();
}

const VERDICT_ORDER = { allowed: 0, unknown: 1, denied: 2 } as const;

function sortKey(outcome: MatrixOutcome, sort: ConnectionSort): string {
  switch (sort) {
    case 'ports':
      // All ports first; numbers as numbers.
      return outcome.state === 'all'
        ? ''
        : `${outcome.ports} ${outcome.unknown}`.replace(/\d+/g, (digits) => digits.padStart(5, '0'));
    case 'verdict':
      return String(VERDICT_ORDER[verdictOf(outcome)]);
    case 'change':
      return outcome.impact ?? '~';
    default:
      return '';
  }
}
