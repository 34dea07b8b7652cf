import type {
  ClusterIndex,
  EntityDetails,
  Finding,
  FocusOptions,
  FocusView,
  GraphOptions,
  GraphView,
  PairDetails,
  PathView,
  PolicyDetails,
  PolicyKey,
  PortRange,
} from '@bulkhead/policy-engine';
import type { Point, Rect } from '../layout/pack.ts';
import type { LayoutKind } from '../layout/place.ts';
import { requestKind } from '../request.ts';

/** What of the cluster is looked at; part of most questions. */
export interface ViewScope extends Omit<GraphOptions, 'expanded'> {
  readonly ports: readonly PortRange[];
  /**
   * Namespaces that are not as they are by default: small clusters open expanded, large ones collapsed. `TOGGLE_ALL`
   * turns the default around.
   */
  readonly toggled: readonly string[];
}

/** Stands for all namespaces in `toggled`; no namespace can be called so. */
export const TOGGLE_ALL = '*';

export interface GraphRequest extends ViewScope {
  readonly layout: LayoutKind;
  /** Rectangles of boxes that keep their place, from an earlier visit. */
  readonly remembered: Readonly<Record<string, Rect>>;
  /** What the arrangement is remembered under: another cluster, scope or generation is arranged anew. */
  readonly picture: string;
}

/** Top left corner of a card, from that of its box, and how wide it is. */
export interface CardPlace extends Point {
  readonly width: number;
}

export interface GraphAnswer {
  readonly view: GraphView;
  readonly boxes: Readonly<Record<string, Rect>>;
  readonly cards: Readonly<Record<string, CardPlace>>;
  readonly computeMs: number;
  /** Rises with every answer; a focus is asked for the graph of one. */
  readonly version: number;
  /** The request's. */
  readonly picture: string;
  /** Whether namespaces are expanded by default. */
  readonly expandedByDefault: boolean;
  /** Edges left out because there are more than a picture can tell apart; a focus draws its own all the same. */
  readonly lightEdges: number;
}

/** The graph with a place for everything in it. */
export const graphRequest = requestKind<GraphRequest, GraphAnswer>('explore/graph', 'urgent', {
  byChanges: true,
});

/** Tells where boxes and outside peers were moved by hand in a picture, so that what comes later makes way for them. */
export const movedRequest = requestKind<
  { readonly picture: string; readonly moved: Readonly<Record<string, Point>> },
  null
>('explore/moved', 'urgent');

/** Has some focuses computed that nobody asked for yet, so that the first one that is comes as soon as all later ones. */
export const warmRequest = requestKind<ViewScope, null>('explore/warm', 'idle');

/** What stays lit around a selection in the graph of the last answer; `version` is that answer's. */
export const focusRequest = requestKind<
  ViewScope & { readonly focus: FocusOptions; readonly version: number },
  FocusView
>('explore/focus', 'urgent');

export const indexRequest = requestKind<null, ClusterIndex>('explore/index', 'normal', { byChanges: true });
export const entityRequest = requestKind<{ readonly id: string }, EntityDetails | null>('explore/entity');
export const pairRequest = requestKind<
  {
    readonly from: string;
    readonly to: string;
    readonly port?: string;
    /** The cluster as it is, without the draft that is shown. */
    readonly withoutDraft?: true;
  },
  PairDetails | null
>('explore/pair');
export const policyRequest = requestKind<{ readonly key: PolicyKey }, PolicyDetails | null>('explore/policy');
export const findingsRequest = requestKind<null, readonly Finding[]>('explore/findings', 'idle', {
  byChanges: true,
});

/** How something could get from one entity to another through others, on these ports. */
export const pathRequest = requestKind<
  { readonly from: string; readonly to: string; readonly ports: readonly PortRange[] },
  PathView | null
>('explore/path');
