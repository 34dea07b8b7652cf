import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { Json } from '../json.ts';
import { jsonEqual } from '../json.ts';
import { applyChanges, editJson, editYaml, reconcileYaml } from './edit.ts';

function edited(result: ReturnType<typeof editYaml>): string {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.text;
}

const POLICY = `# Owned by the shop team.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db   # the database
  namespace: "shop"
spec:
  podSelector:
    matchLabels: { app: db }
  policyTypes: [Ingress]
  ingress:
  # only the API
  - from:
    - podSelector:
        matchLabels:
          app: api
    ports:
    - port: 5432   # postgres
  # and the backup job
  - from:
    - namespaceSelector: {}
`;

describe('editYaml', () => {
  it('replaces one scalar and keeps its comment and quotes', () => {
    expect(edited(editYaml(POLICY, 0, { op: 'set', path: ['metadata', 'name'], value: 'db-2' }))).toBe(
      POLICY.replace('name: db ', 'name: db-2 '),
    );
    expect(edited(editYaml(POLICY, 0, { op: 'set', path: ['metadata', 'namespace'], value: 'pay' }))).toBe(
      POLICY.replace('"shop"', '"pay"'),
    );
  });

  it('adds a key in the order people write, in the style around it', () => {
    const text = edited(
      editYaml(POLICY, 0, {
        op: 'set',
        path: ['spec', 'egress'],
        value: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
      }),
    );
    expect(text).toBe(`${POLICY}  egress:\n  - ports:\n    - port: 53\n      protocol: UDP\n`);
    const flow = edited(
      editYaml(POLICY, 0, { op: 'set', path: ['spec', 'podSelector', 'matchLabels', 'tier'], value: 'yes' }),
    );
    expect(flow).toBe(POLICY.replace('{ app: db }', '{ app: db, tier: "yes" }'));
  });

  it('removes a rule with the comment that speaks of it, and nothing else', () => {
    expect(edited(editYaml(POLICY, 0, { op: 'delete', path: ['spec', 'ingress', 1] }))).toBe(
      POLICY.slice(0, POLICY.indexOf('  # and the backup job')),
    );
    const first = edited(editYaml(POLICY, 0, { op: 'delete', path: ['spec', 'ingress', 0] }));
    expect(first).toContain('ingress:\n  # and the backup job\n  - from:\n    - namespaceSelector: {}\n');
  });

  it('keeps the dash when the first key of an item goes', () => {
    expect(edited(editYaml(POLICY, 0, { op: 'delete', path: ['spec', 'ingress', 0, 'from'] }))).toContain(
      '  # only the API\n  - ports:\n    - port: 5432   # postgres\n',
    );
  });

  it('writes an empty list for the last item and opens it again', () => {
    const text = 'spec:\n  ingress: # none yet\n  - from: []\n';
    const empty = edited(editYaml(text, 0, { op: 'delete', path: ['spec', 'ingress', 0] }));
    expect(empty).toBe('spec:\n  ingress: [] # none yet\n');
    expect(
      edited(editYaml(empty, 0, { op: 'insert', path: ['spec', 'ingress'], index: 0, value: { a: 1 } })),
    ).toBe('spec:\n  ingress: # none yet\n    - a: 1\n');
  });

  it('keeps Windows line ends and a missing last line break', () => {
    expect(edited(editYaml('a: 1\r\nb: 2', 0, { op: 'set', path: ['c'], value: 3 }))).toBe(
      'a: 1\r\nb: 2\r\nc: 3',
    );
    expect(edited(editYaml('a: 1\r\nb: 2', 0, { op: 'delete', path: ['b'] }))).toBe('a: 1');
  });

  it('edits one document of several and JSON in its own style', () => {
    expect(edited(editYaml('a: 1\n---\na: 1\n---\na: 1\n', 1, { op: 'set', path: ['a'], value: 2 }))).toBe(
      'a: 1\n---\na: 2\n---\na: 1\n',
    );
    const json = '{\n  "a": 1,\n  "b": [\n    "x"\n  ]\n}\n';
    expect(edited(editYaml(json, 0, { op: 'insert', path: ['b'], index: 1, value: { k: 'v' } }))).toBe(
      '{\n  "a": 1,\n  "b": [\n    "x",\n    {"k": "v"}\n  ]\n}\n',
    );
  });

  it('refuses what it can not do in place, and says why', () => {
    const alias = 'a: &x { k: 1 }\nb: *x\n';
    for (const path of [['b', 'k'], ['a', 'k'], ['b']]) {
      const result = editYaml(alias, 0, { op: 'set', path, value: 2 });
      if (path.length === 1 || path[0] === 'b')
        expect(result).toMatchObject({ ok: false, problem: { code: 'yaml-alias' } });
      else expect(result).toMatchObject({ ok: false, problem: { code: 'yaml-style' } });
    }
    expect(editYaml('a: [1', 0, { op: 'set', path: ['a'], value: 2 })).toMatchObject({
      ok: false,
      problem: { code: 'yaml-syntax' },
    });
    expect(editYaml('a: 1', 0, { op: 'delete', path: ['b'] })).toMatchObject({
      ok: false,
      problem: { code: 'no-such-path' },
    });
  });
});

