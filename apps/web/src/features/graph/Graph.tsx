import type { GraphEdge } from '@bulkhead/policy-engine';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Colors } from '../../shared/colors.ts';
import { entityName } from '../../shared/names.ts';
import type { Point } from '../../worker/layout/pack.ts';
import { Connector } from './Connector.tsx';
import { createCanvas, type GraphCanvas, type Viewport } from './canvas.ts';
import { edgeLabel } from './edge-labels.ts';
import { isInTheWay, Minimap } from './Minimap.tsx';
import type { Focus, Scene } from './scene.ts';
import { describeNode, edgesOf, nearest, step } from './walk.ts';

export interface GraphProps {
  readonly scene: Scene;
  readonly colors: Colors;
  readonly focus: Focus;
  readonly animate: boolean;
  /** See `UpdateOptions`; of the scene that is given with it. */
  readonly news: boolean;
  /** Changes when the view should be fitted anew: a new cluster, a new arrangement. */
  readonly fitKey: string;
  /** What is to be seen (see `GraphCanvas.look`) where that differs from what was told last; `null`: as it is. */
  readonly at: string | null;
  /** What is seen follows `at`. */
  readonly onLooked: () => void;
  /** What is seen after a movement came to rest. */
  readonly onSettled: (at: string) => void;
  readonly onSelectNode: (id: string | null, add: boolean) => void;
  readonly onSelectEdge: (edge: GraphEdge) => void;
  readonly onToggle: (boxId: string) => void;
  /** The pointer, a finger or the keyboard is on a node, which is likely to be selected next. */
  readonly onApproach: (id: string) => void;
  readonly onMoved: (id: string, at: Point) => void;
  /** Somebody drew a connection from one node to another. */
  readonly onConnect: (from: string, to: string) => void;
  readonly onSpeak: (message: string) => void;
  readonly onReady?: (canvas: GraphCanvas) => void;
  readonly showMap: boolean;
}

interface Hover {
  readonly text: string;
  readonly detail: string;
  readonly at: Point;
}

