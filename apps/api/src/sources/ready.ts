import { type Clock, sleep } from '../clock.ts';
import { KubeError, timeoutProblem } from '../kube/error.ts';
import type { ClusterSource } from './source.ts';

/**
 * Waits for a source's first whole state.
 * @throws {KubeError} with the reason when there is none, or `timeout` when it takes longer than `timeoutMs`
 */
export async function whenReady(source: ClusterSource, clock: Clock, timeoutMs: number): Promise<void> {
  const { store } = source;
  if (store.ready()) return;
  const settled = new AbortController();
  const check = () => {
    if (store.ready() || source.status().freshness.state === 'failed') settled.abort();
  };
  const subscriptions = [store.subscribe(check), source.subscribe(check)];
  check();
  await sleep(clock, timeoutMs, settled.signal);
  for (const unsubscribe of subscriptions) unsubscribe();
  if (store.ready()) return;
  const { freshness } = source.status();
  if (freshness.state === 'failed') throw new KubeError(freshness.problem);
  throw new KubeError(
    timeoutProblem(`It is still being read after ${Math.round(timeoutMs / 1000)} seconds.`),
  );
}
