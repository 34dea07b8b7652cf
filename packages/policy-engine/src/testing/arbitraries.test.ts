import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshots } from './arbitraries.ts';
import { questionsAbout } from './questions.ts';
import { evaluateValid, type Verdict, withoutInvalid } from './spec-evaluator.ts';

describe('random clusters', () => {
  const sample = fc.sample(snapshots, { seed: 20260801, numRuns: 300 });
  const share = (count: number, of: number): number => count / of;

  it('have policies of every kind, most of them valid and a few not', () => {
    const all = sample.flatMap(({ policies }) => policies);
    const valid = sample.flatMap((snapshot) => withoutInvalid(snapshot).policies);
    for (const kind of new Set(all.map((policy) => policy.kind))) {
      const ofKind = all.filter((policy) => policy.kind === kind).length;
      const validOfKind = valid.filter((policy) => policy.kind === kind).length;
      expect(share(validOfKind, ofKind), kind).toBeGreaterThan(0.5);
      expect(share(validOfKind, ofKind), kind).toBeLessThan(1);
    }
    expect(new Set(valid.map((policy) => policy.kind)).size).toBe(4);
  });

  it('lead to every verdict often enough to tell a wrong one', () => {
    const counts: Record<Verdict, number> = { allowed: 0, denied: 0, unknown: 0 };
    let asked = 0;
    for (const snapshot of sample) {
      const valid = withoutInvalid(snapshot);
      for (const { from, to, traffic } of questionsAbout(snapshot, 0)) {
        counts[evaluateValid(valid, from, to, traffic)]++;
        asked++;
      }
    }
    for (const [verdict, count] of Object.entries(counts)) {
      expect(share(count, asked), verdict).toBeGreaterThan(0.1);
    }
  });

  it('have what a verdict may depend on beside policies', () => {
    const having = (holds: (snapshot: (typeof sample)[number]) => boolean): number =>
      share(sample.filter(holds).length, sample.length);
    expect(having(({ hidden }) => hidden.length > 0)).toBeGreaterThan(0.03);
    expect(having(({ namespaces }) => namespaces.some((one) => !one.labelsKnown))).toBeGreaterThan(0.2);
    expect(having(({ nodes }) => nodes.length === 0)).toBeGreaterThan(0.05);
    expect(having(({ namespaces }) => namespaces.length === 0)).toBeGreaterThan(0.02);
    expect(having(({ pods }) => pods.some((one) => one.hostNetwork))).toBeGreaterThan(0.3);
    expect(having(({ pods }) => pods.some((one) => one.ips.length > 1))).toBeGreaterThan(0.2);
    expect(having(({ pods }) => pods.some((one) => one.state === 'declared'))).toBeGreaterThan(0.2);
    expect(having(({ pods }) => pods.some((one) => one.state === 'finished'))).toBeGreaterThan(0.05);
  });
});
