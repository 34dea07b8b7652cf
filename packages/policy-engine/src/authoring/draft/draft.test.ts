import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClusterSnapshot, EMPTY_SNAPSHOT, type PodRecord } from '../../model/records.ts';
import { applyDraft } from './apply.ts';
import { parseDraft, serializeDraft } from './file.ts';
import { diffDraft, EMPTY_HISTORY, invertPatch, mark, patchDraft, record, redo, undo } from './history.ts';
import { withText, withUnreadText } from './last-good.ts';
import type { Draft, DraftItem } from './model.ts';
import { readPolicyText } from './policies.ts';
import { draftTail, withDraftTail } from './tail.ts';

const spec = { podSelector: {}, policyTypes: ['Ingress'] };
const pod: PodRecord = {
  namespace: 'shop',
  name: 'web-1',
  labels: { app: 'web' },
  workload: { kind: 'Deployment', name: 'web' },
  ports: [],
  ips: [],
  hostNetwork: false,
  state: 'running',
  replicas: 1,
};
const snapshot: ClusterSnapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: [{ name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' }, labelsKnown: true }],
  pods: [pod],
  policies: [
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'deny', spec },
  ],
};

function yaml(name: string, body = '  podSelector: {}\n'): string {
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\n  namespace: shop\nspec:\n${body}`;
}

function draft(...items: DraftItem[]): Draft {
  return { id: 'd', name: 'A draft', items };
}

describe('readPolicyText', () => {
  it('reads several policies and says what is wrong with the others, at their lines', () => {
    const text = `${yaml('a')}---\nkind: Deployment\napiVersion: apps/v1\n---\n${yaml('b', '  podSelector: {}\n  ingress:\n  - ports:\n    - port: 90\n      endPort: 80\n')}`;
    const { documents, diagnostics } = readPolicyText(text, 't');
    expect(documents.map(({ policy }) => policy?.name)).toEqual(['a', undefined, undefined]);
    expect(diagnostics.map(({ diagnostic }) => diagnostic.code)).toEqual([
      'not-a-policy',
      'end-port-below-port',
    ]);
    const [notPolicy, endPort] = diagnostics;
    expect(text.slice(notPolicy?.from, notPolicy?.to)).toBe('kind: Deployment');
    expect(text.slice(endPort?.from, endPort?.to)).toBe('endPort: 80');
    expect(endPort?.diagnostic.source).toMatchObject({ file: 't', line: 22, endLine: 22 });
  });

  it('marks a missing namespace, a repeated name, a repeated key and broken syntax', () => {
    const codes = (text: string) =>
      readPolicyText(text, 't').diagnostics.map(({ diagnostic }) => diagnostic.code);
    expect(codes(yaml('a').replace('  namespace: shop\n', ''))).toEqual(['namespace-missing']);
    expect(codes(`${yaml('a')}---\n${yaml('a')}`)).toEqual(['duplicate-policy']);
    expect(codes(`${yaml('a')}  podSelector: {}\n`)).toEqual(['yaml-duplicate-key']);
    expect(codes('a: [')).toContain('yaml-syntax');
    expect(
      codes(
        `a: &a [x, x]\n${[...'bcdefghi'].map((k, i) => `${k}: &${k} [${`*${'abcdefgh'[i]},`.repeat(9)}]`).join('\n')}`,
      ),
    ).toEqual(['yaml-alias']);
    expect(codes('# nothing yet\n')).toEqual([]);
    // kubectl reads a bare `on` as a boolean, which no label can be.
    expect(codes(yaml('a', '  podSelector: {matchLabels: {a: on}}\n'))).not.toEqual([]);
    expect(codes(yaml('a', '  podSelector: {matchLabels: {a: "on"}}\n'))).toEqual([]);
  });

  it('says of metadata what kubectl or an API server would refuse', () => {
    const told = (line: string) =>
      readPolicyText(yaml('a').replace('spec:', `${line}\nspec:`), 't').diagnostics.map(
        ({ diagnostic: { code, source } }) => `${code} ${source?.line}`,
      );
    expect(told('  labels: {team: web, "x.io/y": null}\n  annotations: {note: "any: text"}')).toEqual([]);
    expect(told('  labels: {team: 1}')).toEqual(['wrong-type 6']);
    expect(told('  labels: {"a b": x, c: "d e"}')).toEqual(['invalid-label-key 6', 'invalid-label-value 6']);
    expect(told('  labels: [team]')).toEqual(['wrong-type 6']);
    expect(told('  annotations:\n    count: 3')).toEqual(['wrong-type 7']);
    expect(told('  lables: {team: web}')).toEqual(['unknown-field 6']);
    expect(readPolicyText(yaml('7'), 't').diagnostics.map(({ diagnostic }) => diagnostic.message)).toEqual([
      '`metadata.name` must be a string.',
    ]);
  });

  it('says of a template that it is one, and guesses nothing from its braces', () => {
    const read = (text: string) => {
      const { documents, diagnostics } = readPolicyText(text, 't');
      const told = diagnostics.map(({ diagnostic: { code, source } }) => `${code} ${source?.line}`);
      return [documents.map(({ policy }) => policy?.name), told];
    };
    const named = yaml('{{ .Values.name }}');
    expect(read(named)).toEqual([[undefined], ['helm-template 4']]);
    expect(read(named.replace('{{', '{{-'))).toEqual([[undefined], ['helm-template 4']]);
    expect(read(yaml('a', '  {{- toYaml .Values.spec | nindent 2 }}\n'))).toEqual([
      [undefined],
      ['helm-template 7'],
    ]);
    expect(read(`${yaml('a')}---\n${yaml('b').replace('shop', '{{ .Release.Namespace }}')}`)).toEqual([
      ['a', undefined],
      ['helm-template 13'],
    ]);
    expect(read(yaml('a').replace('shop', '[shop]'))).toEqual([[undefined], ['wrong-type 5']]);
    // Quoted, and in a comment, it is only text.
    expect(read(`# {{ of }} ours\n${yaml('a', '  podSelector: {matchLabels: {a: "x"}}\n')}`)).toEqual([
      ['a'],
      [],
    ]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        readPolicyText(`${a}\n---\n${yaml('x', `  ${b}\n`)}`, 't');
      }),
    );
  });
});

