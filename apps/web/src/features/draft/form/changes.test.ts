import type { PolicyForm } from '@bulkhead/policy-engine';
import { readPolicy } from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import { isolates, newRule, portText, readPort, withIsolation, withRules } from './changes.ts';

function policy(spec: Record<string, unknown>): PolicyForm {
  const form = readPolicy(
    JSON.parse(
      JSON.stringify({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'a' },
        spec,
      }),
    ),
  );
  if (form === undefined) throw new Error('no form');
  return form;
}

describe('isolation in the form', () => {
  it('reads what the API server would fill in', () => {
    expect([isolates(policy({}), 'ingress'), isolates(policy({}), 'egress')]).toEqual([true, false]);
    expect(isolates(policy({ egress: [{}] }), 'egress')).toBe(true);
    expect(isolates(policy({ egress: [] }), 'egress')).toBe(false);
    expect(isolates(policy({ policyTypes: ['Egress'] }), 'ingress')).toBe(false);
  });

  it('writes both directions out when one is switched', () => {
    expect(withIsolation(policy({}), 'egress', true).policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('never writes an empty list, which would mean the default', () => {
    expect(withIsolation(policy({}), 'ingress', false)).toEqual(policy({}));
  });

  it('never adds a rule that does nothing', () => {
    const form = withRules(policy({ policyTypes: ['Ingress'] }), 'egress', [newRule('NetworkPolicy')]);
    expect(form.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(withRules(policy({}), 'egress', [newRule('NetworkPolicy')]).policyTypes).toBeUndefined();
  });
});

describe('a port as text', () => {
  it('reads back what it wrote', () => {
    for (const kind of ['NetworkPolicy', 'ClusterNetworkPolicy'] as const) {
      for (const text of ['80', '8000-8100', 'http']) {
        const port = readPort(kind, text, { type: 'port', protocol: 'UDP', port: 1 });
        expect(port === undefined ? undefined : portText(port)).toBe(text);
      }
    }
    expect(readPort('NetworkPolicy', '', { type: 'port', port: 1 })).toEqual({ type: 'port' });
    expect(readPort('NetworkPolicy', 'a b', { type: 'port' })).toBeUndefined();
  });
});
