import { expect, test } from 'vitest';
import { latestOnly } from './latest-only.ts';

test('what is typed while an answer is awaited is asked once, as it last was', async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const ask = latestOnly(async (text: string) => {
    asked.push(text);
    await new Promise<void>((resolve) => answers.push(resolve));
  });
  const answer = async () => {
    answers.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  ask('8');
  ask('80');
  ask('808');
  expect(asked).toEqual(['8']);
  await answer();
  expect(asked).toEqual(['8', '808']);
  await answer();
  ask('8080');
  expect(asked).toEqual(['8', '808', '8080']);
});
