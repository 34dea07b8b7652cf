import type { Catalogue } from '@bulkhead/api';
import { KubeError, liveCatalogue, openLiveSnapshot } from '@bulkhead/api';
import { Failure, messageOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { startProgress } from '../terminal/progress.ts';
import type { LoadedState } from './source.ts';

export interface LiveChoice {
  readonly context?: string;
  readonly kubeconfig?: string;
  /** Namespaces to look into where they may not be listed. */
  readonly namespace?: readonly string[];
  readonly allowDryRun?: boolean;
}

/**
 * Reads a live cluster once.
 * @throws {Failure} where the kubeconfig or the cluster can't be read
 */
export async function readLiveCluster(choice: LiveChoice, io: Io): Promise<LoadedState> {
  const title = choice.context === undefined ? 'the current context' : `context ${choice.context}`;
  const progress = startProgress(io, `Reading ${title} …`);
  try {
    const { snapshot, diagnostics, status } = await openLiveSnapshot(liveOptions(choice, io));
    const hidden = status.hidden.map(({ resource, namespaces, reason }) => ({
      code: 'not-readable',
      severity: 'warning' as const,
      message: `${resource} can't be read${namespaces === undefined ? '' : ` in ${namespaces.join(', ')}`}: ${reason}.`,
      hint: 'Verdicts that depend on them are unknown.',
    }));
    return { snapshot, diagnostics: [...hidden, ...diagnostics], title };
  } catch (error) {
    throw asFailure(error);
  } finally {
    progress.done();
  }
}

/** What to serve: the contexts of the kubeconfig, or the reason why there is nothing to show of them. */
export type ClusterChoice =
  | { readonly catalogue: Catalogue; readonly what: string }
  | { readonly catalogue?: undefined; readonly why: string };

/** How long a cluster that nobody named may take to answer at all. */
const PATIENCE_MS = 5_000;

/**
 * The contexts of the kubeconfig. One that was named is served whatever its state, which the web app shows; the current one
 * only if it answers soon.
 * @throws {Failure} where the context or file that was named can't be used
 */
export async function chooseCluster(choice: LiveChoice, io: Io): Promise<ClusterChoice> {
  const isNamed = choice.context !== undefined || choice.kubeconfig !== undefined;
  let catalogue: Catalogue;
  try {
    catalogue = await liveCatalogue(liveOptions(choice, io));
  } catch (error) {
    if (isNamed || !(error instanceof KubeError)) throw asFailure(error);
    return { why: error.message };
  }
  const clusters = await catalogue.list();
  const current = clusters.find((cluster) => cluster.current);
  if (current === undefined) return { why: 'The kubeconfig has no context.' };
  const what = `context ${current.name}`;
  if (isNamed) return { catalogue, what };
  const problem = await probe(catalogue, current.id, io);
  return problem === undefined
    ? { catalogue, what }
    : { why: `The cluster of ${what} does not answer: ${problem}` };
}

/** `undefined` where the cluster answers; else why not. */
async function probe(catalogue: Catalogue, id: string, io: Io): Promise<string | undefined> {
  const source = await catalogue.open(id);
  if (source === undefined) return 'it is gone from the kubeconfig.';
  const progress = startProgress(io, `Asking ${id} …`);
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => finish(`no answer within ${PATIENCE_MS / 1000} seconds.`), PATIENCE_MS);
      const look = (): void => {
        const { freshness } = source.status();
        if (freshness.state === 'failed') {
          const { title, detail } = freshness.problem;
          finish(detail === undefined ? title : `${title} ${detail}`);
        } else if (freshness.state !== 'connecting' && hasAnswered(freshness)) {
          finish(undefined);
        }
      };
      const unsubscribe = source.subscribe(look);
      const finish = (problem: string | undefined): void => {
        clearTimeout(timer);
        unsubscribe();
        resolve(problem);
      };
      source.start();
      look();
    });
  } finally {
    progress.done();
    await source.stop();
  }
}

type Freshness = ReturnType<NonNullable<Awaited<ReturnType<Catalogue['open']>>>['status']>['freshness'];

/** Loading begins before the first answer; something read, or something done, is one. */
function hasAnswered(freshness: Freshness): boolean {
  if (freshness.state !== 'loading') return true;
  return freshness.progress.some((entry) => entry.done || entry.items > 0);
}

function liveOptions(choice: LiveChoice, io: Io) {
  return {
    env: { ...io.env },
    ...(choice.context === undefined ? {} : { context: choice.context }),
    ...(choice.namespace === undefined ? {} : { namespaces: choice.namespace }),
    ...(choice.kubeconfig === undefined ? {} : { file: choice.kubeconfig }),
    ...(choice.allowDryRun === undefined ? {} : { allowDryRun: choice.allowDryRun }),
  };
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof KubeError)) return error;
  const { hint, code } = error.problem;
  return new Failure(messageOf(error), { code, ...(hint === undefined ? {} : { hint }) });
}
