import { describe, expect, it } from 'vitest';
import { parseManifests } from '../manifests/directory.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { type Cluster, compile, evaluateAllRows, pairCell, sharedBase } from './compile.ts';

function policy(name: string, ingress: string, egress: string): string {
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{ipBlock: {cidr: ${ingress}}}], ports: [{port: 80}]}]
  egress: [{to: [{ipBlock: {cidr: ${egress}}}]}]
`;
}

function pod(name: string, ip: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true}]}
spec: {containers: [{name: c, image: i}]}
status: {phase: Running, podIP: ${ip}, podIPs: [{ip: ${ip}}]}
`;
}

const BASE = [
  policy('base', '20.0.0.0/8', 'fd00::/16'),
  pod('web-1', '10.1.0.1'),
  pod('web-2', '10.1.0.2'),
].join('---');

function snapshotOf(text: string, before?: ClusterSnapshot): ClusterSnapshot {
  const { snapshot } = parseManifests([{ path: 'all.yaml', text }]);
  return before === undefined ? snapshot : { ...before, policies: snapshot.policies };
}

/** Every cell of a cluster, as what is allowed and possible: numbers of cells mean nothing in another. */
function cellsOf(cluster: Cluster): string[] {
  const { columnCount } = cluster.universe;
  const out: string[] = [];
  for (let source = 0; source < columnCount; source++) {
    for (let target = 0; target < columnCount; target++) {
      const { allowed, possible } = cluster.cells.decision(pairCell(cluster, source, target));
      out.push([allowed, possible].map((set) => cluster.cells.space.set(set).join()).join('/'));
    }
  }
  return out;
}

describe('a cluster whose universe a draft refines', () => {
  it.each([
    ['inside a block of a policy', '20.1.0.0/16', '2001:db8::/32'],
    ['around the pods', '10.0.0.0/8', 'fd00:1::/32'],
    ['beside everything', '66.0.0.0/24', '::/0'],
  ])('is what compiling with the draft’s blocks gives: %s', (_, ingress, egress) => {
    const before = snapshotOf(BASE);
    const changed = snapshotOf(`${BASE}---${policy('draft', ingress, egress)}`, before);
    const base = compile(before);
    evaluateAllRows(base);
    const refined = sharedBase(base, changed);
    const wanted = compile(before, { alongside: [changed] });
    expect(refined?.universe.blocks).toEqual(wanted.universe.blocks);
    expect(refined?.universe.regions).toEqual(wanted.universe.regions);
    expect(refined?.universe.addressGroups).toEqual(wanted.universe.addressGroups);
    expect(refined?.universe.columnCount).toBeGreaterThan(base.universe.columnCount);
    expect(refined && cellsOf(refined)).toEqual(cellsOf(wanted));
    const after = refined && compile(changed, { base: refined });
    expect(after?.universe).toBe(refined?.universe);
    expect(after && cellsOf(after)).toEqual(cellsOf(compile(changed)));
  });

  it('is compiled anew where a block would tell the pods of a class apart', () => {
    const before = snapshotOf(BASE);
    const changed = snapshotOf(`${BASE}---${policy('draft', '10.1.0.1/32', 'fd00::/16')}`, before);
    expect(sharedBase(compile(before), changed)).toBeUndefined();
  });

  it('stays as it is where the draft names no new block', () => {
    const before = snapshotOf(BASE);
    const base = compile(before);
    const changed = snapshotOf(`${BASE}---${policy('draft', '20.0.0.0/8', 'fd00::/16')}`, before);
    expect(sharedBase(base, changed)).toBe(base);
  });
});