describe('applyDraft', () => {
  it('adds, replaces and removes policies without touching the rest', () => {
    const added = applyDraft(snapshot, draft({ id: '1', type: 'policies', text: yaml('new') }));
    expect(added.snapshot.policies.map(({ name }) => name)).toEqual(['deny', 'new']);
    expect(added.snapshot.pods).toBe(snapshot.pods);
    expect(added.changes.map(({ type }) => type)).toEqual(['added']);
    const base = { kind: 'NetworkPolicy' as const, namespace: 'shop', name: 'deny' };
    const changed = applyDraft(
      snapshot,
      draft({
        id: '1',
        type: 'policies',
        text: yaml('deny', '  policyTypes: [Egress]\n'),
        base: { ...base, spec },
      }),
    );
    expect(changed.snapshot.policies.map(({ spec }) => spec)).toEqual([{ policyTypes: ['Egress'] }]);
    expect(changed.changes.map(({ type }) => type)).toEqual(['changed']);
    expect(changed.conflicts).toEqual([]);
    const removed = applyDraft(snapshot, draft({ id: '1', type: 'remove-policy', policy: base, spec }));
    expect(removed.snapshot.policies).toEqual([]);
    expect(applyDraft(snapshot, draft()).snapshot).toEqual(snapshot);
  });

  it('edits labels and adds namespaces and workloads', () => {
    const { snapshot: after, conflicts } = applyDraft(
      snapshot,
      draft(
        {
          id: '1',
          type: 'add-workload',
          namespace: 'new',
          workload: { kind: 'Deployment', name: 'x' },
          labels: { app: 'x' },
          ports: [],
          replicas: 2,
        },
        { id: '2', type: 'add-namespace', name: 'new', labels: { env: 'dev' } },
        {
          id: '3',
          type: 'labels',
          target: { type: 'workload', namespace: 'shop', workload: pod.workload },
          labels: { app: null, role: 'web' },
        },
        {
          id: '4',
          type: 'labels',
          target: { type: 'namespace', name: 'shop' },
          labels: { 'kubernetes.io/metadata.name': 'x', a: 'b' },
        },
      ),
    );
    expect(conflicts).toEqual([]);
    expect(after.namespaces.map(({ labels }) => labels)).toEqual([
      { 'kubernetes.io/metadata.name': 'shop', a: 'b' },
      { env: 'dev', 'kubernetes.io/metadata.name': 'new' },
    ]);
    expect(after.pods.map(({ labels }) => labels)).toEqual([{ role: 'web' }, { app: 'x' }]);
  });

  it('says what no longer applies when the cluster moved', () => {
    const moved: ClusterSnapshot = {
      ...snapshot,
      pods: [],
      policies: [{ ...snapshot.policies[0], spec: {} } as ClusterSnapshot['policies'][number]],
    };
    const gone = { kind: 'NetworkPolicy' as const, namespace: 'shop', name: 'gone' };
    const deny = { ...gone, name: 'deny' };
    const codes = applyDraft(
      moved,
      draft(
        { id: '1', type: 'policies', text: yaml('deny'), base: { ...deny, spec } },
        { id: '2', type: 'policies', text: yaml('gone'), base: { ...gone, spec } },
        { id: '3', type: 'remove-policy', policy: { ...gone, name: 'other' }, spec },
        {
          id: '4',
          type: 'labels',
          target: { type: 'workload', namespace: 'shop', workload: pod.workload },
          labels: {},
        },
        { id: '5', type: 'add-namespace', name: 'shop', labels: {} },
        { id: '6', type: 'policies', text: yaml('gone') },
      ),
    ).conflicts.map(({ item, code }) => `${item} ${code}`);
    expect(codes).toEqual([
      '5 already-exists',
      '4 target-gone',
      '3 already-removed',
      '1 base-changed',
      '2 base-gone',
      '6 put-twice',
    ]);
  });

  it('keeps the last good state of a half-typed document, and uses the others', () => {
    const start: DraftItem = { id: '1', type: 'policies', text: `${yaml('a')}---\n${yaml('b')}` };
    const half = withText(
      start,
      start.text.replace('name: a', 'name: a2').replace(/podSelector: {}\n$/, 'podSelect'),
    );
    expect(half.good).toEqual(['', `---\n${yaml('b')}`]);
    const applied = applyDraft(snapshot, draft(half));
    expect(applied.snapshot.policies.map(({ name }) => name)).toEqual(['deny', 'a2', 'b']);
    expect(applied.texts.get('1')).toMatchObject({ broken: [1], kept: [1] });
    expect(withText(half, yaml('c'))).toEqual({ id: '1', type: 'policies', text: yaml('c') });
    expect(withText({ ...start, text: '' }, 'kind: [').good).toBeUndefined();
    const unread = withUnreadText(start, half.text, { item: start, broken: [] });
    expect(applyDraft(snapshot, draft(unread)).changes).toEqual(applied.changes);
    expect(withText(unread, start.text).good).toBeUndefined();
  });
});

