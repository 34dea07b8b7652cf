import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bulkhead } from './testing/run.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const SHARED = join(REPOSITORY, '../shared/conformance');

interface Case {
  readonly id: string;
  readonly dir?: string;
  readonly dir2?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

interface Exception {
  readonly case: string;
  readonly reason: string;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function argumentsOf({ dir = '', dir2, options = {} }: Case): readonly string[] {
  const at = (path: string): string => join(SHARED, path);
  if (dir2 !== undefined) return ['diff', '--from', at(dir), '--to', at(dir2), '-o', 'json'];
  const flags = ['exposure', 'explain'].filter((flag) => options[flag] === true).map((flag) => `--${flag}`);
  return ['graph', '--dir', at(dir), '-o', 'json', ...flags];
}

/** The name that the comparator gives a case's result file. */
function fileOf(id: string): string {
  return `${id.replace(/[^A-Za-z0-9_.-]+/g, '_')}.json`;
}

const hasCases = existsSync(join(SHARED, 'cases.json'));
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasCases || !hasPython)('the shared conformance cases', () => {
  it('pass, but for those that are listed with the reason why ours is the right answer', async () => {
    const { cases } = readJson<{ readonly cases: readonly Case[] }>(join(SHARED, 'cases.json'));
    const exceptions = readJson<readonly Exception[]>(
      fileURLToPath(new URL('../conformance-exceptions.json', import.meta.url)),
    );
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-conformance-'));
    try {
      for (const one of cases) {
        const { stdout } = await bulkhead(argumentsOf(one));
        writeFileSync(join(folder, fileOf(one.id)), stdout);
      }
      const compared = spawnSync('python3', [join(SHARED, 'compare.py'), '--batch', folder, '-v'], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      const failed = [...compared.stdout.matchAll(/^FAIL (\S+)/gm)].map((match) => match[1] ?? '');
      const passed = [...compared.stdout.matchAll(/^PASS (\S+)/gm)].map((match) => match[1] ?? '');
      expect(passed.length + failed.length).toBe(cases.length);
      const excepted = exceptions.map((exception) => exception.case);
      const details = compared.stdout
        .split('\n')
        .filter((line) => !line.startsWith('PASS'))
        .join('\n');
      expect(
        failed.filter((id) => !excepted.includes(id)),
        details,
      ).toEqual([]);
      expect(
        excepted.filter((id) => !failed.includes(id)),
        'these are listed as exceptions, but pass (or are no cases): remove them',
      ).toEqual([]);
      for (const { case: id, reason } of exceptions) expect(reason.length, id).toBeGreaterThan(40);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);
});