/** The picture itself, with its overview, what the pointer is on, and walking by keyboard. */
export function Graph(props: GraphProps): ReactNode {
  const { scene, colors, focus, animate, fitKey, at, showMap } = props;
  const container = useRef<HTMLDivElement>(null);
  const canvas = useRef<GraphCanvas>(null);
  const latest = useRef(props);
  latest.current = props;
  const [viewport, setViewport] = useState<Viewport | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [offered, setOffered] = useState<string | null>(null);
  const [from, setFrom] = useState<string | null>(null);
  const fromRef = useRef<string | null>(null);
  const fitted = useRef('');
  const told = useRef('');

  const begin = useCallback((id: string | null) => {
    fromRef.current = id;
    setFrom(id);
    const { scene: now, onSpeak } = latest.current;
    if (id === null) return;
    container.current?.focus({ preventScroll: true });
    onSpeak(`From ${endName(now, id)}: choose where to, Enter takes it, Escape gives up.`);
  }, []);
  const connectTo = useCallback(
    (to: string | null) => {
      const start = fromRef.current;
      if (start === null || to === null || to === start) return;
      begin(null);
      latest.current.onConnect(start, to);
    },
    [begin],
  );

  useEffect(() => {
    if (container.current === null) return;
    const created = createCanvas(container.current, {
      onPick: (target, add) => {
        const { scene: now, onSelectNode, onSelectEdge } = latest.current;
        if (fromRef.current !== null && target?.type !== 'edge') {
          connectTo(target?.id ?? null);
          return;
        }
        if (target?.type === 'edge') {
          const edge = now.edges.find((entry) => entry.id === target.id)?.edge;
          if (edge !== undefined) onSelectEdge(edge);
          return;
        }
        onSelectNode(target?.id ?? null, add);
      },
      onToggle: (id) => latest.current.onToggle(id),
      onMoved: (id, at) => latest.current.onMoved(id, at),
      onPress: (id) => latest.current.onApproach(id),
      onHover: (target) => {
        setHover(target === null ? null : describeHover(latest.current.scene, target));
        setOffered(target?.type === 'node' ? target.id : null);
        if (target?.type === 'node') latest.current.onApproach(target.id);
      },
      onViewport: setViewport,
      onSettled: (seen) => {
        told.current = seen;
        latest.current.onSettled(seen);
      },
    });
    canvas.current = created;
    latest.current.onReady?.(created);
    return () => {
      canvas.current = null;
      created.destroy();
    };
  }, [connectTo]);

  useEffect(() => {
    const isNew = fitted.current !== fitKey && scene.rects.size > 0;
    const isOther = at !== null && at !== told.current;
    if (isNew) fitted.current = fitKey;
    const look = isOther ? at : isNew ? '' : null;
    if (look !== null) told.current = look;
    canvas.current?.update(scene, colors, { animate, look, news: latest.current.news });
    if (isOther && at !== '') latest.current.onLooked();
  }, [scene, colors, animate, fitKey, at]);

  useEffect(() => canvas.current?.focus(focus), [focus]);
  useEffect(() => canvas.current?.cursor(cursor), [cursor]);

  const walk = useCallback(
    (event: KeyboardEvent) => {
      const { scene: now, onSelectNode, onToggle, onSpeak, onSelectEdge } = latest.current;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      const selected = [...latest.current.focus.selected].find((id) => now.rects.has(id));
      const here = cursorRef.current ?? selected ?? null;
      const go = (id: string | null) => {
        if (id === null) return;
        cursorRef.current = id;
        setCursor(id);
        latest.current.onApproach(id);
        onSpeak(describeNode(now, id));
      };
      switch (event.key) {
        case 'ArrowLeft':
        case 'ArrowRight':
        case 'ArrowUp':
        case 'ArrowDown':
          go(nearest(now, here, event.key));
          break;
        case 'n':
        case 'p':
        case 'PageDown':
        case 'PageUp':
          go(
            step(
              now,
              here,
              event.key === 'n' || event.key === 'PageDown' ? 1 : -1,
              event.key.startsWith('Page'),
            ),
          );
          break;
        case 'Enter':
        case ' ':
          if (fromRef.current !== null) connectTo(here);
          else if (here !== null) onSelectNode(here, event.shiftKey);
          break;
        case 'c':
          if (here !== null) begin(here);
          break;
        case 'Escape':
          if (fromRef.current === null) return;
          begin(null);
          break;
        case 'e':
          // On a workload it is its namespace that collapses.
          if (here !== null) onToggle(now.cards.find((card) => card.id === here)?.box ?? here);
          break;
        case '[':
        case ']': {
          if (here === null) break;
          const list = edgesOf(now, here);
          if (list.length === 0) break;
          edgeIndex.current = (edgeIndex.current + (event.key === ']' ? 1 : list.length - 1)) % list.length;
          const edge = list[edgeIndex.current];
          if (edge !== undefined) onSelectEdge(edge.edge);
          break;
        }
        case '+':
        case '=':
          canvas.current?.zoomBy(1.25);
          break;
        case '-':
          canvas.current?.zoomBy(0.8);
          break;
        case 'f':
          canvas.current?.fit();
          break;
        case 's':
          if (here !== null) canvas.current?.fit([here]);
          break;
        default:
          return;
      }
      event.preventDefault();
    },
    [begin, connectTo],
  );
  const cursorRef = useRef<string | null>(null);
  const edgeIndex = useRef(-1);

  const label = useMemo(() => {
    const counts = `${scene.boxes.length} namespaces, ${scene.cards.length} workloads and ${scene.edges.length} edges shown`;
    return `Graph of allowed connections: ${counts}. Arrow keys walk from node to node, N and P in reading order, Page Down and Page Up by namespace. Enter selects, C begins a connection that Enter ends, E expands or collapses, brackets step through edges. The table view has the same facts as text.`;
  }, [scene]);

  return (
    <div className="graph">
      <div
        ref={container}
        className="graph-canvas"
        role="application"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        onKeyDown={walk}
        onBlur={() => {
          cursorRef.current = null;
          setCursor(null);
        }}
      />
      {hover === null ? null : (
        <div className="graph-hover" style={hoverPlace(hover.at, container.current)} aria-hidden="true">
          <strong>{hover.text}</strong>
          {hover.detail === '' ? null : <span>{hover.detail}</span>}
        </div>
      )}
      <Connector
        canvas={canvas}
        offered={offered ?? [...focus.selected].find((id) => scene.rects.has(id)) ?? null}
        from={from}
        nameOf={(id) => endName(scene, id)}
        onBegin={begin}
        onConnect={props.onConnect}
      />
      {showMap && viewport !== null && !isInTheWay(scene, viewport) ? (
        <Minimap
          scene={scene}
          colors={colors}
          viewport={viewport}
          onMove={(to) => canvas.current?.panTo(to)}
        />
      ) : null}
    </div>
  );
}

/** Beside the pointer, on the side where there is more room. */
function hoverPlace({ x, y }: Point, container: HTMLElement | null) {
  const width = container?.clientWidth ?? 0;
  const top = y + 14;
  return x > width / 2 ? { right: width - x + 14, top } : { left: x + 14, top };
}

function describeHover(scene: Scene, target: { type: 'node' | 'edge'; id: string; at: Point }): Hover | null {
  if (target.type === 'node') {
    return { text: describeNode(scene, target.id), detail: '', at: target.at };
  }
  const entry = scene.edges.find((edge) => edge.id === target.id);
  if (entry === undefined) return null;
  const { edge } = entry;
  const name = (id: string) => id.replace(/^(ns|wl|out):/, '');
  return { text: `${name(edge.from)} → ${name(edge.to)}`, detail: edgeLabel(edge), at: target.at };
}

function endName(scene: Scene, id: string): string {
  const card = scene.cards.find((entry) => entry.id === id)?.node;
  if (card !== undefined) return `${card.namespace}/${card.name}`;
  return scene.outside.find((entry) => entry.id === id)?.node.label ?? entityName(id);
}
