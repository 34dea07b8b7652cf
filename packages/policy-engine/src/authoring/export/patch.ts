import type { PolicyRecord } from '../../model/records.ts';
import type { AppliedDraft } from '../draft/apply.ts';
import type { DraftExport, ExportFile } from './manifests.ts';

export interface DirectoryPatch {
  /** A unified diff for `patch -p1` in the directory; empty where nothing of it changes. */
  readonly text: string;
  /** Files that are changed, and new ones. */
  readonly files: readonly string[];
}

const CONTEXT = 3;

/**
 * The draft as a patch of the files that the policies were read from: only the lines that differ, so that comments and
 * everything else in the files stay. New policies become files of their own.
 */
export function directoryPatch(applied: AppliedDraft, exported: DraftExport): DirectoryPatch {
  const written = new Map(exported.policies.map(({ policy, text }) => [policy, text]));
  const hunks = new Map<
    string,
    { readonly start: number; readonly lines: readonly string[]; readonly grown: number }[]
  >();
  const files: string[] = [];
  const created: ExportFile[] = [];
  const add = (before: PolicyRecord, after: string) => {
    const { source, text = '' } = before;
    if (source === undefined || text === '') return;
    const own = hunks.get(source.file) ?? [];
    own.push(...diffLines(toLines(text), toLines(after), source.line));
    hunks.set(source.file, own);
  };
  for (const change of applied.changes) {
    if (change.type === 'removed') add(change.before, '');
    if (change.type === 'changed') {
      const text = written.get(change.policy);
      if (text !== undefined) add(change.before, keepFrame(change.before.text ?? '', text));
    }
    if (change.type === 'added') {
      const index = exported.policies.findIndex(({ policy }) => policy === change.policy);
      const file = exported.files[index];
      if (file !== undefined) created.push(file);
    }
  }
  let out = '';
  for (const [file, own] of [...hunks].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (own.length === 0) continue;
    files.push(file);
    out += `--- a/${file}\n+++ b/${file}\n`;
    let shift = 0;
    for (const hunk of [...own].sort((a, b) => a.start - b.start)) {
      out += hunkText(hunk.start, hunk.start + shift, hunk.lines);
      shift += hunk.grown;
    }
  }
  for (const { path, text } of created) {
    files.push(path);
    const lines = toLines(text).map((line) => `+${line}`);
    out += `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${lines.join('\n')}\n`;
  }
  return { text: out, files };
}

function toLines(text: string): readonly string[] {
  if (text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}

/** The document as it is framed in its file: blank lines and marks around it stay as they are. */
function keepFrame(before: string, after: string): string {
  const lead = /^(?:\s*---[ \t]*\n|\s*\n)*/.exec(before)?.[0] ?? '';
  const trail = /\n(?:\s*\n|---[ \t]*\n?|\.\.\.[ \t]*\n?)*$/.exec(before)?.[0] ?? '\n';
  return lead + after.replace(/\n$/, '') + trail;
}

interface Hunk {
  /** First line of the old text, from 1 in the file. */
  readonly start: number;
  readonly lines: readonly string[];
  /** How many lines more the new text has. */
  readonly grown: number;
}

/** Hunks with a few lines of context that turn one text into another. */
function diffLines(before: readonly string[], after: readonly string[], firstLine: number): readonly Hunk[] {
  const script = lineScript(before, after);
  const hunks: Hunk[] = [];
  let current: { start: number; lines: string[]; grown: number; quiet: number } | undefined;
  let old = 0;
  const close = () => {
    if (current === undefined) return;
    const extra = Math.max(0, current.quiet - CONTEXT);
    hunks.push(balanced({ ...current, lines: current.lines.slice(0, current.lines.length - extra) }));
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

/**
 * As many lines of context after as before: what stands beyond the document isn't known, and `patch` takes a hunk with less
 * context after it for one at the end of the file.
 */
function balanced({ start, lines, grown }: Hunk): Hunk {
  const isContext = (line: string) => line.startsWith(' ');
  const lead = lines.findIndex((line) => !isContext(line));
  const trail = lines.length - 1 - lines.findLastIndex((line) => !isContext(line));
  const keep = Math.min(lead, trail);
  return {
    start: start + lead - keep,
    lines: lines.slice(lead - keep, lines.length - (trail - keep)),
    grown,
  };
}

function lineScript(
  before: readonly string[],
  after: readonly string[],
): readonly { readonly mark: ' ' | '-' | '+'; readonly line: string }[] {
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  const cell = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        before[i] === after[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const script: { mark: ' ' | '-' | '+'; line: string }[] = [];
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
