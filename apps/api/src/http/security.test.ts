import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiPaths, problemDetailsSchema } from '@bulkhead/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createServer, type RunningServer, type ServerOptions } from '../server.ts';
import { manualClock } from '../testing/clock.ts';
import { fakeCatalogue, fakeSource, snapshotOf } from '../testing/fake-source.ts';
import { createLogger } from './logging.ts';
import { loadSessionKey } from './session-key.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request as an attacker would write it: nothing in the path or the headers is made right on the way. */
const send = (
  server: RunningServer,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
) =>
  new Promise<Answer>((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
    });
    req.on('error', reject);
    req.end(body);
  });

const slugOf = ({ text }: Answer) => problemDetailsSchema.parse(JSON.parse(text)).type.split(':').at(-1);

const webRoot = async () => {
  const root = await mkdtemp(join(tmpdir(), 'bulkhead-web-'));
  cleanups.push(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'web/assets'), { recursive: true });
  await writeFile(join(root, 'secret.txt'), 'SECRET');
  await writeFile(join(root, 'web/index.html'), '<!doctype html><html><head><title>B</title></head></html>');
  await writeFile(join(root, 'web/.env'), 'SECRET');
  await writeFile(join(root, 'web/assets/app-1a2b.js'), 'export {};');
  return join(root, 'web');
};

const serve = async (options: Partial<ServerOptions> = {}) => {
  const lines: string[] = [];
  const server = await createServer({
    catalogue: fakeCatalogue({ one: fakeSource(snapshotOf([])) }),
    logger: createLogger('trace', { write: (line: string) => lines.push(line) }),
    webRoot: await webRoot(),
    ...options,
  });
  cleanups.push(() => server.close());
  const bearer = { authorization: `Bearer ${server.token}` };
  return { server, bearer, log: () => lines.join('') };
};

const session = async (server: RunningServer): Promise<string> => {
  const { headers } = await send(server, `/?token=${server.token}`);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
};

describe('the token', () => {
  it('is needed for everything under /api', async () => {
    const { server } = await serve();
    for (const path of [
      apiPaths.clusters,
      apiPaths.snapshot('one'),
      apiPaths.stream('one'),
      '/api/v1/nothing',
    ]) {
      const answer = await send(server, path);
      expect([path, answer.status, slugOf(answer)]).toEqual([path, 401, 'token-required']);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('has 256 random bits and is another one each time', async () => {
    const [first, second] = [await serve(), await serve()];
    expect(first.server.token).toMatch(/^[\w-]{43}$/);
    expect(first.server.token).not.toBe(second.server.token);
    expect((await send(second.server, apiPaths.clusters, { headers: first.bearer })).status).toBe(401);
  });

  it('is exchanged by the link for a cookie that scripts and other sites do not get', async () => {
    const { server } = await serve();
    const answer = await send(server, `/c/one?ns=shop&token=${server.token}`);
    expect([answer.status, answer.headers.location]).toEqual([303, '/c/one?ns=shop']);
    const [cookie] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).not.toContain(server.token);
    const use = await send(server, apiPaths.clusters, { headers: { cookie: await session(server) } });
    expect(use.status).toBe(200);
  });

  it('is not taken from the query of an API request, where logs and Referers would show it', async () => {
    const { server } = await serve();
    expect((await send(server, `${apiPaths.clusters}?token=${server.token}`)).status).toBe(401);
  });

  it('can not be guessed, forged or kept for ever', async () => {
    const clock = manualClock();
    const { server } = await serve({ clock });
    const cookie = await session(server);
    const [name = '', value = ''] = cookie.split('=');
    const [expires = '', nonce = '', signature = ''] = value.split('.');
    const forged = [
      `${name}=`,
      `${name}=${expires}.${nonce}.`,
      `${name}=${Number(expires) + 1}.${nonce}.${signature}`,
      `${name}=${expires}.${'A'.repeat(16)}.${signature}`,
      `${name}=${expires}.${nonce}.${'A'.repeat(43)}`,
      `other=${value}`,
    ];
    for (const header of forged) {
      expect((await send(server, apiPaths.clusters, { headers: { cookie: header } })).status).toBe(401);
    }
    for (const token of ['', server.token.slice(1), `${server.token}x`, server.token.toLowerCase()]) {
      const answer = await send(server, apiPaths.clusters, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(401);
    }
    expect((await send(server, apiPaths.clusters, { headers: { cookie } })).status).toBe(200);
    await clock.advance(8 * 24 * 3600 * 1000);
    expect((await send(server, apiPaths.clusters, { headers: { cookie } })).status).toBe(401);
  });

  it('wrong in the link still opens the page, which gets nothing from the API', async () => {
    const { server } = await serve();
    const answer = await send(server, '/?token=wrong');
    expect([answer.status, answer.headers['set-cookie'], answer.headers.location]).toEqual([
      303,
      undefined,
      '/',
    ]);
  });

  it('leads nowhere else than to this server', async () => {
    const { server } = await serve();
    for (const path of ['//evil.example/', '/\\evil.example', '///evil.example']) {
      const { headers } = await send(server, `${path}?token=${server.token}`);
      const target = new URL(headers.location ?? '/', server.url);
      expect(target.origin).toBe(new URL(server.url).origin);
    }
  });
});

describe('a session', () => {
  it('survives a restart on the same port with the same key, and no other key', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bulkhead-key-'));
    cleanups.push(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'state/session-key');
    const first = await serve({ sessionKey: await loadSessionKey(file) });
    const { port } = first.server;
    const cookie = await session(first.server);
    await first.server.close();
    const second = await serve({ port, sessionKey: await loadSessionKey(file) });
    expect((await send(second.server, apiPaths.clusters, { headers: { cookie } })).status).toBe(200);
    await second.server.close();
    const third = await serve({ port });
    expect((await send(third.server, apiPaths.clusters, { headers: { cookie } })).status).toBe(401);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file)).length).toBe(32);
  });

  it('of a server on another port is not one here', async () => {
    const key = new Uint8Array(32);
    const [first, second] = [await serve({ sessionKey: key }), await serve({ sessionKey: key })];
    const cookie = await session(first.server);
    const renamed = cookie.replace(String(first.server.port), String(second.server.port));
    for (const header of [cookie, renamed]) {
      expect((await send(second.server, apiPaths.clusters, { headers: { cookie: header } })).status).toBe(
        401,
      );
    }
  });
});

