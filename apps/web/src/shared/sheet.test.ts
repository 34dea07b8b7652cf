import { expect, test } from 'vitest';
import { toCsv, toTsv } from './sheet.ts';

const SHEET = {
  header: ['name', 'note'],
  rows: [
    ['=HYPERLINK("x")', 'a,b'],
    ['-1', '@cmd'],
    ['+1', 'two\nlines'],
    ['\tx', 'plain'],
  ],
};

test('a CSV file quotes what must be quoted and has no formula in it', () => {
  expect(toCsv(SHEET)).toBe(
    'name,note\r\n"\'=HYPERLINK(""x"")","a,b"\r\n\'-1,\'@cmd\r\n\'+1,"two\nlines"\r\n\'\tx,plain\r\n',
  );
});

test('text for the clipboard keeps one row a line and has no formula in it', () => {
  expect(toTsv(SHEET)).toBe("name\tnote\n'=HYPERLINK(\"x\")\ta,b\n'-1\t'@cmd\n'+1\ttwo lines\n' x\tplain");
});
