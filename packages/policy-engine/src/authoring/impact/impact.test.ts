import { describe, expect, it } from 'vitest';
import { compile } from '../../compile/compile.ts';
import { type ClusterSnapshot, EMPTY_SNAPSHOT, type Labels, type PodRecord } from '../../model/records.ts';
import { compileOverlay } from '../../queries/diff.ts';
import { readPolicyText } from '../draft/policies.ts';
import { impactOf } from './impact.ts';
import { type Impact, NO_IMPACT } from './model.ts';

function pod(namespace: string, name: string, labels: Labels = { app: name }): PodRecord {
  return {
    namespace,
    name,
    labels,
    workload: { kind: 'Deployment', name },
    ports: [],
    ips: [],
    hostNetwork: false,
    state: 'running',
    replicas: 1,
  };
}

const snapshot: ClusterSnapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: ['dns', 'shop', 'web'].map((name) => ({
    name,
    labels: { 'kubernetes.io/metadata.name': name },
    labelsKnown: true,
  })),
  pods: [
    pod('dns', 'coredns', { 'k8s-app': 'kube-dns' }),
    pod('shop', 'db'),
    pod('shop', 'api'),
    pod('web', 'front'),
  ],
};

function policies(...specs: string[]): ClusterSnapshot['policies'] {
  return specs.flatMap((spec, index) =>
    readPolicyText(
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p${index}, namespace: shop}\nspec: ${spec}`,
      't',
    ).documents.flatMap(({ policy }) => policy ?? []),
  );
}

function impact(was: ClusterSnapshot, is: ClusterSnapshot, options = {}): Impact {
  const overlay = compileOverlay(compile(was), is);
  if (overlay === undefined) throw new Error('only pods, namespaces and policies differ');
  return impactOf(overlay.before, overlay.after, options);
}

function texts(value: Impact): string[] {
  return value.rows.map(
    ({ kind, from, to, before, after }) =>
      `${kind} ${from.label}>${to.label} ${before.label} → ${after.label}`,
  );
}

const DENY = '{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}';
const ALLOW =
  '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}';

describe('impactOf', () => {
  it('lists what closes, opens, widens and narrows, per port, with before and after', () => {
    const closed = impact(snapshot, { ...snapshot, policies: policies(DENY) });
    expect(closed.level).toBe('workload');
    expect(texts(closed)).toEqual([
      'closed internet>db all ports → none',
      'closed coredns>db all ports → none',
      'closed api>db all ports → none',
      'closed front>db all ports → none',
    ]);
    const denied = { ...snapshot, policies: policies(DENY) };
    expect(texts(impact(denied, { ...snapshot, policies: policies(DENY, ALLOW) }))).toEqual([
      'opened api>db none → TCP 5432',
    ]);
    const allowed = { ...snapshot, policies: policies(ALLOW) };
    const wider = { ...snapshot, policies: policies(ALLOW.replace('5432}', '5432}, {port: 80}')) };
    expect(texts(impact(allowed, wider))).toEqual(['widened api>db TCP 5432 → TCP 80, 5432']);
    expect(texts(impact(wider, allowed))).toEqual(['narrowed api>db TCP 80, 5432 → TCP 5432']);
    const moved = { ...snapshot, policies: policies(ALLOW.replace('5432', '5433')) };
    expect(impact(allowed, moved).rows[0]).toMatchObject({
      kind: 'rearranged',
      opened: { label: 'TCP 5433' },
      closed: { label: 'TCP 5432' },
    });
    expect(impact(allowed, allowed)).toMatchObject({ rows: [], dnsCut: [] });
  });

  it('groups by namespace where there is too much to list, and opens a group up', () => {
    const after = { ...snapshot, policies: policies('{podSelector: {}, policyTypes: [Ingress]}') };
    const grouped = impact(snapshot, after, { mostWorkloadPairs: 3 });
    expect(grouped.level).toBe('namespace');
    expect(grouped.rows.map(({ from, to, pairs }) => `${from.label}>${to.label} ${pairs}`)).toEqual(
      ['dns>shop 2', 'shop>shop 2', 'web>shop 2', 'internet>shop 2'].sort((a, b) =>
        a.startsWith('internet') ? 1 : b.startsWith('internet') ? -1 : a < b ? -1 : 1,
      ),
    );
    expect(grouped.pairs.closed).toBe(8);
    const opened = impact(snapshot, after, { within: { from: 'ns:web', to: 'ns:shop' } });
    expect(texts(opened)).toEqual(['closed front>api all ports → none', 'closed front>db all ports → none']);
  });

  it('lists what changes among the pods of one workload, where there are several', () => {
    const own = ({ ownPods }: Impact) => texts({ ...NO_IMPACT, ...ownPods });
    const twice = { ...snapshot, pods: [...snapshot.pods, { ...pod('shop', 'db'), name: 'db-2' }] };
    const denied = { ...twice, policies: policies(DENY) };
    expect(own(impact(twice, denied))).toEqual(['closed db>db all ports → none']);
    expect(own(impact(snapshot, { ...snapshot, policies: policies(DENY) }))).toEqual([]);
    const allowed = policies(DENY, ALLOW.replace('{app: api}', '{app: db}'));
    const opened = impact(denied, { ...twice, policies: allowed });
    expect(own(opened)).toEqual(['opened db>db none → TCP 5432']);
    expect(opened).toMatchObject({ rows: [], ownPods: { pairs: { opened: 1, closed: 0 } } });
  });

  it('names the workloads that lose DNS', () => {
    const after = { ...snapshot, policies: policies('{podSelector: {}, policyTypes: [Egress]}') };
    expect(impact(snapshot, after).dnsCut).toEqual(['shop/api', 'shop/db']);
  });

  it('takes a workload whose ports have other numbers for the same workload', () => {
    const numbered = (port: number): ClusterSnapshot => ({
      ...snapshot,
      pods: snapshot.pods.map((one) =>
        one.name === 'db' ? { ...one, ports: [{ name: 'pg', protocol: 'TCP', port }] } : one,
      ),
      policies: policies(ALLOW.replace('5432', 'pg')),
    });
    expect(texts(impact(numbered(5432), numbered(5433)))).toEqual(['rearranged api>db TCP 5432 → TCP 5433']);
    const open = { ...numbered(5433), policies: [] };
    expect(texts(impact({ ...numbered(5432), policies: [] }, open))).toEqual([]);
  });

  it('compares states whose labels differ', () => {
    const was = { ...snapshot, policies: policies(ALLOW) };
    const is = {
      ...was,
      pods: was.pods.map((p) =>
        p.name === 'front' ? p : p.name === 'api' ? { ...p, labels: { app: 'x' } } : p,
      ),
    };
    expect(texts(impact(was, is))).toEqual(['closed api>db TCP 5432 → none']);
  });
});
