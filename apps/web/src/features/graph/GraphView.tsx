import {
  asTarget,
  boxOf,
  entityOfNode,
  type FocusView,
  type GraphEdge,
  policyKey,
} from '@bulkhead/policy-engine';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { EntityId, Route, Selection } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useScope } from '../../app/scope.ts';
import { useClusters } from '../../data/clusters.ts';
import { useEngine, useEngineAhead, useEngineQuery, useSession } from '../../data/engine.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import type { Colors } from '../../shared/colors.ts';
import { type Command, useOffer } from '../../shared/commands.ts';
import { Icon } from '../../shared/icons.tsx';
import { Button, EmptyState, formatCount, IconButton, Menu, plural, Segments } from '../../shared/ui.tsx';
import { useColors } from '../../shared/use-colors.ts';
import {
  entityRequest,
  focusRequest,
  type GraphAnswer,
  graphRequest,
  movedRequest,
  pairRequest,
  pathRequest,
  policyRequest,
  TOGGLE_ALL,
  warmRequest,
} from '../../worker/explore/requests.ts';
import type { Point } from '../../worker/layout/pack.ts';
import type { GraphCanvas } from './canvas.ts';
import { lookedAt, notesOn } from './caption.ts';
import { exportPng, exportSvg, type Picture } from './export.ts';
import { Graph } from './Graph.tsx';
import { Legend } from './Legend.tsx';
import { focusOfPair, focusOfPath, focusOfPolicy, visibleIn } from './lit.ts';
import { formatMoved, type Moved, parseMoved, withMoved } from './moved.ts';
import { NOTHING, type Remembered, recall, remember } from './remembered.ts';
import { buildScene, type Focus, type Scene, withExtra } from './scene.ts';

/** Asked for by nobody: the query is off. */
const NO_POLICY = policyKey({ kind: '', name: '' });
const NO_ANSWER: Partial<GraphAnswer> = {};
/** What is about a node is asked for once the pointer has been on it for so long. */
const APPROACH_MS = 30;
const NO_FOCUS: Focus = { lit: null, selected: new Set() };

/** The ids that are in focus for a selection. */
function focusIds(selection: Selection | null): readonly string[] {
  if (selection?.type === 'entity') return [selection.id, ...(selection.also ?? [])];
  return [];
}

interface GraphViewProps {
  readonly route: Route;
  /** Somebody drew a connection between two entities. */
  readonly onConnect: (from: EntityId, to: EntityId) => void;
}

