import {
  apiPaths,
  explainResponseSchema,
  problemDetailsSchema,
  reachabilityResponseSchema,
} from '@bulkhead/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../http/logging.ts';
import { createServer, type RunningServer } from '../server.ts';
import { demoCatalogue } from '../sources/catalogues.ts';
import { fakeCatalogue, fakeSource, podNamed } from '../testing/fake-source.ts';

const policy = (name: string, spec: unknown) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy' as const,
  namespace: 'shop',
  name,
  spec,
});
const namespace = (name: string) => ({
  name,
  labels: { 'kubernetes.io/metadata.name': name },
  labelsKnown: true,
});
const pod = (space: string, name: string, ip: string, more: object = {}) =>
  podNamed(`${name}-1`, {
    namespace: space,
    labels: { app: name },
    workload: { kind: 'Deployment', name },
    ips: [ip],
    ...more,
  });

const snapshot = {
  namespaces: [namespace('shop'), namespace('blog')],
  pods: [
    pod('shop', 'web', '10.0.0.1'),
    pod('shop', 'db', '10.0.0.2'),
    pod('blog', 'wiki', '10.0.0.3'),
    { ...pod('shop', 'db', '10.0.0.4'), name: 'db-2', labels: { app: 'db', role: 'replica' } },
  ],
  nodes: [{ name: 'n1', labels: {}, ips: ['192.168.0.1'] }],
  services: [],
  policies: [
    policy('deny', { podSelector: {}, policyTypes: ['Ingress'] }),
    policy('db', {
      podSelector: { matchLabels: { app: 'db' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] }],
    }),
    policy('replica', {
      podSelector: { matchLabels: { role: 'replica' } },
      ingress: [{ from: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 5433 }] }],
    }),
  ],
  hidden: [],
};

let server: RunningServer;
beforeAll(async () => {
  server = await createServer({
    catalogue: fakeCatalogue({ one: fakeSource(snapshot) }),
    logger: createLogger('silent'),
  });
});
afterAll(() => server.close());

const get = async (path: string, query: Record<string, string>) => {
  const url = new URL(path, server.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, { headers: { authorization: `Bearer ${server.token}` } });
  return { status: response.status, body: await response.json() };
};

const tcp = (port: number) => ({ ports: [{ protocol: 'TCP', from: port, to: port }], other: false });
const none = { ports: [], other: false };

