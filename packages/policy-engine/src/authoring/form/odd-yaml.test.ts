import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Json, jsonEqual, toJson } from '../json.ts';
import { documentViews, writeForm } from './document.ts';
import type { PolicyForm } from './model.ts';
import { readPolicy, writePolicy } from './policy.ts';

/** Policies of every kind as people, tools and accidents write them; `¶` stands for a tab inside a comment. */
const ODD: readonly (readonly [what: string, text: string])[] = [
  [
    'anchors and aliases',
    `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec:
  podSelector: &db # the database
    matchLabels: {app: db}
  ingress:
  - from:
    - podSelector: *db
    ports: &sql
    - {protocol: TCP, port: 5432}
  - from: [{namespaceSelector: {}}]
    ports: *sql
`,
  ],
  [
    'flow style throughout',
    `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: "a", namespace: 'shop'}, # why
 spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}}
`,
  ],
  [
    'block scalars and long annotations',
    `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: a
  annotations:
    why: |
      First line
        # not a comment
      last line
    folded: >-
      one
      two
  namespace: shop
spec:
  podSelector: {}
`,
  ],
  [
    'two documents, end marks and directives',
    `%YAML 1.2
---
# the first
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: a
  namespace: shop
spec:
  podSelector: {}
...
---
# the second
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata:
  name: b
spec:
  priority: 10
  subject:
    namespaces: {}
  ingress:
  - name: "from monitoring" # quoted
    action: Allow
    from:
    - namespaces: {matchLabels: {team: ops}}
    ports:
    - portNumber: {protocol: TCP, port: 9090}
    - namedPort: http
...
`,
  ],
  [
    'tabs in comments, odd indentation, blank lines',
    `apiVersion:   networking.k8s.io/v1¶# api
kind: NetworkPolicy¶¶# kind


metadata:
    name:    a
    # ¶indented by a tab
    namespace: shop
spec:
    podSelector:
        matchExpressions:
        -   key: app
            operator: In
            values:   [ a,  b ]

    policyTypes:
    -   Ingress
`,
  ],
  [
    'JSON',
    `{
  "apiVersion": "networking.k8s.io/v1",
  "kind": "NetworkPolicy",
  "metadata": {
    "name": "a",
    "namespace": "shop"
  },
  "spec": {
    "podSelector": {},
    "ingress": [
      {
        "ports": [
          { "protocol": "UDP", "port": 53 }
        ]
      }
    ]
  }
}
`,
  ],
  [
    'quoted keys, explicit tags and words that look like other things',
    `"apiVersion": !!str networking.k8s.io/v1
'kind': NetworkPolicy
metadata:
  name: "007"
  namespace: shop
  labels: {"on": "yes", 'a.b/c': "1"}
spec:
  podSelector:
    matchLabels:
      version: "1.0"
      enabled: 'true'
`,
  ],
  [
    'a ClusterNetworkPolicy',
    `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: cnp # cluster wide
spec:
  tier: Admin
  priority: 5
  subject:
    pods:
      namespaceSelector: {}
      podSelector: {matchLabels: {app: db}}
  egress:
  - action: Deny
    name: no metadata service
    to:
    - networks: ["169.254.169.254/32"]
    protocols:
    - tcp: {destinationPort: {number: 80}}
`,
  ],
  [
    'a BaselineAdminNetworkPolicy without rules',
    `apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata:
  name: default
spec:
  subject:
    namespaces:
      matchLabels:
        kubernetes.io/metadata.name: shop # one
`,
  ],
];

const texts = ODD.map(([what, text]) => [what, text.replaceAll('¶', '\t')] as const);
const lineEnds = fc.constantFrom('\n', '\r\n');

function formOf(text: string, index: number): PolicyForm {
  const view = documentViews(text).find((one) => one.index === index);
  if (view?.state.type !== 'policy') throw new Error(`document ${index} is not shown as a form`);
  return view.state.form;
}

