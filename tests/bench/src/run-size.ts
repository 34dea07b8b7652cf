import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peakHeapOf } from './garbage-log.ts';
import type { MeasureOptions } from './measure.ts';
import type { SizeResult } from './result.ts';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

function runChild(nodeArgs: readonly string[], args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...nodeArgs, CHILD, ...args],
      { maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${args[0]} failed: ${stderr.trim() || error.message}`));
        else resolve(stdout);
      },
    );
  });
}

/** Generates one size and measures it, each step in a process of its own. Rejects where a step fails. */
export async function runSize(options: MeasureOptions): Promise<SizeResult> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  const file = (name: string) => join(folder, name);
  try {
    await writeFile(file('options.json'), JSON.stringify({ ...options, text: file('snapshot.json') }));
    await runChild(['--max-old-space-size=4096'], ['generate', file('options.json'), file('snapshot.json')]);
    await runChild(
      ['--expose-gc', '--max-old-space-size=4096'],
      ['measure', file('options.json'), file('measured.json')],
    );
    const log = await runChild(
      ['--expose-gc', '--trace-gc', '--max-old-space-size=4096'],
      ['heap', file('options.json'), file('heap.json')],
    );
    const measured: Omit<SizeResult, 'peakHeap' | 'retainedHeap'> = JSON.parse(
      await readFile(file('measured.json'), 'utf8'),
    );
    const { retainedHeap }: { retainedHeap: number } = JSON.parse(await readFile(file('heap.json'), 'utf8'));
    return { ...measured, peakHeap: peakHeapOf(log), retainedHeap };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
