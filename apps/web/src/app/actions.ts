import type { ClusterSummary } from '@bulkhead/protocol';
import { useMemo } from 'react';
import { useEngine, useSession } from '../data/engine.ts';
import { type Command, useOffered } from '../shared/commands.ts';
import { switchCluster } from './cluster-view.ts';
import type { Route } from './contracts.ts';
import { navigate } from './route.ts';
import { setTheme } from './theme.ts';

/** Everything the palette can do. */
export function useActions(route: Route, clusters: readonly ClusterSummary[]): readonly Command[] {
  const engine = useEngine();
  const { paused } = useSession();
  const offered = useOffered();
  return useMemo(
    () => [
      {
        id: 'graph',
        label: 'Show the graph',
        icon: 'graph',
        hint: '1',
        run: () => navigate({ view: 'graph' }),
      },
      {
        id: 'matrix',
        label: 'Show the matrix',
        icon: 'matrix',
        hint: '2',
        run: () => navigate({ view: 'matrix' }),
      },
      {
        id: 'connections',
        label: 'Show all connections as a table',
        icon: 'table',
        hint: '3',
        run: () => navigate({ view: 'table', tab: 'connections' }),
      },
      {
        id: 'workload-table',
        label: 'Show workloads as a table',
        icon: 'table',
        run: () => navigate({ view: 'table', tab: 'workloads' }),
      },
      {
        id: 'policy-table',
        label: 'Show policies as a table',
        icon: 'table',
        run: () => navigate({ view: 'table', tab: 'policies' }),
      },
      { id: 'findings', label: 'Show findings', icon: 'findings', run: () => navigate({ rail: 'findings' }) },
      {
        id: 'open',
        label: 'Show only what is open',
        icon: 'filter',
        run: () => navigate({ isolation: 'open' }),
      },
      {
        id: 'clear',
        label: 'Clear filters and scope',
        icon: 'filter',
        run: () =>
          navigate({
            labels: '',
            ports: [],
            kinds: [],
            isolation: 'any',
            scope: [],
            verdicts: ['allowed', 'unknown'],
          }),
      },
      {
        id: 'drawer',
        label: route.drawer ? 'Close the draft' : 'Open the draft',
        icon: 'draft',
        hint: 'D',
        run: () => navigate({ drawer: !route.drawer }),
      },
      {
        id: 'pause',
        label: paused ? 'Show live changes again' : 'Pause live changes',
        icon: paused ? 'play' : 'pause',
        run: () => engine.pause(!paused),
      },
      { id: 'light', label: 'Use the light theme', icon: 'sun', run: () => setTheme('light') },
      { id: 'dark', label: 'Use the dark theme', icon: 'moon', run: () => setTheme('dark') },
      { id: 'system', label: 'Use the system’s theme', icon: 'system', run: () => setTheme('system') },
      {
        id: 'link',
        label: 'Copy a link to this view',
        icon: 'link',
        run: () => void navigator.clipboard.writeText(window.location.href),
      },
      ...offered,
      {
        id: 'flow',
        label: 'Arrange the graph by flow',
        icon: 'arrange',
        run: () => navigate({ view: 'graph', layout: 'flow' }),
      },
      {
        id: 'grouped',
        label: 'Arrange the graph by name',
        icon: 'arrange',
        run: () => navigate({ view: 'graph', layout: 'grouped' }),
      },
      ...clusters.map(
        (cluster): Command => ({
          id: `cluster ${cluster.id}`,
          label: `Switch to cluster ${cluster.name}`,
          icon: 'cluster',
          run: () => switchCluster(cluster.id),
        }),
      ),
    ],
    [engine, route.drawer, paused, clusters, offered],
  );
}
