import { type Change, changed, changeOf } from './changes.ts';

/** An answer on its way to the page: whole, or what differs from the last one under this name. */
export type Told =
  | { readonly type: 'result'; readonly id: number; readonly result: unknown; readonly keep?: string }
  | { readonly type: 'changes'; readonly id: number; readonly change: Change; readonly of: string };

interface Answered {
  readonly id: number;
  /** The kind of question, where its answers are told by their changes. */
  readonly name: string | undefined;
  readonly result: unknown;
}

/** The worker's end. All that it makes must arrive, in this order. */
export function createTeller(): (answered: Answered) => Told {
  const last = new Map<string, unknown>();
  return ({ id, name, result }) => {
    if (name === undefined) return { type: 'result', id, result };
    const isKnown = last.has(name);
    const before = last.get(name);
    last.set(name, result);
    return isKnown
      ? { type: 'changes', id, change: changeOf(before, result), of: name }
      : { type: 'result', id, result, keep: name };
  };
}

/** The page's end for one worker: gives each answer in full. */
export function createHearer(): (told: Told) => unknown {
  const last = new Map<string, unknown>();
  return (told) => {
    const name = told.type === 'result' ? told.keep : told.of;
    const result = told.type === 'result' ? told.result : changed(last.get(told.of), told.change);
    if (name !== undefined) last.set(name, result);
    return result;
  };
}
