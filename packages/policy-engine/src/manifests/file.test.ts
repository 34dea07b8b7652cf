import { describe, expect, it } from 'vitest';
import { lowerPolicy } from '../dialects/index.ts';
import type { SnapshotPart } from '../model/parts.ts';
import { type ManifestOptions, parseManifestFile } from './file.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: NAME\n';
const pod = (name: string) => POD.replace('NAME', name);
const POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db   # the database
spec:
  ingress:
  - ports:
    - port: 80
      endPort: 79
`;

function parse(text: string, options: ManifestOptions & { path?: string } = {}) {
  const { parts, diagnostics } = parseManifestFile({ path: options.path ?? 'a.yaml', text }, options);
  return {
    names: parts.flatMap((part) => (part.type === 'ignored' ? [] : [nameOf(part)])),
    parts,
    problems: diagnostics.map(({ code, severity, source, path }) =>
      `${severity} ${code} ${source?.line} ${path ?? ''}`.trim(),
    ),
    diagnostics,
  };
}

function nameOf(part: Exclude<SnapshotPart, { type: 'ignored' }>): string {
  return part.type === 'controller' ? part.ref.name : part.record.name;
}

describe('documents', () => {
  it('any number in a file, YAML and JSON, with any line ends and a byte order mark', () => {
    const text = `\uFEFF${pod('a')}---\n${pod('b')}---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c' } })}\n`;
    for (const ends of ['\n', '\r\n', '\r']) {
      const { names, problems } = parse(text.replaceAll('\n', ends));
      expect({ names, problems }).toEqual({ names: ['a', 'b', 'c'], problems: [] });
    }
  });

  it('empty ones, comments and a trailing marker are nothing', () => {
    expect(parse(`---\n---\n# only words\n---\n${pod('a')}---\nnull\n---\n`)).toMatchObject({
      names: ['a'],
      problems: [],
    });
    expect(parse('')).toMatchObject({ names: [], problems: [] });
  });

  it('records know file and lines', () => {
    const { parts } = parse(`# head\n---\n\n${POLICY}`);
    expect(parts[0]).toMatchObject({
      record: { source: { file: 'a.yaml', line: 4, endLine: 12 }, text: POLICY.trimEnd() },
    });
  });

  it('a policy in a list has its own text and lines', () => {
    const items = POLICY.replace(/^/gm, '  ').replace('  api', '- api').trimEnd();
    const { parts } = parse(`apiVersion: v1\nkind: List\nitems:\n${items}\n`);
    const record = parts[0]?.type === 'policy' ? parts[0].record : undefined;
    if (record === undefined) throw new Error('no policy');
    expect(record.source).toEqual({ file: 'a.yaml', line: 4, endLine: 12 });
    expect(lowerPolicy(record).diagnostics[0]?.source).toEqual({
      file: 'a.yaml',
      line: 12,
      column: 9,
      endLine: 12,
    });
  });

  it('problems of an item of a list in any style are on its lines', () => {
    const list = (items: string) => parse(`apiVersion: v1\nkind: PodList\n${items}\n`).problems;
    expect(list('items: [\n {metadata: {name: a}},\n {metadata: {name: B}}\n]')).toEqual([
      'error invalid-name 5 metadata.name',
    ]);
    expect(list('items:\n- metadata: {name: a}\n- metadata:\n    name: B')).toEqual([
      'error invalid-name 6 metadata.name',
    ]);
    const json = JSON.stringify(
      { apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'B' } }] },
      null,
      1,
    );
    expect(parse(json).problems).toEqual(['error invalid-name 7 metadata.name']);
  });
});

describe('bad input', () => {
  it('a syntax error: what is before counts, the rest is left out', () => {
    const { names, problems, diagnostics } = parse(`${pod('a')}---\nkind: [\n---\n${pod('c')}`);
    expect(names).toEqual(['a']);
    expect(problems).toEqual(['error yaml-syntax 6']);
    expect(diagnostics[0]?.message).toContain('This document and the 1 after it in this file were left out.');
  });

  it('a duplicate key: the last counts, and is told', () => {
    const { names, problems } = parse(`${pod('a')}  name: b\n`);
    expect({ names, problems }).toEqual({ names: ['b'], problems: ['warning duplicate-key 5'] });
  });

  it('a problem inside a document has line, column and field', () => {
    const { diagnostics } = parse(`---\n${pod('a')}  labels:\n    version: 1.5\n`);
    expect(diagnostics).toMatchObject([
      {
        code: 'wrong-type',
        source: { file: 'a.yaml', line: 7, column: 5, endLine: 7 },
        path: 'metadata.labels[version]',
        object: { kind: 'Pod', name: 'a' },
      },
    ]);
  });

  it.each([
    ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', 'error missing-kind 1'],
    ['a misspelt kind', 'apiVersion: v1\nKind: Pod\n', 'error missing-kind 1'],
    ['no apiVersion', 'kind: Pod\n', 'error missing-api-version 1'],
    ['something else altogether', 'version: 3\nservices: {}\n', 'warning not-kubernetes 1'],
    ['a text', 'hello world\n', 'warning not-kubernetes 1'],
    ['a list', '- a\n- b\n', 'warning not-kubernetes 1'],
    ['binary data', 'a\0b', 'error binary-file 1'],
    ['a tab', 'kind: Pod\nmetadata:\n\tname: a\n', 'error yaml-syntax 3'],
    ['an alias bomb', 'a: &a [*a]\n', 'error yaml-alias-bomb 1'],
    ['a template', 'kind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n', 'error helm-template 3'],
    ['a template in quotes', `${pod('"{{ .Release.Name }}"')}`, 'error helm-template 4'],
    [
      'a kustomization',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
      'info kustomization-skipped 1',
    ],
    ['a lone letter', `${pod('y')}`, 'warning yaml-boolean 4'],
  ])('%s', (_, text, problem) => {
    expect(parse(text).problems).toEqual([problem]);
  });

  it('a text with bytes that are not UTF-8 is read, with a warning', () => {
    expect(parse(`${pod('a')}  annotations: {a: \uFFFD}\n`)).toMatchObject({
      names: ['a'],
      problems: ['warning not-utf-8 5'],
    });
  });

  it('files that are known not to be manifests', () => {
    expect(parse('resources: [a.yaml]\n', { path: 'x/kustomization.yaml' }).problems).toEqual([
      'info kustomization-skipped 1',
    ]);
    expect(parse('apiVersion: v2\nname: c\n', { path: 'Chart.yaml' }).problems).toEqual([
      'info helm-chart 1',
    ]);
  });

  it('a file over the limit is not read', () => {
    expect(parse(pod('a'), { maxFileSize: 20 })).toMatchObject({
      names: [],
      problems: ['error file-too-large 1'],
    });
    expect(parse(pod('a'), { maxFileSize: 2000 }).names).toEqual(['a']);
  });
});
