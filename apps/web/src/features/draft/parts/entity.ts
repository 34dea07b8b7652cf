import type { SuggestEnd, TemplateSelection } from '@bulkhead/policy-engine';
import type { EntityId } from '../../../app/contracts.ts';

/** `ns:<namespace>` and `wl:<namespace>/<name>[<Kind>]` as what a template takes; `undefined` for the outside. */
export function entitySelection(id: EntityId): TemplateSelection | undefined {
  if (id.startsWith('ns:')) return { type: 'namespace', namespace: id.slice(3) };
  const [, namespace, name, kind] = /^wl:([^/]+)\/(.+)\[([^\]]+)\]$/.exec(id) ?? [];
  if (namespace === undefined || name === undefined || kind === undefined) return undefined;
  return { type: 'workload', namespace, workload: { kind, name } };
}

/** An entity as an end of a suggestion: workloads, the internet, addresses and blocks of them; `undefined` for all else. */
export function suggestEnd(id: EntityId): SuggestEnd | undefined {
  if (id === 'out:internet') return { type: 'addresses', cidr: '0.0.0.0/0' };
  if (id.startsWith('out:cidr:')) return { type: 'addresses', cidr: id.slice('out:cidr:'.length) };
  if (id.startsWith('ip:')) {
    const address = id.slice('ip:'.length);
    return { type: 'addresses', cidr: `${address}/${address.includes(':') ? 128 : 32}` };
  }
  const selection = entitySelection(id);
  return selection?.type === 'workload' ? selection : undefined;
}
