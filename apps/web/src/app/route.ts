import type { PolicyKey } from '@bulkhead/policy-engine';
import { useSyncExternalStore } from 'react';
import type { FocusDirection, Navigate, Rail, Route, Selection, TableTab, View } from './contracts.ts';

const VIEWS: readonly View[] = ['graph', 'matrix', 'table'];
const TABS: readonly TableTab[] = ['connections', 'workloads', 'policies'];
const RAILS: readonly Rail[] = ['workloads', 'policies', 'findings', 'invariants'];
const DIRECTIONS: readonly FocusDirection[] = ['both', 'reaches', 'reached-by'];
const VERDICTS = ['allowed', 'unknown'] as const;
const ISOLATION = ['any', 'isolated', 'open', 'unknown'] as const;
const LAYOUTS = ['flow', 'grouped'] as const;
const ORDERS = ['similar', 'name'] as const;
const BLOCKS = ['auto', 'shown', 'hidden'] as const;
const CELL = { least: 1, most: 48 };

/** The route of an empty query. */
export const HOME: Route = {
  cluster: null,
  view: 'graph',
  tab: 'connections',
  rail: 'workloads',
  selection: null,
  scope: [],
  labels: '',
  ports: [],
  verdicts: VERDICTS,
  isolation: 'any',
  kinds: [],
  direction: 'both',
  hops: 1,
  toggled: [],
  layout: 'flow',
  at: '',
  moved: '',
  drill: null,
  order: 'similar',
  cell: null,
  blocks: 'auto',
  sort: '',
  find: '',
  listOpen: false,
  draft: null,
  onlyChanges: false,
  drawer: false,
};

function oneOf<T extends string>(values: readonly T[], value: string | null, otherwise: T): T {
  return values.find((candidate) => candidate === value) ?? otherwise;
}

function list(query: URLSearchParams, name: string): readonly string[] {
  const value = query.get(name);
  return value === null || value === '' ? [] : value.split(',').filter((item) => item !== '');
}

function parseCell(text: string | null): Route['cell'] {
  if (text === 'fit') return 'fit';
  const size = Number(text ?? Number.NaN);
  return size >= CELL.least && size <= CELL.most ? size : null;
}

function parseSelection(query: URLSearchParams): Selection | null {
  const from = query.get('from');
  const to = query.get('to');
  if (from !== null && to !== null) {
    const port = query.get('port');
    return port === null ? { type: 'pair', from, to } : { type: 'pair', from, to, port };
  }
  const policy = query.get('policy');
  if (policy !== null) {
    const line = Number(query.get('line') ?? Number.NaN);
    const key = policy as PolicyKey;
    return Number.isInteger(line) && line > 0 ? { type: 'policy', key, line } : { type: 'policy', key };
  }
  const id = query.get('sel');
  if (id === null || id === '') return null;
  const also = list(query, 'also');
  return also.length === 0 ? { type: 'entity', id } : { type: 'entity', id, also };
}

/** Reads a query string. Anything it doesn't know, or that is out of range, falls back to the default. */
export function parseRoute(search: string): Route {
  const query = new URLSearchParams(search);
  const rail = query.get('rail');
  const verdicts = list(query, 'verdict');
  const drill = query.get('drill')?.split('|');
  const chosen = VERDICTS.filter((verdict) => verdicts.includes(verdict));
  return {
    cluster: query.get('cluster'),
    view: oneOf(VIEWS, query.get('view'), HOME.view),
    tab: oneOf(TABS, query.get('tab'), HOME.tab),
    rail: rail === 'none' ? null : oneOf(RAILS, rail, 'workloads'),
    selection: parseSelection(query),
    scope: list(query, 'ns'),
    labels: query.get('labels') ?? '',
    ports: list(query, 'ports'),
    verdicts: chosen.length === 0 ? VERDICTS : chosen,
    isolation: oneOf(ISOLATION, query.get('isolation'), 'any'),
    kinds: list(query, 'kinds'),
    direction: oneOf(DIRECTIONS, query.get('dir'), 'both'),
    hops: query.get('hops') === 'all' ? 'all' : 1,
    toggled: list(query, 'toggled'),
    layout: oneOf(LAYOUTS, query.get('layout'), 'flow'),
    at: query.get('at') ?? '',
    moved: query.get('moved') ?? '',
    drill: drill?.[0] !== undefined && drill[1] !== undefined ? [drill[0], drill[1]] : null,
    order: oneOf(ORDERS, query.get('order'), 'similar'),
    cell: parseCell(query.get('cell')),
    blocks: oneOf(BLOCKS, query.get('blocks'), 'auto'),
    sort: query.get('sort') ?? '',
    find: query.get('find') ?? '',
    listOpen: query.get('open') === '1',
    draft: query.get('draft'),
    onlyChanges: query.get('changes') === 'only',
    drawer: query.get('drawer') === '1',
  };
}

