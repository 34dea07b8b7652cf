import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildCluster, startStandIn } from '@bulkhead/kube-stand-in';
import { describe, expect, it } from 'vitest';
import { bulkhead, type Ran } from './testing/run.ts';

/** Starts the server, waits for its link, does something, and stops it. */
async function whileServing(
  args: readonly string[],
  during: (link: string) => Promise<void>,
  kubeconfig = '/nonexistent/config',
): Promise<Ran> {
  const controller = new AbortController();
  const state = await new Promise<{ readonly link: string; readonly ended: Promise<Ran> }>(
    (resolve, reject) => {
      const ended = bulkhead(['serve', ...args], {
        stop: controller.signal,
        env: { XDG_STATE_HOME: '/nonexistent', HOME: '/nonexistent', KUBECONFIG: kubeconfig },
        onOutput: (text) => {
          const link = /http:\S+/.exec(text)?.[0];
          if (link !== undefined && text.includes('Ctrl-C')) resolve({ link, ended });
        },
      });
      ended.then((ran) => reject(new Error(`ended: ${ran.stderr}`)), reject);
    },
  );
  try {
    await during(state.link);
  } finally {
    controller.abort();
  }
  return state.ended;
}

describe('serve', () => {
  it('serves the demo behind the token in the link, and ends cleanly', async () => {
    const { code, stdout } = await whileServing(['--demo', '--port', '0'], async (link) => {
      const { origin } = new URL(link);
      expect((await fetch(`${origin}/api/v1/clusters`)).status).toBe(401);
      const entered = await fetch(link, { redirect: 'manual' });
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
      const clusters = await fetch(`${origin}/api/v1/clusters`, { headers: { cookie } });
      expect(clusters.status).toBe(200);
      expect(await clusters.json()).toMatchObject({ clusters: [{ kind: 'demo' }] });
    });
    expect(code).toBe(0);
    expect(stdout.match(/token=/g)).toHaveLength(1);
  });

  it('serves the contexts of the kubeconfig where the cluster answers, and the demo where it stopped to', async () => {
    const server = await startStandIn({ seed: buildCluster().objects });
    const kubeconfig = await server.writeKubeconfig({ contexts: [{ name: 'prod' }, { name: 'other' }] });
    const { stdout } = await whileServing(['--port', '0'], async () => undefined, kubeconfig);
    expect(stdout).toMatch(/^Serving context prod\.$/m);
    const named = await whileServing(
      ['--port', '0', '--context', 'other'],
      async () => undefined,
      kubeconfig,
    );
    expect(named.stdout).toMatch(/^Serving context other\.$/m);
    const copy = join(mkdtempSync(join(tmpdir(), 'bulkhead-')), 'kubeconfig');
    await server.writeKubeconfig({ contexts: [{ name: 'prod' }], path: copy });
    await server.stop();
    const gone = await whileServing(['--port', '0'], async () => undefined, copy);
    rmSync(dirname(copy), { recursive: true });
    expect(gone.stdout).toMatch(/context prod does not answer: .*\n.*made-up cluster/);
  });

  it('says why it shows the demo where no cluster answers', async () => {
    const { stdout } = await whileServing(['--port', '0'], async () => undefined);
    expect(stdout).toMatch(/There is no kubeconfig[\s\S]*Showing a made-up cluster instead/);
  });

  it('takes another port where the wanted one is taken', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => {
        const address = holder.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      const { stdout } = await whileServing(['--demo', '--port', String(port)], async (link) => {
        expect(Number(new URL(link).port)).not.toBe(port);
      });
      expect(stdout).toContain(`Port ${port} is taken`);
    } finally {
      holder.close();
    }
  });

  it('refuses to be open to others by accident', async () => {
    const { code, stderr } = await bulkhead(['serve', '--demo', '--host', '0.0.0.0', '--port', '0']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--auth/);
  });

  it('does not start on what is not there', async () => {
    expect((await bulkhead(['serve', '--dir', '/no/such/place'])).code).toBe(3);
    expect((await bulkhead(['serve', '--context', 'x', '--kubeconfig', '/no/such/config'])).code).toBe(3);
    expect((await bulkhead(['serve', '--demo', '--dir', '.'])).code).toBe(2);
  });
});
