import { compile, graphView, lensOf, NO_FILTER, parseManifests } from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../app/contracts.ts';
import { HOME } from '../../app/route.ts';
import { notesOn } from './caption.ts';

const pod = (namespace: string, name: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}
spec: {containers: [{name: c, image: i}]}
---
`;
const denied = (namespace: string, types = 'Ingress, Egress') => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: ${namespace}}
spec: {podSelector: {}, policyTypes: [${types}]}
---
`;
const PODS = ['a', 'b'].flatMap((namespace) => ['web', 'db'].map((name) => pod(namespace, name))).join('');

function notes(
  text: string,
  { expanded = ['a', 'b'], scope = [] }: { expanded?: readonly string[]; scope?: readonly string[] } = {},
  route: Partial<Route> = {},
): readonly string[] {
  const lens = lensOf(compile(parseManifests([{ path: 'all.yaml', text }]).snapshot));
  const view = graphView(lens, {
    filter: { ...NO_FILTER, scope },
    verdicts: ['allowed', 'unknown'],
    expanded,
  });
  return notesOn(view, 0, { ...HOME, ...route }).map((note) => note.text);
}

const OPEN = 'No policy isolates anything: all may reach all';
const CLOSED = 'All is isolated: no connection is allowed';

describe('a graph without edges says why', () => {
  it('nothing is isolated', () => {
    expect(notes(PODS)).toContain(OPEN);
    expect(notes(PODS, { expanded: [] })).toContain(OPEN);
  });

  it('everything is isolated and nothing allowed', () => {
    expect(notes(PODS + denied('a') + denied('b'))).toContain(CLOSED);
  });

  it('but not where only a part is seen, or some of it is open', () => {
    const all = [
      notes(PODS, { scope: ['a'] }),
      notes(PODS, {}, { ports: ['80'] }),
      notes(PODS, {}, { draft: 'd', onlyChanges: true }),
      notes(PODS + denied('a')),
      notes(PODS + denied('a') + denied('b'), { expanded: ['a'] }),
      notes(PODS + denied('a') + denied('b', 'Ingress')),
      notes(''),
    ];
    for (const texts of all) {
      expect(texts).not.toContain(OPEN);
      expect(texts).not.toContain(CLOSED);
    }
  });
});
