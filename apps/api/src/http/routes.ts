import {
  type ClusterList,
  type ClusterStatus,
  type DryRunResponse,
  dryRunRequestSchema,
  type ExplainResponse,
  parseEventId,
  type ReachabilityResponse,
  type Revision,
  type SnapshotResponse,
} from '@bulkhead/protocol';
import express, { type Request, type Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import { KubeError } from '../kube/error.ts';
import { compiledCluster } from '../queries/compiled.ts';
import { requirePort } from '../queries/ends.ts';
import { explain } from '../queries/explain.ts';
import { reachability } from '../queries/reachability.ts';
import type { Lease, SourcePool } from '../sources/pool.ts';
import { whenReady } from '../sources/ready.ts';
import type { Catalogue, ClusterSource } from '../sources/source.ts';
import { feed } from './feed.ts';
import { ApiProblem } from './problem.ts';
import { openSse, type SseChannel } from './sse.ts';

export interface RouteOptions {
  readonly catalogue: Catalogue;
  readonly pool: SourcePool;
  readonly clock: Clock;
  readonly timings: HttpTimings;
  /** How many event streams may be open at once. */
  readonly maxStreams: number;
  /** Open streams, for the shutdown to end. */
  readonly streams: Set<SseChannel>;
}

export interface HttpTimings {
  /** How long a question waits for a source's first whole state. */
  readonly readyMs: number;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  readonly retryMs: number;
}

const DRY_RUN_BYTES = '1mb';

/** Between so many workloads there may be a million edges. */
const MOST_WORKLOADS = 2_000;

/** Everything under `/api/v1`. */
export function apiRoutes(options: RouteOptions): Router {
  const { catalogue, pool, clock, timings, maxStreams, streams } = options;
  const router = Router();

  const lease = async (req: Request): Promise<Lease> => {
    const id = req.params.id;
    const held = typeof id === 'string' ? await pool.acquire(id) : undefined;
    if (held !== undefined) return held;
    throw new ApiProblem('cluster-not-found', 404, {
      title: 'There is no such cluster.',
      hint: 'GET /api/v1/clusters lists the ones there are.',
    });
  };

  const answer =
    (work: (source: ClusterSource, req: Request) => unknown) => async (req: Request, res: Response) => {
      const held = await lease(req);
      try {
        const body = await work(held.source, req);
        res.setHeader('Cache-Control', 'no-store');
        res.json(body);
      } finally {
        held.release();
      }
    };

  router.get('/clusters', async (_req, res) => {
    const body: ClusterList = { clusters: [...(await catalogue.list())] };
    res.setHeader('Cache-Control', 'no-store');
    res.json(body);
  });

  router.get(
    '/clusters/:id/status',
    answer((source): ClusterStatus => source.status()),
  );

  router.get(
    '/clusters/:id/snapshot',
    answer(async (source): Promise<SnapshotResponse> => {
      await ready(source, clock, timings.readyMs);
      const { store } = source;
      return {
        ...revisionOf(source),
        snapshot: store.snapshot(),
        diagnostics: store.notes().diagnostics,
        status: source.status(),
      };
    }),
  );

  router.get(
    '/clusters/:id/reachability',
    answer(async (source, req): Promise<ReachabilityResponse> => {
      const grouping = req.query.grouping ?? 'workload';
      if (grouping !== 'workload' && grouping !== 'namespace') {
        throw new ApiProblem('invalid-parameter', 400, {
          title: 'There is no such grouping.',
          hint: 'Use grouping=workload or grouping=namespace.',
        });
      }
      await ready(source, clock, timings.readyMs);
      const cluster = compiledCluster(source.store);
      if (grouping === 'workload' && cluster.universe.workloads.length > MOST_WORKLOADS) {
        throw new ApiProblem('invalid-parameter', 400, {
          title: `There are ${cluster.universe.workloads.length} workloads, too many for one answer.`,
          hint: 'Use grouping=namespace, or the snapshot and the command line tool.',
        });
      }
      return { ...revisionOf(source), ...reachability(cluster, grouping) };
    }),
  );

  router.get(
    '/clusters/:id/explain',
    answer(async (source, req): Promise<ExplainResponse> => {
      const { from, to, port } = req.query;
      if (
        typeof from !== 'string' ||
        typeof to !== 'string' ||
        (port !== undefined && typeof port !== 'string')
      ) {
        throw new ApiProblem('invalid-parameter', 400, {
          title: 'The question needs two ends, from and to, and at most one port.',
          hint: 'Ask for example ?from=shop/web&to=shop/db&port=5432.',
        });
      }
      const connection = port === undefined ? {} : { connection: requirePort(port) };
      await ready(source, clock, timings.readyMs);
      return {
        ...revisionOf(source),
        ...explain(compiledCluster(source.store), { from, to, ...connection }),
      };
    }),
  );

  router.post('/clusters/:id/dry-run', express.json({ limit: DRY_RUN_BYTES }), async (req, res) => {
    const asked = dryRunRequestSchema.safeParse(req.body);
    if (!asked.success) {
      throw new ApiProblem('bad-request', 400, {
        title: 'The body must be JSON with a list of at most a hundred policies.',
        hint: 'Send {"policies": […]} as application/json.',
      });
    }
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const held = await lease(req);
    try {
      const { dryRun } = held.source;
      if (dryRun === undefined) {
        throw new ApiProblem('dry-run-off', 403, {
          title: 'This cluster may not be asked to validate policies.',
          hint: 'Start the server with --allow-dry-run, on a live cluster.',
        });
      }
      await ready(held.source, clock, timings.readyMs);
      const body: DryRunResponse = {
        answers: [...(await unreachable(dryRun(asked.data.policies, gone.signal)))],
      };
      res.setHeader('Cache-Control', 'no-store');
      res.json(body);
    } finally {
      held.release();
    }
  });

  router.get('/clusters/:id/stream', async (req, res) => {
    const resumeFrom = resumePoint(req);
    if (streams.size >= maxStreams) {
      throw new ApiProblem('too-many-streams', 503, {
        title: 'Too many event streams are open.',
        hint: 'Close other tabs of this app.',
        headers: { 'Retry-After': '5' },
      });
    }
    const held = await lease(req);
    if (req.method === 'HEAD') {
      held.release();
      res.setHeader('Content-Type', 'text/event-stream; charset=utf-8').end();
      return;
    }
    const channel = openSse(req, res, { clock, stallMs: timings.stallMs, retryMs: timings.retryMs });
    streams.add(channel);
    try {
      await feed({ source: held.source, channel, resumeFrom, clock, heartbeatMs: timings.heartbeatMs });
    } finally {
      channel.end();
      streams.delete(channel);
      held.release();
    }
  });

  return router;
}

function revisionOf({ store }: ClusterSource): Revision {
  return { epoch: store.epoch, revision: store.revision() };
}

/** A browser sends `Last-Event-ID` when it reconnects; a page that opens a new stream can only use the query. */
function resumePoint(req: Request): Revision | undefined {
  const id = req.headers['last-event-id'] ?? req.query.after;
  if (id === undefined || id === '') return undefined;
  const parsed = typeof id === 'string' ? parseEventId(id) : undefined;
  if (parsed === undefined) {
    throw new ApiProblem('invalid-parameter', 400, {
      title: 'That is not the id of an event.',
      hint: 'Send an id from the stream itself, or none.',
    });
  }
  return parsed;
}

/** That a cluster can't be asked becomes the answer. */
async function unreachable<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    throw unavailable(error);
  }
}

function unavailable({ problem }: KubeError): ApiProblem {
  return new ApiProblem('cluster-unavailable', 503, {
    title: problem.title,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    problem,
  });
}

/** Waits for the first whole state; what keeps it away becomes the answer. */
async function ready(source: ClusterSource, clock: Clock, timeoutMs: number): Promise<void> {
  try {
    await whenReady(source, clock, timeoutMs);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (source.status().freshness.state !== 'failed') {
      throw new ApiProblem('timeout', 504, {
        title: 'The cluster is still being read.',
        hint: 'Ask again in a moment, or use the stream, which shows the progress.',
        headers: { 'Retry-After': '5' },
      });
    }
    throw unavailable(error);
  }
}