describe('another site', () => {
  it('that rebinds its name to this machine is refused by the Host it sends', async () => {
    const { server, bearer } = await serve();
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      '127.0.0.1',
      `127.0.0.1:${server.port + 1}`,
    ]) {
      for (const path of ['/', apiPaths.clusters, '/assets/app-1a2b.js']) {
        const answer = await send(server, path, { headers: { ...bearer, host } });
        expect([host, path, answer.status]).toEqual([host, path, 421]);
      }
    }
    for (const host of [`localhost:${server.port}`, `LOCALHOST:${server.port}`, `[::1]:${server.port}`]) {
      expect((await send(server, apiPaths.clusters, { headers: { ...bearer, host } })).status).toBe(200);
    }
  });

  it('is refused by its Origin and by what the browser says of it, cookie or not', async () => {
    const { server } = await serve();
    const cookie = await session(server);
    const own = `http://127.0.0.1:${server.port}`;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${server.port + 1}` },
      { origin: `${own}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ];
    for (const headers of foreign) {
      const answer = await send(server, apiPaths.clusters, { headers: { ...headers, cookie } });
      expect([headers, answer.status]).toEqual([headers, 403]);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    const allowed = { origin: own, 'sec-fetch-site': 'same-origin', cookie };
    expect((await send(server, apiPaths.clusters, { headers: allowed })).status).toBe(200);
  });

  it('may link to the page, but not embed it or what belongs to it', async () => {
    const { server } = await serve();
    const cross = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await send(server, '/', { headers: { ...cross, 'sec-fetch-dest': 'document' } })).status).toBe(
      200,
    );
    expect((await send(server, '/', { headers: { ...cross, 'sec-fetch-dest': 'iframe' } })).status).toBe(403);
    const script = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'script',
    };
    expect((await send(server, '/assets/app-1a2b.js', { headers: script })).status).toBe(403);
  });
});

