import type { KubeObject } from '@bulkhead/kube-stand-in';
import { liveNetworkPolicy } from '@bulkhead/kube-stand-in';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyAll, listAll } from './objects.ts';
import { everywhere, policyDefinitions, readOnlyRole } from './roles.ts';
import { becomes, controlPlane, follow, stopAfterEach } from './testing.ts';

const current = controlPlane();
stopAfterEach();

const writer: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'writer' },
  rules: [
    {
      apiGroups: ['networking.k8s.io', 'policy.networking.k8s.io'],
      resources: ['*'],
      verbs: ['create', 'patch'],
    },
  ],
};
const existing = liveNetworkPolicy({ namespace: 'shop', name: 'there', spec: { podSelector: {} } });

beforeAll(async () => {
  await applyAll(current().admin, [
    ...(await policyDefinitions()),
    ...(await readOnlyRole('reader')),
    ...(await readOnlyRole('drafter')),
    writer,
    everywhere('drafter', 'writer'),
    existing,
  ]);
});

const policy = (apiVersion: string, kind: string, name: string, spec: unknown, namespace?: string) => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
  text: JSON.stringify({
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec,
  }),
});
const networkPolicy = (name: string, spec: unknown, namespace = 'shop') =>
  policy('networking.k8s.io/v1', 'NetworkPolicy', name, spec, namespace);
const clusterPolicy = (name: string, spec: unknown) =>
  policy('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', name, spec);

const forerunner = (kind: string, name: string, spec: object) =>
  policy('policy.networking.k8s.io/v1alpha1', kind, name, { subject: { namespaces: {} }, ...spec });
const rules = {
  egress: [
    {
      name: 'all',
      action: 'Deny',
      to: [{ networks: ['10.0.0.0/8', '2001:db8::/32'] }, { nodes: { matchLabels: { pool: 'x' } } }],
      ports: [
        { portNumber: { protocol: 'SCTP', port: 7 } },
        { portRange: { protocol: 'UDP', start: 5, end: 9 } },
      ],
    },
    {
      action: 'Allow',
      to: [{ pods: { namespaceSelector: {}, podSelector: {} } }],
      ports: [{ namedPort: 'web' }],
    },
  ],
};

const drafts = [
  networkPolicy('good', { podSelector: {} }),
  networkPolicy('there', { podSelector: { matchLabels: { app: 'changed' } } }),
  networkPolicy('bad', { podSelector: {}, ingress: [{ ports: [{ port: 70_000 }] }] }),
  networkPolicy('misspelt', { podSelector: {}, ingres: [] }),
  networkPolicy('lost', { podSelector: {} }, 'nowhere'),
  clusterPolicy('good', { tier: 'Admin', priority: 7, subject: { namespaces: {} } }),
  clusterPolicy('bad', { tier: 'Attic', priority: 7, subject: { namespaces: {} } }),
  forerunner('AdminNetworkPolicy', 'good', { priority: 7, ...rules }),
  forerunner('BaselineAdminNetworkPolicy', 'default', rules),
  forerunner('BaselineAdminNetworkPolicy', 'default', {
    ingress: [{ action: 'Pass', from: [{ namespaces: {} }] }],
  }),
  forerunner('BaselineAdminNetworkPolicy', 'mine', rules),
];
const signal = AbortSignal.timeout(280_000);
const kept = async () => [
  ...(await listAll(current().admin, 'networking.k8s.io/v1', 'NetworkPolicy')),
  ...(await listAll(current().admin, 'policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy')),
];

describe('a dry run', () => {
  it('brings what the API server has against a draft, and keeps nothing', async () => {
    const before = await kept();
    const source = await follow(current(), { user: 'drafter', live: { allowDryRun: true } });
    await becomes(source, 'live');
    expect(await source.dryRun?.(drafts, signal)).toEqual([
      { verdict: 'accepted' },
      { verdict: 'accepted' },
      { verdict: 'refused', message: expect.stringContaining('spec.ingress[0].ports[0].port') },
      { verdict: 'refused', message: expect.stringContaining('ingres') },
      { verdict: 'refused', message: expect.stringContaining('namespaces "nowhere" not found') },
      { verdict: 'accepted' },
      { verdict: 'refused', message: expect.stringContaining('spec.tier') },
      { verdict: 'accepted' },
      { verdict: 'accepted' },
      { verdict: 'refused', message: expect.stringContaining('spec.ingress[0].action') },
      { verdict: 'refused', message: expect.stringContaining('default') },
    ]);
    expect(await kept()).toEqual(before);
    const writes = (await current().audit()).filter(
      ({ user, verb }) => user === 'drafter' && !['get', 'list', 'watch', 'create'].includes(verb),
    );
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.every(({ verb, uri }) => verb === 'patch' && uri.includes('dryRun=All'))).toBe(true);
  });

  it('is not asked for by someone who may not apply', async () => {
    const source = await follow(current(), { live: { allowDryRun: true } });
    await becomes(source, 'live');
    expect(await source.dryRun?.(drafts.slice(0, 1), signal)).toEqual([
      { verdict: 'not-allowed', message: expect.stringContaining('the namespace shop') },
    ]);
    const patches = (await current().audit()).filter(
      ({ user, verb }) => user === 'reader' && verb === 'patch',
    );
    expect(patches).toEqual([]);
  });

  it('is not there where nobody switched it on', async () => {
    const source = await follow(current(), { user: 'drafter' });
    await becomes(source, 'live');
    expect(source.dryRun).toBeUndefined();
  });
});