interface Edit {
  readonly change: (form: PolicyForm) => PolicyForm;
  /** Takes nothing away, so no comment may go either. */
  readonly adds: boolean;
}

/** Edits that people make in the form, whatever the kind. */
const edit: fc.Arbitrary<Edit> = fc.constantFrom<Edit>(
  { adds: true, change: (form) => ({ ...form, name: 'renamed' }) },
  {
    adds: true,
    change: (form) => ({ ...form, ingress: [...(form.ingress ?? []), { type: 'rule', rest: {} }] }),
  },
  {
    adds: true,
    change: (form) => ({ ...form, egress: [{ type: 'rule', rest: {} }, ...(form.egress ?? [])] }),
  },
  { adds: false, change: (form) => ({ ...form, ingress: (form.ingress ?? []).slice(1) }) },
  {
    adds: false,
    change: (form) => ({
      ...form,
      subject:
        form.subject.type === 'own-pods'
          ? { type: 'own-pods', selector: { labels: [['tier', 'on']] } }
          : { type: 'namespaces', selector: { labels: [['tier', 'on']] } },
    }),
  },
);

const commentsOf = (text: string): readonly string[] =>
  [...text.matchAll(/#\s.*$/gm)].map(([comment]) => comment.trim());

const jsonOf = (text: string): readonly (Json | undefined)[] => {
  const documents = parseAllDocuments(text);
  return Array.isArray(documents) ? documents.map((document) => toJson(document.toJS())) : [];
};

describe('the form over odd YAML', () => {
  it.each(texts)('shows %s, and writes nothing where nothing was changed', (_what, text) => {
    for (const newline of ['\n', '\r\n']) {
      const own = text.replaceAll('\n', newline);
      for (const { index, state } of documentViews(own)) {
        if (state.type !== 'policy') throw new Error('not shown as a form');
        expect(writeForm(own, index, state.form)).toEqual({ ok: true, text: own, changes: [] });
      }
    }
  });

  it.each(texts)(
    'edits %s in place, or refuses in words: never loses a comment, a style or another document',
    (_what, text) => {
      fc.assert(
        fc.property(
          lineEnds,
          fc.array(edit, { minLength: 1, maxLength: 4 }),
          fc.nat(1),
          (newline, edits, nth) => {
            let current = text.replaceAll('\n', newline);
            for (const { change, adds } of edits) {
              const views = documentViews(current);
              const index = views[nth % views.length]?.index ?? 0;
              const before = jsonOf(current);
              const wanted = change(formOf(current, index));
              const result = writeForm(current, index, wanted);
              if (!result.ok) {
                expect(['yaml-alias', 'yaml-style']).toContain(result.problem.code);
                continue;
              }
              const after = jsonOf(result.text);
              expect(after.length).toBe(before.length);
              for (const [at, value] of after.entries()) {
                const expected = at === index ? writePolicy(wanted) : before[at];
                expect(jsonEqual(value, expected), result.text).toBe(true);
              }
              if (adds) for (const comment of commentsOf(current)) expect(result.text).toContain(comment);
              if (newline === '\r\n') expect(result.text).not.toMatch(/[^\r]\n/);
              expect(readPolicy(after[index] ?? null)).toEqual(formOf(result.text, index));
              current = result.text;
            }
          },
        ),
        { numRuns: 10 },
      );
    },
  );

  it('an edit of one line leaves every other line as it was, in all of them', () => {
    for (const [what, text] of texts) {
      for (const newline of ['\n', '\r\n']) {
        const own = text.replaceAll('\n', newline);
        const [view] = documentViews(own);
        if (view?.state.type !== 'policy') throw new Error(what);
        const result = writeForm(own, view.index, { ...view.state.form, name: 'renamed' });
        if (!result.ok) throw new Error(`${what}: ${result.problem.message}`);
        const before = own.split('\n');
        const after = result.text.split('\n');
        const differ = before.flatMap((line, index) => (line === after[index] ? [] : [index]));
        expect(after.length, what).toBe(before.length);
        expect(differ, what).toHaveLength(1);
      }
    }
  });
});
