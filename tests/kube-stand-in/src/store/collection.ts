import type { KubeObject } from '../json.ts';

/** One change to one object. `previous` is what it replaced or removed. */
export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  /** For `DELETED` the last state, carrying the revision of the deletion, as etcd's watch gives it. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** The objects of one resource with enough history to answer a read at an earlier revision. */
export class Collection {
  readonly #objects = new Map<string, KubeObject>();
  readonly #historyLimit: number;
  #history: Change[] = [];
  #forgottenTo = 0;
  #sortedKeys: string[] | undefined;
  #snapshots: { readonly lastChange: number; readonly items: readonly KubeObject[] }[] = [];

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** The last revision whose changes are no longer known; a read or watch from before it can't be answered. */
  get forgottenTo(): number {
    return this.#forgottenTo;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<KubeObject> {
    return this.#objects.values();
  }

  record(change: Change): void {
    if (change.type === 'DELETED') this.#objects.delete(change.key);
    else this.#objects.set(change.key, change.object);
    if (change.type !== 'MODIFIED') this.#sortedKeys = undefined;
    this.#history.push(change);
    // Trimming in big steps keeps the cost per change constant.
    if (this.#history.length > this.#historyLimit * 2) {
      this.forget(this.#history[this.#history.length - this.#historyLimit - 1]?.revision ?? 0);
    }
  }

  /** Drops the history up to and including a revision. */
  forget(revision: number): void {
    this.#history = this.#history.slice(this.#firstAfter(revision));
    this.#forgottenTo = Math.max(this.#forgottenTo, revision);
    this.#snapshots = this.#snapshots.filter((snapshot) => snapshot.lastChange >= revision);
  }

  /** The changes after a revision, oldest first. */
  changesAfter(revision: number): readonly Change[] {
    return this.#history.slice(this.#firstAfter(revision));
  }

  /** All objects as they were at a revision, in key order. The caller has checked that it isn't forgotten. */
  itemsAt(revision: number): readonly KubeObject[] {
    const since = this.#firstAfter(revision);
    const lastChange = this.#history[since - 1]?.revision ?? this.#forgottenTo;
    const known = this.#snapshots.find((snapshot) => snapshot.lastChange === lastChange);
    if (known !== undefined) return known.items;

    const undone = new Map<string, KubeObject | undefined>();
    for (let i = this.#history.length - 1; i >= since; i -= 1) {
      const change = this.#history[i];
      if (change !== undefined) undone.set(change.key, change.previous);
    }
    const items: KubeObject[] = [];
    if (undone.size === 0) {
      for (const key of this.#keys()) {
        const object = this.#objects.get(key);
        if (object !== undefined) items.push(object);
      }
    } else {
      const keys = new Set(this.#keys());
      for (const key of undone.keys()) keys.add(key);
      for (const key of [...keys].sort(byText)) {
        const object = undone.has(key) ? undone.get(key) : this.#objects.get(key);
        if (object !== undefined) items.push(object);
      }
    }
    this.#snapshots = [...this.#snapshots.slice(-3), { lastChange, items }];
    return items;
  }

  #keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#objects.keys()].sort(byText);
    return this.#sortedKeys;
  }

  #firstAfter(revision: number): number {
    let low = 0;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#history[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where an object is stored within its resource: etcd's key below the prefix. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}
