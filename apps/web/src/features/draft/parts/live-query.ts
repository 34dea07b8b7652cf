import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEngine, useSession } from '../../../data/engine.ts';
import type { RequestKind } from '../../../worker/request.ts';

/**
 * An answer about the cluster as it is, whatever the draft: unlike `useEngineQuery` it is not asked again at each
 * keystroke.
 */
export function useLiveQuery<Payload, Result>(
  kind: RequestKind<Payload, Result>,
  payload: Payload,
): UseQueryResult<Result> {
  const engine = useEngine();
  const { cluster, revision } = useSession();
  return useQuery({
    queryKey: ['live', kind.name, cluster, revision, payload],
    queryFn: ({ signal }) => engine.call(kind, payload, { signal }),
    enabled: revision > 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    retry: false,
    networkMode: 'always',
  });
}
