import type { TemplateSelection } from '@bulkhead/policy-engine';
import type { EntityId } from '../../../app/contracts.ts';

/** `ns:<namespace>` and `wl:<namespace>/<kind>/<name>[~variant]` as what a template takes; `undefined` for the outside. */
export function entitySelection(id: EntityId): TemplateSelection | undefined {
  if (id.startsWith('ns:')) return { type: 'namespace', namespace: id.slice(3) };
  if (!id.startsWith('wl:')) return undefined;
  const [namespace, kind, ...rest] = id.slice(3).split('/');
  const name = rest.join('/').replace(/~.*$/, '');
  if (namespace === undefined || kind === undefined || name === '') return undefined;
  return { type: 'workload', namespace, workload: { kind, name } };
}
