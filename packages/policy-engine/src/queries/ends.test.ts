import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { EMPTY_SNAPSHOT, type PodRecord } from '../model/records.ts';
import { findEnd, parsePort } from './ends.ts';

const pod = (name: string, kind: string, rest: Partial<PodRecord> = {}): PodRecord => ({
  namespace: 'shop',
  name: `${name}-${kind.toLowerCase()}-1`,
  labels: { app: name },
  workload: { kind, name },
  ports: [],
  ips: [],
  hostNetwork: false,
  state: 'running',
  replicas: 1,
  ...rest,
});

const cluster = compile({
  ...EMPTY_SNAPSHOT,
  namespaces: [{ name: 'shop', labels: {}, labelsKnown: true }],
  nodes: [{ name: 'n1', labels: {}, ips: ['10.1.0.4'] }],
  pods: [
    pod('web', 'Deployment', { ips: ['10.0.0.1'] }),
    pod('db', 'StatefulSet'),
    pod('db', 'Deployment'),
    pod('old', 'Job', { state: 'finished' }),
  ],
});

describe('findEnd', () => {
  it.each([
    ['shop/web', 'shop/web[Deployment]'],
    ['shop/db[statefulset]', 'shop/db[StatefulSet]'],
    ['shop/web-deployment-1', 'shop/web-deployment-1[Pod]'],
    ['10.0.0.1', '10.0.0.1 (shop/web-deployment-1)'],
    ['10.1.0.4', '10.1.0.4 (n1)'],
    ['8.8.8.8', '8.8.8.8'],
    ['2001:db8::1', '2001:db8::1'],
    ['node/n1', 'node/n1'],
    ['internet', 'internet'],
    ['WWW.example.org.', 'www.example.org'],
  ])('knows %s as %s', (text, label) => {
    expect(findEnd(cluster, text).found).toMatchObject({ label, endpoints: [expect.anything()] });
  });

  it.each([
    ['shop/wep', 'not-found', 'Did you mean shop/web?'],
    ['shob/web', 'not-found', 'Did you mean shop?'],
    ['shop/old', 'not-found', 'pending or finished'],
    ['shop/db', 'ambiguous', 'shop/db[Deployment], shop/db[StatefulSet]'],
    ['node/n2', 'not-found', 'n1'],
    ['10.0.0.0/8', 'malformed', 'Name one of them'],
    ['what is this', 'malformed', 'NAMESPACE/WORKLOAD'],
    ['', 'malformed', 'NAMESPACE/WORKLOAD'],
    ['__proto__/constructor', 'not-found', ''],
  ])('says what is wrong with %j', (text, code, hint) => {
    expect(findEnd(cluster, text).problem).toMatchObject({ code, hint: expect.stringContaining(hint) });
  });
});

describe('parsePort', () => {
  it.each([
    ['5432', 'TCP', 5432],
    ['53/UDP', 'UDP', 53],
    ['sctp:9', 'SCTP', 9],
    ['ICMP', 'other', 0],
  ])('reads %s', (text, protocol, port) => {
    expect(parsePort(text)).toEqual({ found: { protocol, port } });
  });

  it.each(['0', '65536', '99999', 'http', '80/http', '', '-1', '80/', '1.5'])('refuses %j', (text) => {
    expect(parsePort(text).problem?.code).toBe('malformed');
  });
});