const item: fc.Arbitrary<DraftItem> = fc.oneof(
  fc.record({
    id: fc.constantFrom('1', '2', '3'),
    type: fc.constant('policies' as const),
    text: fc.string(),
  }),
  fc.record({
    id: fc.constantFrom('1', '2', '3'),
    type: fc.constant('policies' as const),
    text: fc.string(),
    good: fc.array(fc.string()),
  }),
  fc.record({
    id: fc.constantFrom('1', '2', '3'),
    type: fc.constant('add-namespace' as const),
    name: fc.string(),
    labels: fc.constant({ a: 'b' }),
  }),
);
const anyDraft = fc.record({
  id: fc.constant('d'),
  name: fc.string(),
  items: fc.uniqueArray(item, { selector: ({ id }) => id }),
});

describe('the tail of a draft', () => {
  it('holds all that was typed in it since, and nothing else', () => {
    const typed = fc.tuple(fc.string(), fc.option(fc.array(fc.string()), { nil: undefined }));
    fc.assert(
      fc.property(anyDraft, fc.array(typed), (whole, texts) => {
        const items = whole.items.map((item, index): DraftItem => {
          const [text, good] = texts[index] ?? [];
          if (item.type !== 'policies' || text === undefined) return item;
          return { id: item.id, type: 'policies', text, ...(good === undefined ? {} : { good }) };
        });
        const tail = draftTail(whole, { ...whole, items }, 'k') ?? null;
        expect(withDraftTail(whole, tail, 'k')).toEqual({ ...whole, items });
        for (const other of [null, '', '{', '[]', tail?.replace('"k"', '"l"') ?? null])
          expect(withDraftTail(whole, other, 'k')).toBe(whole);
        expect(draftTail(whole, { ...whole, name: `${whole.name}!` }, 'k')).toBeUndefined();
        expect(draftTail(whole, { ...whole, items: [...items, ...items] }, 'k')).toEqual(
          items.length === 0 ? expect.any(String) : undefined,
        );
      }),
    );
  });
});

