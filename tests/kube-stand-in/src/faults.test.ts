import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from './json.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { itemNames, json, raw, rawWatch, until } from './testing.ts';

let standIn: StandIn;
afterEach(() => standIn.stop());

const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { containers: [{ name: 'main', image: 'shop:1' }] },
});

async function start() {
  standIn = await startStandIn({ seed: [pod('a'), pod('b')] });
}

describe('a scripted fault', () => {
  it('is played on matching requests only, as often as told, after those it skips', async () => {
    await start();
    standIn.faults.add({
      resource: 'pods',
      verb: 'list',
      skip: 1,
      times: 2,
      fault: { kind: 'status', code: 500 },
    });
    const codes: number[] = [];
    for (const path of ['pods', 'services', 'pods', 'pods', 'pods']) {
      codes.push((await raw(standIn, `/api/v1/${path}`)).status);
    }
    expect(codes).toEqual([200, 200, 500, 500, 200]);
    expect(standIn.faults.pending).toBe(0);
    expect(standIn.log.entries.map((entry) => entry.fault)).toEqual([
      undefined,
      undefined,
      'status',
      'status',
      undefined,
    ]);
  });

  it('429 comes as priority and fairness sends it: plain text and Retry-After', async () => {
    await start();
    standIn.faults.add({ fault: { kind: 'status', code: 429, retryAfterSeconds: 3 } });
    const answer = await raw(standIn, '/api/v1/pods');
    expect(answer).toMatchObject({ status: 429, text: 'Too many requests, please try again later.\n' });
    expect(answer.headers).toMatchObject({ 'retry-after': '3', 'content-type': 'text/plain; charset=utf-8' });
  });

  it.each([
    [500, { reason: 'InternalError', message: 'Internal error occurred: etcdserver: leader changed' }],
    [503, { reason: 'ServiceUnavailable' }],
    [401, { reason: 'Unauthorized', message: 'Unauthorized' }],
    [410, { reason: 'Expired' }],
  ])('%d carries the Status of the real server', async (code, status) => {
    await start();
    standIn.faults.add({ fault: { kind: 'status', code } });
    expect(await json(standIn, '/api/v1/pods')).toMatchObject({ kind: 'Status', code, ...status });
  });

  it('resets the connection before any answer', async () => {
    await start();
    standIn.faults.add({ fault: { kind: 'reset' } });
    await expect(raw(standIn, '/api/v1/pods')).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(standIn.log.entries[0]).toMatchObject({ status: undefined, fault: 'reset' });
  });

  it('cuts a list in the middle', async () => {
    await start();
    standIn.faults.add({ fault: { kind: 'cut', afterBytes: 40 } });
    const answer = await raw(standIn, '/api/v1/pods');
    expect(answer).toMatchObject({ status: 200, broken: true });
    expect(answer.bytes.length).toBe(40);
  });

  it('truncates the JSON of a body that ends properly', async () => {
    await start();
    standIn.faults.add({ fault: { kind: 'truncated', keepBytes: 40 } });
    const answer = await raw(standIn, '/api/v1/pods');
    expect(answer).toMatchObject({ status: 200, broken: false });
    expect(() => JSON.parse(answer.text)).toThrow();
  });

  it('answers with another media type, or another page altogether', async () => {
    await start();
    standIn.faults.add({ fault: { kind: 'content-type', contentType: 'text/html' } });
    standIn.faults.add({
      skip: 1,
      fault: { kind: 'raw', code: 200, contentType: 'text/html', body: '<html>Sign in' },
    });
    expect((await raw(standIn, '/api/v1/pods')).headers['content-type']).toBe('text/html');
    expect((await raw(standIn, '/api/v1/pods')).text).toBe('<html>Sign in');
  });

  it('shows a list of the past', async () => {
    await start();
    const before = standIn.resourceVersion;
    standIn.remove(pod('a'));
    standIn.faults.add({ fault: { kind: 'stale', revisions: 1 } });
    const list = await json(standIn, '/api/v1/pods');
    expect(itemNames(list)).toEqual(['a', 'b']);
    expect(list.metadata).toEqual({ resourceVersion: before });
  });

  it('delays an answer, trickles it, or never gives it', async () => {
    await start();
    const whole = (await raw(standIn, '/api/v1/pods')).text;
    const began = Date.now();
    standIn.faults.add({ fault: { kind: 'delay', ms: 60 } });
    expect((await raw(standIn, '/api/v1/pods')).text).toBe(whole);
    expect(Date.now() - began).toBeGreaterThanOrEqual(55);
    standIn.faults.add({ fault: { kind: 'trickle', bytes: 100, everyMs: 1 } });
    expect((await raw(standIn, '/api/v1/pods')).text).toBe(whole);
    standIn.faults.add({ fault: { kind: 'hang' } });
    let answered = false;
    const never = raw(standIn, '/api/v1/pods').then(
      () => {
        answered = true;
      },
      () => {},
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    await standIn.down();
    await never;
  });

  it('cuts a watch after so many events', async () => {
    await start();
    standIn.faults.add({ verb: 'watch', fault: { kind: 'cut', afterEvents: 2 } });
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    expect(await watch.lines(2)).toHaveLength(2);
    expect(await watch.ended).toBe('broken');
    expect(standIn.watches.count()).toBe(0);
  });

  it('cuts a watch in the middle of a line', async () => {
    await start();
    standIn.faults.add({ verb: 'watch', fault: { kind: 'cut', afterBytes: 50 } });
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    expect(await watch.ended).toBe('broken');
    expect(await watch.lines(0)).toEqual([]);
  });

  it('lets a watch go silent without closing it, bookmarks included', async () => {
    await start();
    standIn.faults.add({ verb: 'watch', fault: { kind: 'silent', afterEvents: 2 } });
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1&allowWatchBookmarks=true');
    await watch.lines(2);
    standIn.apply(pod('c'));
    standIn.watches.bookmark();
    standIn.watches.end();
    let ended = false;
    void watch.ended.then(() => {
      ended = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await watch.lines(0)).toHaveLength(2);
    expect(ended).toBe(false);
    watch.close();
    await until(() => standIn.watches.count() === 0);
  });

  it('puts a malformed line between good ones', async () => {
    await start();
    standIn.faults.add({
      verb: 'watch',
      fault: { kind: 'malformed-line', afterEvents: 1, line: '{"type":' },
    });
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    const lines = await watch.lines(3);
    expect(lines[1]).toBe('{"type":');
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'b' } } });
    watch.close();
  });

  it('ends a watch with an ERROR event, or properly', async () => {
    await start();
    standIn.faults.add({ verb: 'watch', fault: { kind: 'error-event', afterEvents: 1 } });
    standIn.faults.add({ verb: 'watch', skip: 1, fault: { kind: 'end', afterEvents: 1 } });
    const failed = await rawWatch(standIn, '/api/v1/pods?watch=1');
    expect(await failed.events(2)).toMatchObject([
      { type: 'ADDED' },
      { type: 'ERROR', object: { code: 410 } },
    ]);
    expect(await failed.ended).toBe('properly');
    const ended = await rawWatch(standIn, '/api/v1/pods?watch=1');
    expect(await ended.ended).toBe('properly');
    expect(await ended.lines(0)).toHaveLength(1);
  });

  it('trickles a watch without losing any of it', async () => {
    await start();
    standIn.faults.add({ verb: 'watch', fault: { kind: 'trickle', bytes: 64, everyMs: 1 } });
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    standIn.apply(pod('c'));
    expect((await watch.events(3)).map((event) => event.type)).toEqual(['ADDED', 'ADDED', 'ADDED']);
    watch.close();
  });
});

