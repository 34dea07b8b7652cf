import type {
  ClusterSnapshot,
  Diagnostic,
  EndpointSliceRecord,
  HiddenRecord,
  NamespaceRecord,
  NodeRecord,
  PodRecord,
  PolicyRecord,
  ServiceRecord,
  UnreadPolicyRecord,
} from '@bulkhead/policy-engine';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { diagnosticSchema } from './diagnostic.ts';
import {
  type endpointSliceSchema,
  type hiddenSchema,
  labelsSchema,
  type namespaceSchema,
  type nodeSchema,
  podSchema,
  type policySchema,
  type serviceSchema,
  type snapshotSchema,
  type unreadPolicySchema,
} from './records.ts';
import type { z } from './zod.ts';

type Keys<T> = T extends readonly (infer E)[]
  ? Keys<E>
  : T extends object
    ? { -readonly [K in keyof T]-?: string extends K ? true : Keys<NonNullable<T[K]>> }
    : true;

describe('record schemas', () => {
  it("carry every field of the engine's records", () => {
    expectTypeOf<Keys<z.infer<typeof namespaceSchema>>>().toEqualTypeOf<Keys<NamespaceRecord>>();
    expectTypeOf<Keys<z.infer<typeof podSchema>>>().toEqualTypeOf<Keys<PodRecord>>();
    expectTypeOf<Keys<z.infer<typeof nodeSchema>>>().toEqualTypeOf<Keys<NodeRecord>>();
    expectTypeOf<Keys<z.infer<typeof serviceSchema>>>().toEqualTypeOf<Keys<ServiceRecord>>();
    expectTypeOf<Keys<z.infer<typeof endpointSliceSchema>>>().toEqualTypeOf<Keys<EndpointSliceRecord>>();
    expectTypeOf<Keys<z.infer<typeof policySchema>>>().toEqualTypeOf<Keys<PolicyRecord>>();
    expectTypeOf<Keys<z.infer<typeof hiddenSchema>>>().toEqualTypeOf<Keys<HiddenRecord>>();
    expectTypeOf<Keys<z.infer<typeof unreadPolicySchema>>>().toEqualTypeOf<Keys<UnreadPolicyRecord>>();
    expectTypeOf<Keys<z.infer<typeof snapshotSchema>>>().toEqualTypeOf<Keys<ClusterSnapshot>>();
    expectTypeOf<Keys<z.infer<typeof diagnosticSchema>>>().toEqualTypeOf<Keys<Diagnostic>>();
  });

  it('keep a label named like a member of Object.prototype, as an own property and nothing else', () => {
    const labels: unknown = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}');
    const parsed = labelsSchema.parse(labels);
    expect(Object.entries(parsed)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    expect(podSchema.parse({ ...pod, labels }).labels).toBe(labels);
  });

  it.each([null, 'a', [], { a: 1 }, { a: null }, { a: { b: 'c' } }])('refuse labels %j', (labels) => {
    expect(labelsSchema.safeParse(labels).success).toBe(false);
  });

  it('keep what was absent absent', () => {
    expect(Object.hasOwn(podSchema.parse(pod), 'node')).toBe(false);
    expect(podSchema.safeParse({ ...pod, node: undefined }).success).toBe(false);
  });
});

const pod: PodRecord = {
  namespace: 'shop',
  name: 'web-1',
  labels: {},
  workload: { kind: 'Deployment', name: 'web' },
  ports: [],
  ips: ['10.0.0.1'],
  hostNetwork: false,
  state: 'running',
  replicas: 1,
};
