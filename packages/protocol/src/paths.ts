const cluster = (id: string) => `/api/v1/clusters/${encodeURIComponent(id)}`;

/** The paths of the API. All answers are JSON, but for `stream`; all errors are problem details. */
export const apiPaths = {
  clusters: '/api/v1/clusters',
  status: (id: string) => `${cluster(id)}/status`,
  snapshot: (id: string) => `${cluster(id)}/snapshot`,
  /** `after`: an event id to resume from, for a client that can't send `Last-Event-ID` itself. */
  stream: (id: string, after?: string) =>
    `${cluster(id)}/stream${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`,
  /** `?grouping=workload` (the default) or `namespace`. */
  reachability: (id: string) => `${cluster(id)}/reachability`,
  /** `?from=END&to=END` and maybe `&port=PORT`: see `explainResponseSchema`. */
  explain: (id: string) => `${cluster(id)}/explain`,
  /** POST, only where the server was started to allow it: see `dryRunRequestSchema`. */
  dryRun: (id: string) => `${cluster(id)}/dry-run`,
} as const;
