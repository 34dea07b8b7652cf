import {
  type ClusterSnapshot,
  compile,
  compileOverlay,
  impactOf,
  parseManifests,
} from '@bulkhead/policy-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffMarkdown, diffText, summaryText } from '../output/diff-output.ts';
import { styleFor } from '../terminal/style.ts';
import { type Comparison, compareStates } from './compare.ts';
import { endIndex, endsText } from './ends-text.ts';
import { groupChanges } from './group.ts';
import { policyChanges } from './policies.ts';

const NAMES = ['web', 'api', 'db'];

function workloads(...namespaces: string[]): string {
  return namespaces
    .flatMap((namespace) =>
      NAMES.map(
        (name) =>
          `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}\nspec: {}\n`,
      ),
    )
    .join('');
}

function policy(name: string, namespace: string, spec: string): string {
  return `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: ${spec}\n`;
}

function compare(before: string, after: string): Comparison {
  const snapshot = (text: string) => parseManifests([{ path: 'x.yaml', text }]).snapshot;
  return compareStates(snapshot(before), snapshot(after));
}

function lines(comparison: Comparison): string[] {
  const index = endIndex(comparison);
  return groupChanges(comparison).map(
    ({ kind, sources, targets, pairs }) =>
      `${kind}: ${endsText(sources, index)} → ${endsText(targets, index)} (${pairs.length})`,
  );
}

