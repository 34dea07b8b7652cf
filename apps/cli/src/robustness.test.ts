import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from './testing/run.ts';

const GOOD = [
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: x, ports: [{name: http, containerPort: 8080}]}]}
`,
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}], ports: [{port: http}]}]
  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{protocol: UDP, port: 53, endPort: 54}]}]
`,
  `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: guard}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{name: a, action: Deny, from: [{namespaces: {matchLabels: {x: y}}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}]
`,
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {x: y}}\n',
  'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: shop}\n  spec: {}\n',
  'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, address: 10.0.0.1}]}\n',
];

const ODD = [
  '',
  '---\n---\n---\n',
  '\0\u0001binary',
  '{"a": ',
  '[]',
  '42',
  'null',
  '"text"',
  '- a\n- b\n',
  'a: &a [*a]\n',
  '&a a: {<<: *a}\n',
  `${'['.repeat(5000)}`,
  `${'{a: '.repeat(3000)}`,
  'a: &x [1,1,1,1,1,1,1,1,1]\nb: &y [*x,*x,*x,*x,*x,*x,*x,*x]\nc: &z [*y,*y,*y,*y,*y,*y,*y,*y]\nd: [*z,*z,*z,*z,*z,*z,*z,*z]\n',
  'apiVersion: v1\nkind: Pod\nmetadata: {name: ../../etc/passwd}\n',
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: constructor, labels: {__proto__: x, toString: y}}\nspec: {}\n',
  '__proto__: {polluted: true}\napiVersion: v1\nkind: Pod\n',
  'apiVersion: {{ .Values.x }}\nkind: Pod\n',
  '{{- if .Values.enabled }}\napiVersion: v1\n{{- end }}\n',
  '\ufeffapiVersion: v1\nkind: Namespace\nmetadata: {name: bom}\n',
  'apiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: crlf\r\n',
  'apiVersion: v1\n\tkind: Pod\n',
  'kind: Pod\n',
  'apiVersion: v1\n',
  'apiVersion: [v1]\nkind: {a: b}\nmetadata: 3\n',
  'apiVersion: v1\nkind: List\nitems: 7\n',
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: []\n',
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {ingress: [{from: [{}]}]}\n',
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: q}\nspec: {ingress: [{ports: [{port: 99999999999999999999}]}]}\n',
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: r}\nspec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 999.0.0.0/99}}]}]}\n',
  'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: shop}\nspec: {}\n',
  'kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: [x]\n',
  `apiVersion: v1\nkind: Pod\nmetadata: {name: long, labels: {a: ${'x'.repeat(10_000)}}}\n`,
];

/** A text with something cut out, doubled, or put in at random. */
function mutated(seed: number, text: string): string {
  const [at = 0, length = 0, kind = 0] = fc.sample(fc.tuple(fc.nat(text.length), fc.nat(30), fc.nat(4)), {
    seed,
    numRuns: 1,
  })[0] ?? [0, 0, 0];
  const insert = [
    ' ',
    '\n  ',
    ': ',
    '{',
    ']',
    '- ',
    '\t',
    '&a ',
    '*a',
    '"',
    '|\n',
    '\u0000',
    'ü',
    '🙂',
    '<<: ',
  ];
  switch (kind) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + (insert[length % insert.length] ?? '') + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(Math.max(0, at - length));
    case 3:
      return text.replace(/[\w./-]+(?=[,}\]\n])/g, (word) =>
        (word.length + seed) % 5 === 0 ? '[null, -1, {}]' : word,
      );
    default:
      return text.slice(0, at);
  }
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-odd-'));
  const texts = [...ODD, ...GOOD];
  for (let seed = 0; texts.length < 300; seed++) texts.push(mutated(seed, GOOD[seed % GOOD.length] ?? ''));
  for (const [index, text] of texts.entries()) {
    writeFileSync(
      join(folder, `${String(index).padStart(3, '0')}.${index % 7 === 0 ? 'json' : 'yaml'}`),
      text,
    );
  }
  writeFileSync(
    join(folder, 'bulkhead.yaml'),
    'version: 1\ninvariants:\n  - {name: a, mustNeverReach: {from: internet, to: {namespace: shop}}}\n  - {name: b, noFindings: {}}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a directory of 300 broken and odd manifests', () => {
  const commands: readonly (readonly string[])[] = [
    ['graph', '--dir', '.', '-o', 'json', '--exposure', '--explain'],
    ['graph', '--dir', '.'],
    ['graph', '--dir', '.', '-o', 'dot', '-o', 'mermaid', '-o', 'csv'],
    ['explain', '--dir', '.', '--from', 'internet', '--to', 'shop/web'],
    ['diff', '--from', '.', '--to', '.', '-o', 'json'],
    ['diff', '--from', '000.json', '--to', '.', '-o', 'markdown'],
    [
      'check',
      '--dir',
      '.',
      '-o',
      'text',
      '-o',
      'json',
      '-o',
      'sarif',
      '-o',
      'junit',
      '-o',
      'github',
      '-o',
      'markdown',
    ],
    ['lint', '--dir', '.', '-o', 'sarif'],
  ];
  it.each(commands.map((args) => [args.join(' '), args] as const))('does not crash: %s', async (_, args) => {
    const { code, stdout, stderr } = await bulkhead(args, { cwd: folder });
    expect([0, 1, 3], stderr).toContain(code);
    expect(stdout).not.toBe('');
    expect(stderr).not.toMatch(/^\s+at |defect of bulkhead/m);
    if (args.at(-1) === 'json' || args.includes('--explain')) expect(() => JSON.parse(stdout)).not.toThrow();
  });

  it('says of each broken file where, and uses the rest', async () => {
    const { stdout } = await bulkhead(['graph', '--dir', '.', '-o', 'json'], { cwd: folder });
    const document = JSON.parse(stdout);
    const files = new Set(document.issues.map((issue: { file?: string }) => issue.file));
    expect(files.size).toBeGreaterThan(100);
    expect(document.nodes.map((node: { id: string }) => node.id)).toContain('shop/web[Deployment]');
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

describe('a check file of any content', () => {
  it('is read or refused, never a crash', async () => {
    const good =
      'version: 1\ninvariants:\n  - name: a\n    mustNeverReach: {from: {namespace: shop}, to: internet, ports: [80, 443/tcp]}\n';
    for (let seed = 0; seed < 60; seed++) {
      writeFileSync(join(folder, 'fuzzed.check'), mutated(seed, good));
      const { code, stderr } = await bulkhead(['check', '--dir', '255.json', 'fuzzed.check'], {
        cwd: folder,
      });
      expect([0, 1, 2, 3], stderr).toContain(code);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });
});