/** Writes a route as a query string (with its `?`, or empty); what equals the default is left out. */
export function formatRoute(route: Route): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string, otherwise = '') => {
    if (value !== otherwise) query.set(name, value);
  };
  set('cluster', route.cluster ?? '');
  set('view', route.view, HOME.view);
  set('tab', route.tab, HOME.tab);
  set('rail', route.rail ?? 'none', HOME.rail ?? 'none');
  const selection = route.selection;
  if (selection?.type === 'entity') {
    set('sel', selection.id);
    set('also', selection.also?.join(',') ?? '');
  }
  if (selection?.type === 'pair') {
    set('from', selection.from);
    set('to', selection.to);
    set('port', selection.port ?? '');
  }
  if (selection?.type === 'policy') {
    set('policy', selection.key);
    set('line', selection.line === undefined ? '' : String(selection.line));
  }
  set('ns', route.scope.join(','));
  set('labels', route.labels);
  set('ports', route.ports.join(','));
  set('verdict', route.verdicts.length === VERDICTS.length ? '' : route.verdicts.join(','));
  set('isolation', route.isolation, 'any');
  set('kinds', route.kinds.join(','));
  set('dir', route.direction, 'both');
  set('hops', String(route.hops), '1');
  set('toggled', route.toggled.join(','));
  set('layout', route.layout, 'flow');
  set('at', route.at);
  set('moved', route.moved);
  set('drill', route.drill?.join('|') ?? '');
  set('order', route.order, 'similar');
  set('cell', route.cell === null ? '' : String(route.cell));
  set('blocks', route.blocks, 'auto');
  set('sort', route.sort);
  set('find', route.find);
  set('open', route.listOpen ? '1' : '');
  set('draft', route.draft ?? '');
  set('changes', route.onlyChanges ? 'only' : '');
  set('drawer', route.drawer ? '1' : '');
  const text = query.toString();
  // Readable links: these characters are legal in a query and common in ids.
  return text === ''
    ? ''
    : `?${text.replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%7C', '|').replaceAll('%3B', ';').replaceAll('%40', '@').replaceAll('%5B', '[').replaceAll('%5D', ']')}`;
}

const listeners = new Set<() => void>();
let current = { search: '', route: HOME };

function read(): Route {
  const { search } = window.location;
  if (current.search !== search || current.route === HOME) current = { search, route: parseRoute(search) };
  return current.route;
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', notify);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', notify);
  };
}

function notify(): void {
  for (const listener of listeners) listener();
}

/** The current route; renders again when it changes, by a navigation or by back and forward. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, read);
}

function isArrangedAs(a: Route, b: Route): boolean {
  return a.cluster === b.cluster && a.layout === b.layout && a.scope.join() === b.scope.join();
}

/**
 * Changes parts of the route. Pushes a history entry unless `replace` (typing in a filter), nothing if the URL would
 * stay the same. The fragment is kept.
 */
export const navigate: Navigate = (change, options) => {
  const old = read();
  const next = { ...old, ...change };
  // Where things are and what of them is seen belongs to one arrangement.
  const elsewhere = isArrangedAs(old, next) ? {} : { at: '', moved: '' };
  const search = formatRoute({ ...old, ...elsewhere, ...change });
  if (search === window.location.search) return;
  const url = `${window.location.pathname}${search}${window.location.hash}`;
  if (options?.replace === true) window.history.replaceState(null, '', url);
  else window.history.pushState(null, '', url);
  notify();
};