/** The graph of the cluster, bound to the route and the worker. */
export function GraphView({ route, onConnect }: GraphViewProps): ReactNode {
  const engine = useEngine();
  const session = useSession();
  const announce = useAnnounce();
  const colors = useColors();
  const scope = useScope(route);
  const canvas = useRef<GraphCanvas>(null);
  const cluster = session.cluster ?? '';
  const clusterName = useClusters().data?.find(({ id }) => id === cluster)?.name ?? cluster;
  const [generation, setGeneration] = useState(0);
  const [legend, setLegend] = useState(false);
  const [map, setMap] = useState(true);
  // What is in scope has an arrangement of its own, in which nothing is far apart that was far apart in the whole.
  const arrangement = [route.layout, ...route.scope].join(' ');
  const picture = `${cluster} ${arrangement} ${generation}`;
  const moved = useMemo(
    () => (route.moved === '' ? recall(cluster, arrangement).moved : parseMoved(route.moved)),
    [route.moved, cluster, arrangement],
  );
  const remembered = useKeptFor(picture, () => withoutMoved(recall(cluster, arrangement), moved));
  const request = { ...scope, layout: route.layout, remembered, picture };
  const graph = useEngineQuery(graphRequest, request);
  const answer = graph.data;
  const news = useNews(answer, JSON.stringify(request));
  const { revision } = session;
  const announced = useRef(revision);
  useEffect(() => {
    // What a draft changes is said beside the draft.
    if (!news || answer === undefined || announced.current === revision) return;
    announced.current = revision;
    announce(`The cluster changed: ${countsOf(answer)} shown`);
  }, [news, answer, revision, announce]);
  const warmed = useRef('');
  useEffect(() => {
    if (answer === undefined || warmed.current === answer.picture) return;
    warmed.current = answer.picture;
    engine.call(warmRequest, scope).catch(nobodyWaits);
  }, [engine, answer, scope]);
  const ids = useMemo(() => focusIds(route.selection), [route.selection]);
  const { direction, hops } = route;
  const version = answer?.version ?? 0;
  const focusOn = useCallback(
    (on: readonly string[]) => ({ ...scope, focus: { ids: on, direction, hops }, version }),
    [scope, direction, hops, version],
  );
  const focusing = useEngineQuery(focusRequest, focusOn(ids), {
    enabled: ids.length > 0 && answer !== undefined,
  });
  const question = JSON.stringify([ids, route.direction, route.hops]);
  const answered = useRef('');
  if (focusing.data !== undefined && !focusing.isPlaceholderData) answered.current = question;
  const isAnswered = ids.length > 0 && answered.current === question;
  // Until the answer for what is selected now has come, what is lit stays.
  const litBefore = useRef<FocusView>(undefined);
  const focusData = ids.length === 0 ? undefined : isAnswered ? focusing.data : litBefore.current;
  litBefore.current = focusData;

  const pair = route.selection?.type === 'pair' ? route.selection : null;
  const asked = useEngineQuery(
    pairRequest,
    pair === null
      ? { from: '', to: '' }
      : pair.port === undefined
        ? { from: pair.from, to: pair.to }
        : { from: pair.from, to: pair.to, port: pair.port },
    { enabled: pair !== null },
  );
  const path = useEngineQuery(
    pathRequest,
    { from: pair?.from ?? '', to: pair?.to ?? '', ports: scope.ports },
    { enabled: pair !== null && route.hops === 'all' },
  );
  const policy = route.selection?.type === 'policy' ? route.selection : null;
  const policyQuery = useEngineQuery(
    policyRequest,
    { key: policy?.key ?? NO_POLICY },
    { enabled: policy !== null },
  );
  const pairFocus = useMemo(() => {
    if (answer === undefined) return null;
    if (policy !== null) {
      return policyQuery.data?.key === policy.key
        ? focusOfPolicy(policyQuery.data, policy.line, answer)
        : null;
    }
    if (pair === null) return null;
    const hops = route.hops === 'all' ? (path.data?.hops ?? []) : [];
    return hops.length > 0 ? focusOfPath(hops, answer) : focusOfPair(pair, asked.data ?? null, answer);
  }, [pair, policy, policyQuery.data, path.data, route.hops, asked.data, answer]);

  // An answer that says the same anew, after a key in a draft, say, is no new picture.
  const { view, boxes, cards } = answer ?? NO_ANSWER;
  const ground = useMemo(
    () =>
      view === undefined || boxes === undefined || cards === undefined
        ? null
        : buildScene(view, { boxes, cards, moved }),
    [view, boxes, cards, moved],
  );
  const extra = focusData?.extra ?? pairFocus?.extra;
  const scene = useMemo(
    () => (ground === null || extra === undefined ? ground : withExtra(ground, extra)),
    [ground, extra],
  );

  const isCurrent = answer?.picture === picture;
  useEffect(() => {
    if (answer === undefined || !isCurrent || cluster === '') return;
    const timer = setTimeout(() => {
      remember(cluster, arrangement, {
        boxes: { ...recall(cluster, arrangement).boxes, ...answer.boxes },
        moved,
      });
    }, 400);
    return () => clearTimeout(timer);
  }, [answer, isCurrent, cluster, arrangement, moved]);
  useEffect(() => {
    // What was moved on an earlier visit belongs to a link to this picture as well.
    if (isCurrent && route.moved === '') navigate({ moved: formatMoved(moved) }, { replace: true });
  }, [isCurrent, route.moved, moved]);
  useEffect(() => {
    if (isCurrent && Object.keys(moved).length > 0) {
      engine.call(movedRequest, { picture, moved }).catch(nobodyWaits);
    }
  }, [isCurrent, engine, picture, moved]);

  const focus = useMemo((): Focus => {
    if (pairFocus !== null) return pairFocus.focus;
    if (ids.length === 0 || answer === undefined) return NO_FOCUS;
    const visible = visibleIn(answer.view);
    const selected = new Set([
      ...ids.map(visible),
      ...ids.filter((id) => id.startsWith('out:')).map(asTarget),
    ]);
    const lit =
      focusData === undefined ? null : { nodes: new Set(focusData.nodes), edges: new Set(focusData.edges) };
    return { lit, selected, ...(isAnswered ? {} : { pending: true as const }) };
  }, [ids, answer, focusData, isAnswered, pairFocus]);

  // What was chosen in a list or by a link is brought into view, out of a collapsed namespace as well; what was clicked here
  // is in view.
  const picked = useRef('');
  const opened = useRef('');
  const latestRoute = useRef(route);
  latestRoute.current = route;
  const revealKey = JSON.stringify(route.selection);
  useEffect(() => {
    if (scene === null || answer === undefined || !isCurrent || picked.current === revealKey) return;
    const { selection, toggled } = latestRoute.current;
    const collapsed = collapsedAround(selection, answer);
    if (collapsed.length > 0 && opened.current !== revealKey) {
      opened.current = revealKey;
      navigate({ toggled: flipped(toggled, collapsed) }, { replace: true });
      return;
    }
    if (focus.lit === null || focus.pending) return;
    picked.current = revealKey;
    canvas.current?.reveal(
      [...focus.selected],
      [...focus.lit.nodes].filter((id) => !id.startsWith('ns:')),
    );
  }, [scene, answer, isCurrent, focus, revealKey]);
  // Where a link or going back says what to look at, that is what is looked at.
  const looked = useCallback(() => {
    picked.current = JSON.stringify(latestRoute.current.selection);
  }, []);
  const settled = useCallback((at: string) => navigate({ at }, { replace: true }), []);
  const pick = useCallback((selection: Selection | null) => {
    picked.current = JSON.stringify(selection);
    navigate({ selection });
  }, []);

  const selectNode = useCallback(
    (nodeId: string | null, add: boolean) => {
      const { selection } = route;
      const id = nodeId === null ? null : entityOfNode(nodeId);
      if (id === null) {
        pick(null);
        return;
      }
      if (add && selection?.type === 'entity') {
        const all = [selection.id, ...(selection.also ?? [])];
        const next = all.includes(id) ? all.filter((entry) => entry !== id) : [...all, id];
        const [first, ...also] = next;
        if (first === undefined) pick(null);
        else pick(also.length === 0 ? { type: 'entity', id: first } : { type: 'entity', id: first, also });
        return;
      }
      pick({ type: 'entity', id });
    },
    [route, pick],
  );
  const selectEdge = useCallback(
    (edge: GraphEdge) => pick({ type: 'pair', from: entityOfNode(edge.from), to: entityOfNode(edge.to) }),
    [pick],
  );
  const askAhead = useEngineAhead();
  const approached = useRef<{ readonly id: string; readonly giveUp: () => void }>(null);
  const approach = useCallback(
    (nodeId: string) => {
      if (approached.current?.id === nodeId) return;
      approached.current?.giveUp();
      const asked: (() => void)[] = [];
      const timer = setTimeout(() => {
        const id = entityOfNode(nodeId);
        if (hops === 1) asked.push(askAhead(focusRequest, focusOn([id])));
        asked.push(askAhead(entityRequest, { id }));
      }, APPROACH_MS);
      const giveUp = () => {
        clearTimeout(timer);
        for (const query of asked) query();
      };
      approached.current = { id: nodeId, giveUp };
    },
    [askAhead, focusOn, hops],
  );
  const toggle = useCallback(
    (boxId: string) => {
      if (!boxId.startsWith('ns:')) return;
      const name = boxId.slice(3);
      const { toggled } = route;
      navigate({ toggled: flipped(toggled, [name]) });
      const expanded = answer?.view.namespaces.find((entry) => entry.name === name)?.expanded === true;
      announce(`Namespace ${name} ${expanded ? 'collapsed' : 'expanded'}`);
    },
    [route, announce, answer],
  );
  const move = useCallback(
    (id: string, at: Point) => {
      if (scene === null) return;
      const card = scene.cards.find((entry) => entry.id === id);
      const box = card === undefined ? undefined : scene.rects.get(card.box);
      const to = box === undefined ? at : { x: at.x - box.x, y: at.y - box.y };
      navigate({ moved: formatMoved(withMoved(moved, id, to)) }, { replace: true });
    },
    [scene, moved],
  );
  const arrange = useCallback(() => {
    remember(cluster, arrangement, NOTHING);
    setGeneration((value) => value + 1);
    navigate({ moved: '', at: '' }, { replace: true });
  }, [cluster, arrangement]);

  const expandedByDefault = answer?.expandedByDefault;
  const setAll = useCallback(
    (expanded: boolean) => navigate({ toggled: expanded === expandedByDefault ? [] : [TOGGLE_ALL] }),
    [expandedByDefault],
  );
  const exported = useMemo(
    () =>
      scene === null || answer === undefined
        ? null
        : pictureOf(scene, focus, colors, clusterName, answer, route),
    [scene, focus, colors, clusterName, answer, route],
  );
  const latestPicture = useRef(exported);
  latestPicture.current = exported;
  const save = useCallback((format: 'svg' | 'png') => {
    const shown = latestPicture.current;
    if (shown === null) return;
    if (format === 'svg') exportSvg(shown);
    else void exportPng(shown);
  }, []);
  useOffer(
    useMemo(
      (): readonly Command[] => [
        { id: 'fit', label: 'Fit the whole graph', icon: 'fit', hint: 'F', run: () => canvas.current?.fit() },
        { id: 'expand', label: 'Expand all namespaces', icon: 'expand', run: () => setAll(true) },
        { id: 'collapse', label: 'Collapse all namespaces', icon: 'collapse', run: () => setAll(false) },
        { id: 'arrange', label: 'Arrange the graph anew', icon: 'arrange', run: arrange },
        {
          id: 'legend',
          label: 'Show or hide the legend',
          icon: 'legend',
          run: () => setLegend((shown) => !shown),
        },
        { id: 'map', label: 'Show or hide the overview', icon: 'map', run: () => setMap((shown) => !shown) },
        { id: 'svg', label: 'Save the graph as SVG', icon: 'image', run: () => save('svg') },
        { id: 'png', label: 'Save the graph as PNG', icon: 'image', run: () => save('png') },
      ],
      [setAll, arrange, save],
    ),
  );

  if (graph.isError) {
    return (
      <EmptyState
        title="The graph could not be computed"
        icon="warning"
        actions={<Button onClick={() => void graph.refetch()}>Try again</Button>}
      >
        <p>{graph.error.message}</p>
      </EmptyState>
    );
  }
  if (scene === null || answer === undefined) {
    return (
      <EmptyState title="Drawing the graph" icon="graph">
        <div className="progress indeterminate">
          <i />
        </div>
      </EmptyState>
    );
  }
  const { totals } = answer.view;
  const left = notesOn(answer.view, answer.lightEdges, route);
  if (answer.view.namespaces.length === 0) {
    return totals.workloads === 0 ? (
      <EmptyState title="There are no workloads yet" icon="cluster">
        <p>No namespace has pods that can be read. They show here as soon as there are any.</p>
      </EmptyState>
    ) : (
      <EmptyState
        title="Nothing to show"
        icon="filter"
        actions={
          <Button onClick={() => navigate({ labels: '', ports: [], kinds: [], isolation: 'any', scope: [] })}>
            Clear filters
          </Button>
        }
      >
        <p>{`None of the ${formatCount(totals.workloads)} workloads matches the filters.`}</p>
      </EmptyState>
    );
  }

  return (
    <>
      <Graph
        scene={scene}
        colors={colors}
        focus={focus}
        news={news}
        animate={!window.matchMedia('(prefers-reduced-motion: reduce)').matches}
        // Until the answer for it has come, the picture before stays as it is looked at.
        fitKey={answer.picture}
        at={isCurrent ? route.at : null}
        onLooked={looked}
        onSettled={settled}
        onSelectNode={selectNode}
        onSelectEdge={selectEdge}
        onToggle={toggle}
        onApproach={approach}
        onMoved={move}
        onConnect={(from, to) => onConnect(entityOfNode(from), entityOfNode(to))}
        onSpeak={announce}
        onReady={(created) => {
          canvas.current = created;
        }}
        showMap={map}
      />
      <div className="graph-status">
        {ids.length === 0 ? null : (
          <>
            <Segments
              small
              label="Direction"
              value={route.direction}
              options={[
                { value: 'reached-by', label: 'Reached by' },
                { value: 'both', label: 'Both' },
                { value: 'reaches', label: 'Reaches' },
              ]}
              onChange={(direction) => navigate({ direction })}
            />
            <Segments
              small
              label="Hops"
              value={String(route.hops)}
              options={[
                { value: '1', label: '1 hop' },
                { value: 'all', label: 'All hops', title: 'Follow connections on: the blast radius' },
              ]}
              onChange={(hops) => navigate({ hops: hops === 'all' ? 'all' : 1 })}
            />
            {focusData === undefined || !isAnswered ? null : (
              <span data-testid="focus-counts">
                reaches {formatCount(focusData.reaches)} · reached by {formatCount(focusData.reachedBy)}
              </span>
            )}
          </>
        )}
        {left.map(({ text, detail }) => (
          <span key={text} title={detail}>
            {text}
          </span>
        ))}
      </div>
      <div className="graph-tools">
        <IconButton icon="plus" label="Zoom in (+)" onClick={() => canvas.current?.zoomBy(1.3)} />
        <IconButton icon="minus" label="Zoom out (−)" onClick={() => canvas.current?.zoomBy(1 / 1.3)} />
        <IconButton icon="fit" label="Fit everything (F)" onClick={() => canvas.current?.fit()} />
        {ids.length === 0 ? null : (
          <IconButton
            icon="search"
            label="Zoom to selection (S)"
            onClick={() => canvas.current?.fit(focusData?.nodes ?? ids)}
          />
        )}
        <IconButton icon="expand" label="Expand all namespaces" onClick={() => setAll(true)} />
        <IconButton icon="collapse" label="Collapse all namespaces" onClick={() => setAll(false)} />
        <IconButton icon="arrange" label="Arrange anew" onClick={arrange} />
        <IconButton icon="legend" label="Legend" aria-pressed={legend} onClick={() => setLegend(!legend)} />
        <IconButton icon="map" label="Overview" aria-pressed={map} onClick={() => setMap(!map)} />
        <Menu button={<Icon name="image" />} label="Export picture" className="button ghost icon">
          {(close) => (
            <>
              <button
                type="button"
                className="menu-item"
                onClick={() => {
                  save('svg');
                  close();
                }}
              >
                Save as SVG
              </button>
              <button
                type="button"
                className="menu-item"
                onClick={() => {
                  save('png');
                  close();
                }}
              >
                Save as PNG
              </button>
            </>
          )}
        </Menu>
      </div>
      {legend ? <Legend colors={colors} /> : null}
    </>
  );
}

