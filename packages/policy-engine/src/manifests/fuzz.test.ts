import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../diagnostic.ts';
import { lowerPolicy } from '../dialects/index.ts';
import { snapshotFromObjects } from '../model/from-kubernetes.ts';
import { parseManifests } from './directory.ts';
import { type ManifestFile, parseManifestFile } from './file.ts';
import { locate } from './locate.ts';
import { policyYaml } from './policy-yaml.ts';

/** Whatever the input: no exception, a snapshot that survives the wire, and problems that can be shown. */
function survive(files: readonly ManifestFile[]): readonly Diagnostic[] {
  const { snapshot, diagnostics } = parseManifests(files);
  const lowered = snapshot.policies.flatMap((policy) => {
    const result = lowerPolicy(policy);
    if (result.diagnostics.some(({ severity }) => severity === 'error')) expect(result.blocks).toEqual([]);
    for (const { path } of result.diagnostics) if (path !== undefined) locate(policyYaml(policy), 1, path);
    return result.diagnostics;
  });
  expect(JSON.parse(JSON.stringify(snapshot)).pods).toHaveLength(snapshot.pods.length);
  for (const { code, message, source } of [...diagnostics, ...lowered]) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(message).not.toBe('');
    if (source === undefined) continue;
    const lines = (files.find(({ path }) => path === source.file)?.text ?? '').split(/\r\n|\r|\n/).length;
    expect(source.line).toBeGreaterThanOrEqual(1);
    expect(source.line).toBeLessThanOrEqual(lines);
    expect(source.endLine ?? source.line).toBeLessThanOrEqual(lines);
  }
  return [...diagnostics, ...lowered];
}

const SEEDS = [
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchExpressions: [{key: role, operator: In, values: [app]}]}
      namespaceSelector: {}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports: [{port: 5432, protocol: TCP}, {port: http}, {port: 80, endPort: 90}]
  egress:
  - {}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: base}
spec:
  tier: Admin
  priority: 10
  subject: {namespaces: {}}
  ingress:
  - {action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {}}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}
  egress:
  - {name: out, action: Accept, to: [{networks: [10.0.0.0/8]}, {domainNames: ['*.example.com']}, {nodes: {}}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: admin}
spec:
  priority: 1
  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}}
  ingress:
  - {action: Pass, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}, {portRange: {start: 1, end: 9}}, {namedPort: http}]}
`,
  `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: shop, labels: {team: a}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: shop}
  spec:
    replicas: 2
    template:
      metadata: {labels: {app: web}}
      spec: {hostNetwork: false, containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}
- apiVersion: v1
  kind: Pod
  metadata:
    name: db-0
    namespace: shop
    labels: {app: db}
    ownerReferences: [{kind: StatefulSet, name: db, controller: true}]
  spec: {nodeName: n1, containers: []}
  status: {phase: Running, podIPs: [{ip: 10.0.0.1}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: dump}
spec: {jobTemplate: {spec: {template: {spec: {containers: []}}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
`,
];

/** A small generator with a seed (mulberry32), so that the same manifests come out everywhere. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const ODD = [
  '',
  '~',
  'null',
  '{}',
  '[]',
  '[{}]',
  '[[]]',
  '-1',
  '0',
  '65536',
  '1e400',
  '.nan',
  'true',
  'y',
  '"80"',
  "'",
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '*x',
  '&x ',
  '<<: *x',
  '!!binary x',
  '!tag',
  '%',
  '@',
  '`',
  '|',
  '>',
  '#',
  '---\n',
  '...\n',
  '\t',
  '\r',
  '\r\n',
  '\u0000',
  '\uFEFF',
  '\uFFFD',
  '\u2028',
  '\uD800',
  '😀',
  '{{ .Values.x }}',
  '__proto__',
  'constructor',
  '__proto__: {a: b}',
  'kind: List',
  'items: 3',
  'x'.repeat(300),
  '10.0.0.0/33',
  '::/0',
  'In',
  'Exists',
  'Pass',
];

function mutate(text: string, random: (limit: number) => number): string {
  const lines = text.split('\n');
  const at = random(lines.length);
  const line = lines[at] ?? '';
  const odd = ODD[random(ODD.length)] ?? '';
  switch (random(9)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(at, 0, lines[random(lines.length)] ?? '');
      break;
    case 2:
      lines[at] = line.replace(/:.*/, `: ${odd}`);
      break;
    case 3:
      lines[at] = `${' '.repeat(random(9))}${line.trimStart()}`;
      break;
    case 4:
      lines[at] = line.replace(/[a-zA-Z]+(?=:)/, odd);
      break;
    case 5:
      lines.splice(at, lines.length, odd);
      break;
    case 6: {
      const column = random(line.length + 1);
      lines[at] = line.slice(0, column) + odd + line.slice(column);
      break;
    }
    case 7:
      lines[at] = line.replace(/\{.*?\}|\[.*?\]/, odd);
      break;
    default:
      lines[at] = line.replace(/[\w.]+(?=[\]},]|$)/, odd);
  }
  return lines.join('\n');
}

describe('300 broken and odd manifests', () => {
  const files = Array.from({ length: 300 }, (_, index) => {
    const random = randomOf(index + 1);
    let text = SEEDS[index % SEEDS.length] ?? '';
    for (let count = random(4) + 1; count > 0; count--) text = mutate(text, random);
    return { path: `odd/${String(index).padStart(3, '0')}.yaml`, text };
  });

  it('each alone is survived', () => {
    const codes = new Set(files.flatMap((file) => survive([file]).map(({ code }) => code)));
    // The mutations must reach the checks for this test to mean anything.
    expect(codes.size).toBeGreaterThan(20);
  });

  it('together they are one directory, and good files beside them still count', () => {
    const good = {
      path: 'z.yaml',
      text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: good, namespace: good}\n',
    };
    survive([...files, good]);
    const { snapshot } = parseManifests([...files, good]);
    expect(snapshot.pods.some(({ namespace, name }) => namespace === 'good' && name === 'good')).toBe(true);
  });
});

