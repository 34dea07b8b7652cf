import type { ClusterSnapshot, Diagnostic } from '@bulkhead/policy-engine';
import type { ClusterStatus } from '@bulkhead/protocol';
import { type Clock, systemClock } from '../../clock.ts';
import { KubeError } from '../../kube/error.ts';
import { type Kubeconfig, type KubeconfigOptions, loadKubeconfig } from '../../kube/kubeconfig.ts';
import { whenReady } from '../ready.ts';
import type { Catalogue, ClusterSource } from '../source.ts';
import { createLiveSource, type LiveTimings } from './source.ts';

export interface LiveOptions extends KubeconfigOptions {
  /** The context to open first; default: the kubeconfig's current one. */
  readonly context?: string;
  /** Namespaces to look into where they may not be listed, beside the context's own. */
  readonly namespaces?: readonly string[];
  /** Whether API servers may be asked to validate policies by a dry run; default: no. */
  readonly allowDryRun?: boolean;
  readonly clock?: Clock;
  readonly timings?: Partial<LiveTimings>;
}

/**
 * All contexts of a kubeconfig, each as a cluster whose id is the context's name.
 * @throws {KubeError} when the kubeconfig can't be read or doesn't have the context that was asked for
 */
export async function liveCatalogue(options: LiveOptions = {}): Promise<Catalogue> {
  const first = await loadKubeconfig(options);
  const wanted = chosenContext(first, options);
  first.entry(wanted);
  return {
    async list() {
      // While the file is being rewritten or broken, the last list is better than none.
      const config = await loadKubeconfig(options).catch(() => first);
      return config.contexts.map(({ name, namespace }) => ({
        id: name,
        name,
        kind: 'live',
        current: name === wanted,
        ...(namespace === undefined ? {} : { namespace }),
      }));
    },
    async open(id) {
      const config = await loadKubeconfig(options).catch(() => first);
      if (!config.contexts.some(({ name }) => name === id)) return undefined;
      return openContext(id, withNeighbours(config, id, options));
    },
  };
}

/** The namespaces of other contexts of the same cluster are known too: who has two namespaces often has two contexts. */
function withNeighbours(config: Kubeconfig, context: string, options: LiveOptions): LiveOptions {
  const cluster = config.contexts.find(({ name }) => name === context)?.cluster;
  const neighbours = config.contexts.filter((other) => cluster !== undefined && other.cluster === cluster);
  const names = neighbours.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace]));
  return { ...options, namespaces: [...new Set([...(options.namespaces ?? []), ...names])] };
}

function openContext(context: string, options: LiveOptions): ClusterSource {
  return createLiveSource({
    id: context,
    loadEntry: async () => (await loadKubeconfig(options)).entry(context),
    clock: options.clock ?? systemClock,
    ...(options.namespaces === undefined ? {} : { namespaces: options.namespaces }),
    ...(options.allowDryRun === undefined ? {} : { allowDryRun: options.allowDryRun }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.timings === undefined ? {} : { timings: options.timings }),
  });
}

function chosenContext(config: Kubeconfig, options: LiveOptions): string {
  const wanted =
    options.context ??
    config.current ??
    (config.contexts.length === 1 ? config.contexts[0]?.name : undefined);
  if (wanted !== undefined) return wanted;
  throw new KubeError({
    code: 'context-not-found',
    title: 'The kubeconfig has no current context.',
    hint: 'Choose one with --context, or set one with: kubectl config use-context.',
  });
}

export interface LiveSnapshot {
  readonly snapshot: ClusterSnapshot;
  readonly diagnostics: readonly Diagnostic[];
  readonly status: ClusterStatus;
}

/**
 * Reads a cluster once, for a command that answers and ends.
 * @throws {KubeError} with the problem, when nothing could be read within `timeoutMs` (default one minute)
 */
export async function openLiveSnapshot(
  options: LiveOptions & { readonly timeoutMs?: number } = {},
): Promise<LiveSnapshot> {
  const config = await loadKubeconfig(options);
  const context = chosenContext(config, options);
  config.entry(context);
  const clock = options.clock ?? systemClock;
  const source = openContext(context, withNeighbours(config, context, options));
  source.start();
  try {
    await whenReady(source, clock, options.timeoutMs ?? 60_000);
    const { store } = source;
    return { snapshot: store.snapshot(), diagnostics: store.notes().diagnostics, status: source.status() };
  } finally {
    await source.stop();
  }
}