describe('history', () => {
  it('patches forth and back between any two states', () => {
    fc.assert(
      fc.property(anyDraft, anyDraft, (a, b) => {
        const patch = diffDraft(a, b);
        if (patch === undefined) return expect(a).toEqual(b);
        expect(patchDraft(a, patch)).toEqual(b);
        expect(patchDraft(b, invertPatch(patch))).toEqual(a);
      }),
    );
  });

  it('undoes and redoes any walk', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyDraft, fc.constantFrom('type', null)), { minLength: 1 }), (steps) => {
        const states: Draft[] = [draft()];
        let history = EMPTY_HISTORY;
        let current = draft();
        for (const [next, label] of steps) {
          const after = record(history, current, next, label);
          if (after.undo.length > history.undo.length) states.push(next);
          else states[states.length - 1] = next;
          history = after;
          current = next;
        }
        const end = current;
        for (let move = undo(current, history); move !== undefined; move = undo(current, history)) {
          current = move.draft;
          history = move.history;
        }
        expect(current).toEqual(draft());
        for (let move = redo(current, history); move !== undefined; move = redo(current, history)) {
          current = move.draft;
          history = move.history;
        }
        expect(current).toEqual(end);
      }),
    );
  });

  it('joins a burst of typing and parts it at a mark', () => {
    const text = (value: string) => draft({ id: '1', type: 'policies', text: value });
    let history = record(EMPTY_HISTORY, text(''), text('a'), 'typing 1');
    history = record(history, text('a'), text('ab'), 'typing 1');
    expect(history.undo).toHaveLength(1);
    history = record(mark(history), text('ab'), text('abc'), 'typing 1');
    expect(history.undo).toHaveLength(2);
    expect(undo(text('abc'), history)?.draft).toEqual(text('ab'));
  });
});

describe('the draft file', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(anyDraft, (value) => {
        expect(parseDraft(serializeDraft(value))).toEqual({ ok: true, draft: value, dropped: 0 });
      }),
    );
  });

  it('migrates the first version and refuses what it does not know', () => {
    expect(parseDraft('{"format":"bulkhead-draft","version":1,"id":"a","name":"b","text":"x"}')).toEqual({
      ok: true,
      draft: { id: 'a', name: 'b', items: [{ id: 'text', type: 'policies', text: 'x' }] },
      dropped: 0,
    });
    expect(parseDraft('{"format":"bulkhead-draft","version":99}')).toMatchObject({ code: 'newer-version' });
    expect(parseDraft('{}')).toMatchObject({ code: 'not-a-draft' });
    expect(parseDraft('x')).toMatchObject({ code: 'not-json' });
    expect(
      parseDraft(
        '{"format":"bulkhead-draft","version":2,"id":"a","name":"b","items":[{"id":"1","type":"magic"}]}',
      ),
    ).toMatchObject({ ok: true, dropped: 1 });
  });
});
