import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createCertificateAuthority,
  type KubeObject,
  liveNetworkPolicy,
  livePod,
} from '@bulkhead/kube-stand-in';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateUser } from './kubeconfig.ts';
import { apply, applyAll, pathOf, remove } from './objects.ts';
import { everywhere, manifest, within } from './roles.ts';
import { becomes, controlPlane, converges, follow, stopAfterEach } from './testing.ts';

const current = controlPlane();
stopAfterEach();

const NAMESPACES = ['shop', 'blog', 'bank'];
const state = { timeout: 60_000, interval: 200 };
/** Permissions are asked for again every minute in life. */
const timings = { forbiddenMs: 4_000 };

beforeAll(async () => {
  const { admin } = current();
  await applyAll(admin, [
    ...(await manifest('deploy/rbac.yaml')),
    ...NAMESPACES.flatMap((namespace) => [
      livePod({
        namespace,
        name: 'web',
        node: 'n',
        hostIp: '10.0.0.1',
        ips: ['10.9.0.1'],
        labels: { app: 'web' },
      }),
      liveNetworkPolicy({ namespace, name: 'deny', spec: { podSelector: {} } }),
    ]),
  ]);
});

/** A service account with the read-only role, and a file that holds its token. */
async function account(name: string): Promise<{ readonly uid: string; readonly tokenFile: string }> {
  const { admin, directory } = current();
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'default', name },
  };
  await apply(admin, object);
  await apply(admin, everywhere(`system:serviceaccount:default:${name}`, 'bulkhead-reader'));
  const found = await admin.call('GET', pathOf(object));
  const uid = String(Reflect.get(Object(found.metadata), 'uid'));
  return { uid, tokenFile: join(directory, `${name}.token`) };
}

describe('someone who may read two namespaces', () => {
  it('sees those two, and sees more or less as roles change while it runs', async () => {
    const { admin } = current();
    await applyAll(admin, [
      within('shop', 'sam', 'bulkhead-reader'),
      within('blog', 'sam', 'bulkhead-reader'),
    ]);
    const source = await follow(current(), {
      user: 'sam',
      namespace: 'shop',
      live: { namespaces: ['blog', 'bank'], timings },
    });
    await becomes(source, 'live');
    const seen = () => [...new Set(source.store.snapshot().pods.map(({ namespace }) => namespace))].sort();
    await expect.poll(seen, state).toEqual(['blog', 'shop']);
    const unreadable = () =>
      source.store
        .snapshot()
        .namespaces.filter(({ hidden }) => hidden === true)
        .map(({ name }) => name);
    await expect.poll(unreadable, state).toEqual(expect.arrayContaining(['(other namespaces)', 'bank']));
    expect(source.store.snapshot().hidden).toContainEqual({
      resource: 'namespaces',
      reason: expect.stringContaining('User "sam" cannot list resource "namespaces"'),
    });
    await apply(admin, within('bank', 'sam', 'bulkhead-reader'));
    await expect.poll(seen, state).toEqual(['bank', 'blog', 'shop']);
    await apply(admin, everywhere('sam', 'bulkhead-reader'));
    await expect.poll(() => source.status().hidden, state).toEqual([]);
    await converges(source, current());
    await remove(admin, everywhere('sam', 'bulkhead-reader'));
    await remove(admin, within('bank', 'sam', 'bulkhead-reader'));
    // A watch that is open outlives its permission; the next one doesn't.
    await current().apiServer.kill('SIGTERM');
    await current().up();
    await expect.poll(seen, { timeout: 120_000, interval: 500 }).toEqual(['blog', 'shop']);
  });
});

describe('someone who may read nothing', () => {
  it('is told so plainly, and sees the cluster once it may', async () => {
    const { admin } = current();
    const source = await follow(current(), { user: 'eve', live: { timings } });
    await expect
      .poll(() => source.status().freshness, state)
      .toMatchObject({
        state: 'failed',
        problem: { code: 'forbidden', hint: expect.stringContaining('deploy/rbac.yaml') },
      });
    await apply(admin, everywhere('eve', 'bulkhead-reader'));
    await becomes(source, 'live');
    await converges(source, current());
  });
});

describe('signing in', () => {
  it('goes on with the token in the file when the one in use has expired', async () => {
    const { tokens } = current();
    const { uid, tokenFile } = await account('rotated');
    const renew = (seconds: number) =>
      writeFile(tokenFile, tokens.serviceAccount({ namespace: 'default', name: 'rotated', uid }, seconds));
    await renew(20);
    const source = await follow(current(), {
      user: { tokenFile },
      live: { timings: { discoveryMs: 3_000 } },
    });
    await converges(source, current());
    // The server remembers a good token for ten seconds more.
    await new Promise((resolve) => setTimeout(resolve, 35_000));
    await expect
      .poll(() => source.status().freshness, state)
      .toMatchObject({ problem: { code: 'unauthorized' } });
    await renew(3_600);
    await becomes(source, 'live');
    await converges(source, current());
  });

  it('asks a sign-in plugin, and asks again when its token stops to be good', async () => {
    const { directory, tokens } = current();
    const { uid, tokenFile } = await account('plugged');
    const renew = (seconds: number) =>
      writeFile(tokenFile, tokens.serviceAccount({ namespace: 'default', name: 'plugged', uid }, seconds));
    const plugin = join(directory, 'plugin.cjs');
    await writeFile(
      plugin,
      `const token = require('node:fs').readFileSync(${JSON.stringify(tokenFile)}, 'utf8');
       process.stdout.write(JSON.stringify({
         apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`,
    );
    await renew(15);
    const source = await follow(current(), {
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: process.execPath,
          args: [plugin],
          interactiveMode: 'Never',
        },
      },
      live: { timings: { discoveryMs: 3_000 } },
    });
    await converges(source, current());
    await renew(3_600);
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    await converges(source, current());
  });

  it('says that a certificate of another authority is not accepted', async () => {
    const stranger = createCertificateAuthority('someone-else');
    const source = await follow(current(), { user: certificateUser(stranger, 'reader') });
    await expect
      .poll(() => source.status().freshness, state)
      .toMatchObject({ state: 'failed', problem: { code: 'unauthorized' } });
  });
});

describe('a server that has no room for this user', () => {
  const jail: readonly KubeObject[] = [
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name: 'no-room' },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 0,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: 'Reject' },
        },
      },
    },
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { name: 'no-room' },
      spec: {
        matchingPrecedence: 50,
        priorityLevelConfiguration: { name: 'no-room' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'crowd' } }],
            resourceRules: [
              { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
            ],
          },
        ],
      },
    },
  ];

  it('is asked rarely, is said to throttle, and is read when it has', async () => {
    const { admin } = current();
    await apply(admin, everywhere('crowd', 'bulkhead-reader'));
    for (const object of jail) await apply(admin, object);
    // Configuration of fairness takes effect by a watch of the server's own.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const source = await follow(current(), { user: 'crowd' });
    await expect
      .poll(() => source.status().freshness, state)
      .toMatchObject({ state: 'failed', problem: { code: 'throttled' } });
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const refused = (await current().audit()).filter(({ user, code }) => user === 'crowd' && code === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length, 'requests in ten seconds').toBeLessThan(80);
    for (const object of [...jail].reverse()) await remove(admin, object);
    await becomes(source, 'live');
    await converges(source, current());
  });
});
