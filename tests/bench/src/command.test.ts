import { expect, test } from 'vitest';
import { formatCommand } from './command.ts';

test('the command is told as ratios, and what misses its budget as missed', () => {
  const result = {
    files: 100,
    answer: 400,
    bareStart: 100,
    memory: [100, 200],
    memoryFiles: [2_000, 20_000],
  } as const;
  expect(formatCommand(result)).toMatch(/400 ms, 4\.0× .*: met\n.* 2\.00× those of 2000; at most 3×: met/);
  expect(formatCommand({ ...result, answer: 1_200, memory: [100, 400] }).match(/MISSED/g)).toHaveLength(2);
});
