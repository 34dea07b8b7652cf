import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { splitDocuments } from './split.ts';

/** Whether each document stands at its line as its frame says. */
function framed(text: string): boolean {
  const lines = text.split(/(?<=\n)/);
  return splitDocuments(text).every(({ text: own, line, frame }) =>
    lines
      .slice(line - (frame?.before ?? '').split('\n').length)
      .join('')
      .startsWith((frame?.before ?? '') + own + (frame?.after ?? '')),
  );
}

describe('splitDocuments', () => {
  it.each([
    ['one document', 'a: 1\n', [{ text: 'a: 1', line: 1 }]],
    [
      'markers',
      '---\na: 1\n---\nb: 2\n',
      [
        { text: 'a: 1', line: 2 },
        { text: 'b: 2', line: 4 },
      ],
    ],
    ['content after a marker', '--- {a: 1}\n', [{ text: '--- {a: 1}', line: 1 }]],
    [
      'an end marker',
      'a: 1\n...\n# done\n---\nb: 2',
      [
        { text: 'a: 1', line: 1 },
        { text: 'b: 2', line: 5 },
      ],
    ],
    [
      'empty documents and comments',
      '---\n---\n# nothing\n---\n\n---\na: 1\n---\n',
      [{ text: 'a: 1', line: 7 }],
    ],
    ['a directive', '%YAML 1.1\n---\na: 1\n', [{ text: 'a: 1', line: 3 }]],
    [
      'carriage returns',
      '---\r\na: 1\r\n---\r\n\r\nb: 2\r\n',
      [
        { text: 'a: 1', line: 2 },
        { text: 'b: 2', line: 5 },
      ],
    ],
    [
      'dashes that mark nothing',
      'a: |\n  ---\n  x\nb: ---c\n----: d\n',
      [{ text: 'a: |\n  ---\n  x\nb: ---c\n----: d', line: 1 }],
    ],
    ['a comment that leads a document', '# who\na: 1\n', [{ text: '# who\na: 1', line: 1 }]],
    ['nothing', '', []],
    ['blanks', ' \n\t\n', []],
  ])('%s', (_, text, expected) => {
    expect(splitDocuments(text).map(({ text: own, line }) => ({ text: own, line }))).toEqual(expected);
    expect(framed(text)).toBe(true);
  });

  it('finds the documents that a whole parser finds', () => {
    const line = fc.constantFrom(
      '---',
      '...',
      'a: 1',
      '- x',
      '# c',
      '',
      '  ---',
      '--- b: 2',
      "'q",
      'k: |',
      '  t',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        expect(framed(text)).toBe(true);
        const whole = parseAllDocuments(text, { logLevel: 'silent' });
        fc.pre(Array.isArray(whole) && whole.every((document) => document.errors.length === 0));
        const values = Array.isArray(whole) ? whole.map((document) => document.toJS()) : [];
        const split = splitDocuments(text).map(
          ({ text: part }) => parseAllDocuments(part).map((d) => d.toJS())[0],
        );
        expect(split.filter((value) => value != null)).toEqual(values.filter((value) => value != null));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
