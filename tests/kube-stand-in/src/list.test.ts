import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from './json.ts';
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts';
import { itemNames, json, raw } from './testing.ts';

let standIn: StandIn;
afterEach(() => standIn.stop());
async function start(names: readonly string[] = ['a', 'b', 'c', 'd', 'e'], options: StandInOptions = {}) {
  standIn = await startStandIn({ seed: names.map((name) => pod(name)), ...options });
}

const pod = (name: string, labels: Record<string, string> = {}, namespace = 'shop'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: { containers: [{ name: 'main', image: 'shop:1' }] },
});

interface Page {
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  readonly items: readonly { metadata: { name: string } }[];
}

async function page(path: string): Promise<Page> {
  const answer = await raw(standIn, path);
  expect(answer.status, answer.text).toBe(200);
  return JSON.parse(answer.text);
}

describe('a list', () => {
  it('names its kind once and not in each item', async () => {
    await start(['a']);
    const list = await json(standIn, '/api/v1/pods');
    expect(list).toMatchObject({ kind: 'PodList', apiVersion: 'v1' });
    expect(list.items).toEqual([expect.not.objectContaining({ kind: 'Pod' })]);
    expect(await json(standIn, '/api/v1/namespaces/shop/pods/a')).toMatchObject({
      kind: 'Pod',
      apiVersion: 'v1',
    });
  });

  it('carries the revision of the whole store, not of its own newest item', async () => {
    await start();
    standIn.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'shop' },
      spec: {},
    });
    const list = await page('/api/v1/pods');
    expect(list.metadata.resourceVersion).toBe(standIn.resourceVersion);
  });

  it('shows one state on all its pages, whatever changes meanwhile', async () => {
    await start();
    const first = await page('/api/v1/pods?limit=2');
    standIn.remove(pod('c'));
    standIn.apply(pod('bb'));
    standIn.apply(pod('d', { changed: 'yes' }));
    const second = await page(`/api/v1/pods?limit=2&continue=${first.metadata.continue}`);
    const third = await page(`/api/v1/pods?limit=2&continue=${second.metadata.continue}`);
    const names = [first, second, third].map((one) => one.items.map((item) => item.metadata.name));
    expect(names).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(new Set([first, second, third].map((one) => one.metadata.resourceVersion)).size).toBe(1);
    expect([first, second, third].map((one) => one.metadata.remainingItemCount)).toEqual([3, 1, undefined]);
    expect(third.metadata.continue).toBeUndefined();
    expect(JSON.stringify(second)).not.toContain('changed');
  });

  it('does not say how much remains when a selector narrows it', async () => {
    await start();
    const first = await page('/api/v1/pods?limit=2&labelSelector=!x');
    expect(first.metadata.continue).toBeDefined();
    expect(first.metadata.remainingItemCount).toBeUndefined();
  });

  it('answers 410 with a token to go on inconsistently when the page’s revision is compacted', async () => {
    await start();
    const first = await page('/api/v1/pods?limit=2');
    standIn.remove(pod('d'));
    standIn.compact();
    const gone = await raw(standIn, `/api/v1/pods?limit=2&continue=${first.metadata.continue}`);
    const status = JSON.parse(gone.text);
    expect(gone.status).toBe(410);
    expect(status).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 });
    expect(status.message).toMatch(
      /^The provided continue parameter is too old to display a consistent list result/,
    );
    const rest = await page(`/api/v1/pods?continue=${status.metadata.continue}`);
    expect(rest.items.map((item) => item.metadata.name)).toEqual(['c', 'e']);
    expect(rest.metadata.resourceVersion).toBe(standIn.resourceVersion);
  });

  it('answers 410 without such a token where the server gives none', async () => {
    await start(undefined, { inconsistentContinue: false });
    const first = await page('/api/v1/pods?limit=2');
    standIn.remove(pod('d'));
    standIn.compact();
    const status = await json(standIn, `/api/v1/pods?limit=2&continue=${first.metadata.continue}`);
    expect(status).toMatchObject({ code: 410, metadata: {} });
  });

  it('is served whole from the cache for resourceVersion 0, whatever the limit', async () => {
    await start();
    expect((await page('/api/v1/pods?resourceVersion=0&limit=2')).items).toHaveLength(5);
    expect((await page('/api/v1/pods?resourceVersion=&limit=2')).items).toHaveLength(2);
  });

  it('shows exactly the revision asked for, until it is compacted', async () => {
    await start();
    const then = standIn.resourceVersion;
    standIn.remove(pod('a'));
    const path = `/api/v1/pods?resourceVersion=${then}&resourceVersionMatch=Exact`;
    expect((await page(path)).items).toHaveLength(5);
    expect(
      (await page(`/api/v1/pods?resourceVersion=${then}&resourceVersionMatch=NotOlderThan`)).items,
    ).toHaveLength(4);
    standIn.compact();
    expect(await json(standIn, path)).toMatchObject({
      code: 410,
      message: 'The resourceVersion for the provided list is too old.',
    });
  });

  it('answers 504 for a revision it has not reached', async () => {
    await start();
    const ahead = Number(standIn.resourceVersion) + 5;
    const answer = await raw(
      standIn,
      `/api/v1/pods?resourceVersion=${ahead}&resourceVersionMatch=NotOlderThan`,
    );
    expect(answer.status).toBe(504);
    expect(answer.headers['retry-after']).toBe('1');
    expect(JSON.parse(answer.text)).toMatchObject({
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${ahead}, current: ${standIn.resourceVersion}`,
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
    });
  });

  it.each([
    [
      'resourceVersionMatch=Exact',
      422,
      /resourceVersionMatch is forbidden unless resourceVersion is provided/,
    ],
    ['resourceVersion=5&resourceVersionMatch=Best', 422, /Unsupported value: "Best"/],
    ['resourceVersion=0&resourceVersionMatch=Exact', 422, /"exact" is forbidden for resourceVersion "0"/],
    ['sendInitialEvents=true', 422, /sendInitialEvents is forbidden for list/],
    ['continue=nonsense', 400, /continue key is not valid/],
    ['resourceVersion=x', 400, /invalid syntax/],
    ['fieldSelector=spec.replicas=3', 400, /field label not supported: spec\.replicas/],
    ['labelSelector=a%3D%3D%3Db', 400, /unable to parse requirement/],
  ])('refuses ?%s', async (query, code, message) => {
    await start();
    const status = await json(standIn, `/api/v1/pods?${query}`);
    expect(status).toMatchObject({ kind: 'Status', code, message: expect.stringMatching(message) });
  });

  it.each([
    ['labelSelector=tier%3Dweb', ['w1', 'w2']],
    ['labelSelector=tier!%3Dweb', ['d1', 'none']],
    ['labelSelector=tier%20in%20(web,db),!old', ['d1', 'w1']],
    ['labelSelector=tier%20notin%20(web)', ['d1', 'none']],
    ['labelSelector=old', ['w2']],
    ['fieldSelector=metadata.name%3Dd1', ['d1']],
    ['fieldSelector=metadata.namespace!%3Dshop', []],
  ])('narrows by ?%s', async (query, names) => {
    await start([]);
    standIn.seed([
      pod('w1', { tier: 'web' }),
      pod('w2', { tier: 'web', old: 'yes' }),
      pod('d1', { tier: 'db' }),
      pod('none'),
    ]);
    expect(itemNames(await json(standIn, `/api/v1/pods?${query}`))).toEqual(names);
  });

  it('of a namespace holds nothing from one whose name starts the same', async () => {
    await start([]);
    standIn.seed([pod('a', {}, 'shop'), pod('b', {}, 'shop-2')]);
    expect(itemNames(await json(standIn, '/api/v1/namespaces/shop/pods'))).toEqual(['a']);
  });

  it('comes as metadata only, and as a table, when asked', async () => {
    await start(['a']);
    const accept = (as: string) => ({ headers: { Accept: `application/json;as=${as};g=meta.k8s.io;v=v1` } });
    expect(await json(standIn, '/api/v1/pods', accept('PartialObjectMetadataList'))).toMatchObject({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: standIn.resourceVersion },
      items: [{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } }],
    });
    expect(await json(standIn, '/api/v1/pods', accept('Table'))).toMatchObject({
      kind: 'Table',
      rows: [{ cells: ['a', expect.any(String)] }],
    });
    const refused = await raw(standIn, '/api/v1/pods', {
      headers: { Accept: 'application/vnd.kubernetes.protobuf' },
    });
    expect(refused.status).toBe(406);
  });

  it('is compressed only when asked for and worth it', async () => {
    await start(Array.from({ length: 1000 }, (_, index) => `pod-${index}`));
    const gzip = { headers: { 'Accept-Encoding': 'gzip' } };
    const large = await raw(standIn, '/api/v1/pods', gzip);
    expect(large.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(large.bytes).toString('utf8')).items).toHaveLength(1000);
    expect((await raw(standIn, '/api/v1/pods?limit=2', gzip)).headers['content-encoding']).toBeUndefined();
    expect((await raw(standIn, '/api/v1/pods')).headers['content-encoding']).toBeUndefined();
  });
});
