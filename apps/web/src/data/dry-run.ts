import {
  apiPaths,
  type DryRunAnswer,
  type DryRunPolicy,
  type DryRunRequest,
  dryRunResponseSchema,
} from '@bulkhead/protocol';
import { fetchJson } from './clusters.ts';

/**
 * Has a cluster's API server validate policies by a dry run, of which nothing is kept.
 * @throws {ApiError} where it can't be asked
 */
export async function askDryRun(
  cluster: string,
  policies: readonly DryRunPolicy[],
): Promise<readonly DryRunAnswer[]> {
  const request: DryRunRequest = { policies: [...policies] };
  const body = await fetchJson(apiPaths.dryRun(cluster), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
  return dryRunResponseSchema.parse(body).answers;
}
