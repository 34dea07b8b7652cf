import { type Change, changed, changeOf, isRecord } from './changes.ts';

/** Where something stands in an answer: names of fields and places in lists, from the outside in. */
type Path = readonly (string | number)[];

/** A list or a record that was taken out of a message. */
interface Taken {
  readonly path: Path;
  readonly isRecord: boolean;
}

/** An answer on its way to the page: whole, or what differs from the last one under this name. */
export type Told =
  /** Of what was taken out of the answer to come, some entries; of a record as pairs of name and value. */
  | {
      readonly type: 'part';
      readonly id: number;
      /** Index in the answer's `taken`. */
      readonly of: number;
      readonly entries: readonly unknown[];
    }
  | {
      readonly type: 'result';
      readonly id: number;
      readonly result: unknown;
      readonly keep?: string;
      readonly taken?: readonly Taken[];
    }
  | {
      readonly type: 'changes';
      readonly id: number;
      readonly change: Change;
      readonly of: string;
      readonly taken?: readonly Taken[];
    };

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

/**
 * Lists and records that are longer come in parts, wherever in an answer they stand: the page reads a message in one go, and
 * must be able to draw a frame between two.
 */
const PART = 1_000;

/** The worker's end. All that it makes must arrive, in this order. */
export function createTeller(): (answered: Answered) => readonly Told[] {
  const last = new Map<string, unknown>();
  return ({ id, name, result }) => {
    if (name === undefined || !last.has(name)) {
      if (name !== undefined) last.set(name, result);
      const { parts, rest, taken } = takeOut(id, result);
      const keep = name === undefined ? {} : { keep: name };
      return [...parts, { type: 'result', id, result: rest, ...keep, ...taken }];
    }
    const { parts, rest, taken } = takeOut(id, changeOf(last.get(name), result));
    last.set(name, result);
    return [...parts, { type: 'changes', id, change: rest, of: name, ...taken }];
  };
}

/** The page's end for one worker: gives each answer in full, and undefined for what is a part of one. */
export function createHearer(): (told: Told) => Heard | undefined {
  const last = new Map<string, unknown>();
  const parts = new Map<number, Map<number, unknown[]>>();
  const whole = <Value>(id: number, value: Value, taken: readonly Taken[] = []): Value => {
    const entries = parts.get(id);
    parts.delete(id);
    return taken.reduce((result, { path, isRecord }, index) => {
      const own = entries?.get(index) ?? [];
      return putBack(result, path, isRecord ? Object.fromEntries(own.filter(isPair)) : own);
    }, value);
  };
  return (told) => {
    const { id } = told;
    if (told.type === 'part') {
      const lists = parts.get(id) ?? new Map<number, unknown[]>();
      const list = lists.get(told.of) ?? [];
      list.push(...told.entries);
      parts.set(id, lists.set(told.of, list));
      return undefined;
    }
    const name = told.type === 'result' ? told.keep : told.of;
    const result =
      told.type === 'result'
        ? whole(id, told.result, told.taken)
        : changed(last.get(told.of), whole(id, told.change, told.taken));
    if (name !== undefined) last.set(name, result);
    return { id, result };
  };
}

interface TakenOut<Value> {
  readonly parts: readonly Told[];
  /** With nothing where something was taken out. */
  readonly rest: Value;
  readonly taken: { readonly taken?: readonly Taken[] };
}

/** A value without its long lists and records, and these in parts. What it is taken from stays as it is. */
function takeOut<Value>(id: number, value: Value): TakenOut<Value>;
function takeOut(id: number, value: unknown): TakenOut<unknown> {
  const found: (Taken & { readonly entries: readonly unknown[] })[] = [];
  const path: (string | number)[] = [];
  const at = (step: string | number, own: unknown): unknown => {
    path.push(step);
    const left = without(own);
    path.pop();
    return left;
  };
  const take = (isRecord: boolean, entries: readonly unknown[]) => {
    found.push({ path: [...path], isRecord, entries });
    return null;
  };
  const without = (own: unknown): unknown => {
    if (Array.isArray(own)) {
      if (own.length > PART) return take(false, own);
      const left = own.map((entry, index) => at(index, entry));
      return left.some((entry, index) => entry !== own[index]) ? left : own;
    }
    if (!isRecord(own)) return own;
    const fields = Object.entries(own);
    if (fields.length > PART) return take(true, fields);
    const left = fields.map(([name, entry]) => [name, at(name, entry)] as const);
    return left.some(([name, entry]) => entry !== own[name]) ? Object.fromEntries(left) : own;
  };
  const rest = without(value);
  const parts = found.flatMap(({ entries }, of) =>
    Array.from({ length: Math.ceil(entries.length / PART) }, (_, part): Told => {
      return { type: 'part', id, of, entries: entries.slice(part * PART, (part + 1) * PART) };
    }),
  );
  const taken = found.map((own): Taken => ({ path: own.path, isRecord: own.isRecord }));
  return { parts, rest, taken: taken.length === 0 ? {} : { taken } };
}

/** The value with something at a place where nothing is. */
function putBack<Value>(value: Value, path: Path, entries: unknown): Value;
function putBack(value: unknown, [step, ...further]: Path, entries: unknown): unknown {
  if (step === undefined) return entries;
  if (Array.isArray(value)) {
    return value.map((own, index) => (index === step ? putBack(own, further, entries) : own));
  }
  if (!isRecord(value)) throw new TypeError('only lists and records have places');
  return { ...value, [step]: putBack(value[step], further, entries) };
}

function isPair(entry: unknown): entry is readonly [string, unknown] {
  return Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string';
}
