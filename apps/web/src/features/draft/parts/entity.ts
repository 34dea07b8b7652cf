import type { SuggestEnd, TemplateSelection } from '@bulkhead/policy-engine';
import type { EntityId } from '../../../app/contracts.ts';

/** `ns:<namespace>` and `wl:<namespace>/<name>[<Kind>]` as what a template takes; `undefined` for the outside. */
export function entitySelection(id: EntityId): TemplateSelection | undefined {
  if (id.startsWith('ns:')) return { type: 'namespace', namespace: id.slice(3) };
  const [, namespace, name, kind] = /^wl:([^/]+)\/(.+)\[([^\]]+)\]$/.exec(id) ?? [];
  if (namespace === undefined || name === undefined || kind === undefined) return undefined;
  return { type: 'workload', namespace, workload: { kind, name } };
}

/** An entity as an end of a suggestion; `undefined` where edits can't be looked for: `whyNoEnd` says why. */
export function suggestEnd(id: EntityId): SuggestEnd | undefined {
  if (id === 'out:internet') return { type: 'addresses', cidr: '0.0.0.0/0' };
  if (id.startsWith('out:cidr:')) return { type: 'addresses', cidr: id.slice('out:cidr:'.length) };
  if (id.startsWith('ip:')) {
    const address = id.slice('ip:'.length);
    return { type: 'addresses', cidr: `${address}/${address.includes(':') ? 128 : 32}` };
  }
  return entitySelection(id);
}

/** Why an entity is no end that edits can be looked for, and what is instead; `undefined` where it is one. */
export function whyNoEnd(id: EntityId): string | undefined {
  if (suggestEnd(id) !== undefined) return undefined;
  if (id === 'out:nodes')
    return 'A NetworkPolicy can name nodes only by their addresses: ask about an address or a block of them.';
  if (id === 'out:cidrs') return 'These are many blocks of addresses: ask about one of them.';
  if (id.startsWith('out:domain:'))
    return 'A NetworkPolicy can not name domains, only addresses. A ClusterNetworkPolicy can, in egress rules that accept.';
  return 'Policies can not name this end: ask about a workload, a namespace or addresses.';
}
