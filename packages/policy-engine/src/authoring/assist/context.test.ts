import { describe, expect, it } from 'vitest';
import { cursorContext } from './context.ts';

/** The context at `|`. */
function at(text: string) {
  const offset = text.indexOf('|');
  return cursorContext(text.replace('|', ''), offset);
}

const HEAD =
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: a\n  namespace: shop\n';

describe('cursorContext', () => {
  it('knows the map that a key is typed into, its siblings, and the document', () => {
    expect(at(`${HEAD}spec:\n  podSelector: {}\n  ing|\n  egress: []\n`)).toMatchObject({
      kind: 'NetworkPolicy',
      namespace: 'shop',
      path: ['spec'],
      mode: 'key',
      prefix: 'ing',
      siblings: ['podSelector', 'egress'],
    });
    expect(at('|')).toMatchObject({ path: [], mode: 'key', siblings: [] });
    expect(at(`${HEAD}|`)).toMatchObject({ path: [], siblings: ['metadata', 'kind', 'apiVersion'] });
  });

  it('goes into lists, in both styles of indentation', () => {
    for (const pad of ['', '  ']) {
      const text = `${HEAD}spec:\n  ingress:\n${pad}  - from:\n${pad}${pad}    - podSelector:\n${pad}${pad}        matchLabels:\n${pad}${pad}          app: |\n`;
      expect(at(text)).toMatchObject({
        path: ['spec', 'ingress', null, 'from', null, 'podSelector', 'matchLabels'],
        mode: 'value',
        key: 'app',
        prefix: '',
      });
    }
    expect(at(`${HEAD}spec:\n  ingress:\n  - from:\n    - namespaceSelector: {}\n    po|\n`)).toMatchObject({
      path: ['spec', 'ingress', null],
      mode: 'key',
      prefix: 'po',
      siblings: ['from'],
    });
    expect(at(`${HEAD}spec:\n  ingress:\n  - from:\n    - namespaceSelector: {}\n      po|\n`)).toMatchObject(
      {
        path: ['spec', 'ingress', null, 'from', null],
        siblings: ['namespaceSelector'],
      },
    );
    expect(at(`${HEAD}spec:\n  ingress:\n  - |`)).toMatchObject({
      path: ['spec', 'ingress', null],
      mode: 'item',
    });
    expect(at(`${HEAD}spec:\n  policyTypes:\n    - In|`)).toMatchObject({
      path: ['spec', 'policyTypes', null],
      mode: 'item',
      prefix: 'In',
    });
    expect(at(`${HEAD}spec:\n  ingress:\n  - ports:\n    - port: 80\n      pro|`)).toMatchObject({
      path: ['spec', 'ingress', null, 'ports', null],
      mode: 'key',
      siblings: ['port'],
    });
  });

  it('reads values up to the cursor', () => {
    expect(at(`${HEAD}spec:\n  ingress:\n  - ports:\n    - protocol: T|`)).toMatchObject({
      mode: 'value',
      key: 'protocol',
      prefix: 'T',
    });
    expect(at('metadata:\n  namespace: sh|')).toMatchObject({
      path: ['metadata'],
      key: 'namespace',
      prefix: 'sh',
    });
  });

  it('goes into brackets', () => {
    expect(at(`${HEAD}spec:\n  podSelector: {matchLabels: {app: d|}}\n`)).toMatchObject({
      path: ['spec', 'podSelector', 'matchLabels'],
      mode: 'value',
      key: 'app',
      prefix: 'd',
    });
    expect(at(`${HEAD}spec:\n  ingress:\n  - ports: [{port: 80, pro|`)).toMatchObject({
      path: ['spec', 'ingress', null, 'ports', null],
      mode: 'key',
      siblings: ['port'],
      prefix: 'pro',
    });
    expect(at(`${HEAD}spec:\n  ingress:\n  - {from: [], |`)).toMatchObject({
      path: ['spec', 'ingress', null],
      siblings: ['from'],
    });
    expect(at(`${HEAD}spec:\n  policyTypes: [Ingress, |`)).toMatchObject({
      path: ['spec', 'policyTypes', null],
      mode: 'item',
      prefix: '',
    });
    for (const closed of ['podSelector: {} |', 'podSelector: {a: {}|', 'podSelector: {a: "x|'])
      expect(at(`${HEAD}spec:\n  ${closed}`)).toBeUndefined();
  });

  it('knows the key of a condition whose values are typed', () => {
    const head = `${HEAD}spec:\n  podSelector:\n    matchExpressions:\n`;
    for (const text of [
      '    - {key: tier, operator: In, values: [a, |]}',
      '    - key: tier\n      operator: In\n      values:\n      - a\n      - |',
      '    - operator: In\n      values:\n        - |\n      key: tier # later',
    ])
      expect(at(head + text)).toMatchObject({ mode: 'item', expressionKey: 'tier' });
  });

  it('keeps documents apart and stays silent in comments', () => {
    expect(at(`kind: ClusterNetworkPolicy\n---\n${HEAD}sp|\n---\nspec:\n`)).toMatchObject({
      kind: 'NetworkPolicy',
      siblings: ['metadata', 'kind', 'apiVersion'],
    });
    expect(at('spec: # po|')).toBeUndefined();
  });
});
