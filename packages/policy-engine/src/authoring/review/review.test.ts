import { describe, expect, it } from 'vitest';
import { compile } from '../../compile/compile.ts';
import { type ClusterSnapshot, EMPTY_SNAPSHOT, type PodRecord } from '../../model/records.ts';
import { compileOverlay } from '../../queries/diff.ts';
import { applyDraft } from '../draft/apply.ts';
import type { Draft, DraftItem } from '../draft/model.ts';
import { readPolicyText } from '../draft/policies.ts';
import { type DraftReview, reviewDraft } from './review.ts';

function pod(namespace: string, name: string): PodRecord {
  return {
    namespace,
    name,
    labels: { app: name },
    workload: { kind: 'Deployment', name },
    ports: [],
    ips: [],
    hostNetwork: false,
    state: 'running',
    replicas: 1,
  };
}

const np = (name: string, spec: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\n  namespace: shop\nspec:\n${spec}`;

const snapshot: ClusterSnapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: ['shop', 'web'].map((name) => ({
    name,
    labels: { 'kubernetes.io/metadata.name': name },
    labelsKnown: true,
  })),
  pods: [pod('shop', 'db'), pod('shop', 'api'), pod('web', 'front')],
};

function review(live: string, edit: string | DraftItem): DraftReview {
  const policies = readPolicyText(live, 'live').documents.flatMap(({ policy }) => policy ?? []);
  const state = { ...snapshot, policies };
  const item: DraftItem = typeof edit === 'string' ? { id: '1', type: 'policies', text: edit } : edit;
  const draft: Draft = { id: 'd', name: 'd', items: [item] };
  const applied = applyDraft(state, draft);
  const overlay = compileOverlay(compile(state), applied.snapshot);
  if (overlay === undefined) throw new Error('no overlay');
  return reviewDraft(overlay.before, overlay.after, applied);
}

const DENY = np('deny', '  podSelector: {}\n');

describe('the safety of a draft', () => {
  it('holds where nothing new can be reached, whatever is deployed', () => {
    expect(review('', DENY).safety).toEqual({
      opensNothing: true,
      namespaces: ['shop'],
      counterexamples: [],
    });
    // What another rule allows already opens nothing.
    const allow = np('allow', '  podSelector: {}\n  ingress:\n  - from:\n    - podSelector: {}\n');
    const narrower = np(
      'n',
      '  podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: api}}\n',
    );
    expect(review(`${DENY}---\n${allow}`, narrower).safety.opensNothing).toBe(true);
  });

  it('names what opens to pods that may come', () => {
    const allow = np(
      'a',
      '  podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from:\n    - namespaceSelector: {}\n      podSelector: {matchLabels: {role: reader}}\n    ports:\n    - port: 5432\n',
    );
    expect(review(DENY, allow).safety.counterexamples[0]).toEqual({
      direction: 'ingress',
      subject: 'shop/db',
      subjectExists: true,
      peer: 'pods with role=reader in any namespace',
      ports: 'TCP 5432',
    });
  });

  it('names subjects that may come', () => {
    const allow = np('a', '  podSelector: {matchLabels: {app: new}}\n  ingress: [{}]\n');
    expect(review(DENY, allow).safety.counterexamples).toMatchObject([
      {
        subject: 'a new pod with app=new in shop',
        subjectExists: false,
        peer: 'any pod',
        ports: 'all ports',
      },
    ]);
  });

  it('knows what other labels of a namespace mean for pods that may come into it', () => {
    const fromTeam = np(
      'a',
      '  podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from:\n    - namespaceSelector: {matchLabels: {team: x}}\n    ports:\n    - port: 5432\n',
    );
    const relabel = (labels: Record<string, string>): DraftItem => ({
      id: '1',
      type: 'labels',
      target: { type: 'namespace', name: 'web' },
      labels,
    });
    expect(review(`${DENY}---\n${fromTeam}`, relabel({ team: 'x' })).safety).toEqual({
      opensNothing: false,
      namespaces: ['web'],
      counterexamples: [
        {
          direction: 'ingress',
          subject: 'shop/db',
          subjectExists: true,
          peer: 'any pod in web',
          ports: 'TCP 5432',
        },
      ],
    });
    expect(review(`${DENY}---\n${fromTeam}`, relabel({ team: 'y' })).safety.opensNothing).toBe(true);
  });

  it('knows what other labels of a workload open, and that what is added was closed to nobody before', () => {
    const denyDb = np('deny-db', '  podSelector: {matchLabels: {app: db}}\n');
    const workload = { kind: 'Deployment', name: 'db' };
    const relabelled = review(denyDb, {
      id: '1',
      type: 'labels',
      target: { type: 'workload', namespace: 'shop', workload },
      labels: { app: 'open' },
    });
    expect(relabelled.safety.counterexamples[0]).toMatchObject({
      subject: 'shop/db',
      peer: 'any pod',
      ports: 'all ports',
    });
    expect(relabelled.safety.namespaces).toEqual(['shop']);
    const added = review(denyDb, {
      id: '1',
      type: 'add-workload',
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'new' },
      labels: { app: 'new' },
      ports: [],
      replicas: 1,
    });
    expect(added.safety.opensNothing).toBe(true);
  });

  it('sees that a removed default-deny opens what comes later', () => {
    const state: ClusterSnapshot = {
      ...snapshot,
      policies: readPolicyText(DENY, 'l').documents.flatMap(({ policy }) => policy ?? []),
    };
    const applied = applyDraft(state, {
      id: 'd',
      name: 'd',
      items: [
        {
          id: '1',
          type: 'remove-policy',
          policy: { kind: 'NetworkPolicy', namespace: 'shop', name: 'deny' },
          spec: { podSelector: {} },
        },
      ],
    });
    const overlay = compileOverlay(compile(state), applied.snapshot);
    if (overlay === undefined) throw new Error('no overlay');
    expect(reviewDraft(overlay.before, overlay.after, applied).safety.opensNothing).toBe(false);
  });
});

describe('findings of a draft', () => {
  it('point at the lines of its text', () => {
    const text = `# why\n${np('a', '  podSelector: {matchLabels: {app: dbb}}\n')}`;
    const found = review('', text).findings.find(({ finding }) => finding.code === 'policy-selects-nothing');
    expect(found).toMatchObject({ item: '1' });
    expect(text.split('\n')[(found?.line ?? 0) - 1]).toMatch(/podSelector|name: a|spec/);
  });

  it('tell a rule that changes nothing', () => {
    const text = np(
      'a',
      '  podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from:\n    - podSelector: {}\n  - from:\n    - podSelector: {matchLabels: {app: api}}\n',
    );
    const idle = review('', text).findings.filter(({ finding }) => finding.code === 'rule-changes-nothing');
    expect(idle.map(({ line }) => text.split('\n')[(line ?? 0) - 1])).toEqual(['  - from:']);
    expect(idle[0]?.line).toBe(11);
  });
});