describe('the page', () => {
  it('has a policy without unsafe-inline or unsafe-eval, and a nonce of its own', async () => {
    const { server } = await serve();
    const [first, second] = [await send(server, '/'), await send(server, '/c/one/graph')];
    const nonces = [first, second].map(({ headers, text }) => {
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers['cache-control']).toBe('no-store');
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(text).toContain(`<meta property="csp-nonce" nonce="${nonce}" />`);
      return nonce;
    });
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/);
    expect(nonces[0]).not.toBe(nonces[1]);
    expect(first.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(first.headers['x-powered-by']).toBeUndefined();
  });

  it('allows exactly the style that Cytoscape puts into pages', async () => {
    const { createHash } = await import('node:crypto');
    const { server } = await serve();
    const style = '.__________cytoscape_container { position: relative; }';
    const hash = createHash('sha256').update(style).digest('base64');
    expect((await send(server, '/')).headers['content-security-policy']).toContain(`'sha256-${hash}'`);
  });

  it('is served for paths of the app; files are what they are, and cached as long as they may be', async () => {
    const { server } = await serve();
    expect((await send(server, '/assets/app-1a2b.js')).headers['cache-control']).toMatch(/immutable/);
    expect((await send(server, '/index.html')).text).toContain('csp-nonce');
    expect((await send(server, '/assets/missing.js')).status).toBe(404);
  });

  it('is no way to other files', async () => {
    const { server, bearer } = await serve();
    const paths = [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/../../secret.txt',
      '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
      '/assets/..%5c..%5csecret.txt',
      '//etc/passwd',
      '/.env',
      '/%00',
      '/assets/app-1a2b.js%00.html',
      `${apiPaths.clusters}/..%2f..%2f..%2fsecret.txt/snapshot`,
    ];
    for (const path of paths) {
      const answer = await send(server, path, { headers: bearer });
      expect([path, answer.text.includes('SECRET'), answer.text.includes('root:')]).toEqual([
        path,
        false,
        false,
      ]);
    }
  });
});

