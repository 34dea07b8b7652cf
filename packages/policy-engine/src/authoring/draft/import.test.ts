import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { importPolicies } from './import.ts';
import { readPolicyText } from './policies.ts';

const policy = (name: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop' },
  spec: { podSelector: {} },
});
const names = (text: string) => readPolicyText(text, 'f').documents.map(({ policy: own }) => own?.name);

describe('what people have at hand', () => {
  it('becomes its policies, whatever stands beside them', () => {
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
    const text = `# first\n${stringify(policy('a'))}---\n${stringify(deployment)}...\n---\n# second\n${stringify(policy('b'))}`;
    const imported = importPolicies(text);
    expect(imported).toMatchObject({ policies: 2, left: 1 });
    expect(imported.text).toBe(`# first\n${stringify(policy('a'))}---\n# second\n${stringify(policy('b'))}`);
  });

  it.each(['List', 'NetworkPolicyList'])('is taken out of a %s, with its comments', (kind) => {
    const text = `apiVersion: v1\nkind: ${kind}\nitems:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata:\n    name: a # one\n    namespace: shop\n  spec:\n    podSelector: {}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: s}\n`;
    const imported = importPolicies(text);
    expect(imported).toMatchObject({ policies: 1, left: 1 });
    expect(imported.text).toMatch(/^apiVersion[\s\S]*\n {2}name: a # one\n/);
  });

  it('is taken out of JSON, and of a typed list whose items have no type', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [policy('a'), policy('b')] };
    expect(names(importPolicies(JSON.stringify(list, null, 2)).text)).toEqual(['a', 'b']);
    const { apiVersion, kind, ...bare } = policy('c');
    const typed = { apiVersion, kind: `${kind}List`, items: [bare] };
    expect(names(importPolicies(stringify(typed)).text)).toEqual(['c']);
  });

  it('loses what only an API server writes, and nothing else', () => {
    const text = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"a": 1}
  creationTimestamp: "2026-01-01T00:00:00Z"
  generation: 1
  labels:
    team: shop # ours
  name: a
  namespace: shop
  resourceVersion: "1"
  uid: 7c0
spec:
  podSelector: {}
status: {}
`;
    expect(importPolicies(text).text).toBe(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  labels:
    team: shop # ours
  name: a
  namespace: shop
spec:
  podSelector: {}
`);
  });

  it('is left as it is where there is no policy in it, and what can not be read stays beside the others', () => {
    for (const text of ['', 'kind: Deployment\napiVersion: apps/v1\n', 'a: [', '- 1\n']) {
      expect(importPolicies(text)).toEqual({ text, policies: 0, left: 0 });
    }
    expect(importPolicies(`${stringify(policy('a'))}---\nkind: [\n`).text).toContain('---\nkind: [\n');
  });
});