describe('anything at all', () => {
  it('arbitrary text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        (text) => void survive([{ path: 'f', text }]),
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it('arbitrary bytes, decoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        survive([{ path: 'f', text: new TextDecoder().decode(bytes) }]);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('text made of what YAML is made of', () => {
    const text = fc.array(fc.constantFrom(...ODD, '\n', '\n  ', 'a: ', 'kind: Pod\n', 'apiVersion: v1\n'), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, (parts) => void survive([{ path: 'f', text: parts.join('') }])),
      { seed: 3, numRuns: 1000 },
    );
  });

  it('arbitrary JSON in the place of any object', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (objects) => {
        snapshotFromObjects(objects.map((object) => ({ object })));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('arbitrary JSON in the place of any field', () => {
    const kind = fc.constantFrom(
      ['v1', 'Pod'],
      ['v1', 'Namespace'],
      ['v1', 'Node'],
      ['v1', 'Service'],
      ['v1', 'List'],
      ['v1', 'PodList'],
      ['apps/v1', 'Deployment'],
      ['batch/v1', 'CronJob'],
      ['networking.k8s.io/v1', 'NetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
    );
    // Known field names at any depth reach further than random ones.
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.constantFrom(...['Deny', 'Accept', 'Admin', 'In', 'Ingress', 'TCP', '10.0.0.0/8', 'default', '']),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...FIELDS), tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(
        kind,
        fc.dictionary(fc.constantFrom(...FIELDS), tree, { maxKeys: 6 }),
        ([apiVersion, name], fields) => {
          const object = { metadata: { name: 'default' }, ...fields, apiVersion, kind: name };
          for (const origin of ['files', 'server'] as const) {
            const { snapshot } = snapshotFromObjects([{ object }], origin);
            for (const policy of snapshot.policies) lowerPolicy(policy);
          }
          survive([{ path: 'f.json', text: JSON.stringify(object, null, 1) }]);
        },
      ),
      { seed: 5, numRuns: 1000 },
    );
  });

  it('a file that is parsed twice gives the same', () => {
    for (const text of SEEDS) {
      expect(parseManifestFile({ path: 'f', text })).toEqual(parseManifestFile({ path: 'f', text }));
    }
  });
});

const FIELDS = [
  'metadata',
  'spec',
  'status',
  'items',
  'name',
  'namespace',
  'labels',
  'ownerReferences',
  'kind',
  'podSelector',
  'namespaceSelector',
  'matchLabels',
  'matchExpressions',
  'key',
  'operator',
  'values',
  'ingress',
  'egress',
  'from',
  'to',
  'ports',
  'protocols',
  'port',
  'endPort',
  'protocol',
  'ipBlock',
  'cidr',
  'except',
  'policyTypes',
  'tier',
  'priority',
  'subject',
  'namespaces',
  'pods',
  'nodes',
  'networks',
  'domainNames',
  'action',
  'tcp',
  'destinationPort',
  'number',
  'range',
  'start',
  'end',
  'portNumber',
  'portRange',
  'namedPort',
  'destinationNamedPort',
  'template',
  'jobTemplate',
  'containers',
  'containerPort',
  'replicas',
  'phase',
  'podIPs',
  'ip',
  'addresses',
  'selector',
  'targetPort',
  '__proto__',
  'constructor',
  'toString',
];