describe('a request', () => {
  it('that would change something is refused', async () => {
    const { server, bearer } = await serve();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await send(server, apiPaths.clusters, { method, headers: bearer });
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
  });

  it('that is posted is answered in one place only, where that was allowed, and as any other', async () => {
    const body = JSON.stringify({ policies: [] });
    const json = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const path = apiPaths.dryRun('one');
    const plain = await serve();
    const off = await send(plain.server, path, {
      method: 'POST',
      headers: { ...plain.bearer, ...json },
      body,
    });
    expect([off.status, slugOf(off)]).toEqual([405, 'method-not-allowed']);

    const { server, bearer } = await serve({ allowDryRun: true });
    const post = (headers: Record<string, string>, to = path, text = body) =>
      send(server, to, { method: 'POST', headers, body: text });
    expect(slugOf(await post(json))).toBe('token-required');
    expect(slugOf(await post({ ...bearer, ...json, origin: 'https://evil.example' }))).toBe(
      'origin-not-allowed',
    );
    // What a form of another site could send without asking first.
    expect(slugOf(await post({ ...bearer, ...json, 'content-type': 'text/plain' }))).toBe('bad-request');
    expect(slugOf(await post({ ...bearer, ...json }, apiPaths.status('one')))).toBe('method-not-allowed');
    const large = 'x'.repeat(2_000_000);
    const refused = await post({ ...bearer, ...json, 'content-length': String(large.length) }, path, large);
    expect(refused.status).toBe(413);
    // This source is not a live cluster.
    expect(slugOf(await post({ ...bearer, ...json }))).toBe('dry-run-off');
  });

  it('that is too large is refused', async () => {
    const { server, bearer } = await serve();
    const body = 'x'.repeat(20 * 1024);
    const large = { headers: { ...bearer, 'content-length': String(body.length) }, body };
    expect((await send(server, apiPaths.clusters, large)).status).toBe(413);
    const chunked = { headers: { ...bearer, 'transfer-encoding': 'chunked' }, body };
    expect((await send(server, apiPaths.clusters, chunked)).status).toBe(413);
    expect((await send(server, '/', { headers: { 'x-large': 'x'.repeat(20 * 1024) } })).status).toBe(431);
  });

  it('that never ends holds nothing up', async () => {
    const { server } = await serve();
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: ');
    cleanups.push(async () => socket.destroy());
    expect((await send(server, '/livez')).status).toBe(200);
    const started = Date.now();
    await server.close();
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  it('too many are refused for a while, without and with a token', async () => {
    const { server, bearer } = await serve({ limits: { requests: 8, refusals: 3 } });
    const without: number[] = [];
    for (let i = 0; i < 5; i++) without.push((await send(server, apiPaths.clusters)).status);
    expect(without).toEqual([401, 401, 401, 429, 429]);
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await send(server, apiPaths.clusters, { headers: bearer }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    const last = answers.at(-1);
    expect(last && slugOf(last)).toBe('too-many-requests');
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('of another site can not use up the limit', async () => {
    const { server, bearer } = await serve({ limits: { requests: 2, refusals: 1 } });
    for (let i = 0; i < 20; i++) {
      await send(server, apiPaths.clusters, { headers: { 'sec-fetch-site': 'cross-site' } });
    }
    expect((await send(server, apiPaths.clusters, { headers: bearer })).status).toBe(200);
  });

  it('that fails inside tells nothing of the inside', async () => {
    const broken = {
      ...fakeSource(),
      status: () => {
        throw new Error('SECRET at /home/user/.kube/config');
      },
    };
    const { server, bearer, log } = await serve({ catalogue: fakeCatalogue({ one: broken }) });
    const answer = await send(server, apiPaths.status('one'), { headers: bearer });
    expect([answer.status, slugOf(answer)]).toEqual([500, 'internal']);
    expect(answer.text).not.toContain('SECRET');
    const instance =
      problemDetailsSchema.parse(JSON.parse(answer.text)).instance?.replace('urn:uuid:', '') ?? '?';
    expect(log()).toContain(instance);
  });
});

describe('the log', () => {
  it('never holds the token or a cookie', async () => {
    const { server, bearer, log } = await serve();
    const cookie = await session(server);
    await send(server, `/?token=${server.token}&x=1`);
    await send(server, apiPaths.clusters, { headers: bearer });
    await send(server, apiPaths.clusters, { headers: { cookie } });
    await send(server, `${apiPaths.clusters}?token=${server.token}`);
    expect(log()).toContain('"path":"/api/v1/clusters"');
    expect(log()).not.toContain(server.token);
    expect(log()).not.toContain(cookie.split('=')[1]);
  });

  it('stays one line a record, whatever is asked for', async () => {
    const { server, log } = await serve();
    await send(server, '/%0a%1b[31mred');
    for (const line of log().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what must not be there
    expect(log()).not.toMatch(/\u001b/);
  });
});

describe('listening wider than loopback', () => {
  const options = { catalogue: fakeCatalogue({}), logger: createLogger('silent') };

  it('needs an auth mode, and a name where all addresses are meant', async () => {
    await expect(createServer({ ...options, host: '0.0.0.0' })).rejects.toThrow(/--auth/);
    await expect(createServer({ ...options, host: '192.0.2.1' })).rejects.toThrow(/--auth/);
    await expect(createServer({ ...options, host: '0.0.0.0', auth: 'token' })).rejects.toThrow(
      /--allow-host/,
    );
  });

  it('takes no weak token', async () => {
    await expect(createServer({ ...options, token: 'hunter2' })).rejects.toThrow(/32 characters/);
  });

  it('answers only to the names it was given', async () => {
    const { server, bearer } = await serve({
      host: '0.0.0.0',
      auth: 'token',
      allowedHosts: ['bulkhead.example'],
    });
    const as = (host: string) => send(server, apiPaths.clusters, { headers: { ...bearer, host } });
    expect((await as('bulkhead.example')).status).toBe(200);
    expect((await as(`bulkhead.example:${server.port}`)).status).toBe(200);
    expect((await as(`127.0.0.1:${server.port}`)).status).toBe(421);
    expect((await as('evil.example')).status).toBe(421);
  });

  it('asks for no token behind a proxy that was said to be trusted', async () => {
    const { server } = await serve({ host: '127.0.0.1', auth: 'trusted-proxy' });
    expect(server.link).toBe(server.url);
    expect((await send(server, apiPaths.clusters)).status).toBe(200);
    expect(
      (await send(server, apiPaths.clusters, { headers: { origin: 'https://evil.example' } })).status,
    ).toBe(403);
  });
});
