import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cluster, compile, pairCell } from '../../compile/compile.ts';
import type { ClusterSnapshot } from '../../model/records.ts';
import { members, subtract } from '../../sets/interval-set.ts';
import { snapshots, TRAFFIC } from '../../testing/arbitraries.ts';
import { NAMESPACES } from '../../testing/arbitraries-values.ts';
import { fuzzing } from '../../testing/fuzzing.ts';
import { pairsAbout } from '../../testing/questions.ts';
import { type EndpointRef, evaluateValid, withoutInvalid } from '../../testing/spec-evaluator.ts';
import { applyDraft } from '../draft/apply.ts';
import { editDraft } from '../draft/policy-edits.ts';
import { outsideNames, placesOf } from '../impact/places.ts';
import { suggestAllow } from './allow.ts';
import { suggestClose } from './close.ts';
import { isInEnd } from './ends.ts';
import type { SuggestEnd, Suggestion, SuggestQuestion } from './model.ts';

const namespace = fc.constantFrom(...NAMESPACES);
const end: fc.Arbitrary<SuggestEnd> = fc.oneof(
  { weight: 3, arbitrary: namespace.map((name): SuggestEnd => ({ type: 'namespace', namespace: name })) },
  {
    weight: 2,
    arbitrary: fc.tuple(namespace, fc.constantFrom('one', 'two')).map(
      ([name, owner]): SuggestEnd => ({
        type: 'workload',
        namespace: name,
        workload: { kind: 'Deployment', name: owner },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('0.0.0.0/0', '203.0.113.0/24', '10.0.0.0/8')
      .map((cidr): SuggestEnd => ({ type: 'addresses', cidr })),
  },
);
const question: fc.Arbitrary<SuggestQuestion> = fc.record({
  from: end,
  to: end,
  protocol: fc.constantFrom('TCP', 'UDP'),
  port: fc.constantFrom(80, 8080),
});

/** The snapshot with a suggestion taken into a draft, text and all. */
function taken(snapshot: ClusterSnapshot, { edits }: Suggestion): ClusterSnapshot {
  const ids = Array.from(edits, (_, index) => `i${index}`);
  const newId = () => ids.pop() ?? 'none left';
  const { draft, problems } = editDraft({ id: 'd', name: 'd', items: [] }, snapshot, edits, newId);
  expect(problems).toEqual([]);
  return applyDraft(snapshot, draft).snapshot;
}

/** Whether an endpoint is a pod of an end that is asked about; `certain`: one of which policies say for sure what holds. */
function inEnd(snapshot: ClusterSnapshot, ref: EndpointRef, asked: SuggestEnd): 'certain' | 'perhaps' | 'no' {
  const pod =
    ref.kind === 'pod'
      ? snapshot.pods.find(({ namespace: own, name }) => own === ref.namespace && name === ref.name)
      : undefined;
  if (pod === undefined || asked.type === 'addresses' || pod.namespace !== asked.namespace) return 'no';
  if (asked.type === 'workload' && pod.workload.name !== asked.workload.name) return 'no';
  return pod.hostNetwork || pod.state === 'finished' || pod.state === 'pending' ? 'perhaps' : 'certain';
}

/** Pairs of ends of which some connection changes, as `from>to`, without what was asked for. */
function changedBeside(before: Cluster, after: Cluster, asked: SuggestQuestion): readonly string[] {
  const { universe } = after;
  const { ends, ofColumn } = placesOf(universe, outsideNames(universe, before, [after]), 'workload');
  const { space } = after.cells;
  const transport = (cluster: Cluster, source: number, target: number) => {
    const { allowed, possible } = cluster.cells.decision(pairCell(cluster, source, target));
    return [space.intersect(allowed, space.transport), space.intersect(possible, space.transport)].join();
  };
  const pods = members(subtract(universe.everything, universe.regions.readings)).filter(
    (column) => column < universe.firstHidden,
  );
  const found = new Set<string>();
  for (const source of pods) {
    for (const target of pods) {
      const from = ends[ofColumn[source] ?? 0];
      const to = ends[ofColumn[target] ?? 0];
      if (from === undefined || to === undefined) continue;
      // A pod's connections to itself are nobody's business.
      if (source === target && universe.classes[source]?.pods.length === 1) continue;
      if (isInEnd(after, from, asked.from) && isInEnd(after, to, asked.to)) continue;
      if (transport(before, source, target) !== transport(after, source, target))
        found.add(`${from.id}>${to.id}`);
    }
  }
  return [...found].sort();
}

function holds(
  snapshot: ClusterSnapshot,
  asked: SuggestQuestion,
  suggestion: Suggestion,
  want: string,
): void {
  const after = taken(snapshot, suggestion);
  const [was, is] = [withoutInvalid(snapshot), withoutInvalid(after)];
  for (const { from, to } of pairsAbout(snapshot)) {
    const ends = [inEnd(snapshot, from, asked.from), inEnd(snapshot, to, asked.to)];
    for (const traffic of TRAFFIC.filter(({ protocol }) => protocol === 'TCP' || protocol === 'UDP')) {
      const about = { from, to, traffic, suggestion };
      const after = evaluateValid(is, from, to, traffic);
      if (!ends.includes('no') && traffic.port === asked.port && traffic.protocol === asked.protocol) {
        if (!ends.includes('perhaps') && JSON.stringify(from) !== JSON.stringify(to))
          expect(after, JSON.stringify(about)).toBe(want);
      } else if (suggestion.exact && asked.from.type !== 'addresses' && asked.to.type !== 'addresses') {
        const before = evaluateValid(was, from, to, traffic);
        if (before !== after) expect(after, JSON.stringify(about)).toBe(before);
      }
    }
  }
  const base = compile(snapshot, { alongside: [after] });
  const beside = changedBeside(base, compile(after, { base }), asked);
  const listed = suggestion.also
    .filter(({ from, to }) => from.type === 'workload' && to.type === 'workload')
    .map(({ from, to }) => `${from.id}>${to.id}`);
  if (suggestion.alsoPairs <= 8) expect([...new Set(listed)].sort()).toEqual(beside);
}

describe('suggestions for random clusters and ends', () => {
  it('do what is asked, nothing else where they are exact, and list what else they do', {
    timeout: 0,
  }, () => {
    let allowing = 0;
    let closing = 0;
    fc.assert(
      fc.property(snapshots, question, (snapshot, asked) => {
        const cluster = compile(snapshot);
        for (const suggestion of suggestAllow(cluster, asked).suggestions) {
          allowing += 1;
          holds(snapshot, asked, suggestion, 'allowed');
        }
        for (const suggestion of suggestClose(cluster, asked).suggestions) {
          closing += 1;
          holds(snapshot, asked, suggestion, 'denied');
        }
      }),
      fuzzing(100),
    );
    expect(Math.min(allowing, closing)).toBeGreaterThan(15);
  });
});
