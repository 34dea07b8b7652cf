import type { JsonObject } from '../json.ts';
import { expired, failure, type Status } from '../status.ts';
import type { Exchange } from './exchange.ts';
import { type Fault, faultOf } from './faults.ts';
import type { LoggedRequest } from './request-log.ts';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

const DEFAULT_MALFORMED = '{"type":"MODIFIED","object":{"kind":"Pod","apiVe';

/** A client this far behind is dropped, as the watch cache drops one whose buffer is full. */
const BACKLOG_LIMIT_BYTES = 32 * 1024 * 1024;

/** One open watch: lines of JSON in a chunked body, with the stream faults of its exchange. */
export class WatchStream {
  readonly #exchange: Exchange;
  readonly #onClose: () => void;
  readonly #stopFault: Extract<Fault, { kind: 'cut' | 'silent' }> | undefined;
  readonly #endFault: Extract<Fault, { kind: 'end' }> | undefined;
  readonly #errorFault: Extract<Fault, { kind: 'error-event' }> | undefined;
  readonly #malformed: Extract<Fault, { kind: 'malformed-line' }> | undefined;
  readonly #trickle: Extract<Fault, { kind: 'trickle' }> | undefined;
  #queue: Buffer[] = [];
  #trickleTimer: NodeJS.Timeout | undefined;
  #events = 0;
  #bytes = 0;
  #silent = false;
  #closed = false;
  #malformedSent = false;

  constructor(exchange: Exchange, onClose: () => void) {
    this.#exchange = exchange;
    this.#onClose = onClose;
    this.#stopFault = faultOf(exchange.faults, 'cut') ?? faultOf(exchange.faults, 'silent');
    this.#endFault = faultOf(exchange.faults, 'end');
    this.#errorFault = faultOf(exchange.faults, 'error-event');
    this.#malformed = faultOf(exchange.faults, 'malformed-line');
    this.#trickle = faultOf(exchange.faults, 'trickle');
    const { response, entry } = exchange;
    response.on('close', () => this.#close());
    entry.status = 200;
    const type = faultOf(exchange.faults, 'content-type')?.contentType ?? 'application/json';
    response.writeHead(200, { 'Content-Type': type, 'Transfer-Encoding': 'chunked' });
    response.flushHeaders();
    this.#playDueFaults();
  }

  get request(): LoggedRequest {
    return this.#exchange.entry;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends one event, or does what a fault due at this point says instead. */
  send(type: WatchEventType, object: JsonObject): void {
    if (this.#closed || this.#silent) return;
    this.#events += 1;
    this.#exchange.entry.events = this.#events;
    this.#writeText(`${JSON.stringify({ type, object })}\n`);
    this.#playDueFaults();
    if (this.#exchange.response.writableLength > BACKLOG_LIMIT_BYTES) this.end();
  }

  /** The ERROR event a server sends before it gives a watch up, and the end of the stream. */
  fail(status: Status): void {
    this.send('ERROR', status);
    this.end();
  }

  /** Ends the stream properly, as at its timeout. A silent stream stays open: that is the fault. */
  end(): void {
    if (this.#closed || this.#silent) return;
    // What a trickle still holds back goes out with the end.
    this.#exchange.response.end(Buffer.concat(this.#queue));
    this.#queue = [];
    this.#close();
  }

  /** From now on nothing comes and nothing closes. */
  freeze(): void {
    this.#silent = true;
  }

  /** Destroys the connection without the end of the body. */
  cut(): void {
    this.#exchange.response.destroy();
    this.#close();
  }

  #playDueFaults(): void {
    const due = (fault: { readonly afterEvents?: number } | undefined) =>
      fault !== undefined && this.#events >= (fault.afterEvents ?? 0);
    if (!this.#malformedSent && due(this.#malformed)) {
      this.#malformedSent = true;
      this.#writeText(`${this.#malformed?.line ?? DEFAULT_MALFORMED}\n`);
    }
    if (this.#stopFault !== undefined && this.#stopFault.afterBytes === undefined && due(this.#stopFault)) {
      this.#playStop();
    } else if (due(this.#errorFault) && !this.#closed) {
      const { code = 410, message = 'too old resource version: 1 (2)' } = this.#errorFault ?? {};
      const status = code === 410 ? expired(message) : failure(code, 'InternalError', message);
      this.#writeText(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      this.end();
    } else if (due(this.#endFault)) {
      this.end();
    }
  }

  #playStop(): void {
    if (this.#stopFault?.kind === 'silent') this.#silent = true;
    // The bytes written so far should still arrive, so the cut waits for them.
    else this.#exchange.response.write('', () => this.cut());
  }

  #writeText(text: string): void {
    let bytes = Buffer.from(text);
    const limit = this.#stopFault?.afterBytes;
    const full = limit !== undefined && this.#bytes + bytes.length >= limit;
    if (full) bytes = bytes.subarray(0, Math.max(0, limit - this.#bytes));
    this.#bytes += bytes.length;
    if (this.#trickle === undefined) {
      this.#exchange.response.write(bytes);
    } else {
      this.#queue.push(bytes);
      this.#startTrickle(this.#trickle);
    }
    if (full) this.#playStop();
  }

  #startTrickle(trickle: { readonly bytes: number; readonly everyMs: number }): void {
    if (this.#trickleTimer !== undefined) return;
    this.#trickleTimer = setInterval(() => {
      const waiting = Buffer.concat(this.#queue);
      this.#exchange.response.write(waiting.subarray(0, trickle.bytes));
      const rest = waiting.subarray(trickle.bytes);
      this.#queue = rest.length === 0 ? [] : [rest];
      if (rest.length === 0) this.#stopTrickle();
    }, trickle.everyMs);
    this.#trickleTimer.unref();
  }

  #stopTrickle(): void {
    clearInterval(this.#trickleTimer);
    this.#trickleTimer = undefined;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTrickle();
    this.#exchange.entry.ended = true;
    this.#onClose();
  }
}
