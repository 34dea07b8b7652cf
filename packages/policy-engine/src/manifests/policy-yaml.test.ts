import { describe, expect, it } from 'vitest';
import type { PolicyRecord } from '../model/records.ts';
import { locate } from './locate.ts';
import { policyYaml } from './policy-yaml.ts';
import { readYaml } from './yaml-values.ts';

const RECORD: PolicyRecord = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  namespace: 'shop',
  name: 'db',
  spec: {
    ingress: [
      {
        ports: [{ port: 5432, protocol: 'TCP' }],
        from: [{ podSelector: { matchLabels: { z: 'on', a: '012' } } }],
      },
    ],
    policyTypes: ['Ingress'],
    podSelector: {},
  },
};

describe('policyYaml', () => {
  it('orders fields as people write them, and labels as they were', () => {
    expect(policyYaml(RECORD)).toBe(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              z: "on"
              a: "012"
      ports:
        - protocol: TCP
          port: 5432
`);
  });

  it('keeps the labels and annotations of a policy, which applying it without them would take away', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm', on: 'yes' };
    const annotations = { owner: 'team "data"\nsecond line' };
    const text = policyYaml({ ...RECORD, labels, annotations });
    expect(readYaml(text)).toMatchObject({
      value: { metadata: { name: 'db', namespace: 'shop', labels, annotations } },
    });
  });

  it('reads back as the same policy', () => {
    const read = readYaml(policyYaml(RECORD));
    expect(read).toMatchObject({ ok: true, value: { kind: 'NetworkPolicy', spec: RECORD.spec } });
  });

  it('writes shared parts out, and stops at what contains itself', () => {
    const shared = { matchLabels: { a: 'b' } };
    expect(policyYaml({ ...RECORD, spec: { podSelector: shared, x: shared } })).not.toContain('&');
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => policyYaml({ ...RECORD, spec: { ingress: circle } })).not.toThrow();
  });

  it('lines can be found in it', () => {
    expect(locate(policyYaml(RECORD), 1, 'spec.ingress[0].ports[0].port')?.line).toBe(18);
  });
});
