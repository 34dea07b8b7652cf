import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDirectoryReader } from './reader.ts';

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

const readDirectory = (path: string) => createDirectoryReader(path).read();

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

  it('that is missing is told by the name that was given', async () => {
    const path = join(await temporary(), 'nothing-here');
    const reader = createDirectoryReader(path, { name: () => 'nothing-here' });
    await expect(reader.read()).rejects.toMatchObject({
      code: 'path-not-found',
      message: 'There is no nothing-here.',
    });
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

/** Lays out files of a directory, by path. */
async function layOut(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporary();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const has = (tool: string, ...args: string[]) => spawnSync(tool, args).status === 0;

describe('what tools render, below a directory', () => {
  const KUSTOMIZE = {
    'plain.yaml': pod('plain'),
    'app/base/kustomization.yaml': 'resources: [web.yaml]\n',
    'app/base/web.yaml': pod('web'),
    'app/prod/kustomization.yaml': 'namespace: prod\nresources: [../base]\ncomponents: [../extra]\n',
    'app/extra/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: my-\n',
    'app/test/kustomization.yaml': 'namespace: test\nresources: [../base]\npatches: [{path: patch.yaml}]\n',
    'app/test/patch.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {x: y}}\n',
    'flux/kustomization.yaml':
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {}\n',
    'flux/pod.yaml': pod('by-flux'),
  };

  it.skipIf(!has('kubectl', 'kustomize', '--help'))(
    'is each kustomization that no other uses; bases, components and patches are only parts',
    async () => {
      const path = await layOut(KUSTOMIZE);
      const { snapshot, diagnostics } = await readDirectory(path);
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(snapshot.pods.map(({ namespace, name }) => `${namespace}/${name}`).sort()).toEqual([
        'prod/my-web',
        'shop/by-flux',
        'shop/plain',
        'test/web',
      ]);
      expect(snapshot.pods.find(({ name }) => name === 'my-web')?.source?.file).toBe('app/prod (rendered)');
      const base = await readDirectory(join(path, 'app/base'));
      expect(base.snapshot.pods.map(({ namespace }) => namespace)).toEqual(['shop']);
    },
  );

  it.skipIf(!has('kubectl', 'kustomize', '--help'))(
    'is rendered again when what goes into it changes',
    async () => {
      const path = await layOut(KUSTOMIZE);
      const reader = createDirectoryReader(join(path, 'app/prod'));
      expect((await reader.read()).parsed).toBe(1);
      expect((await reader.read()).parsed).toBe(0);
      await writeFile(join(path, 'app/base/web.yaml'), pod('changed'));
      const next = await reader.read();
      expect(next.parsed).toBe(1);
      expect(next.snapshot.pods.map(({ name }) => name)).toEqual(['my-changed']);
      // So that whoever watches sees a change in a base elsewhere.
      expect([...next.directories.keys()]).toContainEqual(expect.stringMatching(/app\/base$/));
    },
  );

  it('is plain files where that is asked for', async () => {
    const path = await layOut(KUSTOMIZE);
    const { snapshot } = await createDirectoryReader(path, { render: false }).read();
    expect(snapshot.pods.map(({ name }) => name).sort()).toEqual(['by-flux', 'plain', 'web']);
  });

  const CHART = {
    'plain.yaml': pod('plain'),
    'charts/web/Chart.yaml': 'apiVersion: v2\nname: storefront\nversion: 1.0.0\n',
    'charts/web/values.yaml': 'name: web\n',
    'charts/web/templates/pods.yaml': `${pod('{{ .Values.name }}')}---\n${pod('second')}`,
    'charts/web/templates/empty.yaml': '{{- if false }}\na: b\n{{- end }}\n',
    'charts/shared/Chart.yaml': 'apiVersion: v2\nname: shared\nversion: 1.0.0\ntype: library\n',
    'charts/shared/templates/_x.tpl': '{{- define "x" }}{{ end }}',
  };

  it.skipIf(!has('helm', 'version'))(
    'is each chart, with its templates as the origin of objects',
    async () => {
      const { snapshot, diagnostics } = await readDirectory(await layOut(CHART));
      expect(diagnostics.filter(({ severity }) => severity !== 'info' && severity !== 'warning')).toEqual([]);
      expect(snapshot.pods.map(({ name, source }) => [name, source?.file])).toEqual([
        ['web', 'charts/web/templates/pods.yaml (rendered)'],
        ['second', 'charts/web/templates/pods.yaml (rendered)'],
        ['plain', 'plain.yaml'],
      ]);
    },
  );

  it('is an error beside the rest where the tool is missing, and the end of it where nothing else was meant', async () => {
    const path = await layOut(CHART);
    const before = process.env['PATH'];
    process.env['PATH'] = join(path, 'no-tools');
    try {
      const { snapshot, diagnostics } = await readDirectory(path);
      expect(snapshot.pods.map(({ name }) => name)).toEqual(['plain']);
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
        {
          code: 'renderer-missing',
          message: 'charts/web is a Helm chart, and helm is not installed.',
          source: { file: 'charts/web' },
        },
      ]);
      await expect(readDirectory(join(path, 'charts/web'))).rejects.toMatchObject({
        code: 'renderer-missing',
      });
    } finally {
      process.env['PATH'] = before;
    }
  });
});
