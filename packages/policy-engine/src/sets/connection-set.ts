import type { TransportProtocol } from '../model/records.ts';
import { equalSets, type IntervalSet, intersect, interval, subtract, union } from './interval-set.ts';

/**
 * Sets of connections: (protocol, destination port) for TCP, UDP and SCTP, and one further member, `OTHER`, that stands
 * for ICMP and every other protocol (semantics 0.7). All live on one line of integers, so a connection set is an
 * interval set; a `ConnectionSpace` interns them, so that equality is an integer compare and operations are memoised.
 */
export type ConnectionSetId = number & { readonly __brand: 'ConnectionSetId' };

const PROTOCOL_STRIDE = 65_536;
export const TRANSPORT_PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];
export const MIN_PORT = 1;
export const MAX_PORT = 65_535;
/** The point that stands for ICMP and all protocols without ports. */
const OTHER_POINT = TRANSPORT_PROTOCOLS.length * PROTOCOL_STRIDE;

export interface PortRange {
  readonly protocol: TransportProtocol;
  /** 1–65535, `from <= to`. */
  readonly from: number;
  readonly to: number;
}

/** A connection set spelled out: port ranges in ascending order by protocol, and whether ICMP and others are in it. */
export interface ConnectionList {
  readonly ports: readonly PortRange[];
  readonly other: boolean;
}

function base(protocol: TransportProtocol): number {
  return TRANSPORT_PROTOCOLS.indexOf(protocol) * PROTOCOL_STRIDE;
}

/** The point of the line that is this protocol and port; `other` for ICMP and the rest. */
export function connectionPoint(protocol: TransportProtocol | 'other', port: number): number {
  return protocol === 'other' ? OTHER_POINT : base(protocol) + port;
}

const TRANSPORT: IntervalSet = TRANSPORT_PROTOCOLS.flatMap((protocol) => [
  base(protocol) + MIN_PORT,
  base(protocol) + MAX_PORT,
]);

/** Interns connection sets. Ids of one space mean nothing in another. */
export class ConnectionSpace {
  readonly #sets: IntervalSet[] = [];
  readonly #ids = new Map<string, ConnectionSetId>();
  readonly #memo = new Map<number, ConnectionSetId>();

  readonly none = this.intern([]);
  /** Every connection: all ports of TCP, UDP and SCTP, and OTHER. */
  readonly all = this.intern(union(TRANSPORT, interval(OTHER_POINT, OTHER_POINT)));
  /** All ports of TCP, UDP and SCTP: what NetworkPolicy's isolation is defined for. */
  readonly transport = this.intern(TRANSPORT);
  readonly other = this.intern(interval(OTHER_POINT, OTHER_POINT));

  intern(set: IntervalSet): ConnectionSetId {
    const key = set.join();
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#sets.length as ConnectionSetId;
      this.#sets.push(set);
      this.#ids.set(key, id);
    }
    return id;
  }

  /** All ports `from..to` of one protocol. */
  range(protocol: TransportProtocol, from: number, to: number): ConnectionSetId {
    return this.intern(interval(base(protocol) + from, base(protocol) + to));
  }

  set(id: ConnectionSetId): IntervalSet {
    return this.#sets[id] as IntervalSet;
  }

  union(a: ConnectionSetId, b: ConnectionSetId): ConnectionSetId {
    if (a === b || b === this.none) return a;
    if (a === this.none) return b;
    if (a === this.all || b === this.all) return this.all;
    return a < b ? this.#memoised(0, a, b, union) : this.#memoised(0, b, a, union);
  }

  intersect(a: ConnectionSetId, b: ConnectionSetId): ConnectionSetId {
    if (a === b || b === this.all) return a;
    if (a === this.all) return b;
    if (a === this.none || b === this.none) return this.none;
    return a < b ? this.#memoised(1, a, b, intersect) : this.#memoised(1, b, a, intersect);
  }

  subtract(a: ConnectionSetId, b: ConnectionSetId): ConnectionSetId {
    if (a === b || a === this.none || b === this.all) return this.none;
    if (b === this.none) return a;
    return this.#memoised(2, a, b, subtract);
  }

  includes(a: ConnectionSetId, b: ConnectionSetId): boolean {
    return this.subtract(b, a) === this.none;
  }

  has(id: ConnectionSetId, point: number): boolean {
    const set = this.set(id);
    for (let i = 0; i < set.length; i += 2) {
      if (point <= (set[i + 1] as number)) return point >= (set[i] as number);
    }
    return false;
  }

  list(id: ConnectionSetId): ConnectionList {
    return connectionList(this.set(id));
  }

  /** Whether all ports of TCP, UDP and SCTP are in the set (the contract's `"all"`). */
  coversTransport(id: ConnectionSetId): boolean {
    return id === this.all || this.includes(id, this.transport);
  }

  #memoised(
    operation: 0 | 1 | 2,
    a: ConnectionSetId,
    b: ConnectionSetId,
    compute: (a: IntervalSet, b: IntervalSet) => IntervalSet,
  ): ConnectionSetId {
    const key = (a * 4_194_304 + b) * 4 + operation;
    let id = this.#memo.get(key);
    if (id === undefined) {
      id = this.intern(compute(this.set(a), this.set(b)));
      this.#memo.set(key, id);
    }
    return id;
  }
}

/** Spells out an interval set on the line of connections. */
export function connectionList(set: IntervalSet): ConnectionList {
  const ports: PortRange[] = [];
  for (const protocol of TRANSPORT_PROTOCOLS) {
    const start = base(protocol);
    const own = intersect(set, interval(start, start + MAX_PORT));
    for (let i = 0; i < own.length; i += 2) {
      ports.push({ protocol, from: (own[i] as number) - start, to: (own[i + 1] as number) - start });
    }
  }
  const other = intersect(set, interval(OTHER_POINT, OTHER_POINT));
  return { ports, other: other.length > 0 };
}

/** The inverse of `connectionList`. */
export function connectionSetOf(list: ConnectionList): IntervalSet {
  let set: IntervalSet = list.other ? interval(OTHER_POINT, OTHER_POINT) : [];
  for (const range of list.ports) {
    set = union(set, interval(base(range.protocol) + range.from, base(range.protocol) + range.to));
  }
  return set;
}

/**
 * Human text of a connection set: `all`, `none`, `TCP 80, 443`, `TCP 8000-8090, UDP all`. "all" is all ports of TCP, UDP
 * and SCTP; ICMP and other protocols are mentioned only where they are the one thing that is in, or left out.
 */
export function connectionText(list: ConnectionList): string {
  const set = connectionSetOf({ ports: list.ports, other: false });
  if (equalSets(set, TRANSPORT)) return 'all';
  if (list.ports.length === 0) return list.other ? 'ICMP and other protocols' : 'none';
  const parts: string[] = [];
  for (const protocol of TRANSPORT_PROTOCOLS) {
    const own = list.ports.filter((range) => range.protocol === protocol);
    if (own.length === 0) continue;
    const text = own.map((range) =>
      range.from === MIN_PORT && range.to === MAX_PORT
        ? 'all'
        : range.from === range.to
          ? String(range.from)
          : `${range.from}-${range.to}`,
    );
    parts.push(`${protocol} ${text.join(', ')}`);
  }
  return parts.join(', ');
}
