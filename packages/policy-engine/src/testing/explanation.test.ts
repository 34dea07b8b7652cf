import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectionExplanation, ExplanationPart } from '../index.ts';
import { snapshots, TRAFFIC } from './arbitraries.ts';
import { engineFor, inConnections } from './engine-adapter.ts';
import { fuzzing } from './fuzzing.ts';
import { pairsAbout } from './questions.ts';

/** What in one half of an explanation doesn't hold together; `undefined` where all does. */
function flaw(half: DirectionExplanation): string | undefined {
  const actions = new Set(half.rules.map(({ action }) => action));
  switch (half.verdict) {
    case 'allowed':
      if (half.isolatedBy.length > 0 && !actions.has('allow')) return 'isolated, and no rule allows';
      if (half.byDefault && actions.has('allow')) return 'allowed by default, and by a rule';
      return !half.byDefault && !actions.has('allow') ? 'allowed by nothing' : undefined;
    case 'denied':
      if (actions.has('allow')) return 'denied, and a rule that allows is given for it';
      return half.isolatedBy.length === 0 && !actions.has('deny') ? 'denied by nothing' : undefined;
    case 'unknown':
      return half.reasons.length === 0 ? 'unknown without a reason' : undefined;
  }
}

function both({ egress, ingress }: ExplanationPart): string {
  if (egress.verdict === 'denied' || ingress.verdict === 'denied') return 'denied';
  return egress.verdict === 'allowed' && ingress.verdict === 'allowed' ? 'allowed' : 'unknown';
}

describe('an explanation', () => {
  it('says of every connection what the verdict says, in exactly one part', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const engine = engineFor(snapshot);
        for (const { from, to } of pairsAbout(snapshot)) {
          const explanation = engine.explain(from, to);
          if (explanation === undefined) continue;
          const asked = explanation.parts.map((part) => ({ part, holds: inConnections(part.connections) }));
          for (const traffic of TRAFFIC) {
            const parts = asked.filter(({ holds }) => holds(traffic)).map(({ part }) => part);
            const expected = [engine.verdict(from, to, traffic)];
            const said = parts.map(({ verdict }) => verdict);
            const matches = said.join() === expected.join();
            expect(said, matches ? '' : JSON.stringify({ from, to, traffic, parts })).toEqual(expected);
          }
        }
      }),
      fuzzing(300),
    );
  });

  it('gives rules, isolation or reasons that account for its verdict', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const engine = engineFor(snapshot);
        for (const { from, to } of pairsAbout(snapshot)) {
          const explanation = engine.explain(from, to);
          for (const part of explanation?.parts ?? []) {
            const flaws = [flaw(part.egress), flaw(part.ingress)].filter((found) => found !== undefined);
            expect(flaws, flaws.length === 0 ? '' : JSON.stringify({ from, to, part })).toEqual([]);
            const halves = both(part);
            // The readings of a hostNetwork end may differ; then the stricter one is shown.
            const agrees = part.verdict === halves || part.reasons.includes('host-network');
            expect(agrees, agrees ? '' : JSON.stringify({ from, to, part })).toBe(true);
            expect(part.verdict !== 'unknown' || part.reasons.length > 0).toBe(true);
          }
        }
      }),
      fuzzing(500),
    );
  });
});
