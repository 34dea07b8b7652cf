import { describe, expect, it } from 'vitest';
import type { PodRecord } from '../model/records.ts';
import { engineFor } from './engine-adapter.ts';
import {
  adminNetworkPolicy,
  cluster,
  clusterNetworkPolicy,
  expectVerdicts,
  namespace,
  networkPolicy,
  node,
  pod,
} from './scenario.ts';

/** The smallest forms of what random clusters once showed the engine and the spec-literal evaluator to differ on. */

const namespaces = [namespace('x'), namespace('y')];
const nodes = [node('n1', ['192.168.0.1'], { role: 'worker' })];
const client = pod('x/client', { ips: ['10.0.0.1'], node: 'n1' });
const host = { hostNetwork: true, ips: ['192.168.0.1'], node: 'n1' } as const;

const clusterOf = (pods: readonly PodRecord[], policies: Parameters<typeof cluster>[0]['policies'] = []) =>
  cluster({ namespaces, nodes, pods, policies });

describe('addresses', () => {
  const dual = pod('y/dual', { ips: ['10.0.0.2', 'fd00::2'] });
  const egress = (peers: string) => networkPolicy('x', `policyTypes: [Egress]\negress: [{to: [${peers}]}]`);

  it('lets the blocks of one rule cover both addresses of a dual-stack pod together', () => {
    const both = egress('{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}');
    expectVerdicts(clusterOf([client, dual], [both]), { 'x/client -> y/dual:80': 'A' });
    const one = egress('{ipBlock: {cidr: 0.0.0.0/0}}');
    expectVerdicts(clusterOf([client, dual], [one]), { 'x/client -> y/dual:80': 'U' });
  });

  it('takes blocks to lie outside of the cluster where an address is not known, but for all addresses', () => {
    const manifest = pod('y/web', { ips: [], state: 'declared' });
    const verdict = (peers: string, expected: 'A' | 'D' | 'U') =>
      expectVerdicts(clusterOf([client, manifest], [egress(peers)]), { 'x/client -> y/web:80': expected });
    verdict('{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}', 'A');
    verdict('{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}, {ipBlock: {cidr: "::/0"}}', 'A');
    verdict('{ipBlock: {cidr: 0.0.0.0/0}}', 'U');
    verdict('{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: "::/0"}}', 'U');
    verdict('{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}', 'D');
    verdict('{ipBlock: {cidr: 10.0.0.0/8}}', 'D');
  });

  it('does not put blocks of different rules together, since either may be the one that is needed', () => {
    const policy = networkPolicy(
      'x',
      `
policyTypes: [Egress]
egress:
  - to: [{ipBlock: {cidr: 0.0.0.0/0}}]
    ports: [{port: 80}]
  - to: [{ipBlock: {cidr: "::/0"}}]
    ports: [{port: 81}]
`,
    );
    expectVerdicts(clusterOf([client, dual], [policy]), {
      'x/client -> y/dual:80': 'U',
      'x/client -> y/dual:81': 'U',
      'x/client -> y/dual:82': 'D',
    });
  });
});

describe('a policy that may not select the subject', () => {
  it('decides as a whole: a rule behind one that matches for certain stays out of it', () => {
    const unseen = { ...namespace('y'), labels: { 'kubernetes.io/metadata.name': 'y' }, labelsKnown: false };
    const admin = clusterNetworkPolicy(`
tier: Admin
priority: 0
subject: {namespaces: {matchLabels: {team: a}}}
ingress:
  - {action: Deny, from: [{namespaces: {}}]}
  - {action: Accept, from: [{namespaces: {}}]}
`);
    const isolating = networkPolicy('y', 'podSelector: {}');
    const snapshot = {
      ...clusterOf([client, pod('y/server')], [admin, isolating]),
      namespaces: [namespace('x'), unseen],
    };
    expectVerdicts(snapshot, { 'x/client -> y/server:80': 'D' });
    expectVerdicts({ ...snapshot, policies: [admin] }, { 'x/client -> y/server:80': 'U' });
  });
});

describe('nodes', () => {
  const denyNodes = adminNetworkPolicy(`
priority: 0
subject: {namespaces: {}}
egress: [{action: Deny, to: [{nodes: {matchLabels: {role: worker}}}]}]
`);
  const isolating = networkPolicy('x', 'policyTypes: [Egress]');

  it('are out of reach where an admin policy denies them, the pod’s own node too', () => {
    expectVerdicts(clusterOf([client], [denyNodes]), { 'x/client -> node:n1:10250': 'D' });
    expectVerdicts(clusterOf([client], [isolating]), { 'x/client -> node:n1:10250': 'A' });
  });

  it('are in reach of an isolated pod of theirs, which Baseline never gets to see', () => {
    const baseline = clusterNetworkPolicy(`
tier: Baseline
priority: 0
subject: {namespaces: {}}
egress: [{action: Deny, to: [{nodes: {}}]}]
`);
    expectVerdicts(clusterOf([client], [baseline]), { 'x/client -> node:n1:10250': 'D' });
    expectVerdicts(clusterOf([client], [baseline, isolating]), { 'x/client -> node:n1:10250': 'A' });
    const hidden = [{ resource: 'networkpolicies.networking.k8s.io', reason: 'forbidden' }];
    const unread = { ...clusterOf([client], [baseline]), hidden };
    expectVerdicts(unread, { 'x/client -> node:n1:10250': 'U' });
    const [part] =
      engineFor(unread).explain({ kind: 'pod', namespace: 'x', name: 'client' }, { kind: 'node', name: 'n1' })
        ?.parts ?? [];
    expect(part?.reasons).toContain('policies-unread');
  });

  it('are what a hostNetwork pod is to a nodes peer, as far as its node is known', () => {
    const away = pod('x/client', { ips: ['10.0.0.1'] });
    expectVerdicts(clusterOf([away, pod('y/host', host)], [denyNodes]), { 'x/client -> y/host:80': 'D' });
    const nowhere = pod('y/host', { hostNetwork: true });
    expectVerdicts(clusterOf([away, nowhere], [denyNodes]), { 'x/client -> y/host:80': 'U' });
    const unseen = pod('y/host', { ...host, node: 'n9' });
    expectVerdicts(clusterOf([away, unseen], [denyNodes]), { 'x/client -> y/host:80': 'U' });
  });
});

describe('port names', () => {
  const byName = networkPolicy('x', 'policyTypes: [Egress]\negress: [{ports: [{port: web}]}]');
  const web = { name: 'web', protocol: 'TCP' } as const;

  it('are resolved on a hostNetwork pod in one of its two readings only', () => {
    const server = pod('y/host', { ...host, ports: [{ ...web, port: 8080 }] });
    expectVerdicts(clusterOf([pod('x/client'), server], [byName]), {
      'x/client -> y/host:8080': 'U',
      'x/client -> y/host:80': 'D',
    });
  });

  it('that stand for several numbers, or for an init container’s, are not known to resolve', () => {
    const twice = pod('y/twice', { ports: [80, 81].map((port) => ({ ...web, port })) });
    const init = pod('y/init', { ports: [{ ...web, port: 80, init: true }] });
    expectVerdicts(clusterOf([pod('x/client'), twice, init], [byName]), {
      'x/client -> y/twice:80': 'U',
      'x/client -> y/twice:81': 'U',
      'x/client -> y/twice:82': 'D',
      'x/client -> y/init:80': 'U',
    });
  });
});