/** The collapsed namespaces that hold the workloads of a selection, as far as they are shown. */
function collapsedAround(selection: Selection | null, { view }: GraphAnswer): readonly string[] {
  const ids =
    selection?.type === 'pair'
      ? [selection.from, selection.to]
      : selection?.type === 'entity' && selection.also === undefined
        ? [selection.id]
        : [];
  const boxes = new Set(ids.filter((id) => id.startsWith('wl:')).map(boxOf));
  return view.namespaces.filter(({ id, expanded }) => !expanded && boxes.has(id)).map(({ name }) => name);
}

/** The list of toggled namespaces where these are toggled once more. */
function flipped(toggled: readonly string[], names: readonly string[]): readonly string[] {
  return [
    ...toggled.filter((name) => !names.includes(name)),
    ...names.filter((name) => !toggled.includes(name)),
  ];
}

/** For requests of which no answer is shown: a worker that can't answer them says so where something is shown. */
function nobodyWaits(): void {}

/** The value that was made when this key was first seen, for as long as it is. */
function useKeptFor<Value>(key: string, make: () => Value): Value {
  const kept = useRef<{ readonly key: string; readonly value: Value }>(null);
  if (kept.current?.key !== key) kept.current = { key, value: make() };
  return kept.current.value;
}

/** Where everything was that is to stay where it was: what was moved by hand then and is not now, goes back. */
function withoutMoved({ boxes, moved }: Remembered, now: Moved): Remembered['boxes'] {
  return Object.fromEntries(Object.entries(boxes).filter(([id]) => !(id in moved) || id in now));
}

