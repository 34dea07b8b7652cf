import type { GraphView } from '@bulkhead/policy-engine';
import type { Route } from '../../app/contracts.ts';
import { entityName, policyName } from '../../shared/names.ts';
import { plural } from '../../shared/ui.tsx';

export interface Note {
  readonly text: string;
  readonly detail?: string;
}

/** What a graph leaves out, each with the reason where it isn't plain. */
export function omissions({ hidden }: GraphView, lightEdges: number): readonly Note[] {
  const notes: Note[] = [];
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
