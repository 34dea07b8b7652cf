import { apiPaths, type ClusterSummary, clusterListSchema, problemDetailsSchema } from '@bulkhead/protocol';
import { useQuery } from '@tanstack/react-query';

/** An error of the API, with what its problem details say to do. */
export class ApiError extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(message: string, status: number, hint?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.hint = hint;
  }
}

/** Reads JSON from the API. Throws an `ApiError` that can be shown to people, whatever went wrong. */
export async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  return fetchJson(path, signal === undefined ? {} : { signal });
}

/** `getJson` for any request. */
export async function fetchJson(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(
      'The Bulkhead server does not answer.',
      0,
      'Check that it still runs in its terminal; this page tries again by itself.',
    );
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const problem = problemDetailsSchema.safeParse(body);
  if (problem.success) throw new ApiError(problem.data.title, response.status, problem.data.hint);
  throw new ApiError(`The server answered with status ${response.status}.`, response.status);
}

/** The clusters that the server offers. */
export function useClusters() {
  return useQuery({
    queryKey: ['clusters'],
    queryFn: async ({ signal }): Promise<readonly ClusterSummary[]> => {
      const parsed = clusterListSchema.safeParse(await getJson(apiPaths.clusters, signal));
      if (!parsed.success)
        throw new ApiError('The server sent a list of clusters that can not be read.', 200);
      return parsed.data.clusters;
    },
    staleTime: 60_000,
    retry: (count, error) => !(error instanceof ApiError && error.status === 401) && count < 3,
    refetchOnWindowFocus: true,
  });
}
