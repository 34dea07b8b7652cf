import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NO_TESTS, readPlaywrightReport, readVitestReport, summaryLine } from './test-report.mjs';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

function report(content: unknown): string {
  const file = join(folder, 'report.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const suite = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((result) => ({ status: result })),
});

test('vitest: counts tests, and a file that does not load as a failure', () => {
  const file = report({
    testResults: [
      suite('passed', 'passed', 'skipped', 'todo'),
      suite('failed', 'passed', 'failed', 'failed'),
      suite('failed'),
    ],
  });
  expect(readVitestReport(file)).toEqual({ passed: 2, failed: 3, skipped: 2 });
});

test('Playwright: a retry that passes is a pass, an error outside of tests a failure', () => {
  const file = report({ stats: { expected: 5, unexpected: 1, flaky: 2, skipped: 3 }, errors: [{}] });
  expect(readPlaywrightReport(file)).toEqual({ passed: 7, failed: 2, skipped: 3 });
});

test.each([readVitestReport, readPlaywrightReport])(
  'a report that is not there or cut off counts nothing',
  (read) => {
    expect(read(join(folder, 'missing.json'))).toEqual(NO_TESTS);
    expect(read(report('{"testResults": ['))).toEqual(NO_TESTS);
  },
);

test('the summary names skipped tests only where there are some', () => {
  expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
