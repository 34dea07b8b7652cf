import { type Change, changed, changeOf, isRecord } from './changes.ts';

/** An answer on its way to the page: whole, or what differs from the last one under this name. */
export type Told =
  /** The beginning of a long list in an answer; what comes of it is told by parts to come, and last by the answer. */
  | {
      readonly type: 'part';
      readonly id: number;
      readonly field: string;
      readonly entries: readonly unknown[];
    }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown; readonly keep?: string }
  | { readonly type: 'changes'; readonly id: number; readonly change: Change; readonly of: string };

interface Answered {
  readonly id: number;
  /** The kind of question, where its answers are told by their changes. */
  readonly name: string | undefined;
  readonly result: unknown;
}

/** What the page has been told in full. */
export interface Heard {
  readonly id: number;
  readonly result: unknown;
}

/** Longer lists come in parts: the page reads a message in one go, and must be able to draw a frame between two. */
const PART = 1_000;

/** The worker's end. All that it makes must arrive, in this order. */
export function createTeller(): (answered: Answered) => readonly Told[] {
  const last = new Map<string, unknown>();
  return ({ id, name, result }) => {
    if (name !== undefined && last.has(name)) {
      const change = changeOf(last.get(name), result);
      last.set(name, result);
      return [{ type: 'changes', id, change, of: name }];
    }
    if (name !== undefined) last.set(name, result);
    const { parts, rest } = cut(id, result);
    return [...parts, { type: 'result', id, result: rest, ...(name === undefined ? {} : { keep: name }) }];
  };
}

/** The page's end for one worker: gives each answer in full, and undefined for what is a part of one. */
export function createHearer(): (told: Told) => Heard | undefined {
  const last = new Map<string, unknown>();
  const parts = new Map<number, Map<string, unknown[]>>();
  const whole = (id: number, result: unknown) => {
    const lists = parts.get(id);
    parts.delete(id);
    if (lists === undefined || !isRecord(result)) return result;
    return { ...result, ...Object.fromEntries(lists) };
  };
  return (told) => {
    const { id } = told;
    if (told.type === 'part') {
      const lists = parts.get(id) ?? new Map<string, unknown[]>();
      const list = lists.get(told.field) ?? [];
      list.push(...told.entries);
      parts.set(id, lists.set(told.field, list));
      return undefined;
    }
    const name = told.type === 'result' ? told.keep : told.of;
    const result = told.type === 'result' ? whole(id, told.result) : changed(last.get(told.of), told.change);
    if (name !== undefined) last.set(name, result);
    return { id, result };
  };
}

/** An answer without its long lists, and these in parts. */
function cut(id: number, result: unknown): { readonly parts: readonly Told[]; readonly rest: unknown } {
  if (!isRecord(result)) return { parts: [], rest: result };
  const parts: Told[] = [];
  const rest: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(result)) {
    const isLong = Array.isArray(value) && value.length > PART;
    rest[field] = isLong ? null : value;
    for (let at = 0; isLong && at < value.length; at += PART) {
      parts.push({ type: 'part', id, field, entries: value.slice(at, at + PART) });
    }
  }
  return { parts, rest: parts.length === 0 ? result : rest };
}
