import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { demoCatalogue } from '../catalogues.ts';
import type { ClusterSource } from '../source.ts';
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
const wait = { timeout: 30_000, interval: 20 };

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
