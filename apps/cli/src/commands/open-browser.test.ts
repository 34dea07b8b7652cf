import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openBrowser } from './open-browser.ts';

it('keeps the token out of the arguments of programs, in a page only this user may read', async () => {
  const link = 'http://127.0.0.1:4680/?token=secret_secret';
  const started: (readonly string[])[] = [];
  const remove = await openBrowser(link, (command, args) => started.push([command, ...args]));
  expect(started).toHaveLength(1);
  expect(started.flat().join(' ')).not.toContain('secret');
  const last = started[0]?.at(-1) ?? '';
  const page = last.startsWith('file:') ? fileURLToPath(last) : last;
  expect(await readFile(page, 'utf8')).toContain(`content="0;url=${link}"`);
  if (process.platform !== 'win32') {
    expect((await stat(page)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(page))).mode & 0o777).toBe(0o700);
  }
  await remove();
  expect(existsSync(dirname(page))).toBe(false);
});
