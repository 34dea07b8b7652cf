import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubeError } from './error.ts';
import { loadKubeconfig } from './kubeconfig.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bulkhead-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const config = (name: string, extra = '') => `
apiVersion: v1
kind: Config
current-context: ${name}
contexts:
  - {name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: ns-${name}}}
clusters:
  - {name: ${name}, cluster: {server: "https://${name}:6443", certificate-authority: ca.crt}}
users:
  - name: ${name}
    user: {tokenFile: secrets/token, exec: {command: ./bin/plugin, args: [a]}}
${extra}`;

const write = async (name: string, text: string) => {
  const file = join(home, name);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  return file;
};

const failing = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof KubeError)) throw new Error('it did not fail');
  return error.problem;
};

describe('the kubeconfig', () => {
  it('is the given file, then those of KUBECONFIG, then that of the home directory', async () => {
    await write('.kube/config', config('home'));
    const one = await write('one', config('one'));
    const given = await write('given', config('given'));
    const names = async (options: Parameters<typeof loadKubeconfig>[0]) =>
      (await loadKubeconfig({ home, ...options })).contexts.map(({ name }) => name);
    expect(await names({ env: {} })).toEqual(['home']);
    expect(await names({ env: { KUBECONFIG: one } })).toEqual(['one']);
    expect(await names({ env: { KUBECONFIG: one }, file: given })).toEqual(['given']);
  });

  it('of several files is merged: the first of a name counts, missing files are passed over', async () => {
    const one = await write('one', config('a', ''));
    const two = await write(
      'two',
      config('b').replace('contexts:', 'contexts:\n  - {name: a, context: {cluster: other, user: other}}'),
    );
    const merged = await loadKubeconfig({
      home,
      env: { KUBECONFIG: [join(home, 'no'), one, two].join(delimiter) },
    });
    expect(merged.contexts).toEqual([
      { name: 'a', cluster: 'a', namespace: 'ns-a' },
      { name: 'b', cluster: 'b', namespace: 'ns-b' },
    ]);
    expect(merged.current).toBe('a');
    expect(merged.entry('a').cluster).toMatchObject({ server: 'https://a:6443' });
  });

  it('has paths relative to itself, the plugin included', async () => {
    const file = await write('deep/one', config('a'));
    const { cluster, user } = (await loadKubeconfig({ file })).entry('a');
    expect(cluster['certificate-authority']).toBe(join(home, 'deep/ca.crt'));
    expect(user).toMatchObject({
      tokenFile: join(home, 'deep/secrets/token'),
      exec: { command: join(home, 'deep/bin/plugin'), args: ['a'] },
    });
  });

  it('that is missing, broken or without the context is said, with what to do', async () => {
    const broken = await write('broken', 'users:\n  - name: x\n    user: {token: "SECRET\n');
    const list = await write('list', '- a\n');
    const dangling = await write('dangling', config('a').replace('cluster: a,', 'cluster: z,'));
    const cases: [() => Promise<unknown>, string][] = [
      [() => loadKubeconfig({ home, env: {} }), 'kubeconfig-invalid'],
      [() => loadKubeconfig({ file: join(home, 'no') }), 'kubeconfig-invalid'],
      [() => loadKubeconfig({ file: broken }), 'kubeconfig-invalid'],
      [() => loadKubeconfig({ file: list }), 'kubeconfig-invalid'],
      [() => loadKubeconfig({ file: dangling }).then((found) => found.entry('a')), 'kubeconfig-invalid'],
      [() => loadKubeconfig({ file: dangling }).then((found) => found.entry('q')), 'context-not-found'],
    ];
    for (const [work, code] of cases) {
      const problem = await failing(work());
      expect(problem).toMatchObject({ code, hint: expect.stringMatching(/\.$/) });
      expect(JSON.stringify(problem)).not.toContain('SECRET');
    }
    expect((await failing(loadKubeconfig({ file: broken }))).detail).toMatch(
      /broken: line \d+ is not valid YAML/,
    );
  });

  it('with a bomb of aliases is refused', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `l${i}: &l${i} [${i === 0 ? 'x' : `*l${i - 1}, *l${i - 1}, *l${i - 1}`}]`,
    );
    const file = await write('bomb', levels.join('\n'));
    expect((await failing(loadKubeconfig({ file }))).detail).toMatch(/aliases/);
  });
});
