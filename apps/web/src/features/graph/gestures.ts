import cytoscape, { type EventObject } from 'cytoscape';
import type { Point } from '../../worker/layout/pack.ts';
import type { Hit } from './hits.ts';
import type { View } from './paint/layers.ts';

export interface GestureEvents {
  /** What is under a point of the graph. */
  readonly hit: (at: Point) => Hit | null;
  readonly onView: (view: View) => void;
  readonly onTap: (hit: Hit | null, add: boolean) => void;
  readonly onDoubleTap: (hit: Hit | null) => void;
  /** A node is being clicked, tapped or dragged: which of them is known once it is let go. */
  readonly onPress: (id: string) => void;
  /** @param at on the screen */
  readonly onHover: (hit: Hit | null, at: Point) => void;
  /** A node is being dragged. @param by from where it stood, in the graph's units */
  readonly onDrag: (id: string, by: Point) => void;
  readonly onDrop: (id: string, by: Point) => void;
}

export interface Gestures {
  readonly view: () => View;
  readonly size: () => { readonly width: number; readonly height: number };
  /** Looks at the graph from elsewhere; zoom is kept within its bounds. */
  readonly look: (view: View) => void;
  readonly resize: () => void;
  readonly destroy: () => void;
}

const MIN_ZOOM = 0.02;
const MAX_ZOOM = 2.5;
/** A node that is moved by less, in pixels of the screen, was clicked. */
const DRAG_FROM = 4;

/**
 * Moving, zooming, clicking and dragging, by mouse, pen, touch and wheel. Cytoscape is what knows these gestures and keeps
 * the viewport; it is given no elements, since what it draws and restyles one by one takes seconds for thousands of them.
 */
export function createGestures(container: HTMLElement, events: GestureEvents): Gestures {
  const cy = cytoscape({
    container,
    minZoom: MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    boxSelectionEnabled: false,
    autounselectify: true,
    layout: { name: 'preset' },
  });
  // A batch that never ends: it has nothing to draw, and its drawing asks for the layout of the page at every frame.
  cy.startBatch();
  const view = (): View => ({ zoom: cy.zoom(), ...cy.pan() });
  let grabbed: { readonly id: string; readonly from: Point; readonly at: Point; moved: boolean } | null =
    null;
  let pointed: Hit | null = null;

  const isAdding = ({ originalEvent }: EventObject) =>
    originalEvent instanceof MouseEvent &&
    (originalEvent.shiftKey || originalEvent.metaKey || originalEvent.ctrlKey);
  const distance = ({ position }: EventObject, from: Point): Point => ({
    x: position.x - from.x,
    y: position.y - from.y,
  });
  const hover = (hit: Hit | null, at: Point) => {
    if (hit === null && pointed === null) return;
    pointed = hit;
    events.onHover(hit, at);
  };

  cy.on('viewport', () => events.onView(view()));
  cy.on('tap', (event) => events.onTap(events.hit(event.position), isAdding(event)));
  cy.on('dbltap', (event) => events.onDoubleTap(events.hit(event.position)));
  cy.on('tapstart', (event) => {
    const hit = events.hit(event.position);
    if (hit?.type !== 'node' || hit.toggle) return;
    events.onPress(hit.id);
    grabbed = { id: hit.id, from: { ...event.position }, at: { ...event.renderedPosition }, moved: false };
    cy.userPanningEnabled(false);
  });
  cy.on('tapdrag', (event) => {
    if (grabbed === null) return;
    const { x, y } = event.renderedPosition;
    grabbed.moved ||= Math.hypot(x - grabbed.at.x, y - grabbed.at.y) >= DRAG_FROM;
    if (!grabbed.moved) return;
    hover(null, { x, y });
    events.onDrag(grabbed.id, distance(event, grabbed.from));
  });
  cy.on('tapend', (event) => {
    cy.userPanningEnabled(true);
    const done = grabbed;
    grabbed = null;
    if (done?.moved === true) events.onDrop(done.id, distance(event, done.from));
  });
  cy.on('mousemove', (event) => {
    // While a button is held the graph moves, or something in it.
    const { originalEvent } = event;
    if (grabbed !== null || !(originalEvent instanceof MouseEvent) || originalEvent.buttons !== 0) return;
    hover(events.hit(event.position), event.renderedPosition);
  });
  const leave = () => hover(null, { x: 0, y: 0 });
  container.addEventListener('mouseleave', leave);

  return {
    view,
    size: () => ({ width: cy.width(), height: cy.height() }),
    look: ({ zoom, x, y }) => {
      const kept = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom));
      const by = kept / zoom;
      const [middleX, middleY] = [cy.width() / 2, cy.height() / 2];
      // Where the zoom is not to be had, what was in the middle stays there.
      cy.viewport({
        zoom: kept,
        pan: { x: middleX - (middleX - x) * by, y: middleY - (middleY - y) * by },
      });
    },
    resize: () => {
      cy.resize();
      // In a batch it does not hear of that by itself, and would go on to count from where the container was before.
      container.dispatchEvent(new Event('scroll'));
    },
    destroy: () => {
      container.removeEventListener('mouseleave', leave);
      cy.destroy();
    },
  };
}
