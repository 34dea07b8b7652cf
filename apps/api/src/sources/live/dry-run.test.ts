import { clusterRole, clusterRoleBinding, liveNamespace, type StandIn } from '@bulkhead/kube-stand-in';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { createClient } from '../../kube/client.ts';
import { loadKubeconfig } from '../../kube/kubeconfig.ts';
import { cleanUpAfterEach, follow, standIn } from '../../testing/live.ts';

const cleanUp = cleanUpAfterEach();

const TYPE = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

const policy = (name: string, spec: unknown = { podSelector: {} }, namespace = 'shop') => ({
  ...TYPE,
  name,
  namespace,
  text: JSON.stringify({ ...TYPE, metadata: { name, namespace }, spec }),
});

const seeded = (verbs: readonly string[]) =>
  standIn({
    seed: [
      liveNamespace('shop'),
      clusterRole('all', [
        {
          verbs: ['get', 'list', 'watch', ...verbs],
          apiGroups: ['', 'networking.k8s.io', 'discovery.k8s.io', 'apps', 'batch'],
          resources: ['*'],
        },
      ]),
      clusterRoleBinding('sam', 'all', ['sam']),
    ],
    users: [{ name: 'sam' }],
  });

const asSam = async (server: StandIn, allowDryRun = true) => {
  const context = { name: 'sam', auth: { by: 'token', user: 'sam' } } as const;
  const source = await follow(server, { context, allowDryRun });
  await expect.poll(() => source.status().freshness.state, { timeout: 15_000 }).toBe('live');
  return source;
};

const writes = (server: StandIn) =>
  server.log.entries.filter(({ verb }) => !['get', 'list', 'watch', 'create'].includes(verb));
const signal = AbortSignal.timeout(60_000);

describe('a dry run', () => {
  it('is validated by the API server, and nothing of it is kept', async () => {
    const server = await seeded(['create', 'patch']);
    const source = await asSam(server);
    expect(source.status().dryRun).toBe(true);
    const bad = { podSelector: {}, ingress: [{ ports: [{ port: 70_000 }] }] };
    const misspelt = { podSelector: {}, ingres: [] };
    const answers = await source.dryRun?.(
      [policy('good'), policy('bad', bad), policy('misspelt', misspelt), policy('lost', {}, 'nowhere')],
      signal,
    );
    expect(answers).toEqual([
      { verdict: 'accepted' },
      { verdict: 'refused', message: expect.stringContaining('70000') },
      { verdict: 'refused', message: '.spec.ingres: field not declared in schema' },
      { verdict: 'refused', message: expect.stringContaining('nowhere') },
    ]);
    const sent = writes(server);
    expect(sent).toHaveLength(4);
    for (const { method, query } of sent) {
      expect(method).toBe('PATCH');
      expect(query).toEqual({
        dryRun: 'All',
        fieldManager: 'bulkhead',
        fieldValidation: 'Strict',
        force: 'true',
      });
    }
    expect(source.store.snapshot().policies).toEqual([]);
  });

  it('is not asked for by someone who may not apply such a policy', async () => {
    const server = await seeded([]);
    const source = await asSam(server);
    expect(await source.dryRun?.([policy('good')], signal)).toEqual([
      { verdict: 'not-allowed', message: expect.stringContaining('namespace shop') },
    ]);
    expect(writes(server)).toEqual([]);
    server.log.assertReadOnly();
  });

  it('asks for policies only, by names that lead nowhere else', async () => {
    const server = await seeded(['create', 'patch']);
    const source = await asSam(server);
    const hostile = [
      { ...policy('x'), apiVersion: 'v1', kind: 'Secret' },
      { ...policy('x'), apiVersion: 'networking.k8s.io/v1/../..' },
      policy('x?dryRun='),
      policy('../../../api/v1/namespaces/shop/pods/x'),
      policy('x', {}, 'shop/pods/y?'),
    ];
    const answers = await source.dryRun?.(hostile, signal);
    expect(answers?.map(({ verdict }) => verdict)).toEqual(hostile.map(() => 'refused'));
    expect(writes(server)).toEqual([]);
  });

  it('is not there unless it was allowed', async () => {
    const source = await asSam(await seeded(['create', 'patch']), false);
    expect(source.dryRun).toBeUndefined();
    expect(source.status().dryRun).toBeUndefined();
  });
});

it('a client sends nothing that a server could keep, whatever path it is given', async () => {
  const server = await seeded(['create', 'patch']);
  const file = await server.writeKubeconfig({ contexts: [{ name: 'admin' }] });
  const client = createClient((await loadKubeconfig({ file })).entry('admin'), { clock: systemClock });
  cleanUp(async () => client.close());
  server.log.clear();
  const path = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/kept';
  await client.dryRun(`${path}?dryRun=&`, policy('kept').text, signal).catch(() => undefined);
  await client.dryRun(`${path}#`, policy('kept').text, signal).catch(() => undefined);
  for (const { method, query } of server.log.entries) {
    expect(method).toBe('PATCH');
    expect(query['dryRun']).toBe('All');
  }
  await expect(client.getJson({ path, signal })).rejects.toThrow(/not found/);
});
