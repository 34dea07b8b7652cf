import type { ContainerPortRecord, Labels } from './records.ts';

/**
 * Equal values of many records are kept once: the pods of a workload have the same labels and ports, and 150,000 of
 * them must fit.
 */
export interface Sharing {
  readonly labels: Map<string, Labels>;
  readonly ports: Map<string, readonly ContainerPortRecord[]>;
}

export const NO_LABELS: Labels = Object.freeze({});
export const NO_PORTS: readonly ContainerPortRecord[] = Object.freeze([]);
export const NO_STRINGS: readonly string[] = Object.freeze([]);

/** Labels that are unique to each pod would fill the maps of a process that lives for months. */
const MOST_SHARED = 20_000;

export function createSharing(): Sharing {
  return { labels: new Map(), ports: new Map() };
}

/** The value kept under `key`, made and kept first where there is none. */
export function shared<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= MOST_SHARED) kept.clear();
  const value = make();
  kept.set(key, value);
  return value;
}
