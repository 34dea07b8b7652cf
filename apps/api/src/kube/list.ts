import { at, isObject, listAt, textAt } from '../json.ts';
import type { KubeClient } from './client.ts';
import { KubeError, protocolProblem } from './error.ts';
import type { Limiter } from './limiter.ts';

export interface ListPage {
  readonly items: readonly unknown[];
  /** Opaque. The same for all pages of a list; a watch may begin there after the last. */
  readonly resourceVersion: string;
  /** How many items are to come, by the server's estimate. */
  readonly remaining?: number;
}

export interface ListOptions {
  readonly client: KubeClient;
  /** Without the query. */
  readonly path: string;
  readonly accept: string;
  /** Items a page; 0: all at once. */
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly limiter: Limiter;
}

/**
 * Lists a collection page by page, so that neither side ever holds more than one page of raw objects.
 * @throws {KubeError} with status 410 when the list took so long that its revision is gone: begin again
 */
export async function* listPages(options: ListOptions): AsyncGenerator<ListPage> {
  const { client, path, accept, pageSize, signal, limiter } = options;
  let token = '';
  do {
    const query = {
      ...(pageSize > 0 ? { limit: String(pageSize) } : {}),
      ...(token === '' ? {} : { continue: token }),
    };
    const body = await limiter(() => client.getJson({ path, query, accept, signal }));
    const resourceVersion = textAt(body, 'metadata', 'resourceVersion');
    if (!isObject(body) || !/List$/.test(String(body.kind)) || resourceVersion === undefined) {
      throw new KubeError(protocolProblem(`${path} is not a list.`));
    }
    const remaining = at(body, 'metadata', 'remainingItemCount');
    yield {
      items: listAt(body, 'items'),
      resourceVersion,
      ...(typeof remaining === 'number' ? { remaining } : {}),
    };
    token = textAt(body, 'metadata', 'continue') ?? '';
  } while (token !== '');
}
