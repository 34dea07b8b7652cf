import { applyEdit, createRng, editSources, generateCluster, randomEdit } from '@bulkhead/cluster-generator';
import {
  applyDraft,
  type ClusterSnapshot,
  type Draft,
  editYaml,
  exportDraft,
  policyKey,
  policyYaml,
  TEMPLATES,
  type TemplateSelection,
  templateContext,
} from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import { parseExported } from './parse.ts';
import { schemaProblems } from './validate.ts';

/** Reads what was exported as strangers do, and holds it to the API's schema. */
function exported(draft: Draft, snapshot: ClusterSnapshot): readonly unknown[] {
  const output = exportDraft(draft, applyDraft(snapshot, draft));
  const objects = parseExported(output.single);
  for (const object of objects) expect(schemaProblems(object), output.single).toEqual([]);
  // One file or many: the same objects.
  const files = output.files.filter(({ path }) => path !== 'kustomization.yaml');
  expect(files.flatMap(({ text }) => parseExported(text))).toEqual(objects);
  return objects;
}

const cluster = generateCluster({ pods: 300, policies: 60, namespaces: 8, seed: 11, adminPolicies: 9 });

describe('the schemas', () => {
  it('refuse what an API server refuses', () => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'x' },
      spec: { podSelector: {} },
    };
    expect(schemaProblems(policy)).toEqual([]);
    for (const spec of [
      { podSelector: {}, ingres: [] },
      { podSelector: { matchLabels: { a: true } } },
      { podSelector: {}, ingress: [{ ports: [{ port: [] }] }] },
      { podSelector: {}, ingress: [{ from: [{ ipBlock: {} }] }] },
    ]) {
      expect(schemaProblems({ ...policy, spec })).not.toEqual([]);
    }
    expect(schemaProblems({ ...policy, kind: 'Deployment' })).not.toEqual([]);
  });
});

describe('what is exported is valid', () => {
  it('from every template, for a namespace and for a workload', () => {
    const [pod] = cluster.pods;
    if (pod === undefined) throw new Error('no pod');
    const { namespace, workload } = pod;
    const selections: readonly TemplateSelection[] = [
      { type: 'namespace', namespace },
      { type: 'workload', namespace, workload },
    ];
    for (const template of TEMPLATES) {
      for (const selection of selections) {
        const text = template.build(templateContext(cluster, selection, selections[1]));
        const draft: Draft = { id: 'd', name: 'd', items: [{ id: '1', type: 'policies', text }] };
        expect(exported(draft, cluster).length, template.id).toBeGreaterThan(0);
      }
    }
  });

  it('from policies of every kind that were edited at random', () => {
    // New to a cluster without policies, each is exported.
    const text = cluster.policies.map((policy) => policyYaml(policy)).join('---\n');
    const all: Draft = { id: 'd', name: 'd', items: [{ id: '1', type: 'policies', text }] };
    const added = exported(all, { ...cluster, policies: [] });
    expect(added).toMatchObject(cluster.policies.map(({ kind, spec }) => ({ kind, spec })));

    const rng = createRng('exports');
    const sources = editSources(cluster);
    for (let round = 0; round < 150; round++) {
      const before = new Map(cluster.policies.map((policy) => [policyKey(policy), policy.spec]));
      const changed = applyEdit(cluster, randomEdit(sources, rng)).policies.filter(
        (policy) => JSON.stringify(before.get(policyKey(policy))) !== JSON.stringify(policy.spec),
      );
      const text = changed.map((policy) => policyYaml(policy)).join('---\n');
      const draft: Draft = { id: 'd', name: 'd', items: [{ id: '1', type: 'policies', text }] };
      const objects = exported(draft, cluster);
      for (const [index, policy] of changed.entries()) {
        expect(objects[index]).toMatchObject({ kind: policy.kind, spec: policy.spec });
      }
    }
  });

  it('with values that YAML takes for something else', () => {
    const traps = [
      ...['no', 'No', 'on', 'off', 'y', 'Y', 'n', 'yes', 'true', 'False', 'null', 'Null', '~', ''],
      ...['1e3', '012', '0o17', '0x1F', '1_000', '.5', '1.0', '-1', '+1', '.inf', '.NaN', '1:30', '12:30:45'],
      ...['2020-01-01', '<<', '=', '-', '1.', '0b1', '00', 'a_b', 'A.b'],
    ];
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy' as const,
      namespace: 'shop',
      name: 'x',
      spec: { podSelector: {} },
    };
    for (const trap of traps) {
      const spec = {
        podSelector: { matchLabels: { app: trap } },
        ingress: [
          {
            from: [
              { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: [trap, 'z'] }] } },
            ],
            ports: [{ port: trap === '' ? 'http' : trap }],
          },
        ],
      };
      let text = policyYaml(policy);
      for (const [field, value] of Object.entries(spec)) {
        const edited = editYaml(text, 0, { op: 'set', path: ['spec', field], value });
        text = edited.ok ? edited.text : edited.problem.message;
      }
      expect(parseExported(text), trap).toEqual([expect.objectContaining({ spec })]);
      expect(parseExported(policyYaml({ ...policy, spec })), trap).toEqual([
        expect.objectContaining({ spec }),
      ]);
    }
  });
});
