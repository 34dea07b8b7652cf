import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/** @type {Counts} */
export const NO_TESTS = { passed: 0, failed: 0, skipped: 0 };

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
export function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * @param {Counts} counts
 * @returns {string} `12 passed, 0 failed`, and `, 3 skipped` where some were
 */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * @template T
 * @param {string} file
 * @returns {T | undefined} undefined where the runner died before it could write its report
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file what vitest's JSON reporter wrote
 * @returns {Counts} a test file that can't even be loaded counts as one failure
 */
export function readVitestReport(file) {
  /** @type {{ testResults: { status: string, assertionResults: { status: string }[] }[] } | undefined} */
  const report = readReport(file);
  let counts = NO_TESTS;
  for (const suite of report?.testResults ?? []) {
    const failed = suite.assertionResults.filter((test) => test.status === 'failed').length;
    const passed = suite.assertionResults.filter((test) => test.status === 'passed').length;
    counts = addCounts(counts, {
      passed,
      failed: failed === 0 && suite.status === 'failed' ? 1 : failed,
      skipped: suite.assertionResults.length - failed - passed,
    });
  }
  return counts;
}

/**
 * @param {string} file what Playwright's JSON reporter wrote
 * @returns {Counts} a test that passed on a retry counts as passed; errors outside tests as one failure each
 */
export function readPlaywrightReport(file) {
  /** @type {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors?: unknown[] } | undefined} */
  const report = readReport(file);
  if (!report) return NO_TESTS;
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected + flaky, failed: unexpected + (report.errors?.length ?? 0), skipped };
}
