import type { ClusterSnapshot, PodRecord } from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import { formatEventId, parseEventId } from './snapshot.ts';
import { applyDelta, EMPTY_STREAM, fromSnapshot, reduceStream, toSnapshot } from './state.ts';
import { type DeltaData, parseStreamEvent, type StreamEvent } from './stream.ts';

const pod = (name: string, ip: string): PodRecord => ({
  namespace: 'shop',
  name,
  labels: { app: name },
  workload: { kind: 'Pod', name },
  ports: [],
  ips: [ip],
  hostNetwork: false,
  state: 'running',
  replicas: 1,
});

const snapshot: ClusterSnapshot = {
  namespaces: [{ name: 'shop', labels: {}, labelsKnown: true }],
  pods: [pod('a', '10.0.0.1'), pod('b', '10.0.0.2')],
  nodes: [{ name: 'n1', labels: {}, ips: [] }],
  services: [],
  policies: [
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'p', spec: {} },
  ],
  hidden: [],
};

const state = fromSnapshot({ epoch: 'e', revision: 7 }, snapshot, []);

const delta: DeltaData = {
  epoch: 'e',
  base: 7,
  revision: 8,
  changes: [
    { kind: 'pod', key: 'shop/a', record: null },
    { kind: 'pod', key: 'shop/b', record: pod('b', '10.0.0.9') },
    { kind: 'pod', key: 'shop/c', record: pod('c', '10.0.0.3') },
    { kind: 'policy', key: 'NetworkPolicy/shop/p', record: null },
  ],
};

const whole: readonly StreamEvent[] = [
  {
    event: 'begin',
    data: {
      epoch: 'e',
      revision: 7,
      totals: { namespace: 1, pod: 2, node: 0, service: 0, endpointSlice: 0, policy: 0 },
    },
  },
  { event: 'records', data: { kind: 'namespace', upserts: snapshot.namespaces } },
  { event: 'records', data: { kind: 'pod', upserts: [pod('a', '10.0.0.1')] } },
  { event: 'records', data: { kind: 'pod', upserts: [pod('b', '10.0.0.2')] } },
  { event: 'end', data: { epoch: 'e', revision: 7, hidden: [], unreadPolicies: [], diagnostics: [] } },
];

describe('applyDelta', () => {
  it('adds, replaces and removes by key, and leaves the state it was given alone', () => {
    const next = applyDelta(state, delta);
    expect(next && toSnapshot(next)).toEqual({
      ...snapshot,
      pods: [pod('b', '10.0.0.9'), pod('c', '10.0.0.3')],
      policies: [],
    });
    expect(toSnapshot(state)).toEqual(snapshot);
  });

  it('shares the maps of kinds that did not change', () => {
    const next = applyDelta(state, delta);
    expect(next?.node).toBe(state.node);
    expect(next?.pod).not.toBe(state.pod);
  });

  it('refuses a gap, a repetition and another epoch', () => {
    expect(applyDelta(state, { ...delta, base: 8, revision: 9 })).toBeUndefined();
    expect(applyDelta(state, { ...delta, base: 6, revision: 7 })).toBeUndefined();
    expect(applyDelta(state, { ...delta, epoch: 'f' })).toBeUndefined();
  });
});

describe('reduceStream', () => {
  it('puts a snapshot together and counts what has come', () => {
    const partly = whole.slice(0, 3).reduce(reduceStream, EMPTY_STREAM);
    expect(partly.incoming?.received).toBe(2);
    expect(partly.current).toBeUndefined();
    const done = whole.reduce(reduceStream, EMPTY_STREAM);
    expect(done.incoming).toBeUndefined();
    expect(done.current && toSnapshot(done.current).pods).toEqual(snapshot.pods);
  });

  it('keeps the old state until a new snapshot is whole', () => {
    const done = whole.reduce(reduceStream, EMPTY_STREAM);
    const again = whole.slice(0, 3).reduce(reduceStream, done);
    expect(again.current).toBe(done.current);
  });

  it('asks for a resync when a chunk or a delta got lost', () => {
    const lost = [...whole.slice(0, 2), ...whole.slice(3)].reduce(reduceStream, EMPTY_STREAM);
    expect(lost).toMatchObject({ resync: true });
    expect(lost.current).toBeUndefined();
    const done = whole.reduce(reduceStream, EMPTY_STREAM);
    const gap = reduceStream(done, { event: 'delta', data: { ...delta, base: 9, revision: 10 } });
    expect(gap.resync).toBe(true);
    expect(gap.current).toBe(done.current);
    expect(reduceStream(EMPTY_STREAM, { event: 'delta', data: delta }).resync).toBe(true);
  });
});

describe('event ids', () => {
  it('survive a round trip', () => {
    expect(parseEventId(formatEventId({ epoch: 'Ab-_9', revision: 12 }))).toEqual({
      epoch: 'Ab-_9',
      revision: 12,
    });
  });

  it.each(['', ':', 'e', 'e:', ':1', 'e:-1', 'e:1.5', 'e:1e3', 'e:1\n', 'a b:1', `${'e'.repeat(65)}:1`])(
    'refuse %j',
    (text) => {
      expect(parseEventId(text)).toBeUndefined();
    },
  );
});

describe('parseStreamEvent', () => {
  it('reads what the server writes', () => {
    for (const { event, data } of [...whole, { event: 'delta' as const, data: delta }]) {
      expect(parseStreamEvent(event, JSON.stringify(data))).toEqual({ event, data });
    }
  });

  it('says what is wrong with anything else', () => {
    expect(parseStreamEvent('nope', '{}')).toHaveProperty('problem');
    expect(parseStreamEvent('end', 'not json')).toHaveProperty('problem');
    expect(parseStreamEvent('delta', '{"epoch":"e"}')).toHaveProperty('problem');
  });
});