describe('a comparison', () => {
  it('puts a deny for a namespace into lines that a person reads', () => {
    const before = workloads('a', 'b', 'c');
    const after = before + policy('deny', 'a', '{podSelector: {}}');
    const comparison = compare(before, after);
    expect(comparison.changes).toHaveLength(3 * 9);
    expect(lines(comparison)).toEqual(['closed: every workload, internet → namespace a (3 workloads) (27)']);
    expect(
      policyChanges(comparison.before, comparison.after).map(({ change, policy: key }) => `${change} ${key}`),
    ).toEqual(['added NetworkPolicy/a/deny']);
  });

  it('tells opened, widened, narrowed and closed apart', () => {
    const spec = (ports: string): string =>
      `{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [${ports}]}]}`;
    const deny = workloads('a') + policy('db', 'a', '{podSelector: {matchLabels: {app: db}}}');
    const one = workloads('a') + policy('db', 'a', spec('{port: 1}'));
    const two = workloads('a') + policy('db', 'a', spec('{port: 1}, {port: 2}'));
    const other = workloads('a') + policy('db', 'a', spec('{port: 2}'));
    const kind = (before: string, after: string) =>
      compare(before, after).changes.map((change) => change.kind);
    expect(kind(deny, one)).toEqual(['opened']);
    expect(kind(one, two)).toEqual(['widened']);
    expect(kind(two, one)).toEqual(['narrowed']);
    expect(kind(one, other)).toEqual(['rearranged']);
    expect(kind(one, deny)).toEqual(['closed']);
    expect(kind(one, one)).toEqual([]);
    expect(summaryText(compare(one, other).changes)).toBe('opens and closes ports of 1 connection');
  });

  it('says where a change is not certain', () => {
    const before = workloads('a') + policy('deny', 'a', '{podSelector: {matchLabels: {app: db}}}');
    const after =
      before +
      policy(
        'maybe',
        'a',
        '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}',
      );
    const comparison = compare(before, after);
    expect(comparison.changes.every((change) => change.uncertain && change.kind === 'opened')).toBe(true);
  });

  it('names the label that changes go by, and says what a coarse line leaves open', () => {
    const names = Array.from({ length: 20 }, (_, index) => `w${index}`);
    const pods = (key: string): string =>
      names
        .map(
          (name, index) =>
            `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: big, labels: {app: ${name}, ${key}: ${index % 2 === 0 ? 'front' : 'back'}}}\nspec: {}\n`,
        )
        .join('');
    const policies =
      policy('deny', 'big', '{podSelector: {}}') +
      policy(
        'tiers',
        'big',
        '{podSelector: {matchLabels: {tier: back}}, ingress: [{from: [{podSelector: {matchLabels: {tier: front}}}]}]}',
      );
    expect(lines(compare(pods('tier') + policies, pods('role') + policies))).toEqual([
      'closed: namespace big with role=front (10 workloads) → namespace big with role=back (10 workloads) (100)',
    ]);
    const chain = (step: number): string =>
      names
        .map((name, index) =>
          policy(
            name,
            'big',
            `{podSelector: {matchLabels: {app: ${name}}}, ingress: [{from: [{podSelector: {matchLabels: {app: w${(index + step) % 20}}}}], ports: [{port: ${1000 + index}}]}]}`,
          ),
        )
        .join('');
    const comparison = compare(pods('tier') + chain(1), pods('tier') + chain(2));
    const result = {
      from: 'a',
      to: 'b',
      comparison,
      groups: groupChanges(comparison),
      policies: policyChanges(comparison.before, comparison.after),
      issues: [],
    };
    const text = diffText(result, styleFor({}, {}), { all: false });
    expect(text).toMatch(/OPENED .*\(20 of 380 connections, ports differ\)/);
    expect(text).toContain('~ 20 NetworkPolicy objects in big: w0, w1, w2, 17 more  x.yaml\n');
    expect(text.split('\n').length).toBeLessThan(12);
    expect(diffMarkdown(result)).toContain('- changed: `20 NetworkPolicy objects in big');
  });

  it('names what is left out rather than all the rest', () => {
    const namespaces = ['a', 'b', 'c', 'd', 'e', 'f'];
    const before = workloads(...namespaces);
    const only = namespaces
      .slice(1)
      .map((name) => policy('deny', name, '{podSelector: {}}'))
      .join('');
    expect(lines(compare(before, before + only))).toEqual([
      'closed: every workload, internet → every workload but a (3 workloads) (270)',
    ]);
  });

  it('counts workloads that come and go', () => {
    const comparison = compare(workloads('a'), workloads('a', 'b'));
    expect(comparison.changes.every((change) => change.kind === 'opened')).toBe(true);
    expect(lines(comparison).length).toBeLessThanOrEqual(3);
  });

  it('stays short however many policies change', () => {
    const namespaces = Array.from({ length: 12 }, (_, index) => `ns${index}`);
    const before = workloads(...namespaces);
    const after =
      before +
      namespaces
        .flatMap((namespace, index) =>
          NAMES.map((name, at) =>
            policy(
              name,
              namespace,
              `{podSelector: {matchLabels: {app: ${name}}}, ingress: [{ports: [{port: ${1000 + index * 3 + at}}]}]}`,
            ),
          ),
        )
        .join('');
    const comparison = compare(before, after);
    expect(comparison.changes.length).toBeGreaterThan(1000);
    expect(groupChanges(comparison).length).toBeLessThanOrEqual(12);
  });

  it('has groups that hold each change once, and every pair of ends where a group is exact', () => {
    const rule = fc.record({
      namespace: fc.constantFrom('a', 'b'),
      subject: fc.constantFrom(...NAMES),
      peer: fc.constantFrom(...NAMES),
      port: fc.constantFrom(80, 443),
    });
    const text = (
      rules: readonly { namespace: string; subject: string; peer: string; port: number }[],
    ): string =>
      workloads('a', 'b') +
      rules
        .map(({ namespace, subject, peer, port }, index) =>
          policy(
            `p${index}`,
            namespace,
            `{podSelector: {matchLabels: {app: ${subject}}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: ${peer}}}}], ports: [{port: ${port}}]}]}`,
          ),
        )
        .join('');
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 3 }), fc.array(rule, { maxLength: 3 }), (was, is) => {
        const comparison = compare(text(was), text(is));
        const groups = groupChanges(comparison);
        expect(groups.flatMap((group) => group.pairs)).toHaveLength(comparison.changes.length);
        expect(new Set(groups.flatMap((group) => group.pairs)).size).toBe(comparison.changes.length);
        for (const group of groups) {
          if (group.coarse) continue;
          const pairs = new Set(group.pairs.map((pair) => `${pair.source}>${pair.target}`));
          const addresses = (id: string): boolean => comparison.nodes.get(id)?.type === 'ip';
          for (const source of group.sources) {
            for (const target of group.targets) {
              if (source === target || (addresses(source) && addresses(target))) continue;
              expect(pairs.has(`${source}>${target}`)).toBe(true);
            }
          }
        }
      }),
      { seed: 9, numRuns: 60 },
    );
  });

  it('is the same whether the two states share a universe or not', () => {
    const before = workloads('a', 'b') + policy('deny', 'a', '{podSelector: {}}');
    const after =
      before +
      policy(
        'open',
        'a',
        '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}',
      );
    // The same workloads in another order have a universe of their own.
    const apart = compare(before, after.replace(workloads('a', 'b'), workloads('b', 'a')));
    expect(apart.before.universe).not.toBe(apart.after.universe);
    const { snapshot } = apart.before;
    const together = compareStates(snapshot, { ...snapshot, policies: apart.after.snapshot.policies });
    expect(together.before.universe).toBe(together.after.universe);
    const texts = (comparison: Comparison): string[] =>
      comparison.changes.map((change) => `${change.kind} ${change.source} ${change.target}`).sort();
    expect(texts(together)).toEqual(texts(apart));
    // Lines that move are no change, and labels are: also one that is called as a record's place is.
    const moved = compare(before, `# a comment\n${before}`);
    expect(moved.after.universe).toBe(moved.before.universe);
    expect(moved.changes).toEqual([]);
    const labelled = before.replace('labels: {app: db}', 'labels: {app: db, source: x}');
    expect(compare(before, labelled).after.snapshot.pods).not.toBe(
      compare(before, before).before.snapshot.pods,
    );
    expect(compare(before, labelled).after.universe).not.toBe(compare(before, labelled).before.universe);
  });

  it('is the same whether the columns of the two states are laid out together or apart', () => {
    const pod = fc.record({
      name: fc.constantFrom('p', 'q', 'r'),
      owner: fc.constantFrom('web', 'db'),
      app: fc.constantFrom(...NAMES),
    });
    const deny = fc.record({ app: fc.constantFrom(...NAMES), peer: fc.constantFrom(...NAMES) });
    const state = fc.record({
      pods: fc.uniqueArray(pod, { selector: ({ name, owner }) => `${owner}-${name}`, maxLength: 5 }),
      rules: fc.array(deny, { maxLength: 2 }),
    });
    const text = ({ pods, rules }: typeof state extends fc.Arbitrary<infer T> ? T : never): string =>
      `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n${pods
        .map(
          ({ name, owner, app }) =>
            `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${owner}-${name}, namespace: a, labels: {app: ${app}}, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: ${owner}, controller: true, uid: x}]}\nspec: {}\n`,
        )
        .join('')}${rules
        .map(({ app, peer }, index) =>
          policy(
            `p${index}`,
            'a',
            `{podSelector: {matchLabels: {app: ${app}}}, ingress: [{from: [{podSelector: {matchLabels: {app: ${peer}}}}], ports: [{port: 80}]}]}`,
          ),
        )
        .join('')}`;
    fc.assert(
      fc.property(state, state, (was, is) => {
        const [before, after] = [was, is].map(
          (one) => parseManifests([{ path: 'x.yaml', text: text(one) }]).snapshot,
        );
        if (before === undefined || after === undefined) throw new Error('there are two');
        const told = (comparison: Comparison) => {
          const { space } = comparison.before.cells;
          return comparison.changes
            .filter(({ source, target }) => ![source, target].some((id) => id.startsWith('node')))
            .map(
              ({ kind, source, target, opened, closed }) =>
                `${kind} ${source} ${target} ${JSON.stringify(space.set(opened))} ${JSON.stringify(space.set(closed))}`,
            )
            .sort();
        };
        // With other nodes there is no layout for both.
        const node = { name: 'n', labels: {}, ips: [] };
        const apart = compareStates(before, { ...after, nodes: [node] });
        expect(told(compareStates(before, after))).toEqual(told(apart));
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('lists what changes among the pods of one workload, as the impact of a draft does', () => {
    const deployment = (name: string, replicas: number, labels = `app: ${name}`) =>
      `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: a}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {${labels}}}, spec: {}}}\n`;
    const before = deployment('web', 2) + deployment('db', 3) + deployment('alone', 1);
    const deny = policy('deny', 'a', '{podSelector: {}, ingress: [{ports: [{port: 80}]}]}');
    const comparison = compare(before, before + deny);
    const own = ({ changes }: Comparison) =>
      changes.flatMap(({ kind, source, target }) => (source === target ? [`${kind} ${source}`] : []));
    expect(own(comparison).sort()).toEqual(['narrowed a/db[Deployment]', 'narrowed a/web[Deployment]']);
    const snapshot = (text: string): ClusterSnapshot => parseManifests([{ path: 'x.yaml', text }]).snapshot;
    const was = snapshot(before);
    const overlay = compileOverlay(compile(was), {
      ...was,
      policies: snapshot(before + deny).policies,
    });
    if (overlay === undefined) throw new Error('only policies differ');
    expect(own(comparison)).toHaveLength(impactOf(overlay.before, overlay.after).ownPods.rows.length);
    expect(summaryText(comparison.changes)).toMatch(/, closes ports among the pods of 2 workloads$/);
    expect(lines(comparison)).toHaveLength(groupChanges(comparison).length);
    expect(groupChanges(comparison).filter((group) => group.own)).toHaveLength(1);
    // Another number of pods is no change of what they may send; other labels may be.
    expect(compare(deny + deployment('web', 1), deny + deployment('web', 5)).changes).toEqual([]);
    expect(compare(deployment('web', 4), deployment('web', 2)).changes).toEqual([]);
    const selected = policy('deny', 'a', '{podSelector: {matchLabels: {tier: back}}}');
    const other = selected + deployment('web', 2, 'app: web, tier: back');
    expect(own(compare(selected + deployment('web', 2), other))).toEqual(['closed a/web[Deployment]']);
  });

  it('is printed as text and Markdown', () => {
    const before = workloads('a', 'b');
    const comparison = compare(before, before + policy('deny', 'a', '{podSelector: {}}'));
    const result = {
      from: 'main:deploy',
      to: 'deploy',
      comparison,
      groups: groupChanges(comparison),
      policies: policyChanges(comparison.before, comparison.after),
      issues: [],
    };
    const text = diffText(result, styleFor({}, {}), { all: false });
    expect(text).toMatch(/^From main:deploy to deploy: closes 18 connections\.\n\nCHANGE {2}FROM/);
    expect(diffText(result, styleFor({}, {}), { all: true }).split('\n').length).toBeGreaterThan(20);
    expect(diffMarkdown(result)).toMatch(
      /^### Network policies: this closes 18 connections\n\n\| {2}\| From/,
    );
  });
});
