import { describe, expect, it } from 'vitest';
import { snapshotFromObjects } from './from-kubernetes.ts';

const slice = (rest: Readonly<Record<string, unknown>>) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-x2k', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ...rest,
});
const read = (object: unknown) => snapshotFromObjects([{ object }], 'server');
const record = (object: unknown) => read(object).snapshot.endpointSlices?.[0];

describe('an EndpointSlice', () => {
  it('says which addresses of its service take connections, and on which ports', () => {
    expect(
      record(
        slice({
          endpoints: [
            { addresses: ['10.0.0.2'], conditions: { ready: true } },
            { addresses: ['10.0.0.3'], conditions: { ready: false } },
          ],
          ports: [
            { name: 'http', protocol: 'TCP', port: 8080 },
            { name: '', protocol: 'UDP' },
          ],
        }),
      ),
    ).toEqual({
      namespace: 'shop',
      name: 'web-x2k',
      service: 'web',
      ready: ['10.0.0.2'],
      notReady: ['10.0.0.3'],
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }, { protocol: 'UDP' }],
    });
  });

  it('counts an endpoint of which nothing is said as ready', () => {
    const endpoints = [
      { addresses: ['10.0.0.1'] },
      { addresses: ['10.0.0.2'], conditions: {} },
      { addresses: ['10.0.0.3'], conditions: { ready: null } },
    ];
    expect(record(slice({ endpoints }))?.ready).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  it('is the same record whatever order, zones, hints and other conditions its endpoints have', () => {
    const [a, b] = [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }];
    const detail = { zone: 'z', nodeName: 'n', hints: { forZones: [{ name: 'z' }] } };
    const terminating = { ...a, ...detail, conditions: { ready: true, serving: true, terminating: true } };
    expect(record(slice({ endpoints: [b, terminating] }))).toEqual(record(slice({ endpoints: [a, b] })));
  });

  it('has no service where none is named, and nothing where it is empty', () => {
    const bare = { ...slice({ endpoints: null, ports: null }), metadata: { name: 'x', namespace: 'shop' } };
    expect(record(bare)).toEqual({ namespace: 'shop', name: 'x', ready: [], notReady: [], ports: [] });
  });

  it.each([
    [{ endpoints: 7 }],
    [{ endpoints: [null, 7, { addresses: 'a' }, { addresses: [7] }] }],
    [{ ports: [3] }],
  ])('does not throw on %j', (rest) => {
    const { snapshot } = read(slice(rest));
    for (const { ready, notReady } of snapshot.endpointSlices ?? [])
      expect([...ready, ...notReady]).toEqual([]);
  });

  it('of another API group is none', () => {
    expect(record({ ...slice({}), apiVersion: 'example.org/v1' })).toBeUndefined();
  });
});