const key = fc.constantFrom(
  'app',
  'from',
  'ports',
  'spec',
  'name',
  'ingress',
  'a.b/c',
  'x y',
  '__proto__',
  '1',
);
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    'yes',
    'on',
    '012',
    '1:20',
    '',
    '#x',
    ': ',
    '- a',
    'a, b',
    '{x',
    'null',
    '~',
    'a: b',
    'true',
    null,
  ),
  fc.integer({ min: -5, max: 70_000 }),
  fc.boolean(),
  fc.string({ maxLength: 8 }),
  fc.constantFrom('two\nlines\n', 'é😀'),
);
const value: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('node'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(key, tie('node')), { maxLength: 4, selector: ([k]) => k })
      .map((e) => Object.fromEntries(e)),
  ),
})).node;
const root = fc
  .uniqueArray(fc.tuple(key, value), { minLength: 1, maxLength: 4, selector: ([k]) => k })
  .map((entries): Json => Object.fromEntries(entries));

const options = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any' as const, 'any' as const, 'flow' as const),
  singleQuote: fc.boolean(),
});

/** The value as someone might have written it: in one of many styles, with comments and blank lines strewn in. */
const written = fc
  .tuple(
    root,
    options,
    fc.array(fc.tuple(fc.nat(60), fc.constantFrom('own', 'blank', 'end')), { maxLength: 6 }),
  )
  .map(([json, style, comments]) => {
    let text = stringify(json, { ...style, lineWidth: 0 });
    for (const [at, kind] of comments) {
      const lines = text.split('\n');
      const index = at % lines.length;
      const line = lines[index] ?? '';
      if (kind === 'end') lines[index] = `${line} # note ${at}`;
      else
        lines.splice(
          index,
          0,
          kind === 'blank' ? '' : `${' '.repeat(Math.max(0, line.search(/\S/)))}# note ${at}`,
        );
      const next = lines.join('\n');
      const document = parseAllDocuments(next);
      const first = Array.isArray(document) ? document[0] : undefined;
      if (first && first.errors.length === 0 && jsonEqual(first.toJS(), json)) text = next;
    }
    return { json, text };
  });