describe('reachability', () => {
  it('between workloads says what every pair and what some pair may send', async () => {
    const { status, body } = await get(apiPaths.reachability('one'), {});
    expect(status).toBe(200);
    const { edges, groups, grouping } = reachabilityResponseSchema.parse(body);
    expect(grouping).toBe('workload');
    expect(groups).toContainEqual({
      id: 'shop/db[Deployment]',
      type: 'workload',
      namespace: 'shop',
      kind: 'Deployment',
      name: 'db',
      pods: 2,
    });
    const to = (target: string) =>
      edges.filter((edge) => edge.target === target && !/^(node|dns)\//.test(edge.source));
    const outside = groups.find(
      (group) => group.type === 'addresses' && group.ranges[0]?.startsWith('203.0.113.0'),
    );
    expect(to('shop/web[Deployment]')).toEqual([]);
    expect(to('shop/db[Deployment]')).toEqual([
      expect.objectContaining({
        source: 'shop/web[Deployment]',
        every: tcp(5432),
        some: tcp(5432),
        unknown: none,
      }),
      expect.objectContaining({ source: outside?.id, every: none, some: tcp(5433) }),
    ]);
    expect(to('blog/wiki[Deployment]').map(({ source }) => source)).toContain('shop/web[Deployment]');
  });

  it('between namespaces sums workloads up', async () => {
    const { body } = await get(apiPaths.reachability('one'), { grouping: 'namespace' });
    const { edges, groups } = reachabilityResponseSchema.parse(body);
    expect(groups).toContainEqual({ id: 'namespace/shop', type: 'namespace', name: 'shop', pods: 3 });
    const between = (source: string, target: string) =>
      edges.find((edge) => edge.source === source && edge.target === target);
    expect(between('namespace/blog', 'namespace/shop')).toBeUndefined();
    expect(between('namespace/shop', 'namespace/shop')).toMatchObject({ every: none, some: tcp(5432) });
    expect(between('namespace/shop', 'namespace/blog')?.every.other).toBe(true);
  });
});

describe('explain', () => {
  it('names the policies and rules that decide in each direction', async () => {
    const question = { from: 'shop/web', to: 'shop/db', port: '5432' };
    const { body } = await get(apiPaths.explain('one'), question);
    const { answers, from, to, port } = explainResponseSchema.parse(body);
    expect({ from, to, port }).toEqual({
      from: 'shop/web[Deployment]',
      to: 'shop/db[Deployment]',
      port: { protocol: 'TCP', port: 5432 },
    });
    for (const { parts } of answers) {
      expect(parts).toMatchObject([
        {
          verdict: 'allowed',
          egress: { verdict: 'allowed', byDefault: true, rules: [] },
          ingress: {
            verdict: 'allowed',
            rules: [{ policy: 'NetworkPolicy/shop/db', path: 'spec.ingress[0]', action: 'allow' }],
          },
        },
      ]);
    }
  });

  it('gives an answer for each kind of pod where pods of an end differ', async () => {
    const { body } = await get(apiPaths.explain('one'), {
      from: '203.0.113.7',
      to: 'shop/db',
      port: '5433/tcp',
    });
    const { answers } = explainResponseSchema.parse(body);
    expect(answers.map(({ parts, pairs }) => [parts[0]?.verdict, pairs]).sort()).toEqual([
      ['allowed', 1],
      ['denied', 1],
    ]);
    const denied = answers.find(({ parts }) => parts[0]?.verdict === 'denied')?.parts[0];
    expect(denied?.ingress.isolatedBy.map((rule) => rule.policy).sort()).toEqual([
      'NetworkPolicy/shop/db',
      'NetworkPolicy/shop/deny',
    ]);
  });

  it.each([
    ['node/n1', 'shop/web-1', 'allowed'],
    ['blog/wiki[Deployment]', 'shop/db-1', 'denied'],
    ['shop/web', 'www.example.org', 'allowed'],
    ['10.0.0.3', '10.0.0.1', 'denied'],
  ])('finds %s and %s', async (from, to, verdict) => {
    const { status, body } = await get(apiPaths.explain('one'), { from, to, port: '80' });
    expect([status, explainResponseSchema.safeParse(body).data?.answers[0]?.parts[0]?.verdict]).toEqual([
      200,
      from === 'node/n1' ? expect.stringMatching(/allowed|denied|unknown/) : verdict,
    ]);
  });

  it.each([
    [{ from: 'shop/web' }, 400, 'invalid-parameter'],
    [{ from: 'shop/web', to: 'what is this' }, 400, 'invalid-parameter'],
    [{ from: 'shop/web', to: 'shop/db', port: '99999' }, 400, 'invalid-parameter'],
    [{ from: 'shop/web', to: 'shop/db', port: 'http' }, 400, 'invalid-parameter'],
    [{ from: 'shop/wep', to: 'shop/db' }, 404, 'end-not-found'],
    [{ from: '__proto__/constructor', to: 'shop/db' }, 404, 'end-not-found'],
  ])('refuses %j', async (question, status, slug) => {
    const query = Object.fromEntries(
      Object.entries(question).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const answer = await get(apiPaths.explain('one'), query);
    expect(answer.status).toBe(status);
    expect(problemDetailsSchema.parse(answer.body).type).toBe(`urn:bulkhead:problem:${slug}`);
  });

  it('shows file and line where policies were read from files', async () => {
    const demo = await createServer({ catalogue: demoCatalogue(), logger: createLogger('silent') });
    try {
      const headers = { authorization: `Bearer ${demo.token}` };
      const at = (path: string) =>
        fetch(new URL(path, demo.url), { headers }).then((response) => response.json());
      const { edges } = reachabilityResponseSchema.parse(await at(apiPaths.reachability('demo')));
      const edge = edges.find(
        ({ source, target, some }) =>
          source.includes('[') && target.includes('[') && source !== target && some.ports.length === 1,
      );
      const question = new URLSearchParams({ from: edge?.source ?? '', to: edge?.target ?? '' });
      const body = explainResponseSchema.parse(await at(`${apiPaths.explain('demo')}?${question}`));
      const rules = body.answers.flatMap(({ parts }) =>
        parts.flatMap((part) => [...part.egress.rules, ...part.ingress.rules]),
      );
      expect(rules[0]).toMatchObject({ file: expect.stringMatching(/\.ya?ml$/), line: expect.any(Number) });
    } finally {
      await demo.close();
    }
  });
});
