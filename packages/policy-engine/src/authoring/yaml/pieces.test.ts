import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitDocuments } from '../../manifests/split.ts';
import { readYaml } from '../../manifests/yaml-values.ts';
import { policyTextReader, readPolicyText } from '../draft/policies.ts';
import { documentList, documentView, documentViews } from '../form/document.ts';
import { textPieces } from './pieces.ts';
import { documentJson, documentRanges, parseTree } from './tree.ts';

const policy = (name: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec:\n  podSelector: {}\n`;

/** Lines of which texts are made: whole policies, and all that may begin, end or seem to end a document. */
const LINE = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('---\n', '--- # next\n', '--- |\n', '--- {a: 1}\n', '---\r\n', '---\t\n'),
  },
  { weight: 3, arbitrary: fc.constantFrom(...['a', 'b', 'c'].map(policy)) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'a: 1\n',
      'a: 1\r\n',
      'b: &x [1, 2]\n',
      'c: *x\n',
      '- one\n',
      'text: |\n  ---\n  # no comment\n',
      'folded: >-\n\n  x\n ---\n',
      'quoted: "---\n  more"\n',
      'half: "open\n',
      "single: 'it''s\n",
      'open: [1,\n',
      'open: {a: 1\n',
      '  deeper: 2\n',
      '# comment\n',
      '\n',
      '  \n',
      '\t\n',
      '----\n',
      '---x\n',
      ' ---\n',
      '? a\n: b\n',
      '!t\n',
      'plain\n',
      '%',
      '\uFEFF',
      '"',
      ':',
      '---',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('...\n', '... # end\n', '%YAML 1.1\n', '%TAG ! !x\n', '...') },
);
const TEXT = fc.array(LINE, { maxLength: 14 }).map((lines) => lines.join(''));

interface Seen {
  /** `undefined`: it can't be read. */
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

function documents(text: string, from = 0): readonly Seen[] {
  const tree = parseTree(text);
  const ranges = documentRanges(tree);
  return tree.documents.map((document, index) => {
    const json = documentJson(document);
    const range = ranges[index];
    return {
      value: 'code' in json ? undefined : json.value,
      from: from + (range?.from ?? 0),
      to: from + (range?.to ?? 0),
    };
  });
}

describe('textPieces', () => {
  it('cuts where a document begins, and nowhere else', () => {
    const cut = (text: string) => textPieces(text).map((piece) => piece.text);
    expect(cut('# above\n---\na: |\n  ---\n---\nb: [\n--- c\n')).toEqual([
      '# above\n---\na: |\n  ---\n',
      '---\nb: [\n',
      '--- c\n',
    ]);
    expect(cut('%YAML 1.1\n---\na: 1\n---\nb: 2\n')).toHaveLength(1);
    expect(cut('')).toEqual(['']);
  });

  it('has the same documents as the whole text, whatever it holds', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        const pieces = textPieces(text);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        const parts = pieces.flatMap((piece) => documents(piece.text, piece.from));
        const whole = documents(text);
        if (pieces.length > 1) expect(parts).toHaveLength(pieces.length);
        const unread = (list: readonly Seen[]) => list.some(({ value }) => value === undefined);
        if (unread(whole)) {
          // The parser may take markers for part of a quoted text that is not closed; YAML has it end there.
          expect(unread(parts)).toBe(true);
        } else if (unread(parts)) {
          expect(splitDocuments(text).some((document) => !readYaml(document.text).ok)).toBe(true);
        } else {
          expect(parts.map(({ value }) => value)).toEqual(whole.map(({ value }) => value));
          // To which of two documents blank lines and comments between them belong, the parser leaves open.
          for (const [index, { from, to }] of whole.entries()) {
            const part = parts[index] ?? { from: Number.NaN, to: Number.NaN };
            for (const [one, other] of [
              [from, part.from],
              [to, part.to],
            ] as const)
              expect(text.slice(Math.min(one, other), Math.max(one, other))).toMatch(/^(?:\s*#.*)*\s*$/);
          }
        }
      }),
      { numRuns: 1_500 },
    );
  });
});

describe('reading a text again', () => {
  it('gives what reading it for the first time gives, after any edits', () => {
    const read = policyTextReader();
    fc.assert(
      fc.property(
        TEXT,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.oneof(LINE, fc.constantFrom('', 'x', '\n')))),
        (start, edits) => {
          let text = start;
          read(text, 'f');
          for (const [at, length, insert] of edits) {
            const from = at % (text.length + 1);
            text = text.slice(0, from) + insert + text.slice(from + length);
            expect(read(text, 'f')).toEqual(policyTextReader()(text, 'f'));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps the policies of documents that were not edited, and of those that only moved all but the lines', () => {
    const text = [policy('a'), policy('b'), policy('c')].join('---\n');
    const names = (read: string) => readPolicyText(read, 'f').documents.map((document) => document.policy);
    const [a, b, c] = names(text);
    const edited = names(text.replace('name: b', 'name: bb'));
    expect(edited[0]).toBe(a);
    expect(edited[1]).toEqual({ ...b, name: 'bb', text: b?.text?.replace('name: b', 'name: bb') });
    expect(edited[2]).toBe(c);
    const moved = names(text.replace('name: a', 'name: a,\n  labels: {x: y}'));
    expect(moved[2]?.spec).toBe(c?.spec);
    expect(moved[2]).toEqual({ ...c, source: { ...c?.source, line: 13, endLine: 18 } });
    expect(names(text)).toEqual([a, b, c]);
  });

  it('tells which documents there are without reading them, and reads the one that is asked for', () => {
    const odd = [
      'kind: x\nmetadata:\n\n  labels:\n    a: b\n  name: "odd" # why\n',
      '# nothing\n\n',
      'metadata: {nickname: n, name: flow}\n',
      'a: [\n',
      'labels: {name: no}\n\n# more\n',
    ];
    const text = [policy('a'), ...odd, policy('c')].join('---\n');
    expect(documentList(text).map(({ index, name }) => [index, name])).toEqual([
      [0, 'a'],
      [1, 'odd'],
      [3, 'flow'],
      [4, undefined],
      [5, undefined],
      [6, 'c'],
    ]);
    fc.assert(
      fc.property(TEXT, (any) => {
        const views = documentViews(any);
        const listed = documentList(any).map(({ index }) => documentView(any, index));
        expect(listed.filter((view) => view !== undefined)).toEqual(views);
      }),
    );
  });
});
