import { describe, expect, it } from 'vitest';
import { compile } from '../../compile/compile.ts';
import {
  type ClusterSnapshot,
  EMPTY_SNAPSHOT,
  type Labels,
  type PodRecord,
  policyKey,
} from '../../model/records.ts';
import { applyDraft } from '../draft/apply.ts';
import { readPolicyText } from '../draft/policies.ts';
import { editDraft, editSnapshot } from '../draft/policy-edits.ts';
import { impactOf } from '../impact/impact.ts';
import { suggestAllow } from './allow.ts';
import { suggestClose } from './close.ts';
import { endName } from './ends.ts';
import { verdictOf } from './halves.ts';
import type { SuggestEnd, SuggestQuestion } from './model.ts';

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

function policies(text: string): ClusterSnapshot['policies'] {
  const { documents, diagnostics } = readPolicyText(text, 't');
  expect(diagnostics).toEqual([]);
  return documents.flatMap(({ policy }) => policy ?? []);
}

const POLICIES = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  # the API, and nobody else
  - from:
    - podSelector: {matchLabels: {app: api}}
    ports:
    - port: 5432
    - port: 9187
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web-out, namespace: web}
spec:
  podSelector: {}
  policyTypes: [Egress]
`;

const snapshot: ClusterSnapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: ['shop', 'web'].map((name) => ({
    name,
    labels: { 'kubernetes.io/metadata.name': name },
    labelsKnown: true,
  })),
  pods: [pod('shop', 'db'), pod('shop', 'api'), pod('shop', 'job'), pod('web', 'front'), pod('web', 'other')],
  policies: policies(POLICIES),
};

const end = (namespace: string, name: string): SuggestEnd => ({
  type: 'workload',
  namespace,
  workload: { kind: 'Deployment', name },
});
const ask = (from: SuggestEnd, to: SuggestEnd, port = 5432): SuggestQuestion => ({
  from,
  to,
  protocol: 'TCP',
  port,
});
const cluster = compile(snapshot);
const EMPTY_DRAFT = { id: 'd', name: 'd', items: [] };
let ids = 0;
const newId = () => {
  ids += 1;
  return `i${ids}`;
};

describe('suggestAllow', () => {
  it('ranks the edits that allow exactly what is asked first, and says what the others open', () => {
    const question = ask(end('shop', 'job'), end('shop', 'db'));
    const { now, suggestions } = suggestAllow(cluster, question);
    expect(now).toBe('denied');
    expect(
      suggestions.map(({ title, exact, alsoPorts }) => [title, exact, alsoPorts?.opened.label ?? null]),
    ).toEqual([
      ['Add a rule to db', true, null],
      ['Add the policy db-from-job', true, null],
      ['Add job to rule 1 of db', false, 'TCP 9187'],
    ]);
  });

  it('opens both sides where both are closed, and names what else opens', () => {
    const { suggestions } = suggestAllow(cluster, ask(end('web', 'front'), end('shop', 'db')));
    expect(suggestions[0]).toMatchObject({ exact: true });
    expect(suggestions[0]?.edits).toHaveLength(2);
    const wide = suggestions.find(({ title }) => title.includes('web-out'));
    // The policy selects every pod of its namespace, but the database still lets only one in.
    expect(wide?.also.map(({ from, to }) => `${from.label}>${to.label}`) ?? []).toEqual([]);
  });

  it('keeps every promise: applied to the text, the connection is allowed and nothing else changed', () => {
    for (const question of [
      ask(end('shop', 'job'), end('shop', 'db')),
      ask(end('web', 'front'), end('shop', 'db')),
      ask(end('web', 'front'), { type: 'addresses', cidr: '203.0.113.0/24' }, 443),
      ask(end('shop', 'api'), end('shop', 'db'), 80),
    ]) {
      const { suggestions } = suggestAllow(cluster, question);
      expect(suggestions.length).toBeGreaterThan(0);
      for (const { edits, exact, alsoPairs } of suggestions) {
        const { draft, problems } = editDraft(EMPTY_DRAFT, snapshot, edits, newId);
        expect(problems).toEqual([]);
        const applied = applyDraft(snapshot, draft);
        expect(applied.conflicts).toEqual([]);
        const after = compile(applied.snapshot, { alongside: [snapshot] });
        expect(verdictOf(after, question)).toBe('allowed');
        const specs = (of: ClusterSnapshot) => of.policies.map(({ name, spec }) => ({ name, spec }));
        expect(specs(applied.snapshot)).toEqual(specs(editSnapshot(snapshot, edits)));
        const before = compile(snapshot, { alongside: [applied.snapshot] });
        const impact = impactOf(before, compile(applied.snapshot, { base: before }));
        expect(impact.pairs.closed + impact.pairs.narrowed).toBe(0);
        if (exact)
          expect([impact.rows.map(({ from, to }) => `${from.label}>${to.label}`), alsoPairs]).toEqual([
            [`${endName(question.from)}>${endName(question.to)}`],
            0,
          ]);
      }
    }
  });

  it('says what it can not do', () => {
    expect(suggestAllow(cluster, ask(end('shop', 'api'), end('shop', 'db'))).now).toBe('allowed');
    expect(suggestAllow(cluster, ask(end('shop', 'none'), end('shop', 'db'))).now).toBe('no-such-end');
  });

  it('allows what a cluster-scoped rule denies by one that comes before it', () => {
    const question = ask(end('shop', 'job'), end('shop', 'db'));
    const titles = (text: string) => {
      const { suggestions, obstacles } = suggestAllow(
        compile({ ...snapshot, policies: policies(text) }),
        question,
      );
      return [...obstacles, ...suggestions.map(({ title, exact }) => [title, exact])];
    };
    const subject = '{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}}';
    expect(
      titles(`apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: no-db}
