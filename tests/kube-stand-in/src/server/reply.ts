import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { stringify } from 'yaml';
import type { JsonValue } from '../json.ts';
import type { StatusError } from '../status.ts';
import type { Exchange } from './exchange.ts';
import { faultOf } from './faults.ts';

const compress = promisify(gzip);

/** Answers below this size are not compressed even when asked for (apiserver `defaultGzipThresholdBytes`). */
const GZIP_THRESHOLD_BYTES = 128 * 1024;

export interface ReplyOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly yaml?: boolean;
}

/** Sends one JSON (or YAML) document, compressed as kube-apiserver would, with the body faults of this exchange. */
export async function sendJson(
  exchange: Exchange,
  body: JsonValue,
  options: ReplyOptions = {},
): Promise<void> {
  const text = options.yaml === true ? stringify(body) : `${JSON.stringify(body)}\n`;
  await sendBody(exchange, Buffer.from(text), {
    status: options.status ?? 200,
    headers: {
      'Content-Type': options.yaml === true ? 'application/yaml' : 'application/json',
      ...options.headers,
    },
  });
}

export async function sendStatus(exchange: Exchange, error: StatusError): Promise<void> {
  await sendJson(exchange, error.status, { status: error.status.code, headers: error.headers });
}

/** Plain text, as the parts of kube-apiserver in front of its REST layer answer. */
export async function sendText(
  exchange: Exchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  await sendBody(exchange, Buffer.from(text), {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', ...headers },
  });
}

async function sendBody(
  exchange: Exchange,
  whole: Buffer,
  options: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
): Promise<void> {
  const { response, faults } = exchange;
  const truncated = faultOf(faults, 'truncated');
  let body = truncated === undefined ? whole : whole.subarray(0, truncated.keepBytes);
  const headers: Record<string, string> = { ...options.headers };
  const otherType = faultOf(faults, 'content-type');
  if (otherType !== undefined) headers['Content-Type'] = otherType.contentType;
  if (acceptsGzip(exchange) && body.length >= GZIP_THRESHOLD_BYTES) {
    body = await compress(body, { level: 1 });
    headers['Content-Encoding'] = 'gzip';
    headers.Vary = 'Accept-Encoding';
  }
  headers['Content-Length'] = String(body.length);
  exchange.entry.status = options.status;
  response.writeHead(options.status, headers);
  if (exchange.request.method === 'HEAD') {
    response.end();
    return;
  }

  const stop = faultOf(faults, 'cut') ?? faultOf(faults, 'silent');
  if (stop !== undefined) {
    await write(exchange, body.subarray(0, stop.afterBytes ?? Math.floor(body.length / 2)));
    if (stop.kind === 'cut') response.destroy();
    return;
  }
  const trickle = faultOf(faults, 'trickle');
  if (trickle !== undefined) {
    for (let from = 0; from < body.length && !response.destroyed; from += trickle.bytes) {
      await write(exchange, body.subarray(from, from + trickle.bytes));
      await pause(trickle.everyMs);
    }
  } else {
    response.write(body);
  }
  response.end();
}

function acceptsGzip(exchange: Exchange): boolean {
  return /(^|[,\s])gzip\b/.test(String(exchange.request.headers['accept-encoding'] ?? ''));
}

/** Resolves once the bytes are handed to the socket, so that what follows (a cut) comes after them. */
export function write(exchange: Exchange, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    exchange.response.write(bytes, () => resolve());
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
