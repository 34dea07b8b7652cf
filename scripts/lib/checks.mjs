import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureChromium } from './chromium-install.mjs';
import { root, stateDir } from './paths.mjs';
import { runNode } from './run.mjs';
import { addCounts, NO_TESTS, readPlaywrightReport, readVitestReport, summaryLine } from './test-report.mjs';
import { toolScript } from './tool.mjs';

/**
 * @typedef {object} StageResult
 * @property {boolean} ok
 * @property {import('./test-report.mjs').Counts} [counts] of stages that run tests
 * @property {string} [note]
 *
 * @typedef {object} Stage
 * @property {string} name
 * @property {(done: ReadonlyMap<string, StageResult>) => Promise<StageResult>} run
 */

/**
 * @param {string} packageName
 * @param {string} command
 * @param {readonly string[]} args
 */
async function tool(packageName, command, args) {
  return (await runNode(toolScript(packageName, command), args)).code === 0;
}

async function types() {
  const sources = await tool('typescript', 'tsc', ['-b', '--pretty', 'false']);
  // Tests are not part of what is built, so nothing above looks at them.
  const others = ['tsconfig.tests.json', 'tests/e2e/tsconfig.json', 'scripts/tsconfig.json'];
  let ok = sources;
  for (const project of others) {
    if (!existsSync(join(root, project))) continue;
    ok = (await tool('typescript', 'tsc', ['-p', project, '--noEmit', '--pretty', 'false'])) && ok;
  }
  return { ok };
}

async function unit() {
  const report = join(stateDir, 'vitest.json');
  rmSync(report, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = await tool('vitest', 'vitest', args);
  return { ok, counts: readVitestReport(report) };
}

/** @type {Stage['run']} */
async function endToEnd(done) {
  if (done.get('build')?.ok !== true) return { ok: false, note: 'not run: the build failed' };
  const config = 'tests/e2e/playwright.config.ts';
  if (!existsSync(join(root, config))) return { ok: true, note: 'there are none' };
  const chromium = await ensureChromium();
  if (!chromium.ok) return { ok: false, note: chromium.problem };
  const report = join(stateDir, 'playwright.json');
  rmSync(report, { force: true });
  const { code } = await runNode(
    toolScript('@playwright/test', 'playwright', 'tests/e2e'),
    ['test', '-c', config, '--reporter=list,json'],
    { env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report, CHROME_PATH: chromium.path } },
  );
  return { ok: code === 0, counts: readPlaywrightReport(report) };
}

/** @type {readonly Stage[]} */
const STAGES = [
  { name: 'types', run: types },
  {
    name: 'lint',
    run: async () => ({ ok: await tool('@biomejs/biome', 'biome', ['check', '--error-on-warnings', '.']) }),
  },
  { name: 'build', run: async () => ({ ok: await build() }) },
  { name: 'unit, property and API tests', run: unit },
  { name: 'browser tests', run: endToEnd },
];

/**
 * Runs every stage, also after one failed, and prints what became of each. The last line on stdout is
 * `N passed, N failed` (and `, N skipped`), counted in tests; a stage that fails without a failing test counts as one.
 *
 * @returns {Promise<number>} exit code: 0 only if every stage passed and some test ran
 */
export async function runChecks() {
  mkdirSync(stateDir, { recursive: true });
  /** @type {Map<string, StageResult>} */
  const done = new Map();
  const lines = [];
  let total = NO_TESTS;
  for (const { name, run } of STAGES) {
    process.stdout.write(`\n── ${name} ──\n`);
    const startedAt = Date.now();
    const result = await run(done);
    done.set(name, result);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    const counts = result.counts ?? NO_TESTS;
    total = addCounts(total, counts);
    if (!result.ok && counts.failed === 0) total = addCounts(total, { ...NO_TESTS, failed: 1 });
    const detail = [result.counts && summaryLine(result.counts), result.note].filter(Boolean).join('; ');
    lines.push(`${result.ok ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)${detail ? `: ${detail}` : ''}`);
  }
  process.stdout.write(`\n${lines.join('\n')}\n`);
  const noTests = total.passed === 0 && total.failed === 0;
  if (noTests) process.stdout.write('No test ran, which is a failure too.\n');
  process.stdout.write(`${summaryLine(total)}\n`);
  return total.failed > 0 || noTests ? 1 : 0;
}
