import { describe, expect, it } from 'vitest';
import { EMPTY_SNAPSHOT, type Labels, type PodRecord } from '../../model/records.ts';
import { clusterValues } from '../cluster-values.ts';
import { complete } from './complete.ts';
import { helpAt } from './help.ts';

function pod(namespace: string, name: string, labels: Labels, port: number, portName: string): PodRecord {
  return {
    namespace,
    name,
    labels,
    workload: { kind: 'Deployment', name },
    ports: [{ protocol: 'TCP', port, name: portName }],
    ips: [],
    hostNetwork: false,
    state: 'running',
    replicas: 2,
  };
}

const values = clusterValues({
  ...EMPTY_SNAPSHOT,
  namespaces: [
    { name: 'shop', labels: { env: 'prod' }, labelsKnown: true },
    { name: 'web', labels: { env: 'dev' }, labelsKnown: true },
  ],
  pods: [
    pod('shop', 'db', { app: 'db', 'pod-template-hash': 'x' }, 5432, 'pg'),
    pod('web', 'front', { app: 'front', tier: 'yes' }, 8080, 'http'),
  ],
});

const HEAD =
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: a\n  namespace: shop\nspec:\n';

function options(text: string): readonly string[] {
  const offset = text.indexOf('|');
  const found = complete(text.replace('|', ''), offset, values);
  return [...(found?.options ?? [])].sort((a, b) => b.rank - a.rank).map(({ label }) => label);
}

describe('complete', () => {
  it('offers the fields that are missing, the needed ones first', () => {
    expect(options('|')).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(options(`${HEAD}  podSelector: {}\n  |`)).toEqual(['policyTypes', 'ingress', 'egress']);
    expect(options(`${HEAD}  ingress:\n  - |`)).toEqual(['from', 'ports']);
    const found = complete(`${HEAD}  ing`, HEAD.length + 5, values);
    expect(found?.options.find(({ label }) => label === 'ingress')?.insert).toBe('ingress:\n    - ');
  });

  it('offers labels, values, namespaces and ports that the cluster has', () => {
    expect(options('metadata:\n  namespace: |')).toEqual(['shop', 'web']);
    expect(options(`${HEAD}  podSelector:\n    matchLabels:\n      |`)).toEqual(['app', 'tier']);
    expect(options(`${HEAD}  podSelector:\n    matchLabels:\n      app: |`)).toEqual(['db', 'front']);
    expect(
      options(
        `${HEAD}  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n          env: |`,
      ),
    ).toEqual(['prod', 'dev']);
    expect(options(`${HEAD}  ingress:\n  - ports:\n    - port: |`)).toEqual(['5432', 'pg', '8080', 'http']);
    expect(options(`${HEAD}  ingress:\n  - ports:\n    - protocol: |`)).toEqual(['TCP', 'UDP', 'SCTP']);
    expect(options(`${HEAD}  podSelector:\n    matchExpressions:\n    - key: |`)).toEqual(['app', 'tier']);
    expect(options(`${HEAD}  podSelector:\n    matchExpressions:\n    - operator: |`)).toContain('NotIn');
    expect(
      options(
        `${HEAD}  podSelector:\n    matchExpressions:\n    - key: app\n      operator: In\n      values:\n      - |`,
      ),
    ).toEqual(['db', 'front']);
    expect(options(`${HEAD}  podSelector: {matchLabels: {app: |`)).toEqual(['db', 'front']);
  });

  it('quotes values that YAML would read as something else', () => {
    const text = `${HEAD}  podSelector:\n    matchLabels:\n      tier: `;
    expect(complete(text, text.length, values)?.options).toMatchObject([{ label: 'yes', insert: '"yes"' }]);
  });
});

describe('helpAt', () => {
  it('explains the field and says what its selector matches', () => {
    const text = `${HEAD}  podSelector:\n    matchLabels:\n      app: db\n`;
    expect(helpAt(text, text.indexOf('podSel'), values)).toMatchObject({
      name: 'podSelector',
      matches: '2 pods of db',
    });
    expect(helpAt(text, text.indexOf('app'), values)).toMatchObject({
      name: 'matchLabels',
      matches: '2 pods of db',
    });
    expect(helpAt(text, 0, values)?.name).toBe('apiVersion');
    expect(helpAt('x: [', 0, values)).toBeUndefined();
  });
});