describe('reconcileYaml', () => {
  it('reaches any target from any text', () => {
    fc.assert(
      fc.property(written, root, ({ text }, target) => {
        const result = reconcileYaml(text, 0, target);
        // A value beyond one line can end in blank lines that belong to it; those are left to the person.
        if (!result.ok) return expect(result.problem.code).toBe('yaml-style');
        expect(jsonEqual(parse(result.text), target)).toBe(true);
        expect(applyChanges(text, result.changes)).toBe(result.text);
      }),
      { numRuns: 150 },
    );
  });

  it('rarely gives up', () => {
    let refused = 0;
    let total = 0;
    fc.assert(
      fc.property(written, root, ({ text }, target) => {
        total += 1;
        if (!reconcileYaml(text, 0, target).ok) refused += 1;
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(refused / total).toBeLessThan(0.02);
  });

  it('changes nothing where nothing differs', () => {
    fc.assert(
      fc.property(written, ({ json, text }) => {
        expect(reconcileYaml(text, 0, json)).toEqual({ ok: true, text, changes: [] });
      }),
    );
  });

  it('touches only the lines of the edited value: every comment and line elsewhere survives', () => {
    const wrapped = fc.tuple(written, written, value);
    fc.assert(
      fc.property(wrapped, ([before, after, target]) => {
        const indented = (text: string) => text.replace(/^(?=.)/gm, '  ').replace(/\n*$/, '\n');
        const head = `head:\n${indented(before.text)}`;
        const tail = `tail:\n${indented(after.text)}`;
        const text = `${head}edited: 1\n${tail}`;
        const tree = parseAllDocuments(text);
        if (!Array.isArray(tree) || (tree[0]?.errors.length ?? 0) > 0) return;
        const result = editYaml(text, 0, { op: 'set', path: ['edited'], value: target });
        if (!result.ok) throw new Error(result.problem.message);
        expect(result.text.startsWith(head)).toBe(true);
        expect(result.text.endsWith(tail)).toBe(true);
      }),
    );
  });

  it('removes and puts back a list item without a trace', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 5 }), options, fc.nat(4), (items, style, at) => {
        const text = stringify({ spec: { ingress: items } }, { ...style, lineWidth: 0 });
        const index = at % items.length;
        const removed = editYaml(text, 0, { op: 'delete', path: ['spec', 'ingress', index] });
        if (!removed.ok) return expect(removed.problem.code).toBe('yaml-style');
        expect(jsonEqual(parse(removed.text), { spec: { ingress: items.toSpliced(index, 1) } })).toBe(true);
        const lines = new Set(text.split('\n'));
        if (style.collectionStyle !== 'flow')
          for (const line of removed.text.split('\n')) expect(lines).toContain(line);
      }),
    );
  });
});

describe('an item that stands elsewhere', () => {
  it('moves with all of its lines, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(value, { minLength: 2, maxLength: 5, comparator: jsonEqual }),
        options,
        fc.nat(4),
        fc.nat(4),
        (items, style, a, b) => {
          const [from, to] = [a % items.length, b % items.length];
          const text = stringify({ spec: { ingress: items } }, { ...style, lineWidth: 0 });
          const moved = items.toSpliced(from, 1).toSpliced(to, 0, ...items.slice(from, from + 1));
          const result = reconcileYaml(text, 0, { spec: { ingress: moved } });
          if (!result.ok) return expect(result.problem.code).toBe('yaml-style');
          expect(jsonEqual(parse(result.text), { spec: { ingress: moved } })).toBe(true);
          if (style.collectionStyle === 'flow') return;
          expect(result.text.trimEnd().split('\n').sort()).toEqual(text.trimEnd().split('\n').sort());
        },
      ),
    );
  });

  it('takes its comments along and leaves the blank lines between', () => {
    const text = 'spec:\n  # of a\n  - {n: a} # why\n\n  -   n: b\n      x: 1\n  - n: c';
    const result = reconcileYaml(text, 0, { spec: [{ n: 'b', x: 1 }, { n: 'c' }, { n: 'a' }] });
    expect(result).toMatchObject({
      ok: true,
      text: 'spec:\n  -   n: b\n      x: 1\n\n  - n: c\n  # of a\n  - {n: a} # why',
    });
  });
});

describe('editJson', () => {
  it('is undefined where the edit does not fit', () => {
    expect(editJson({ a: 1 }, { op: 'insert', path: ['a'], index: 0, value: 1 })).toBeUndefined();
    expect(editJson([1], { op: 'set', path: [3], value: 1 })).toBeUndefined();
  });
});
