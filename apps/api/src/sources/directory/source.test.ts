import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { demoCatalogue } from '../catalogues.ts';
import type { ClusterSource } from '../source.ts';
import { createDirectoryReader, readDirectory } from './reader.ts';
import { createDirectorySource } from './source.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const temporary = async () => {
  const path = await mkdtemp(join(tmpdir(), 'bulkhead-directory-'));
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
};

const pod = (name: string, namespace = 'shop') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {containers: []}\n`;

const run = (path: string): ClusterSource => {
  const source = createDirectorySource({
    id: 'directory',
    kind: 'directory',
    path,
    clock: systemClock,
    watch: true,
    settleMs: 20,
    pollMs: 50,
  });
  cleanups.push(() => source.stop());
  source.start();
  return source;
};

const podNames = (source: ClusterSource) =>
  source.store
    .snapshot()
    .pods.map(({ name }) => name)
    .sort();
const wait = { timeout: 5_000, interval: 20 };

describe('a directory', () => {
  it('is read with all its folders, in YAML and JSON', async () => {
    const path = await temporary();
    await mkdir(join(path, 'a/b'), { recursive: true });
    await writeFile(join(path, 'a/b/one.yml'), `${pod('one')}---\n${pod('two')}`);
    await writeFile(join(path, 'three.JSON'), '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"three"}}');
    await writeFile(join(path, 'notes.txt'), pod('no'));
    const { snapshot, diagnostics } = await readDirectory(path);
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['one', 'two', 'three']);
    expect(snapshot.pods[0]?.source).toMatchObject({ file: 'a/b/one.yml', line: 1 });
    expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('may be a single file', async () => {
    const path = await temporary();
    await writeFile(join(path, 'one.yaml'), pod('one'));
    const { snapshot } = await readDirectory(join(path, 'one.yaml'));
    expect(snapshot.pods.map(({ source }) => source?.file)).toEqual(['one.yaml']);
  });

  it('shows what can be read beside what can not', async () => {
    const path = await temporary();
    await writeFile(join(path, 'good.yaml'), pod('good'));
    await writeFile(join(path, 'large.yaml'), Buffer.alloc(50 * 1024 * 1024, 0x23));
    await writeFile(join(path, 'binary.yaml'), Buffer.from([0, 1, 2, 0xff]));
    await writeFile(join(path, 'broken.yaml'), 'apiVersion: v1\nkind: [\n');
    await symlink(join(path, 'nowhere'), join(path, 'dangling.yaml'));
    await writeFile(join(path, 'secret.yaml'), pod('secret'));
    await chmod(join(path, 'secret.yaml'), 0);
    const { snapshot, diagnostics } = await readDirectory(path);
    const mayReadAnything = process.getuid?.() === 0;
    expect(snapshot.pods.map(({ name }) => name)).toEqual(mayReadAnything ? ['good', 'secret'] : ['good']);
    const problems = Object.fromEntries(diagnostics.map(({ source, code }) => [source?.file, code]));
    expect(problems).toMatchObject({
      'large.yaml': 'file-too-large',
      'binary.yaml': 'binary-file',
      'dangling.yaml': 'file-unreadable',
      'broken.yaml': 'yaml-syntax',
      ...(mayReadAnything ? {} : { 'secret.yaml': 'file-unreadable' }),
    });
    for (const { hint, message } of diagnostics.filter(({ severity }) => severity === 'error')) {
      expect([message, hint]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
    }
  });

  it('survives links that go in circles and reads what they lead to once', async () => {
    const path = await temporary();
    const outside = await temporary();
    await writeFile(join(outside, 'linked.yaml'), pod('linked'));
    await writeFile(join(path, 'one.yaml'), pod('one'));
    await symlink(path, join(path, 'circle'));
    await symlink(outside, join(path, 'there'));
    await symlink(path, join(outside, 'back'));
    await symlink('self', join(path, 'self'));
    const { snapshot, diagnostics } = await readDirectory(path);
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['one', 'linked']);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('that is missing is a fatal problem that says what to do', async () => {
    const path = join(await temporary(), 'nothing-here');
    const { diagnostics } = await readDirectory(path);
    expect(diagnostics).toEqual([
      {
        code: 'directory-not-found',
        severity: 'fatal',
        message: `There is no directory ${path}.`,
        hint: expect.any(String),
      },
    ]);
  });

  it('parses again only what changed', async () => {
    const path = await temporary();
    for (let i = 0; i < 5; i++) await writeFile(join(path, `${i}.yaml`), pod(`p${i}`));
    const reader = createDirectoryReader(path);
    expect((await reader.read()).parsed).toBe(5);
    expect((await reader.read()).parsed).toBe(0);
    await writeFile(join(path, '3.yaml'), pod('changed'));
    await rm(join(path, '4.yaml'));
    const next = await reader.read();
    expect(next.parsed).toBe(1);
    expect(next.snapshot.pods.map(({ name }) => name)).toEqual(['p0', 'p1', 'p2', 'changed']);
  });
});

describe('a directory source', () => {
  it('follows files that are changed, added, replaced and removed, also in new folders', async () => {
    const path = await temporary();
    await writeFile(join(path, 'one.yaml'), pod('one'));
    const source = run(path);
    await expect.poll(() => podNames(source), wait).toEqual(['one']);
    expect(source.status().freshness.state).toBe('live');

    await writeFile(join(path, 'one.yaml'), pod('changed'));
    await expect.poll(() => podNames(source), wait).toEqual(['changed']);
    await mkdir(join(path, 'new/deeper'), { recursive: true });
    await writeFile(join(path, 'new/deeper/two.yaml'), pod('two'));
    await expect.poll(() => podNames(source), wait).toEqual(['changed', 'two']);
    await writeFile(join(path, 'new/deeper/two.yaml'), pod('three'));
    await expect.poll(() => podNames(source), wait).toEqual(['changed', 'three']);
    // As editors save: a new file takes the place of the old one.
    await writeFile(join(path, 'one.yaml.tmp'), pod('saved'));
    await rename(join(path, 'one.yaml.tmp'), join(path, 'one.yaml'));
    await expect.poll(() => podNames(source), wait).toEqual(['saved', 'three']);
    await rm(join(path, 'new'), { recursive: true });
    await expect.poll(() => podNames(source), wait).toEqual(['saved']);
  });

  it('makes no revision of a change that changes nothing', async () => {
    const path = await temporary();
    await writeFile(join(path, 'one.yaml'), pod('one'));
    const source = run(path);
    await expect.poll(() => source.store.ready(), wait).toBe(true);
    const revision = source.store.revision();
    await writeFile(join(path, 'notes.txt'), 'x');
    await writeFile(join(path, 'one.yaml'), pod('one'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(source.store.revision()).toBe(revision);
  });

  it('says that it is missing, and reads it once it is there', async () => {
    const path = join(await temporary(), 'later');
    const source = run(path);
    await expect
      .poll(() => source.status().freshness, wait)
      .toMatchObject({
        state: 'failed',
        problem: { code: 'directory-not-found' },
      });
    await mkdir(path);
    await writeFile(join(path, 'one.yaml'), pod('one'));
    await expect.poll(() => podNames(source), wait).toEqual(['one']);
  });

  it('keeps what it knew when the directory goes away, and says so', async () => {
    const path = join(await temporary(), 'here');
    await mkdir(path);
    await writeFile(join(path, 'one.yaml'), pod('one'));
    const source = run(path);
    await expect.poll(() => podNames(source), wait).toEqual(['one']);
    await rename(path, `${path}-elsewhere`);
    await expect.poll(() => source.status().freshness.state, wait).toBe('stale');
    expect(podNames(source)).toEqual(['one']);
    await mkdir(path);
    await writeFile(join(path, 'two.yaml'), pod('two'));
    await expect.poll(() => podNames(source), wait).toEqual(['two']);
    expect(source.status().freshness.state).toBe('live');
    await writeFile(join(path, 'two.yaml'), pod('three'));
    await expect.poll(() => podNames(source), wait).toEqual(['three']);
  });
});

describe('the demo', () => {
  it('is read without errors', async () => {
    const source = await demoCatalogue().open('demo');
    if (source === undefined) throw new Error('there is no demo');
    cleanups.push(() => source.stop());
    source.start();
    await expect.poll(() => source.store.ready(), wait).toBe(true);
    const { namespaces, policies } = source.store.snapshot();
    expect(namespaces.length).toBeGreaterThanOrEqual(8);
    expect(policies.length).toBeGreaterThan(5);
    expect(source.store.notes().diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