/** What is exported for what is on the screen. */
function pictureOf(
  scene: Scene,
  focus: Focus,
  colors: Colors,
  cluster: string,
  { view, lightEdges }: GraphAnswer,
  route: Route,
): Picture {
  const { namespaces, workloads } = view.totals;
  return {
    scene,
    focus,
    colors,
    title: `${cluster} · ${plural(namespaces, 'namespace')}, ${plural(workloads, 'workload')}`,
    subtitle: [...lookedAt(route), ...notesOn(view, lightEdges, route).map(({ text }) => text)].join(' · '),
  };
}

function countsOf({ view }: GraphAnswer): string {
  const { namespaces, workloads, edges } = view;
  return `${plural(namespaces.length, 'namespace')}, ${plural(workloads.length, 'workload')} and ${plural(edges.length, 'edge')}`;
}

/** Whether an answer differs from the one before although the same was asked: the cluster or the draft changed. */
function useNews(answer: GraphAnswer | undefined, request: string): boolean {
  const last = useRef<{ readonly answer: GraphAnswer; readonly request: string }>(null);
  const isNews =
    last.current !== null &&
    answer !== undefined &&
    answer !== last.current.answer &&
    request === last.current.request;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request that an answer came for, not a later one
  useEffect(() => {
    if (answer !== undefined) last.current = { answer, request };
  }, [answer]);
  return isNews;
}
