import { request } from 'node:http';
import { createGunzip } from 'node:zlib';
import { generateCluster, sizeOptions } from '@bulkhead/cluster-generator';
import { apiPaths, EMPTY_STREAM, parseStreamEvent, reduceStream } from '@bulkhead/protocol';
import { expect, it } from 'vitest';
import { createServer } from '../server.ts';
import { fakeCatalogue, fakeSource } from '../testing/fake-source.ts';
import { createLogger } from './logging.ts';

const MEGABYTE = 1_000_000;

it('10,000 pods with their policies arrive in less than one megabyte, and show how far they are', async () => {
  const snapshot = generateCluster(sizeOptions('M'));
  const server = await createServer({
    catalogue: fakeCatalogue({ one: fakeSource(snapshot) }),
    logger: createLogger('silent'),
  });
  let onTheWire = 0;
  let text = '';
  let state = EMPTY_STREAM;
  const progress: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const path = apiPaths.stream('one');
    const headers = { authorization: `Bearer ${server.token}`, 'accept-encoding': 'gzip' };
    const asked = request({ host: '127.0.0.1', port: server.port, path, headers }, (response) => {
      response.on('data', (chunk: Buffer) => {
        onTheWire += chunk.length;
      });
      const unpacked = response.pipe(createGunzip());
      unpacked.setEncoding('utf8');
      unpacked.on('error', reject);
      unpacked.on('data', (chunk: string) => {
        const events = (text + chunk).split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const name = /^event: (.*)$/m.exec(event)?.[1];
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (name === undefined || data === undefined) continue;
          const parsed = parseStreamEvent(name, data);
          if ('problem' in parsed) return reject(new Error(parsed.problem));
          state = reduceStream(state, parsed);
          if (state.incoming !== undefined) progress.push(state.incoming.received);
          if (state.current !== undefined) resolve();
        }
      });
    });
    asked.on('error', reject);
    asked.end();
  }).finally(() => server.close());
  expect(state.current?.pod.size).toBe(snapshot.pods.length);
  expect(onTheWire / MEGABYTE).toBeLessThan(1);
  expect(progress.length).toBeGreaterThan(10);
});
