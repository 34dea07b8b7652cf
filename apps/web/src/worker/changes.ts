/**
 * What became of a plain value, for who has it as it was: what is the same in both is not said. `null`: nothing did.
 * Lists are compared place by place, and those that grew or shrank by where they begin and end alike.
 */
export type Change =
  | null
  | { readonly type: 'other'; readonly value: unknown }
  | { readonly type: 'fields'; readonly fields: readonly Field[]; readonly gone: readonly string[] }
  | { readonly type: 'entries'; readonly entries: readonly Entry[] }
  | {
      readonly type: 'middle';
      /** How many entries stay before the new ones, and how many behind them. */
      readonly before: number;
      readonly behind: number;
      readonly entries: readonly unknown[];
    };

type Field = readonly [name: string, change: Change];
type Entry = readonly [index: number, change: Change];

/** Both are what a message may hold, without cycles. Costs what reading both costs. */
export function changeOf(was: unknown, is: unknown): Change {
  if (Object.is(was, is)) return null;
  if (Array.isArray(was) && Array.isArray(is)) return changeOfList(was, is);
  if (isRecord(was) && isRecord(is)) return changeOfRecord(was, is);
  return isView(was) && isView(is) && sameBytes(was, is) ? null : { type: 'other', value: is };
}

/** The value as it is now. What didn't change is the same object as before. */
export function changed(was: unknown, change: Change): unknown {
  if (change === null) return was;
  if (change.type === 'other') return change.value;
  if (change.type === 'fields') {
    if (!isRecord(was)) throw new TypeError('only a record has fields that change');
    const fields = new Map(Object.entries(was));
    for (const name of change.gone) fields.delete(name);
    for (const [name, own] of change.fields) fields.set(name, changed(fields.get(name), own));
    return Object.fromEntries(fields);
  }
  if (!Array.isArray(was)) throw new TypeError('only a list has entries that change');
  const before: readonly unknown[] = was;
  if (change.type === 'middle') {
    const behind = before.slice(before.length - change.behind);
    return [...before.slice(0, change.before), ...change.entries, ...behind];
  }
  const list = [...before];
  for (const [index, own] of change.entries) list[index] = changed(list[index], own);
  return list;
}

function changeOfList(was: readonly unknown[], is: readonly unknown[]): Change {
  if (was.length !== is.length) {
    const most = Math.min(was.length, is.length);
    let before = 0;
    while (before < most && changeOf(was[before], is[before]) === null) before += 1;
    let behind = 0;
    while (
      behind < most - before &&
      changeOf(was[was.length - 1 - behind], is[is.length - 1 - behind]) === null
    ) {
      behind += 1;
    }
    return { type: 'middle', before, behind, entries: is.slice(before, is.length - behind) };
  }
  const entries: Entry[] = [];
  for (const [index, entry] of is.entries()) {
    const change = changeOf(was[index], entry);
    if (change !== null) entries.push([index, change]);
  }
  if (entries.length === 0) return null;
  return isMuch(entries, is.length) ? { type: 'other', value: is } : { type: 'entries', entries };
}

function changeOfRecord(
  was: Readonly<Record<string, unknown>>,
  is: Readonly<Record<string, unknown>>,
): Change {
  const names = Object.keys(is);
  const fields: Field[] = [];
  for (const name of names) {
    const change = Object.hasOwn(was, name) ? changeOf(was[name], is[name]) : other(is[name]);
    if (change !== null) fields.push([name, change]);
  }
  const gone = Object.keys(was).filter((name) => !Object.hasOwn(is, name));
  if (fields.length === 0 && gone.length === 0) return null;
  return isMuch(fields, names.length) ? other(is) : { type: 'fields', fields, gone };
}

/** Whether saying the changes would be as long as saying all of it. */
function isMuch(changes: readonly (readonly [unknown, Change])[], all: number): boolean {
  let others = 0;
  for (const [, change] of changes) if (change?.type === 'other') others += 1;
  return others * 2 > all;
}

function other(value: unknown): Change {
  return { type: 'other', value };
}

/** Whether a value is a plain object, which is told field by field. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isView(value: unknown): value is ArrayBufferView {
  return ArrayBuffer.isView(value);
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.constructor !== b.constructor || a.byteLength !== b.byteLength) return false;
  const [x, y] = [a, b].map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return x !== undefined && y !== undefined && x.every((byte, index) => byte === y[index]);
}
