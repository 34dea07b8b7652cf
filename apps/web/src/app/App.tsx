import type { ClusterSummary } from '@bulkhead/protocol';
import { memo, type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useClusters } from '../data/clusters.ts';
import { useEngine, useEngineQuery, useSession } from '../data/engine.ts';
import { readQuestion } from '../features/ask/question.ts';
import {
  DraftBadge,
  DraftDrawer,
  DraftProvider,
  EntityDraftActions,
  PairDraftActions,
  useDraftTools,
} from '../features/draft/index.ts';
import { Inspector } from '../features/inspector/Inspector.tsx';
import { Palette, type PaletteQuestion } from '../features/palette/Palette.tsx';
import type { Command } from '../shared/commands.ts';
import { Button, EmptyState } from '../shared/ui.tsx';
import { indexRequest } from '../worker/explore/requests.ts';
import { useActions } from './actions.ts';
import { rememberView } from './cluster-view.ts';
import type { EntityId, Route, Selection } from './contracts.ts';
import { Drawer } from './Drawer.tsx';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';
import { RailNav } from './RailNav.tsx';
import { navigate, useRoute } from './route.ts';
import { Stage } from './Stage.tsx';
import { useShortcuts } from './shortcuts.ts';

/** The app: picks the cluster, and composes the shell with the features. */
export function App(): ReactNode {
  const clusters = useClusters();
  const route = useRoute();
  const engine = useEngine();
  const list = clusters.data ?? [];
  const current =
    list.find((entry) => entry.id === route.cluster) ?? list.find((entry) => entry.current) ?? list[0];
  const id = current?.id;
  useEffect(() => {
    if (id !== undefined) engine.open(id);
  }, [engine, id]);
  useEffect(() => {
    if (id !== undefined) rememberView(id, route);
  }, [id, route]);

  if (clusters.isError) {
    const { error } = clusters;
    return (
      <EmptyState
        title={error.message}
        icon="warning"
        actions={
          <Button icon="retry" onClick={() => void clusters.refetch()}>
            Try again
          </Button>
        }
      >
        <p>{'hint' in error && typeof error.hint === 'string' ? error.hint : ''}</p>
      </EmptyState>
    );
  }
  if (clusters.isPending) {
    return (
      <EmptyState title="Connecting to the server">
        <div className="progress indeterminate">
          <i />
        </div>
      </EmptyState>
    );
  }
  if (current === undefined) {
    return (
      <EmptyState title="The server has no cluster to show">
        <p>
          Start it with a kubeconfig context, a directory of manifests (--dir PATH), or the demo (--demo).
        </p>
      </EmptyState>
    );
  }
  return (
    <DraftProvider cluster={current.id} draft={route.draft} navigate={navigate}>
      <Shell route={route} clusters={list} current={current} />
    </DraftProvider>
  );
}

interface ShellProps {
  readonly route: Route;
  readonly clusters: readonly ClusterSummary[];
  readonly current: ClusterSummary;
}

function Shell({ route, clusters, current }: ShellProps): ReactNode {
  const [palette, setPalette] = useState(false);
  const { revision } = useSession();
  // The picture comes first: what is told beside it is rendered when it has been painted.
  const beside = useDeferredValue(route);
  // Nor do the lists hold up the first question for the picture.
  const hasLists = useDeferredValue(revision !== 0);
  const { data: index } = useEngineQuery(indexRequest, null);
  const draft = useDraftTools();
  const general = useActions(route, clusters);
  const actions = useMemo(
    (): readonly Command[] => [
      ...general,
      {
        id: 'connect',
        label: 'Allow a connection in a draft',
        icon: 'draft',
        run: () => draft.actions.ask({ want: 'allow' }),
      },
    ],
    [general, draft.actions],
  );
  useShortcuts(route, () => setPalette(true));

  const ask = useCallback(
    (text: string): PaletteQuestion | null => {
      if (index === undefined) return null;
      const asked = readQuestion(text, index);
      if (asked === null) return null;
      return asked.type === 'question'
        ? { message: null, choices: [asked.question] }
        : { message: asked.message, choices: asked.candidates };
    },
    [index],
  );
  const toggleDrawer = useCallback(() => navigate({ drawer: !route.drawer }), [route.drawer]);
  const connect = useCallback(
    (from: EntityId, to: EntityId) => draft.actions.ask({ from, to, want: 'allow' }),
    [draft.actions],
  );
  return (
    <>
      <a className="button skip" href="#main">
        Skip to the view
      </a>
      <div className="shell">
        <Header
          route={route}
          clusters={clusters}
          current={current}
          onSearch={() => setPalette(true)}
          draft={<DraftBadge open={route.drawer} onToggle={toggleDrawer} />}
        />
        <Notices />
        {hasLists ? <Lists route={beside} /> : null}
        <main id="main" className="main" tabIndex={-1}>
          <Stage route={route} onConnect={connect} />
        </main>
        {route.selection === null || revision === 0 ? null : (
          // Its room is taken at once: what is seen of the picture is measured by what is left.
          <aside className="inspector" aria-label="Inspector">
            <Inspected route={beside} />
          </aside>
        )}
        {route.drawer ? (
          <Drawer>
            {(height) => (
              <DraftDrawer height={height} onClose={() => navigate({ drawer: false })} navigate={navigate} />
            )}
          </Drawer>
        ) : null}
      </div>
      {palette ? (
        <Palette
          index={index}
          actions={actions}
          readQuestion={ask}
          onSelect={(selection: Selection) => navigate({ selection })}
          onFilterPort={(port) => navigate({ ports: [port] })}
          onClose={() => setPalette(false)}
        />
      ) : null}
    </>
  );
}

const Lists = memo(RailNav);

/** What the inspector shows, with what can be done with it in a draft. */
const Inspected = memo(function Inspected({ route }: { readonly route: Route }): ReactNode {
  const { actions } = useDraftTools();
  return (
    <Inspector
      route={route}
      policyActions={(key) => (
        <>
          <Button small icon="draft" onClick={() => void actions.editPolicy(key)}>
            Edit in a draft
          </Button>
          <Button small onClick={() => void actions.removePolicy(key)}>
            Remove in a draft
          </Button>
        </>
      )}
      pairActions={(from, to) => <PairDraftActions from={from} to={to} port={askedPort(route)} />}
      entityActions={(id) => <EntityDraftActions id={id} />}
    />
  );
});

function askedPort({ selection }: Route): string | undefined {
  return selection?.type === 'pair' ? selection.port : undefined;
}
