import type { ClusterIndex } from '@bulkhead/policy-engine';
import { describe, expect, test } from 'vitest';
import { readQuestion } from './question.ts';

const workload = (namespace: string, name: string) => ({
  id: `wl:${namespace}/${name}[Deployment]`,
  namespace,
  kind: 'Deployment',
  name,
  pods: 1,
  ingress: 'open' as const,
  egress: 'open' as const,
  labels: {},
  mark: null,
});
const index: ClusterIndex = {
  namespaces: ['payments', 'shop'].map((name) => ({
    id: `ns:${name}`,
    name,
    workloads: 2,
    policies: 0,
    hidden: false,
    mark: null,
  })),
  workloads: [
    workload('payments', 'db'),
    workload('payments', 'api'),
    workload('shop', 'frontend'),
    workload('shop', 'api'),
  ],
  policies: [],
  kinds: ['Deployment'],
};
const db = 'wl:payments/db[Deployment]';
const frontend = 'wl:shop/frontend[Deployment]';

describe('a question', () => {
  test.each([
    ['frontend -> payments/db:5432', { from: frontend, to: db, port: '5432' }],
    ['frontend → db', { from: frontend, to: db }],
    ['shop/frontend to payments/db on UDP/53', { from: frontend, to: db, port: 'UDP/53' }],
    ['frontend -> db:', { from: frontend, to: db }],
    ['internet -> frontend:https', { from: 'out:internet', to: frontend, port: 'https' }],
    ['db -> 10.0.0.10', { from: db, to: 'ip:10.0.0.10' }],
    ['db -> 10.0.0.10:53', { from: db, to: 'ip:10.0.0.10', port: '53' }],
    ['db -> fd00::1', { from: db, to: 'ip:fd00::1' }],
    ['shop -> payments', { from: 'ns:shop', to: 'ns:payments' }],
  ])('%s', (text, question) => {
    expect(readQuestion(text, index)).toEqual({ type: 'question', question });
  });

  test('with a name that fits several workloads offers them all', () => {
    const asked = readQuestion('frontend -> api:80', index);
    expect(asked?.type === 'unclear' ? asked.candidates.map((entry) => entry.to) : asked).toEqual([
      'wl:payments/api[Deployment]',
      'wl:shop/api[Deployment]',
    ]);
  });

  test('with a name that fits nothing says which', () => {
    expect(readQuestion('frontend -> nowhere', index)).toEqual({
      type: 'unclear',
      message: 'Nothing is called "nowhere".',
      candidates: [],
    });
  });

  test('is not read into other text', () => {
    expect(readQuestion('frontend', index)).toBeNull();
    expect(readQuestion('-> db', index)).toBeNull();
  });
});
