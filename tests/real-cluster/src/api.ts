import { Agent, request } from 'node:https';
import type { JsonObject, JsonValue, KeyAndCertificate } from '@bulkhead/kube-stand-in';

/** Asks an API server as the user of a certificate: the hands of the tests, that may do everything. */
export interface Api {
  /** @throws {ApiError} for an answer that isn't a success */
  call(method: string, path: string, body?: JsonValue, contentType?: string): Promise<JsonObject>;
  /** The answer as it came, whatever it is. */
  raw(method: string, path: string, options?: RawOptions): Promise<RawAnswer>;
  close(): void;
}

export interface RawOptions {
  readonly body?: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
  /** A watch has no end: what came within so long is taken for the whole. */
  readonly forMs?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(`${status}: ${message}`);
    this.status = status;
  }
}

export interface ApiOptions {
  readonly url: string;
  readonly caPem: string;
  readonly client?: KeyAndCertificate;
  readonly token?: string;
}

export function createApi({ url, caPem, client, token }: ApiOptions): Api {
  const agent = new Agent({
    ca: caPem,
    keepAlive: true,
    maxSockets: 32,
    ...(client === undefined ? {} : { cert: client.certPem, key: client.keyPem }),
  });
  const raw = (method: string, path: string, options: RawOptions = {}): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const text = options.body === undefined ? undefined : JSON.stringify(options.body);
      const sent = request(new URL(path, url), {
        method,
        agent,
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...options.headers,
        },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        const answer = () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
            ),
            text: Buffer.concat(chunks).toString('utf8'),
          });
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', answer);
        response.on('error', reject);
        if (options.forMs === undefined) return;
        setTimeout(() => {
          answer();
          sent.destroy();
        }, options.forMs);
      });
      sent.end(text);
    });
  return {
    raw,
    async call(method, path, body, contentType = 'application/json') {
      const answer = await raw(method, path, {
        ...(body === undefined ? {} : { body, headers: { 'content-type': contentType } }),
      });
      if (answer.status < 200 || answer.status > 299) throw new ApiError(answer.status, answer.text);
      const value: JsonObject = JSON.parse(answer.text);
      return value;
    },
    close: () => agent.destroy(),
  };
}
