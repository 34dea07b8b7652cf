import type { ConnectionSetId, ConnectionSpace } from '../sets/connection-set.ts';
import type { Decision } from './decide.ts';

/**
 * A cell is what one (subject, peer) of a row gets, for all connections at once: an interned `Decision`.
 * `allowed` ⊆ `possible`; what is in `possible` alone is unknown, what is in neither is denied.
 */
export type CellId = number & { readonly __brand: 'CellId' };

export class VerdictCells {
  readonly space: ConnectionSpace;
  readonly #cells: Decision[] = [];
  readonly #ids = new Map<number, CellId>();
  readonly #both = new Map<number, CellId>();
  readonly #either = new Map<number, CellId>();
  readonly #connects: (boolean | undefined)[] = [];

  readonly denied: CellId;
  readonly allowed: CellId;
  /** Every connection may be allowed or denied. */
  readonly unknown: CellId;

  constructor(space: ConnectionSpace) {
    this.space = space;
    this.denied = this.intern({ allowed: space.none, possible: space.none });
    this.allowed = this.intern({ allowed: space.all, possible: space.all });
    this.unknown = this.intern({ allowed: space.none, possible: space.all });
  }

  intern(decision: Decision): CellId {
    const key = decision.allowed * 4_194_304 + decision.possible;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#cells.length as CellId;
      this.#cells.push(decision);
      this.#ids.set(key, id);
    }
    return id;
  }

  decision(id: CellId): Decision {
    return this.#cells[id] as Decision;
  }

  /** Both directions must allow (semantics 0.1). */
  both(a: CellId, b: CellId): CellId {
    if (a === this.denied || b === this.allowed || a === b) return a;
    if (b === this.denied || a === this.allowed) return b;
    const key = a < b ? a * 4_194_304 + b : b * 4_194_304 + a;
    let id = this.#both.get(key);
    if (id === undefined) {
      const x = this.decision(a);
      const y = this.decision(b);
      id = this.intern({
        allowed: this.space.intersect(x.allowed, y.allowed),
        possible: this.space.intersect(x.possible, y.possible),
      });
      this.#both.set(key, id);
    }
    return id;
  }

  /** One of the two is the truth, and it isn't known which: what they agree on is known. */
  either(a: CellId, b: CellId): CellId {
    if (a === b) return a;
    const key = a < b ? a * 4_194_304 + b : b * 4_194_304 + a;
    let id = this.#either.get(key);
    if (id === undefined) {
      const x = this.decision(a);
      const y = this.decision(b);
      id = this.intern({
        allowed: this.space.intersect(x.allowed, y.allowed),
        possible: this.space.union(x.possible, y.possible),
      });
      this.#either.set(key, id);
    }
    return id;
  }

  /**
   * Whether any TCP, UDP or SCTP connection is allowed or unknown. Where a pod is isolated, ICMP and other protocols are
   * unknown towards everyone (semantics 1.7); that alone makes no edge, and is said where a pair is explained.
   */
  connects(id: CellId): boolean {
    let known = this.#connects[id];
    if (known === undefined) {
      known = this.space.intersect(this.decision(id).possible, this.space.transport) !== this.space.none;
      this.#connects[id] = known;
    }
    return known;
  }

  /** Connections that are unknown. */
  unknownOf(id: CellId): ConnectionSetId {
    const { allowed, possible } = this.decision(id);
    return this.space.subtract(possible, allowed);
  }
}
