import { request as httpsRequest } from 'node:https';
import type { JsonObject, JsonValue } from './json.ts';
import type { StandIn } from './stand-in.ts';

/** A raw HTTPS request, without any Kubernetes client in between. For this package's own tests. */
export interface RawOptions {
  readonly method?: string;
  /** `admin` by default; `null` for no credentials. */
  readonly user?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly client?: { readonly key: string; readonly cert: string };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The connection broke before the end of the body. */
  readonly broken: boolean;
}

function optionsOf(standIn: StandIn, options: RawOptions) {
  const user = options.user === undefined ? 'admin' : options.user;
  return {
    method: options.method ?? 'GET',
    ca: standIn.caPem,
    agent: false,
    ...options.client,
    headers: {
      ...(user === null ? {} : { Authorization: `Bearer ${standIn.tokenOf(user)}` }),
      ...options.headers,
    },
  } as const;
}

/** The whole answer. Rejects only where not even headers came. */
export function raw(standIn: StandIn, path: string, options: RawOptions = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(new URL(path, standIn.url), optionsOf(standIn, options), (response) => {
      const chunks: Buffer[] = [];
      const finish = (broken: boolean) => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          text: bytes.toString('utf8'),
          broken,
        });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => finish(!response.complete));
      response.on('error', () => finish(true));
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

export async function json(standIn: StandIn, path: string, options: RawOptions = {}): Promise<JsonObject> {
  const answer = await raw(standIn, path, options);
  const value: JsonObject = JSON.parse(answer.text);
  return value;
}

export interface RawWatch {
  readonly status: number;
  /** Waits until so many lines have come, and returns all so far. Throws when that takes longer than 15 seconds. */
  lines(count: number): Promise<readonly string[]>;
  /** The same, parsed. */
  events(count: number): Promise<readonly { type: string; object: JsonObject }[]>;
  /** How the stream ended, once it has. */
  readonly ended: Promise<'properly' | 'broken'>;
  close(): void;
}

/** Opens a watch and gathers its lines. */
export function rawWatch(standIn: StandIn, path: string, options: RawOptions = {}): Promise<RawWatch> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(new URL(path, standIn.url), optionsOf(standIn, options), (response) => {
      let text = '';
      const complete = () => text.split('\n').slice(0, -1);
      const waiting = new Set<() => void>();
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        for (const check of [...waiting]) check();
      });
      const ended = new Promise<'properly' | 'broken'>((done) => {
        response.on('end', () => done(response.complete ? 'properly' : 'broken'));
        response.on('error', () => done('broken'));
      });
      const lines = (count: number) =>
        new Promise<readonly string[]>((found, missing) => {
          const timer = setTimeout(() => {
            waiting.delete(check);
            missing(new Error(`${complete().length} of ${count} lines came:\n${text}`));
          }, 15_000);
          const check = () => {
            if (complete().length < count) return;
            clearTimeout(timer);
            waiting.delete(check);
            found(complete());
          };
          waiting.add(check);
          check();
        });
      resolve({
        status: response.statusCode ?? 0,
        lines,
        events: async (count) => (await lines(count)).map(parseEvent),
        ended,
        close: () => request.destroy(),
      });
    });
    request.on('error', reject);
    request.end();
  });
}

function parseEvent(line: string): { type: string; object: JsonObject } {
  const event: { type: string; object: JsonObject } = JSON.parse(line);
  return event;
}

/** Resolves once the condition holds; throws after 15 seconds. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about in 15 seconds`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function itemNames(list: JsonObject): readonly string[] {
  const items: JsonValue | undefined = list.items;
  if (!Array.isArray(items)) return [];
  return items.map((item) => JSON.parse(JSON.stringify(item)).metadata.name);
}
