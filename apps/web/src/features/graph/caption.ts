import type { GraphView } from '@bulkhead/policy-engine';
import type { Route } from '../../app/contracts.ts';
import { showsOnlyChanges } from '../../app/scope.ts';
import { entityName, policyName } from '../../shared/names.ts';
import { plural } from '../../shared/ui.tsx';
import { boxTone } from './looks.ts';

export interface Note {
  readonly text: string;
  readonly detail?: string;
}

/** What a graph without edges says, and what a graph leaves out, each with the reason where it isn't plain. */
export function notesOn(view: GraphView, lightEdges: number, route: Route): readonly Note[] {
  const { hidden } = view;
  const notes: Note[] = [...noEdges(view, route)];
  if (hidden.namespaces > 0) notes.push({ text: `${plural(hidden.namespaces, 'namespace')} hidden` });
  if (hidden.workloads > 0) notes.push({ text: `${plural(hidden.workloads, 'workload')} hidden by filters` });
  if (hidden.edges > 0) notes.push({ text: `${plural(hidden.edges, 'edge')} hidden by filters` });
  if (lightEdges > 0) {
    notes.push({
      text: `${plural(lightEdges, 'light edge')} not drawn`,
      detail:
        'The edges that stand for the fewest pairs. Select a namespace or a workload to draw all of its own; the matrix and the table have all of them.',
    });
  }
  if (hidden.openPairs > 0) {
    notes.push({
      text: `${plural(hidden.openPairs, 'open pair')} not drawn`,
      detail:
        'Each end is open to everyone, so edges would join all to all. Dotted rings mark these ends; select one to draw its edges.',
    });
  }
  return notes;
}

/** Why there are no edges at all, where nothing is filtered out. */
function noEdges({ edges, namespaces, workloads, hidden }: GraphView, route: Route): readonly Note[] {
  const isFiltered = route.ports.length > 0 || route.verdicts.length === 1 || showsOnlyChanges(route);
  const isPart = hidden.namespaces > 0 || hidden.workloads > 0 || hidden.edges > 0;
  if (isFiltered || isPart || edges.length > 0) return [];
  const all = namespaces.reduce((sum, entry) => sum + entry.workloads, 0);
  if (all === 0) return [];
  if (hidden.openPairs === all * (all - 1) && namespaces.every((entry) => boxTone(entry) === 'tone-open')) {
    return [
      {
        text: 'No policy isolates anything: all may reach all',
        detail: 'Isolate a workload or a namespace in a draft to see what that leaves open.',
      },
    ];
  }
  // What may connect within a collapsed namespace isn't known here.
  const isClosed =
    hidden.openPairs === 0 &&
    workloads.length === all &&
    workloads.every(({ ingressFromAll, egressToAll }) => ingressFromAll === null && egressToAll === null) &&
    namespaces.every((entry) => boxTone(entry) === 'tone-isolated' && entry.internal?.pairs === 0);
  return isClosed ? [{ text: 'All is isolated: no connection is allowed' }] : [];
}

const DIRECTIONS = { both: 'both directions', reaches: 'what it reaches', 'reached-by': 'what reaches it' };

/** What is selected and filtered, in the words of the controls; empty where nothing is. */
export function lookedAt(route: Route): readonly string[] {
  const { selection } = route;
  const parts: string[] = [];
  if (selection?.type === 'entity') {
    const names = [selection.id, ...(selection.also ?? [])].map(entityName).join(', ');
    parts.push(`${names}: ${DIRECTIONS[route.direction]}, ${route.hops === 'all' ? 'all hops' : '1 hop'}`);
  }
  if (selection?.type === 'pair') {
    const port = selection.port === undefined ? '' : `:${selection.port}`;
    parts.push(`${entityName(selection.from)} → ${entityName(selection.to)}${port}`);
  }
  if (selection?.type === 'policy') {
    const { kind, namespace, name } = policyName(selection.key);
    parts.push(`${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`);
  }
  if (route.scope.length > 0) parts.push(`namespaces ${route.scope.join(', ')}`);
  if (route.labels !== '') parts.push(`labels ${route.labels}`);
  if (route.ports.length > 0) parts.push(`ports ${route.ports.join(', ')}`);
  if (route.kinds.length > 0) parts.push(`kinds ${route.kinds.join(', ')}`);
  if (route.isolation !== 'any') parts.push(`isolation ${route.isolation}`);
  if (route.verdicts.length === 1) parts.push(`verdict ${route.verdicts[0]}`);
  return parts;
}