spec: {tier: Admin, priority: 1, subject: ${subject}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
`),
    ).toEqual([
      'no-db denies it (spec.ingress[0]), and no NetworkPolicy allows what an admin policy denies.',
      ['Allow it before the rule that denies it in no-db', true],
      ['Allow just this with the ClusterNetworkPolicy allow-job-to-db', true],
    ]);
    expect(
      titles(`apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: no-db}
spec: {priority: 0, subject: ${subject}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
`).slice(1),
    ).toEqual([['Allow it before the rule that denies it in no-db', true]]);
    expect(
      titles(`apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec: {subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
`),
    ).toEqual([
      // The pods of a NetworkPolicy are out of the reach of baseline policies; they stay closed to the others.
      ['Add the policy db-from-job', false],
      ['Allow it before the rule that denies it in default', false],
    ]);
  });

  it('takes a namespace for all of its pods, isolated by one policy or by several', () => {
    const web: SuggestEnd = { type: 'namespace', namespace: 'web' };
    const shop: SuggestEnd = { type: 'namespace', namespace: 'shop' };
    const isolated = compile({
      ...snapshot,
      policies: policies(
        `${POLICIES}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: others, namespace: shop}
spec: {podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}
`,
      ),
    });
    const titles = (of: ReturnType<typeof suggestAllow>) =>
      of.suggestions.map(({ title, exact }) => [title, exact]);
    expect(titles(suggestAllow(isolated, ask(web, shop))).slice(0, 2)).toEqual([
      ['Add the policy shop-from-web; add a rule to web-out', true],
      ['Add the policy shop-from-web; add the policy web-to-shop', true],
    ]);
    // Only the database is isolated: the new policy would isolate the others too, so the rule for it alone comes first.
    const partly = suggestAllow(cluster, ask({ type: 'addresses', cidr: '203.0.113.0/24' }, shop));
    expect(partly.now).toBe('mixed');
    expect(titles(partly)).toEqual([
      ['Add a rule to db', true],
      ['Add 203.0.113.0/24 to rule 1 of db', false],
      ['Add the policy shop-from-203-0-113-0-24', false],
    ]);
    expect(partly.suggestions[2]?.alsoPorts?.closed.label).toBe(
      'TCP 1–5431, 5433–65535 · UDP all · SCTP all',
    );
  });

  it('says of pods on their node’s network that policies may not reach them', () => {
    const host = { ...pod('shop', 'agent'), hostNetwork: true };
    const on = compile({ ...snapshot, pods: [...snapshot.pods, host] });
    expect(suggestAllow(on, ask(end('shop', 'agent'), end('shop', 'db'))).obstacles).toEqual([
      expect.stringContaining("Pods of agent run on their node's network"),
    ]);
    expect(
      suggestAllow(on, ask({ type: 'namespace', namespace: 'shop' }, end('shop', 'db'))).obstacles,
    ).toEqual([expect.stringContaining('Some pods of shop are left out')]);
  });
});

describe('suggestClose', () => {
  it('takes the connection out of what allows it, or isolates an end', () => {
    const question = ask(end('shop', 'api'), end('shop', 'db'));
    const { now, suggestions } = suggestClose(cluster, question);
    expect(now).toBe('allowed');
    expect(suggestions.map(({ title, exact }) => [title, exact])).toEqual([
      ['Take TCP 5432 out of db', true],
      ['Remove the rule from db', false],
      ['Isolate api: nothing out but DNS (api-deny-egress)', false],
    ]);
    const open = suggestClose(cluster, ask(end('shop', 'api'), end('shop', 'job'), 80));
    expect(open.suggestions.map(({ title }) => title)).toContain(
      'Isolate job: nothing in (job-deny-ingress)',
    );
    for (const { edits } of [...suggestions, ...open.suggestions]) {
      const { draft, problems } = editDraft(EMPTY_DRAFT, snapshot, edits, newId);
      expect(problems).toEqual([]);
      expect(applyDraft(snapshot, draft).changes.length).toBeGreaterThan(0);
    }
  });
});

describe('editDraft', () => {
  it('edits the text that is in the draft already, and keeps its comments', () => {
    const { suggestions } = suggestAllow(cluster, ask(end('shop', 'job'), end('shop', 'db')));
    const first = editDraft(EMPTY_DRAFT, snapshot, suggestions[0]?.edits ?? [], newId);
    const again = editDraft(
      first.draft,
      snapshot,
      [
        {
          type: 'remove',
          policy: policyKey({ kind: 'NetworkPolicy', namespace: 'shop', name: 'db' }),
          path: 'spec.ingress[0].ports[1]',
        },
      ],
      newId,
    );
    expect(again.draft.items).toHaveLength(1);
    const [item] = again.draft.items;
    const text = item?.type === 'policies' ? item.text : '';
    expect(text).toContain('  # the API, and nobody else\n');
    expect(text).not.toContain('9187');
    expect(text).toContain('app: job');
  });

  it('says what it can not edit', () => {
    const { problems } = editDraft(
      EMPTY_DRAFT,
      snapshot,
      [
        {
          type: 'remove',
          policy: policyKey({ kind: 'NetworkPolicy', namespace: 'shop', name: 'none' }),
          path: 'spec',
        },
      ],
      newId,
    );
    expect(problems).toEqual(['There is no NetworkPolicy/shop/none to edit.']);
  });
});
