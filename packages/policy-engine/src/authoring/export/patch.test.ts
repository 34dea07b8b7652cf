import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { PolicyEdit } from '../../findings/finding.ts';
import { parseManifests } from '../../manifests/directory.ts';
import { policyKey } from '../../model/records.ts';
import { applyDraft } from '../draft/apply.ts';
import type { Draft } from '../draft/model.ts';
import { editDraft } from '../draft/policy-edits.ts';
import { exportDraft } from './manifests.ts';
import { directoryPatch } from './patch.ts';

const np = (name: string, port: number) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}   # the name
  namespace: shop
spec:
  podSelector: {}
  ingress:
    # who
    - from:
        - podSelector: {}
      ports:
        - port: ${port}
`;

const FILE = `# The shop's policies.
---
${np('a', 80)}---
# between
${np('b', 81)}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x, namespace: shop}
---
${np('c', 82)}`;

const TOOLS = {
  patch: ['patch', '-p1', '--fuzz=0'],
  git: ['git', 'apply', '--whitespace=nowarn', '-'],
} as const;
const hasTools = ['patch', 'git'].every((tool) => spawnSync(tool, ['--version']).status === 0);
const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

const key = (name: string) => policyKey({ kind: 'NetworkPolicy', namespace: 'shop', name });
const port = (name: string, value: number): PolicyEdit => ({
  type: 'set',
  policy: key(name),
  path: 'spec.ingress[0].ports[0].port',
  value,
});
const remove = (name: string): PolicyEdit => ({ type: 'remove-policy', policy: key(name) });

/** The files after the patch of some edits, as both tools make them; what the patch changes is checked against the draft. */
function patched(
  files: Readonly<Record<string, string>>,
  edits: readonly PolicyEdit[],
  added = '',
): Readonly<Record<string, string>> {
  const { snapshot } = parseManifests(Object.entries(files).map(([path, text]) => ({ path, text })));
  let count = 0;
  const newId = () => {
    count += 1;
    return `i${count}`;
  };
  const start: Draft = {
    id: 'd',
    name: 'd',
    items: added === '' ? [] : [{ id: 'n', type: 'policies', text: added }],
  };
  const { draft, problems } = editDraft(start, snapshot, edits, newId);
  expect(problems).toEqual([]);
  const applied = applyDraft(snapshot, draft);
  const patch = directoryPatch(applied, exportDraft(draft, applied));
  expect(patch.left).toEqual([]);
  const results = Object.values(TOOLS).map(([command, ...args]) => {
    const directory = mkdtempSync(join(tmpdir(), 'patch-'));
    directories.push(directory);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const done = spawnSync(command, args, { cwd: directory, input: patch.text, encoding: 'utf8' });
    expect(done, `${done.stdout}${done.stderr}\n${patch.text}`).toMatchObject({ status: 0 });
    const paths = [...new Set([...Object.keys(files), ...patch.files])];
    return Object.fromEntries(
      paths.map((path) => {
        const file = join(directory, path);
        return [path, existsSync(file) ? readFileSync(file, 'utf8') : ''];
      }),
    );
  });
  const [byPatch = {}, byGit] = results;
  expect(byPatch).toEqual(byGit);
  const again = parseManifests(Object.entries(byPatch).map(([path, text]) => ({ path, text })));
  const specs = (policies: typeof snapshot.policies) =>
    policies.map(({ name, spec }) => ({ name, spec })).sort((x, y) => (x.name < y.name ? -1 : 1));
  expect(specs(again.snapshot.policies)).toEqual(specs(applied.snapshot.policies));
  return byPatch;
}

describe.skipIf(!hasTools)('a patch of the directory, taken by patch and by git apply', () => {
  it('changes, removes and adds policies in place', () => {
    const after = patched(
      { 'shop/all.yaml': FILE },
      [
        port('a', 8080),
        { type: 'append', policy: key('c'), path: 'spec.ingress', value: { ports: [{ port: 1 }] } },
        remove('b'),
      ],
      np('new', 90),
    );
    expect(after).toEqual({
      'shop/all.yaml': FILE.replace('port: 80\n', 'port: 8080\n')
        .replace(`---\n# between\n${np('b', 81)}\n`, '')
        .concat('    - ports:\n        - port: 1\n'),
      'shop/networkpolicy-new.yaml': np('new', 90),
    });
  });

  const two = `${np('a', 80)}---\n${np('b', 81)}`;
  it.each<[string, string, readonly PolicyEdit[], string]>([
    [
      'the last line of a document that others follow',
      two,
      [port('a', 1)],
      two.replace('port: 80\n', 'port: 1\n'),
    ],
    ['the last line of a file', two, [port('b', 1)], two.replace('port: 81', 'port: 1')],
    [
      'the last line of a file that has no line break at its end',
      two.trimEnd(),
      [port('b', 1)],
      two.trimEnd().replace('port: 81', 'port: 1'),
    ],
    [
      'lines that end as on Windows',
      two.replaceAll('\n', '\r\n'),
      [port('a', 1)],
      two.replace('port: 80\n', 'port: 1\n').replaceAll('\n', '\r\n'),
    ],
    [
      'a file with a byte order mark',
      `\uFEFF${two}`,
      [port('b', 1)],
      `\uFEFF${two.replace('port: 81', 'port: 1')}`,
    ],
    ['the first of two documents goes', two, [remove('a')], `---\n${np('b', 81)}`],
    [
      'documents that follow each other go and change',
      `${two}---\n${np('c', 82)}---\n${np('e', 83)}`,
      [remove('b'), port('a', 1), remove('c'), port('e', 3)],
      `${np('a', 1)}---\n${np('e', 3)}`,
    ],
    ['all documents go', two, [remove('a'), remove('b')], ''],
    ['the last of two documents goes', two, [remove('b')], np('a', 80)],
    [
      'blank lines and marks around documents stay',
      `---\n\n${np('a', 80)}\n\n---\n\n\n${np('b', 81)}...\n`,
      [port('a', 1), port('b', 2)],
      `---\n\n${np('a', 1)}\n\n---\n\n\n${np('b', 2)}...\n`,
    ],
    [
      'items of a list',
      `apiVersion: v1\nkind: List\nitems:\n${[np('a', 80), np('b', 81)]
        .map((text) => `  - ${text.trimEnd().replaceAll('\n', '\n    ')}\n`)
        .join('')}`,
      [port('a', 1), port('b', 2)],
      `apiVersion: v1\nkind: List\nitems:\n${[np('a', 1), np('b', 2)]
        .map((text) => `  - ${text.trimEnd().replaceAll('\n', '\n    ')}\n`)
        .join('')}`,
    ],
  ])('%s', (_, before, edits, expected) => {
    expect(patched({ 'my policies/all "of" them.yaml': before }, edits)).toEqual({
      'my policies/all "of" them.yaml': expected,
    });
  });

  it('puts a new policy beside the others of its namespace, under a name that is free', () => {
    const files = { 'apps/shop/policies/networkpolicy-new.yaml': np('a', 80) };
    expect(Object.keys(patched(files, [], np('new', 90)))).toEqual([
      'apps/shop/policies/networkpolicy-new.yaml',
      'apps/shop/policies/networkpolicy-new-2.yaml',
    ]);
  });
});

it('a policy that has no lines of its own is named instead', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: [parseYaml(np('a', 80)), parseYaml(np('b', 81))] };
  const { snapshot } = parseManifests([{ path: 'list.json', text: JSON.stringify(list) }]);
  const { draft } = editDraft({ id: 'd', name: 'd', items: [] }, snapshot, [port('a', 1)], () => 'i');
  const applied = applyDraft(snapshot, draft);
  expect(directoryPatch(applied, exportDraft(draft, applied))).toEqual({
    text: '',
    files: [],
    left: ['NetworkPolicy shop/a does not stand on lines of its own in list.json; change it there by hand.'],
  });
});
