import { listAt, textAt } from '../../json.ts';
import type { KubeClient } from '../../kube/client.ts';
import { KubeError } from '../../kube/error.ts';
import { apiVersionOf, CUSTOM_GROUPS, WATCHED_KINDS, type WatchedKind } from './kinds.ts';

/** What a server says about itself; all of it may be asked by every user there is. */
export interface Discovery {
  /** As the server names itself: `v1.34.1`. */
  readonly serverVersion?: string;
  /** All API groups, which hint at what is or was installed. */
  readonly groups: readonly string[];
  /** The custom kinds of the table that are served now. */
  readonly served: readonly WatchedKind[];
}

/**
 * Small answers that a server has ready. One that doesn't give them in this time stands still, or nobody hears it: this
 * is how a dead connection is noticed before a watch has been silent for too long.
 */
const ANSWER_MS = 10_000;

/** @throws {KubeError} when the server can't be asked; a part that only this user may not see is left out */
export async function discover(client: KubeClient, signal: AbortSignal): Promise<Discovery> {
  const get = (path: string) => client.getJson({ path, signal, answerMs: ANSWER_MS });
  const version = await unlessRefused(() => get('/version'));
  const answer = await unlessRefused(() => get('/apis'));
  const groups = listAt(answer, 'groups');
  const versions = groups
    .filter((group) => CUSTOM_GROUPS.includes(textAt(group, 'name') ?? ''))
    .flatMap((group) => listAt(group, 'versions').flatMap((entry) => textAt(entry, 'groupVersion') ?? []));
  const wanted = versions.filter((name) =>
    WATCHED_KINDS.some((kind) => kind.custom && apiVersionOf(kind) === name),
  );
  const served: WatchedKind[] = [];
  for (const groupVersion of wanted) {
    const list = await unlessRefused(() => get(`/apis/${groupVersion}`));
    const resources = new Set(listAt(list, 'resources').map((resource) => textAt(resource, 'name')));
    served.push(
      ...WATCHED_KINDS.filter(
        (kind) => kind.custom && apiVersionOf(kind) === groupVersion && resources.has(kind.resource),
      ),
    );
  }
  const serverVersion = textAt(version, 'gitVersion');
  return {
    ...(serverVersion === undefined ? {} : { serverVersion }),
    groups: groups.flatMap((group) => textAt(group, 'name') ?? []),
    served,
  };
}

/** Some clusters take even discovery from their users; a group that vanished meanwhile is the same to us. */
async function unlessRefused(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof KubeError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}
