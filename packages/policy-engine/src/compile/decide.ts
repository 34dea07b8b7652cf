import type { Action } from '../ir/ir.ts';
import type { ConnectionSetId, ConnectionSpace } from '../sets/connection-set.ts';

/**
 * How far the evaluation of one (subject, peer) has come, over all connections at once. Uncertainty is kept as the
 * set of outcomes that are still possible: a connection in both `allowed` and `denied` can go either way.
 */
export interface Progress {
  /** Not decided yet in at least one possible course. */
  readonly live: ConnectionSetId;
  /** Allowed in at least one possible course. */
  readonly allowed: ConnectionSetId;
  /** Denied in at least one possible course. */
  readonly denied: ConnectionSetId;
  /** Left the current tier by a `pass` in at least one possible course. */
  readonly passed: ConnectionSetId;
}

/** The end of an evaluation: `allowed` for certain, and `possible` (allowed or unknown). `allowed` is part of `possible`. */
export interface Decision {
  readonly allowed: ConnectionSetId;
  readonly possible: ConnectionSetId;
}

export function begin(space: ConnectionSpace): Progress {
  return { live: space.all, allowed: space.none, denied: space.none, passed: space.none };
}

/** One rule met: `certain` where the subject and the peer match for sure, else both courses go on. */
export function meet(
  space: ConnectionSpace,
  progress: Progress,
  action: Action,
  connections: ConnectionSetId,
  certain: boolean,
): Progress {
  const matched = space.intersect(progress.live, connections);
  if (matched === space.none) return progress;
  return {
    live: certain ? space.subtract(progress.live, matched) : progress.live,
    allowed: action === 'allow' ? space.union(progress.allowed, matched) : progress.allowed,
    denied: action === 'deny' ? space.union(progress.denied, matched) : progress.denied,
    passed: action === 'pass' ? space.union(progress.passed, matched) : progress.passed,
  };
}

/**
 * A policy that may not apply at all, since it can't be told whether it selects the subject: it decides as a whole or
 * not, so its later rules don't become possible where an earlier one is certain.
 */
export function perhaps(space: ConnectionSpace, without: Progress, applied: Progress): Progress {
  return {
    live: space.union(without.live, applied.live),
    allowed: space.union(without.allowed, applied.allowed),
    denied: space.union(without.denied, applied.denied),
    passed: space.union(without.passed, applied.passed),
  };
}

/**
 * Policies of one tier with equal priority: any may come first (N26). `outcomes` are their progresses, each from the
 * same start. What one decides for certain is decided; how, is whatever any of them says.
 */
export function join(space: ConnectionSpace, outcomes: readonly Progress[]): Progress {
  return outcomes.reduce((a, b) => ({
    live: space.intersect(a.live, b.live),
    allowed: space.union(a.allowed, b.allowed),
    denied: space.union(a.denied, b.denied),
    passed: space.union(a.passed, b.passed),
  }));
}

/** The end of a tier whose undecided connections go on to the next. */
export function continueTier(space: ConnectionSpace, progress: Progress): Progress {
  return { ...progress, live: space.union(progress.live, progress.passed), passed: space.none };
}

/**
 * The end of a tier that isolates: what it left undecided is denied for TCP, UDP and SCTP; for ICMP and other
 * protocols isolation isn't defined (semantics 1.7, K68). With `certain` false the subject may not be selected at all.
 */
export function isolate(space: ConnectionSpace, progress: Progress, certain: boolean): Progress {
  const other = space.intersect(progress.live, space.other);
  return {
    live: certain ? progress.passed : space.union(progress.live, progress.passed),
    allowed: space.union(progress.allowed, other),
    denied: space.union(progress.denied, progress.live),
    passed: space.none,
  };
}

/**
 * A tier that isolates, over traffic that it may not stop: allowed where it selects the subject, for certain or (with
 * `certain` false) perhaps.
 */
export function exempt(space: ConnectionSpace, progress: Progress, certain: boolean): Progress {
  return {
    ...progress,
    live: certain ? space.none : progress.live,
    allowed: space.union(progress.allowed, progress.live),
  };
}

/** A tier whose policies can't be read: anything live may be allowed or denied there, or go on. */
export function unreadTier(space: ConnectionSpace, progress: Progress): Progress {
  return {
    ...progress,
    allowed: space.union(progress.allowed, progress.live),
    denied: space.union(progress.denied, progress.live),
  };
}

/** After the last tier: what is left is allowed. */
export function finish(space: ConnectionSpace, progress: Progress): Decision {
  return {
    allowed: space.subtract(space.all, progress.denied),
    possible: space.union(progress.allowed, progress.live),
  };
}

export type ProgressId = number & { readonly __brand: 'ProgressId' };

/** The ways in which a tier ends; `isolate-perhaps` where it may not select the subject at all. */
export type TierEnd = 'continue' | 'isolate' | 'isolate-perhaps' | 'unread';

function endTier(space: ConnectionSpace, progress: Progress, end: TierEnd): Progress {
  switch (end) {
    case 'continue':
      return continueTier(space, progress);
    case 'isolate':
      return isolate(space, progress, true);
    case 'isolate-perhaps':
      return isolate(space, progress, false);
    case 'unread':
      return unreadTier(space, progress);
  }
}

const ACTION_NUMBER: Readonly<Record<Action, number>> = { allow: 0, deny: 1, pass: 2 };

/** Interns progresses and remembers where each rule takes them, so that rows compare and step by integers. */
export class ProgressTable {
  readonly space: ConnectionSpace;
  readonly start: ProgressId;
  readonly #all: Progress[] = [];
  readonly #ids = new Map<string, ProgressId>();
  readonly #steps = new Map<number, ProgressId>();
  /** Where the end of a tier takes each progress, and what each comes to after the last. */
  readonly #ends: { readonly [end in TierEnd]: (ProgressId | undefined)[] } = {
    continue: [],
    isolate: [],
    'isolate-perhaps': [],
    unread: [],
  };
  readonly #decisions: (Decision | undefined)[] = [];

  constructor(space: ConnectionSpace) {
    this.space = space;
    this.start = this.intern(begin(space));
  }

  progress(id: ProgressId): Progress {
    return this.#all[id] as Progress;
  }

  intern(progress: Progress): ProgressId {
    const key = `${progress.live},${progress.allowed},${progress.denied},${progress.passed}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#all.length as ProgressId;
      this.#all.push(progress);
      this.#ids.set(key, id);
    }
    return id;
  }

  /** The end of a tier, by number. */
  end(id: ProgressId, end: TierEnd): ProgressId {
    const ends = this.#ends[end];
    let next = ends[id];
    if (next === undefined) {
      next = this.intern(endTier(this.space, this.progress(id), end));
      ends[id] = next;
    }
    return next;
  }

  /** `finish`, by number. */
  decision(id: ProgressId): Decision {
    let decision = this.#decisions[id];
    if (decision === undefined) {
      decision = finish(this.space, this.progress(id));
      this.#decisions[id] = decision;
    }
    return decision;
  }

  /** `meet`, by number. */
  meet(id: ProgressId, action: Action, connections: ConnectionSetId, certain: boolean): ProgressId {
    const key = ((id * 3 + ACTION_NUMBER[action]) * 2 + (certain ? 0 : 1)) * 4_194_304 + connections;
    let next = this.#steps.get(key);
    if (next === undefined) {
      next = this.intern(meet(this.space, this.progress(id), action, connections, certain));
      this.#steps.set(key, next);
    }
    return next;
  }
}
