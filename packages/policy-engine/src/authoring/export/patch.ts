import type { PolicyRecord, TextFrame } from '../../model/records.ts';
import type { AppliedDraft } from '../draft/apply.ts';
import { indentation } from '../yaml/document-text.ts';
import { type DraftExport, describePolicy, type ExportFile } from './manifests.ts';

export interface DirectoryPatch {
  /** A unified diff for `patch -p1` in the directory; empty where nothing of it changes. */
  readonly text: string;
  /** Files that are changed, and new ones. */
  readonly files: readonly string[];
  /** Changes that can't be made by lines, one sentence each. */
  readonly left: readonly string[];
}

const CONTEXT = 3;

/**
 * The draft as a patch of the files that the policies were read from, for `git apply` and `patch -p1`: only the lines that
 * differ, so that comments and everything else in the files stay. New policies become files of their own, beside those of
 * their namespace where these have one folder.
 */
export function directoryPatch(applied: AppliedDraft, exported: DraftExport): DirectoryPatch {
  const written = new Map(exported.policies.map(({ policy, text }) => [policy, text]));
  const regions = new Map<string, Region[]>();
  const files: string[] = [];
  const left: string[] = [];
  const created: ExportFile[] = [];
  const add = (before: PolicyRecord, text: string | null) => {
    const { source, frame } = before;
    if (source === undefined) return;
    if (frame === undefined) {
      left.push(
        `${describePolicy(before)} does not stand on lines of its own in ${source.file}; change it there by hand.`,
      );
      return;
    }
    const own = regions.get(source.file) ?? [];
    own.push(regionOf(before.text ?? '', frame, text, source.line));
    regions.set(source.file, own);
  };
  const places = newFiles(applied);
  for (const change of applied.changes) {
    if (change.type === 'removed') add(change.before, null);
    if (change.type === 'changed') {
      const text = written.get(change.policy);
      if (text !== undefined) add(change.before, text);
    }
    if (change.type === 'added') {
      const index = exported.policies.findIndex(({ policy }) => policy === change.policy);
      const file = exported.files[index];
      if (file !== undefined) created.push(places(file, change.policy.namespace));
    }
  }
  let out = '';
  for (const [file, own] of [...regions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const hunks = joined(own).flatMap(({ start, from, to, isEnd }) => diffLines(from, to, start, isEnd));
    if (hunks.length === 0) continue;
    files.push(file);
    out += `--- ${headName(`a/${file}`)}\n+++ ${headName(`b/${file}`)}\n`;
    let shift = 0;
    for (const hunk of hunks) {
      out += hunkText(hunk.start, hunk.start + shift, hunk.lines);
      shift += hunk.grown;
    }
  }
  for (const { path, text } of created) {
    files.push(path);
    const lines = toLines(text).map((line) => `+${line}`);
    out += `--- /dev/null\n+++ ${headName(`b/${path}`)}\n@@ -0,0 +1,${lines.length} @@\n${lines.join('\n')}\n`;
  }
  return { text: out, files, left };
}

/** A name as both tools read it: quoted as in C where it has what would end it, marked by a tab where it has blanks. */
function headName(path: string): string {
  if (/["\\\p{Cc}]/u.test(path)) return JSON.stringify(path);
  return path.includes(' ') ? `${path}\t` : path;
}

/** Where new policies go: to the folder of their namespace's policies, under a name that is free as far as is known. */
function newFiles(applied: AppliedDraft): (file: ExportFile, namespace: string | undefined) => ExportFile {
  const taken = new Set<string>();
  const folders = new Map<string | undefined, Set<string>>();
  const drafted = new Set(
    applied.changes.map((change) => (change.type === 'removed' ? change.before : change.policy)),
  );
  for (const policy of [...applied.snapshot.policies, ...applied.changes.flatMap(beforeOf)]) {
    const { namespace, source } = policy;
    if (source === undefined || drafted.has(policy)) continue;
    taken.add(source.file);
    const known = folders.get(namespace) ?? new Set();
    folders.set(namespace, known.add(source.file.slice(0, source.file.lastIndexOf('/') + 1)));
  }
  return (file, namespace) => {
    const [folder, ...others] = folders.get(namespace) ?? [];
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const start = folder === undefined || others.length > 0 ? file.path : folder + name;
    let path = start;
    for (let count = 2; taken.has(path); count += 1) path = start.replace(/\.yaml$/, `-${count}.yaml`);
    taken.add(path);
    return { ...file, path };
  };
}

function beforeOf(change: AppliedDraft['changes'][number]): readonly PolicyRecord[] {
  return change.type === 'removed' || change.type === 'changed' ? [change.before] : [];
}

const NO_NEWLINE = '\n\\ No newline at end of file';

/** Lines without their breaks; the last one says so where it has none. */
function toLines(text: string): readonly string[] {
  if (text === '') return [];
  return text.endsWith('\n')
    ? text.slice(0, -1).split('\n')
    : `${text}${NO_NEWLINE}`.split(/\n(?!\\ No newline)/);
}

/** Consecutive lines of a file, as they are and as they are to be. */
interface Region {
  /** The first line, from 1. */
  readonly start: number;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Whether it reaches to the end of the file. */
  readonly isEnd: boolean;
}

/** @param text what stands in the place of the document; null: nothing does */
function regionOf(before: string, frame: TextFrame, text: string | null, line: number): Region {
  const { head, after } = frame;
  const [, ...rest] = before.split('\n');
  const old = head === undefined ? before : [head, ...rest].join('\n');
  return {
    start: line - (frame.before.split('\n').length - 1),
    from: toLines(frame.before + old + after),
    // Without the document its mark goes too, so that no empty one is left behind.
    to: toLines(
      text === null
        ? after.replace(/^(?:[ \t]*\r?\n)+/, '')
        : frame.before + asItStood(before, text, head) + after,
    ),
    isEnd: after.trim() === '',
  };
}

/** Regions in order, those that touch or share the mark between them as one. */
function joined(regions: readonly Region[]): readonly Region[] {
  const out: Region[] = [];
  for (const next of regions.toSorted((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    const shared = last === undefined ? -1 : last.start + last.from.length - next.start;
    if (last === undefined || shared < 0) {
      out.push(next);
      continue;
    }
    const mark = next.from.slice(0, shared);
    const keepsMark = mark.every((line, index) => next.to[index] === line);
    out[out.length - 1] = {
      start: last.start,
      from: [...last.from, ...next.from.slice(shared)],
      to: keepsMark
        ? [...last.to, ...next.to.slice(shared)]
        : [...last.to.slice(0, last.to.length - shared), ...next.to],
      isEnd: next.isEnd,
    };
  }
  return out;
}

/** A text in the indentation, with the breaks and, in a list, with the dash of the one that it replaces. */
function asItStood(before: string, text: string, head: string | undefined): string {
  const indent = ' '.repeat(indentation(before));
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? line : indent + line));
  const dash = head?.indexOf('-') ?? -1;
  const [first = '', ...rest] = lines;
  const marked =
    dash >= 0 && first[dash] === ' ' ? `${first.slice(0, dash)}-${first.slice(dash + 1)}` : first;
  return [marked, ...rest].join(before.includes('\r\n') ? '\r\n' : '\n');
}

interface Hunk {
  /** First line of the old text, from 1 in the file. */
  readonly start: number;
  readonly lines: readonly string[];
  /** How many lines more the new text has. */
  readonly grown: number;
}

/**
 * Hunks with a few lines of context that turn one text into another.
 * @param isEnd whether the text ends its file: a hunk with less context after it than before is then in its place
 */
function diffLines(
  before: readonly string[],
  after: readonly string[],
  firstLine: number,
  isEnd: boolean,
): readonly Hunk[] {
  const script = lineScript(before, after);
  const hunks: Hunk[] = [];
  let current: { start: number; lines: string[]; grown: number; quiet: number } | undefined;
  let old = 0;
  const close = () => {
    if (current === undefined) return;
    const extra = Math.max(0, current.quiet - CONTEXT);
    const hunk = { ...current, lines: current.lines.slice(0, current.lines.length - extra) };
    hunks.push(isEnd && old === before.length ? hunk : balanced(hunk));
    current = undefined;
  };
  for (const { mark, line } of script) {
    if (mark === ' ') {
      if (current !== undefined) {
        current.lines.push(` ${line}`);
        current.quiet += 1;
        if (current.quiet > CONTEXT * 2) close();
      }
      old += 1;
      continue;
    }
    if (current === undefined) {
      const context = before.slice(Math.max(0, old - CONTEXT), old);
      current = {
        start: firstLine + old - context.length,
        lines: context.map((text) => ` ${text}`),
        grown: 0,
        quiet: 0,
      };
    }
    current.lines.push(mark + line);
    current.quiet = 0;
    current.grown += mark === '+' ? 1 : -1;
    if (mark === '-') old += 1;
  }
  close();
  return hunks;
}

/** No more lines of context before than after: `patch` takes a hunk that has more for one at the end of the file. */
function balanced({ start, lines, grown }: Hunk): Hunk {
  const isContext = (line: string) => line.startsWith(' ');
  const lead = lines.findIndex((line) => !isContext(line));
  const trail = lines.length - 1 - lines.findLastIndex((line) => !isContext(line));
  const cut = Math.max(0, lead - trail);
  return { start: start + cut, lines: lines.slice(cut), grown };
}

/** The lines of both texts with what became of them. What both end in is kept apart first, so that a removal ends there. */
function lineScript(before: readonly string[], after: readonly string[]): readonly ScriptLine[] {
  let same = 0;
  while (same < Math.min(before.length, after.length) && before.at(-1 - same) === after.at(-1 - same))
    same += 1;
  return [
    ...shortestScript(before.slice(0, before.length - same), after.slice(0, after.length - same)),
    ...before.slice(before.length - same).map((line): ScriptLine => ({ mark: ' ', line })),
  ];
}

interface ScriptLine {
  readonly mark: ' ' | '-' | '+';
  readonly line: string;
}

function shortestScript(before: readonly string[], after: readonly string[]): readonly ScriptLine[] {
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  const cell = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        before[i] === after[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const script: ScriptLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const line = after[j];
    if (old !== undefined && old === line) {
      script.push({ mark: ' ', line: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (line === undefined || cell(i + 1, j) >= cell(i, j + 1))) {
      script.push({ mark: '-', line: old });
      i += 1;
    } else if (line !== undefined) {
      script.push({ mark: '+', line });
      j += 1;
    }
  }
  return script;
}

function hunkText(oldStart: number, newStart: number, lines: readonly string[]): string {
  const olds = lines.filter((line) => !line.startsWith('+')).length;
  const news = lines.filter((line) => !line.startsWith('-')).length;
  const at = (start: number, count: number) => `${count === 0 ? start - 1 : start},${count}`;
  return `@@ -${at(oldStart, olds)} +${at(newStart, news)} @@\n${lines.join('\n')}\n`;
}
