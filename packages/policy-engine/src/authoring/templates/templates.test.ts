import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ClusterSnapshot, EMPTY_SNAPSHOT, type Labels, type PodRecord } from '../../model/records.ts';
import { readPolicyText } from '../draft/policies.ts';
import { pickSelector } from '../pick-selector.ts';
import { templateContext } from './context.ts';
import { objectName } from './object-name.ts';
import { TEMPLATES, templateById } from './templates.ts';

function pod(namespace: string, name: string, labels: Labels, extra: Partial<PodRecord> = {}): PodRecord {
  return {
    namespace,
    name,
    labels,
    workload: { kind: 'Deployment', name },
    ports: [{ protocol: 'TCP', port: 8080, name: 'http' }],
    ips: [],
    hostNetwork: false,
    state: 'running',
    replicas: 1,
    ...extra,
  };
}

const snapshot: ClusterSnapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: ['kube-system', 'shop', 'web'].map((name) => ({ name, labels: {}, labelsKnown: true })),
  pods: [
    pod('kube-system', 'coredns', { 'k8s-app': 'coredns' }),
    pod('shop', 'db', { app: 'shop', tier: 'db', 'pod-template-hash': 'x1' }),
    pod('shop', 'api', { app: 'shop', tier: 'api', 'pod-template-hash': 'x2' }),
    pod('web', 'front', { app: 'yes' }),
    pod('edge-ingress', 'controller', { app: 'nginx' }),
  ],
  nodes: [{ name: 'cp', labels: { 'node-role.kubernetes.io/control-plane': '' }, ips: ['10.0.0.1'] }],
};
const db = { type: 'workload' as const, namespace: 'shop', workload: { kind: 'Deployment', name: 'db' } };
const front = {
  type: 'workload' as const,
  namespace: 'web',
  workload: { kind: 'Deployment', name: 'front' },
};

function build(id: string, context = templateContext(snapshot, db, front)): string {
  const text = templateById(id)?.build(context);
  if (text === undefined) throw new Error(`no template ${id}`);
  return text;
}

describe('pickSelector', () => {
  it('takes the fewest lasting labels that select just the workload', () => {
    expect(pickSelector(snapshot, 'shop', { kind: 'Deployment', name: 'db' })).toEqual({
      labels: [['tier', 'db']],
      also: [],
    });
    const twins = { ...snapshot, pods: [pod('a', 'x', { app: 'x' }), pod('a', 'y', { app: 'x' })] };
    expect(pickSelector(twins, 'a', { kind: 'Deployment', name: 'x' })).toEqual({
      labels: [['app', 'x']],
      also: ['y'],
    });
    expect(pickSelector(snapshot, 'shop', { kind: 'Job', name: 'none' }).labels).toEqual([]);
  });
});

describe('templates', () => {
  it('pass validation for any selection, on any cluster', () => {
    for (const cluster of [snapshot, EMPTY_SNAPSHOT]) {
      for (const subject of [undefined, db, { type: 'namespace' as const, namespace: 'shop' }]) {
        for (const template of TEMPLATES) {
          const text = template.build(templateContext(cluster, subject, front));
          const { documents, diagnostics } = readPolicyText(text, template.id);
          expect(
            diagnostics.map(({ diagnostic }) => diagnostic.message),
            `${template.id}\n${text}`,
          ).toEqual([]);
          const kind = template.group === 'cluster' ? 'ClusterNetworkPolicy' : 'NetworkPolicy';
          expect(documents.map(({ policy }) => policy?.kind)).toEqual([kind]);
        }
      }
    }
  });

  it('fill in the selection', () => {
    const spec = (text: string) => parse(text).spec;
    expect(spec(build('allow-from-pods'))).toEqual({
      podSelector: { matchLabels: { tier: 'db' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'web' } },
              podSelector: { matchLabels: { app: 'yes' } },
            },
          ],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
    });
    expect(spec(build('deny-ingress'))).toEqual({
      podSelector: { matchLabels: { tier: 'db' } },
      policyTypes: ['Ingress'],
    });
    expect(spec(build('allow-port-from-anywhere')).ingress).toEqual([
      { ports: [{ protocol: 'TCP', port: 8080 }] },
    ]);
    expect(spec(build('allow-namespace')).ingress).toEqual([{ from: [{ podSelector: {} }] }]);
    expect(spec(build('deny-all')).egress[0].to).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
        podSelector: { matchLabels: { 'k8s-app': 'coredns' } },
      },
    ]);
    expect(spec(build('allow-ingress-controller')).ingress[0].from[0].podSelector.matchLabels).toEqual({
      app: 'nginx',
    });
    expect(spec(build('allow-api-server')).egress).toEqual([
      { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ protocol: 'TCP', port: 6443 }] },
    ]);
    expect(spec(build('allow-cidr-except')).egress[0].to).toEqual([
      { ipBlock: { cidr: '10.0.0.0/8', except: ['10.96.0.0/12'] } },
    ]);
    expect(spec(build('deny-other-egress')).egress).toHaveLength(2);
    expect(spec(build('deny-egress-strict'))).toEqual({
      podSelector: { matchLabels: { tier: 'db' } },
      policyTypes: ['Egress'],
    });
    expect(spec(build('deny-all-strict'))).toEqual({
      podSelector: { matchLabels: { tier: 'db' } },
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('write cluster-scoped policies in the version that the cluster uses', () => {
    const old: ClusterSnapshot = {
      ...snapshot,
      policies: [
        {
          apiVersion: 'policy.networking.k8s.io/v1alpha1',
          kind: 'AdminNetworkPolicy',
          name: 'x',
          spec: { priority: 500, subject: { namespaces: {} } },
        },
      ],
    };
    const read = (id: string, cluster: ClusterSnapshot) => {
      const { documents, diagnostics } = readPolicyText(build(id, templateContext(cluster, db, front)), id);
      expect(diagnostics).toEqual([]);
      return documents.map(({ policy }) => policy);
    };
    expect(read('cluster-keep-apart', snapshot)).toMatchObject([
      {
        kind: 'ClusterNetworkPolicy',
        name: 'keep-web-from-shop',
        spec: {
          tier: 'Admin',
          priority: 500,
          subject: { namespaces: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } },
          ingress: [
            {
              action: 'Deny',
              from: [{ namespaces: { matchLabels: { 'kubernetes.io/metadata.name': 'web' } } }],
            },
          ],
        },
      },
    ]);
    expect(read('cluster-keep-apart', old)).toMatchObject([
      { kind: 'AdminNetworkPolicy', spec: { priority: 501 } },
    ]);
    expect(read('cluster-baseline-deny', old)).toMatchObject([
      { kind: 'BaselineAdminNetworkPolicy', name: 'default' },
    ]);
  });

  it('says that the API server could not be found', () => {
    expect(build('allow-api-server', templateContext(EMPTY_SNAPSHOT))).toContain(
      'kubectl get endpointslices',
    );
  });

  it('names objects within the rules', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 200 }), (a, b) => {
        expect(objectName(a, b)).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      }),
    );
  });
});
