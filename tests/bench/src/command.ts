import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateCluster, toManifests } from '@bulkhead/cluster-generator';

/** What the built command takes, from its start to its answer, each time in a process of its own. */
export interface CommandResult {
  /** Manifest files of the small directory. */
  readonly files: number;
  /** Milliseconds, the median of several runs. */
  readonly answer: number;
  /** The same of a Node that does nothing, which is what nothing could be faster than. */
  readonly bareStart: number;
  /** Highest memory of the process (resident set), in MiB, with few files and with ten times as many. */
  readonly memory: readonly [few: number, many: number];
  readonly memoryFiles: readonly [few: number, many: number];
}

const COMMAND = fileURLToPath(new URL('../../../apps/cli/bin/bulkhead.js', import.meta.url));
const CHECKS = `version: 1
invariants:
  - name: The cluster is not open to the internet
    mustNeverReach: { from: internet, to: cluster }
`;
const SMALL = 100;
const FEW = 2_000;
const MANY = 20_000;
const RUNS = 5;

/** Writes directories of generated manifests, one object a file, and runs `bulkhead check` on them. */
export function measureCommand(seed: string): CommandResult {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  try {
    writeFileSync(join(folder, 'checks.yaml'), CHECKS);
    for (const files of [SMALL, FEW, MANY]) writeManifests(join(folder, String(files)), files, seed);
    const check = (files: number) => run(folder, [COMMAND, 'check', '--dir', String(files), 'checks.yaml']);
    return {
      files: SMALL,
      answer: median(() => check(SMALL).milliseconds),
      bareStart: median(() => run(folder, ['-e', '0']).milliseconds),
      memory: [check(FEW).mebibytes, check(MANY).mebibytes],
      memoryFiles: [FEW, MANY],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeManifests(folder: string, files: number, seed: string): void {
  const cluster = generateCluster({
    pods: files * 4,
    policies: Math.round(files * 0.45),
    namespaces: Math.max(4, Math.round(files / 50)),
    seed,
  });
  let written = 0;
  for (const { path, text } of toManifests(cluster)) {
    for (const document of text.split(/^---\n/m)) {
      if (written === files) return;
      const file = join(folder, path.replace(/\.yaml$/, ''), `${written}.yaml`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, document);
      written++;
    }
  }
}

/** Tells the most memory that a process had when it ends, since only it knows. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  "import { writeFileSync } from 'node:fs'; process.on('exit', () => writeFileSync(process.env.MEMORY_FILE, String(process.resourceUsage().maxRSS)));",
)}`;

function run(cwd: string, args: readonly string[]): { milliseconds: number; mebibytes: number } {
  const memory = join(cwd, 'memory');
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', TELL_MEMORY, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, MEMORY_FILE: memory },
  });
  const milliseconds = performance.now() - startedAt;
  // An invariant that fails is an answer.
  if (status !== 0 && status !== 1) throw new Error(`${args.join(' ')} failed: ${stderr.trim()}`);
  return { milliseconds, mebibytes: Number(readFileSync(memory, 'utf8')) / 1_024 };
}

function median(measure: () => number): number {
  const times = Array.from({ length: RUNS }, measure).sort((a, b) => a - b);
  return times[Math.floor(RUNS / 2)] ?? Number.NaN;
}

/** What the numbers came to, with the budgets. */
export function formatCommand({ files, answer, bareStart, memory, memoryFiles }: CommandResult): string {
  const [few, many] = memory;
  const verdict = (met: boolean): string => (met ? 'met' : 'MISSED');
  return [
    'The command, from its start, in a process of its own',
    `check of ${files} manifests      ${answer.toFixed(0)} ms, ${(answer / bareStart).toFixed(1)}× a Node that does nothing; at most 1 s: ${verdict(answer <= 1_000)}`,
    `check of ${memoryFiles[1]} manifests    ${many.toFixed(0)} MiB, ${(many / few).toFixed(2)}× those of ${memoryFiles[0]}; at most 3×: ${verdict(many / few <= 3)}`,
  ].join('\n');
}
