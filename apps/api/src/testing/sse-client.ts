import {
  EMPTY_STREAM,
  parseStreamEvent,
  reduceStream,
  type StreamEvent,
  type StreamState,
} from '@bulkhead/protocol';

export interface SseClient {
  readonly response: Response;
  readonly events: readonly (StreamEvent & { readonly id?: string })[];
  /** What a web app that follows the stream would know. */
  state(): StreamState;
  lastId(): string | undefined;
  /** Resolves when `test` holds; rejects when the stream ends first or nothing comes for five seconds. */
  until(test: (state: StreamState) => boolean): Promise<StreamState>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Follows an event stream as the web app does. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  if (!response.ok || response.body === null) throw new Error(`${response.status} ${await response.text()}`);
  const events: (StreamEvent & { readonly id?: string })[] = [];
  let state: StreamState = EMPTY_STREAM;
  let lastId: string | undefined;
  let over = false;
  const waiting = new Set<() => void>();
  const notify = () => {
    for (const wake of [...waiting]) wake();
  };

  const take = (block: string) => {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith(':'))
        .map((line): [string, string] => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 2),
        ]),
    );
    const name = fields.get('event');
    if (name === undefined) return;
    const event = parseStreamEvent(name, fields.get('data') ?? '');
    if ('problem' in event) throw new Error(event.problem);
    const id = fields.get('id');
    lastId = id ?? lastId;
    events.push(id === undefined ? event : { ...event, id });
    state = reduceStream(state, event);
    notify();
  };
  const read = async (body: ReadableStream<Uint8Array>) => {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const bytes of body) {
        text += decoder.decode(bytes, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) take(block);
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      over = true;
      notify();
    }
  };
  const ended = read(response.body);
  ended.catch(() => undefined);

  return {
    response,
    events,
    state: () => state,
    lastId: () => lastId,
    ended,
    until: (test) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          waiting.delete(check);
          settle();
        };
        const check = () => {
          if (test(state)) finish(() => resolve(state));
          else if (over) finish(() => reject(new Error('the stream ended')));
        };
        const timer = setTimeout(
          () => finish(() => reject(new Error(`nothing came: ${JSON.stringify(state.status?.freshness)}`))),
          30_000,
        );
        waiting.add(check);
        check();
      }),
    close: () => abort.abort(),
  };
}
