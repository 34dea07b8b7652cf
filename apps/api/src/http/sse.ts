import { createGzip, constants as zlib } from 'node:zlib';
import type { Request, Response } from 'express';
import type { Cancel, Clock } from '../clock.ts';

/** A server-sent event. */
export interface SseEvent {
  readonly event: string;
  readonly data: unknown;
  /** What the client sends back as `Last-Event-ID`; without it, it keeps the one it has. */
  readonly id?: string;
}

/** The sending end of one event stream. */
export interface SseChannel {
  /**
   * Sends and waits until there is room for more: a slow client slows its own stream and nothing piles up.
   * @returns `false` once the stream has ended
   */
  send(events: readonly SseEvent[]): Promise<boolean>;
  /** Aborts when the client went away or was given up. */
  readonly signal: AbortSignal;
  end(): void;
}

export interface SseOptions {
  readonly clock: Clock;
  /** A client that takes nothing for so long is given up; it may come back and resume. */
  readonly stallMs: number;
  /** How soon a browser tries again after the stream broke. */
  readonly retryMs: number;
}

/** Opens an event stream on a response, compressed where the client takes gzip. */
export function openSse(req: Request, res: Response, options: SseOptions): SseChannel {
  const { clock, stallMs, retryMs } = options;
  const ended = new AbortController();
  const gzip = req.acceptsEncodings('gzip') === 'gzip' ? createGzip({ level: 5 }) : undefined;

  res.status(200);
  res.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  res.setHeader('Cache-Control', 'no-store, no-transform');
  res.setHeader('X-Accel-Buffering', 'no');
  if (gzip !== undefined) {
    res.setHeader('Content-Encoding', 'gzip');
    res.setHeader('Vary', 'Accept-Encoding');
    gzip.pipe(res);
  }
  res.socket?.setNoDelay(true);
  res.flushHeaders();

  const finish = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    gzip?.destroy();
  };
  res.on('close', finish);
  res.on('error', finish);

  const write = (text: string) =>
    new Promise<void>((resolve) => {
      if (gzip === undefined) {
        if (res.write(text)) resolve();
        else res.once('drain', resolve);
        return;
      }
      // The callback comes when what was written so far has gone on to the response, so it waits for a slow client.
      gzip.write(text);
      gzip.flush(zlib.Z_SYNC_FLUSH, () => {
        if (res.writableNeedDrain) res.once('drain', resolve);
        else resolve();
      });
    });

  const writeOrGiveUp = (text: string) =>
    new Promise<boolean>((resolve) => {
      if (ended.signal.aborted) {
        resolve(false);
        return;
      }
      let cancel: Cancel = () => undefined;
      const settle = () => {
        cancel();
        ended.signal.removeEventListener('abort', settle);
        resolve(!ended.signal.aborted);
      };
      cancel = clock.after(stallMs, () => res.destroy());
      ended.signal.addEventListener('abort', settle, { once: true });
      void write(text).then(settle);
    });

  let first = `retry: ${retryMs}\n\n`;
  return {
    signal: ended.signal,
    send(events) {
      const text = first + events.map(format).join('');
      first = '';
      return writeOrGiveUp(text);
    },
    end() {
      if (ended.signal.aborted) return;
      ended.abort();
      if (gzip === undefined) res.end();
      else gzip.end();
    },
  };
}

/** JSON has no line breaks of its own, so the data is always one line. */
function format({ event, data, id }: SseEvent): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
