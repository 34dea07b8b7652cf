import type { SchemaStep } from './schema.ts';

/** Where a text ends in flow style, from the first bracket that is open: `{matchLabels: {app: ` … */
export interface FlowPlace {
  /** Offset of that bracket. */
  readonly start: number;
  /** From what holds the bracket to what is being typed. */
  readonly path: readonly SchemaStep[];
  readonly mode: 'key' | 'value' | 'item';
  readonly key?: string;
  /** Offset of what is typed so far. */
  readonly from: number;
  /** Entries that the map around has already; of an item, those of the map that its list is in. */
  readonly entries: ReadonlyMap<string, string>;
}

interface Frame {
  readonly isList: boolean;
  readonly entries: Map<string, string>;
  key?: string | undefined;
  /** Where the entry that is being typed begins; -1: it is complete. */
  from: number;
}

/** Reads the flow style in a line up to a cursor; `undefined` where there is none open, or nothing can be completed. */
export function flowPlace(line: string): FlowPlace | undefined {
  const frames: Frame[] = [];
  let start = -1;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    const top = frames.at(-1);
    if (character === '"' || character === "'") {
      const end = line.indexOf(character, at + 1);
      if (end === -1) return undefined;
      at = end;
      continue;
    }
    if (character === '[' || character === '{') {
      if (top === undefined && !/(^|\s)$/.test(line.slice(0, at))) continue;
      if (top === undefined) start = at;
      frames.push({ isList: character === '[', entries: new Map(), from: at + 1 });
      continue;
    }
    if (top === undefined) continue;
    if (character === ']' || character === '}') {
      frames.pop();
      const outer = frames.at(-1);
      if (outer !== undefined) outer.from = -1;
    } else if (character === ',') {
      if (top.key !== undefined && top.from >= 0) top.entries.set(top.key, line.slice(top.from, at).trim());
      top.key = undefined;
      top.from = at + 1;
    } else if (
      character === ':' &&
      !top.isList &&
      top.key === undefined &&
      /^(\s|$)/.test(line.slice(at + 1))
    ) {
      top.key = unquote(line.slice(top.from, at).trim());
      top.entries.set(top.key, '');
      top.from = at + 1;
    }
  }
  const last = frames.at(-1);
  if (last === undefined || last.from < 0) return undefined;
  const prefix = line.slice(last.from).trimStart();
  if (/\s$/.test(prefix) && prefix !== '') return undefined;
  const path = frames.flatMap((frame): readonly SchemaStep[] => {
    if (frame.isList) return [null];
    return frame === last || frame.key === undefined ? [] : [frame.key];
  });
  const mode = last.isList ? 'item' : last.key === undefined ? 'key' : 'value';
  const entries = (last.isList ? frames.at(-2) : last)?.entries ?? new Map<string, string>();
  const place = { start, path, mode, from: line.length - prefix.length, entries } as const;
  return last.key === undefined ? place : { ...place, key: last.key };
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
