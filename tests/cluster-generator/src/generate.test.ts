import { lowerPolicy } from '@bulkhead/policy-engine';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  applyEdit,
  createRng,
  editSources,
  generateCluster,
  randomEdit,
  SIZES,
  sizeOptions,
  toKubernetesObjects,
  toManifests,
} from './index.ts';

const small = generateCluster(sizeOptions('S'));

describe('generateCluster', () => {
  test.each(['S', 'M'] as const)('makes exactly the pods, policies and namespaces of size %s', (size) => {
    const snapshot = generateCluster(sizeOptions(size));
    expect(snapshot.pods).toHaveLength(SIZES[size].pods);
    expect(snapshot.policies.filter(({ kind }) => kind === 'NetworkPolicy')).toHaveLength(
      SIZES[size].policies,
    );
    expect(snapshot.namespaces).toHaveLength(SIZES[size].namespaces);
  });

  test('makes the same cluster from the same seed, and another from another', () => {
    expect(generateCluster(sizeOptions('S', 7))).toEqual(generateCluster(sizeOptions('S', 7)));
    expect(generateCluster(sizeOptions('S', 8))).not.toEqual(generateCluster(sizeOptions('S', 7)));
  });

  test('makes the asked number of workloads outside the system namespaces', () => {
    const { pods } = generateCluster(sizeOptions('workloads-1000'));
    const system = new Set(['kube-system', 'monitoring', 'ingress-nginx']);
    const workloads = new Set(
      pods
        .filter(({ namespace }) => !system.has(namespace))
        .map(({ namespace, workload }) => `${namespace}/${workload.name}`),
    );
    expect(workloads.size).toBe(1_000);
  });

  test('gives each pod a key and each running pod of the overlay an address of its own', () => {
    const { pods } = generateCluster({ ...sizeOptions('M'), dualStack: true });
    expect(new Set(pods.map(({ namespace, name }) => `${namespace}/${name}`)).size).toBe(pods.length);
    const ips = pods.filter(({ hostNetwork }) => !hostNetwork).flatMap(({ ips }) => ips);
    expect(new Set(ips).size).toBe(ips.length);
    expect(ips.some((ip) => ip.includes(':'))).toBe(true);
  });

  test('puts agents of the node into the network of the node', () => {
    const { pods, nodes } = small;
    const agents = pods.filter(({ hostNetwork }) => hostNetwork);
    expect(agents.length).toBeGreaterThanOrEqual(nodes.length);
    for (const { node, ips } of agents) expect(nodes.find(({ name }) => name === node)?.ips).toEqual(ips);
  });

  test.each([1, 2, 3])('writes only policies that an API server would take (seed %i)', (seed) => {
    const { policies } = generateCluster({ ...sizeOptions('S', seed), policies: 400, adminPolicies: 40 });
    const problems = policies.flatMap((policy) =>
      lowerPolicy(policy).diagnostics.filter(({ severity }) => severity === 'error' || severity === 'fatal'),
    );
    expect(problems).toEqual([]);
  });

  test('has the shapes that make clusters hard', () => {
    const { policies, namespaces, pods } = generateCluster(sizeOptions('M'));
    const cidrs = (spec: unknown) => JSON.stringify(spec).match(/"cidr"/g)?.length ?? 0;
    expect(Math.max(...policies.map(({ spec }) => cidrs(spec)))).toBeGreaterThanOrEqual(100);
    expect(new Set(policies.map(({ kind }) => kind)).size).toBe(4);
    const perNamespace = namespaces.map(
      ({ name }) => pods.filter(({ namespace }) => namespace === name).length,
    );
    perNamespace.sort((a, b) => a - b);
    expect(Math.max(...perNamespace)).toBeGreaterThan(10 * (perNamespace[perNamespace.length >> 1] ?? 0));
    const text = JSON.stringify(policies.map(({ spec }) => spec));
    for (const shape of [
      'endPort',
      '"NotIn"',
      '"DoesNotExist"',
      '"except"',
      '"port":"http"',
      '"namespaceSelector":{}',
    ]) {
      expect(text).toContain(shape);
    }
  });
});

describe('randomEdit', () => {
  test('makes edits of every type, each valid and different from what was there', () => {
    const sources = editSources(small);
    const rng = createRng('edits');
    const edits = Array.from({ length: 300 }, () => randomEdit(sources, rng));
    expect(new Set(edits.map(({ type }) => type))).toEqual(new Set(['changed', 'added', 'removed']));
    for (const edit of edits) {
      expect(lowerPolicy(edit.policy).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const after = applyEdit(small, edit);
      const growth = { added: 1, changed: 0, removed: -1 }[edit.type];
      expect(after.policies).toHaveLength(small.policies.length + growth);
      expect(after.pods).toBe(small.pods);
    }
    const changed = edits.filter(({ type, policy }) => {
      const before = small.policies.find(
        ({ namespace, name }) => namespace === policy.namespace && name === policy.name,
      );
      return type === 'changed' && JSON.stringify(before?.spec) !== JSON.stringify(policy.spec);
    });
    expect(changed.length).toBeGreaterThan(150);
  });

  test('works on a cluster without policies', () => {
    const bare = { ...small, policies: [] };
    expect(randomEdit(editSources(bare), createRng(1)).type).toBe('added');
  });
});

describe('toKubernetesObjects', () => {
  const objects = toKubernetesObjects(small);

  test('has an object for each record, and a controller behind each pod', () => {
    const pods = objects.filter(({ kind }) => kind === 'Pod');
    expect(pods).toHaveLength(small.pods.length);
    const uids = new Map(objects.map(({ metadata }) => [metadata.uid, metadata]));
    expect(uids.size).toBe(objects.length);
    for (const { metadata } of [...pods, ...objects.filter(({ kind }) => kind === 'ReplicaSet')]) {
      const [owner] = metadata.ownerReferences ?? [];
      expect(uids.get(owner?.uid ?? '')?.name).toBe(owner?.name);
    }
  });
});

describe('toManifests', () => {
  test('writes YAML that holds every namespace, workload and policy', () => {
    const kinds: string[] = [];
    for (const { text } of toManifests(small)) {
      for (const document of parseAllDocuments(text)) {
        expect(document.errors).toEqual([]);
        kinds.push(String(document.get('kind')));
      }
    }
    expect(kinds.filter((kind) => kind === 'Namespace')).toHaveLength(small.namespaces.length);
    expect(kinds.filter((kind) => kind === 'NetworkPolicy')).toHaveLength(SIZES.S.policies);
    const workloads = new Set(
      small.pods.map(({ namespace, workload }) => `${namespace}/${workload.kind}/${workload.name}`),
    );
    const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];
    expect(kinds.filter((kind) => workloadKinds.includes(kind))).toHaveLength(workloads.size);
  });
});