describe('the open watches', () => {
  it('can be ended, expired, cut and frozen from outside, by what they watch', async () => {
    await start();
    const from = standIn.resourceVersion;
    const open = (resource: string) =>
      rawWatch(standIn, `/api/v1/${resource}?watch=1&resourceVersion=${from}`);
    const [pods, services, nodes] = [await open('pods'), await open('services'), await open('nodes')];
    standIn.watches.end({ resource: 'pods' });
    standIn.watches.expire({ resource: 'services' });
    standIn.watches.cut({ resource: 'nodes' });
    expect([await pods.ended, await services.ended, await nodes.ended]).toEqual([
      'properly',
      'properly',
      'broken',
    ]);
    expect(await services.events(1)).toMatchObject([
      { type: 'ERROR', object: { code: 410, reason: 'Expired' } },
    ]);
    expect(await pods.lines(0)).toEqual([]);
  });
});

describe('a server that goes away', () => {
  it('refuses connections, then serves what it had on the same port', async () => {
    await start();
    const { port } = standIn;
    await standIn.down();
    await expect(raw(standIn, '/api/v1/pods')).rejects.toThrow(/ECONNREFUSED/);
    standIn.apply(pod('c'));
    await standIn.up();
    expect(standIn.port).toBe(port);
    expect(itemNames(await json(standIn, '/api/v1/pods'))).toEqual(['a', 'b', 'c']);
  });

  it('can take connections and say nothing', async () => {
    await start();
    await standIn.down({ how: 'black-hole' });
    const socket = connect(standIn.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    let heard = false;
    socket.on('data', () => {
      heard = true;
    });
    socket.write('hello');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toBe(false);
    socket.on('error', () => {});
    await standIn.up();
    expect((await raw(standIn, '/readyz')).text).toBe('ok');
  });

  it('can end watches properly before it goes', async () => {
    await start();
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    await standIn.down({ how: 'graceful' });
    expect(await watch.ended).toBe('properly');
    await expect(raw(standIn, '/api/v1/pods')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('breaks open watches', async () => {
    await start();
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    await standIn.down();
    expect(await watch.ended).toBe('broken');
  });
});
