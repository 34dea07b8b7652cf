import type { PolicyKey } from '@bulkhead/policy-engine';

/** An id of an entity in words: `payments/db`, `payments`, `10.0.0.0/8`, `Internet`. */
export function entityName(id: string): string {
  if (id === 'out:internet') return 'Internet';
  if (id === 'out:nodes') return 'Nodes';
  if (id === 'out:cidrs') return 'CIDR blocks';
  if (id.startsWith('wl:')) return id.slice(3).replace(/\[[^\]]*\]$/, '');
  return id.replace(/^(ns:|out:cidr:|out:domain:|ip:|out:)/, '');
}

export interface PolicyName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function policyName(key: PolicyKey): PolicyName {
  const [kind = '', namespace = '', ...rest] = key.split('/');
  return { kind, namespace, name: rest.join('/') };
}

const SHORT_KINDS: Readonly<Record<string, string>> = {
  NetworkPolicy: 'netpol',
  ClusterNetworkPolicy: 'cnp',
  AdminNetworkPolicy: 'anp',
  BaselineAdminNetworkPolicy: 'banp',
};

export function shortKind(kind: string): string {
  return SHORT_KINDS[kind] ?? kind;
}
