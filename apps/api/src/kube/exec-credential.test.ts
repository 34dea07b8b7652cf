import { describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { createCredentials } from './credentials.ts';
import { KubeError } from './error.ts';
import { runExecPlugin } from './exec-credential.ts';

const plugin = (script: string, more: Partial<Parameters<typeof runExecPlugin>[0]> = {}) => ({
  command: process.execPath,
  args: ['-e', script],
  env: [],
  apiVersion: 'client.authentication.k8s.io/v1',
  ...more,
});
const options = { clock: systemClock, env: process.env };

const print = (status: string) =>
  `console.log(JSON.stringify({apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: ${status}}))`;

const problemOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof KubeError ? error.problem : error),
  );

describe('an exec plugin', () => {
  it('is told its API version, that nobody can type, and of the cluster where it is wanted', async () => {
    const { token } = await runExecPlugin(
      plugin(print('{token: process.env.KUBERNETES_EXEC_INFO + process.env.EXTRA}'), {
        env: [{ name: 'EXTRA', value: '!' }],
        cluster: { server: 'https://k8s' },
      }),
      options,
    );
    expect(JSON.parse(token?.slice(0, -1) ?? '')).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://k8s' } },
    });
    expect(token?.endsWith('!')).toBe(true);
  });

  it('may give a certificate instead of a token, and says until when', async () => {
    const status =
      "{clientCertificateData: 'C', clientKeyData: 'K', expirationTimestamp: '2030-01-01T00:00:00Z'}";
    expect(await runExecPlugin(plugin(print(status)), options)).toEqual({
      certificate: 'C',
      key: 'K',
      expires: Date.UTC(2030, 0, 1),
    });
  });

  it('that prints what a person must do is heard while it runs', async () => {
    const heard: string[] = [];
    const script = `process.stderr.write('enter the code A1B2\\u001b[31m'); setTimeout(() => ${print("{token: 't'}")}, 200)`;
    await runExecPlugin(plugin(script), { ...options, onMessage: (text) => heard.push(text) });
    expect(heard).toEqual(['enter the code A1B2']);
  });

  it('is ended when it takes too long, or is not wanted any more', async () => {
    const hangs = plugin('setInterval(() => {}, 1000)');
    expect(await problemOf(runExecPlugin(hangs, { ...options, patienceMs: 200 }))).toMatchObject({
      code: 'exec-plugin-failed',
      title: expect.stringContaining('did not finish in time'),
    });
    const abort = new AbortController();
    const running = problemOf(runExecPlugin(hangs, { ...options, signal: abort.signal }));
    setTimeout(() => abort.abort(), 50);
    expect(await running).toMatchObject({ code: 'exec-plugin-failed' });
  });

  it('whose secrets come from its environment does not give them away by its messages', async () => {
    const script = "process.stderr.write('using ' + process.env.AAD_CLIENT_SECRET); process.exit(3)";
    const problem = await problemOf(
      runExecPlugin(plugin(script, { env: [{ name: 'AAD_CLIENT_SECRET', value: 'swordfish' }] }), options),
    );
    expect(problem).toMatchObject({ code: 'exec-plugin-failed', detail: 'using [removed]' });
  });

  it('that is missing is named with how to install it', async () => {
    const problem = await problemOf(
      runExecPlugin(plugin('', { command: 'no-such-plugin', installHint: 'Install it.' }), options),
    );
    expect(problem).toMatchObject({
      title: expect.stringContaining('"no-such-plugin"'),
      hint: 'Install it.',
    });
  });
});

describe('credentials of a plugin', () => {
  it('are kept while they are good, and got anew when they expire', async () => {
    let now = 1_000_000;
    const clock = { ...systemClock, now: () => now };
    const script = `const t = String(Math.random()); ${print('{token: t, expirationTimestamp: new Date(1060000).toISOString()}')}`;
    const credentials = createCredentials(
      {
        context: { name: 'c' },
        cluster: {},
        user: {
          exec: {
            command: process.execPath,
            args: ['-e', script],
            apiVersion: 'client.authentication.k8s.io/v1',
          },
        },
      },
      { clock, env: process.env, signal: new AbortController().signal },
    );
    const [first, second] = await Promise.all([credentials.current(), credentials.current()]);
    expect(second).toEqual(first);
    now += 50_000;
    expect(await credentials.current()).toEqual(first);
    credentials.invalidate();
    const third = await credentials.current();
    expect(third).not.toEqual(first);
    credentials.invalidate();
    expect(await credentials.current()).toEqual(third);
    now += 20_000;
    expect(await credentials.current()).not.toEqual(third);
  });
});
