import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifests } from '../manifests/directory.ts';
import { edges } from '../queries/edges.ts';
import { workloadGrouping } from '../queries/reachability.ts';
import { connectionText } from '../sets/connection-set.ts';
import { checkInvariants, compileForEnds, type InvariantResult } from './evaluate.ts';
import { parseCheckFile } from './parse.ts';
import { policySource } from './policy-source.ts';

function workload(
  namespace: string,
  name: string,
  more: { labels?: string; port?: number; hostNetwork?: boolean } = {},
) {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}${more.labels === undefined ? '' : `, ${more.labels}`}}}
    spec:
      hostNetwork: ${more.hostNetwork === true}
      containers: [{name: c, image: x, ports: [{containerPort: ${more.port ?? 8080}}]}]
`;
}

const NAMESPACES = ['shop', 'data', 'ci']
  .map((name) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {team: ${name}}}\n`)
  .join('');

const CLUSTER = `${NAMESPACES}${workload('shop', 'web', { labels: 'tier: front' })}${workload('shop', 'api')}${workload('data', 'db', { port: 5432 })}${workload('ci', 'runner')}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {team: shop}}
      podSelector: {matchLabels: {app: api}}
    ports: [{port: 5432}]
  - from:
    - ipBlock: {cidr: 203.0.113.0/24}
    ports: [{port: 5432}]
`;

function resultOf(assertion: string, manifests = CLUSTER): InvariantResult {
  const { file, diagnostics } = parseCheckFile(
    'c.yaml',
    `version: 1\ninvariants:\n  - name: one\n    ${assertion}\n`,
  );
  expect(diagnostics).toEqual([]);
  const { snapshot } = parseManifests([{ path: 'm.yaml', text: manifests }]);
  const [result] = checkInvariants(snapshot, file.invariants);
  if (result === undefined) throw new Error('no result');
  return result;
}

function pairsOf(result: InvariantResult): string[] {
  return result.violations.map((violation) =>
    violation.type === 'pair'
      ? `${violation.source} → ${violation.target}: ${connectionText(violation.connections)}`
      : violation.type === 'not-isolated'
        ? `${violation.workload} ${violation.direction} ${violation.state}`
        : violation.finding.code,
  );
}

describe('must reach', () => {
  it('holds where every pair has all the ports', () => {
    expect(resultOf('mustReach: {from: shop/api, to: data/db, ports: 5432/tcp}').status).toBe('holds');
    expect(resultOf('mustReach: {from: shop/api, to: data/db}').status).toBe('holds');
  });

  it('fails with the ports that lack, and what keeps them out', () => {
    const result = resultOf(
      'mustReach: {from: [shop/api, shop/web], to: data/db, ports: [5432/tcp, 53/udp]}',
    );
    expect(result.status).toBe('fails');
    expect(pairsOf(result)).toEqual([
      'shop/api[Deployment] → data/db[Deployment]: UDP 53',
      'shop/web[Deployment] → data/db[Deployment]: TCP 5432, UDP 53',
    ]);
    const [first] = result.violations;
    expect(first?.type === 'pair' && first.explanation?.ingress.isolatedBy).toEqual([
      'NetworkPolicy/data/db',
    ]);
  });
});

describe('must never reach', () => {
  it('fails with a port that the destination declares, and the rule that allows it', () => {
    const result = resultOf('mustNeverReach: {from: {namespace: shop}, to: {namespace: data}}');
    expect(pairsOf(result)).toEqual(['shop/api[Deployment] → data/db[Deployment]: TCP 5432']);
    const [first] = result.violations;
    if (first?.type !== 'pair') throw new Error('a pair was expected');
    expect(first.example).toEqual({ protocol: 'TCP', port: 5432 });
    expect(first.explanation?.ingress.rules.map((rule) => rule.origin.path)).toEqual(['spec.ingress[0]']);
  });

  it('looks only at the ports that are named', () => {
    expect(
      resultOf('mustNeverReach: {from: {namespace: shop}, to: {namespace: data}, ports: 80}').status,
    ).toBe('holds');
  });

  it('leaves a workload to itself', () => {
    expect(resultOf('mustNeverReach: {from: shop/web, to: shop/web}').status).toBe('holds');
  });

  it('takes ends apart at addresses that no policy names', () => {
    const result = resultOf('mustNeverReach: {from: 203.0.113.7, to: data/db}');
    expect(pairsOf(result)).toEqual(['203.0.113.7 → data/db[Deployment]: TCP 5432']);
    expect(resultOf('mustNeverReach: {from: 203.0.112.0/24, to: data/db}').status).toBe('holds');
  });
});

describe('only these may reach', () => {
  it('holds where all others are kept out, and says who is not', () => {
    expect(resultOf('onlyMayReach: {to: data/db, from: [shop/api, 203.0.113.0/24]}').status).toBe('holds');
    expect(pairsOf(resultOf('onlyMayReach: {to: data/db, from: shop/api}'))).toEqual([
      '203.0.113.0-203.0.113.255 → data/db[Deployment]: TCP 5432',
    ]);
  });

  it('counts addresses that are treated alike as one end', () => {
    const result = resultOf('onlyMayReach: {to: shop/web, from: {cluster: true}}');
    expect(pairsOf(result).map((pair) => pair.split(' → ')[0])).toContain('internet');
    expect(result.violationCount).toBeLessThan(5);
  });

  it('works for egress as well', () => {
    const result = resultOf('mayOnlyReach: {from: ci/runner, to: [{namespace: shop}, outside]}');
    expect(result.status).toBe('holds');
  });
});

describe('nothing outside may reach', () => {
  it('fails with the addresses that do, less the exceptions', () => {
    expect(pairsOf(resultOf('nothingOutsideMayReach: {to: data/db}'))).toEqual([
      '203.0.113.0-203.0.113.255 → data/db[Deployment]: TCP 5432',
    ]);
    expect(resultOf('nothingOutsideMayReach: {to: data/db, except: 203.0.113.0/24}').status).toBe('holds');
    expect(resultOf('mustNeverReach: {from: internet, to: data/db, ports: 5432}').status).toBe('fails');
  });
});

describe('isolated', () => {
  it('names workloads and directions that are not', () => {
    expect(pairsOf(resultOf('isolated: data/db'))).toEqual(['data/db[Deployment] egress open']);
    expect(resultOf('isolated: {ends: {labels: app=db}, directions: [ingress]}').status).toBe('holds');
  });
});

describe('no findings', () => {
  it('fails on findings of the kind, in the place', () => {
    expect(resultOf('noFindings: {kinds: [namespace-not-isolated], in: {namespace: data}}').status).toBe(
      'holds',
    );
    expect(pairsOf(resultOf('noFindings: {kinds: [namespace-not-isolated], in: {namespace: ci}}'))).toEqual([
      'namespace-not-isolated',
    ]);
  });
});

describe('an end that matches nothing', () => {
  it('is a failure with a suggestion, unless that is allowed', () => {
    const result = resultOf('mustNeverReach: {from: shop/wbe, to: data/db}');
    expect(result.status).toBe('matches-nothing');
    expect(result.empty).toMatchObject([{ role: 'from', suggestion: 'shop/web' }]);
    expect(resultOf('mustNeverReach: {from: shop/wbe, to: data/db}\n    allowEmpty: true').status).toBe(
      'holds',
    );
  });

  it('is told where it is one of several, though the rest can be judged', () => {
    const result = resultOf('onlyMayReach: {to: data/db, from: [shop/api, shop/wbe, 203.0.113.0/24]}');
    expect(result.status).toBe('holds');
    expect(result.empty).toMatchObject([{ role: 'from', suggestion: 'shop/web' }]);
  });
});

describe('what can not be known', () => {
  it('neither holds nor fails: a hostNetwork pod under a policy', () => {
    const manifests = `${NAMESPACES}${workload('shop', 'web')}${workload('data', 'agent', { hostNetwork: true })}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: data}
spec: {podSelector: {}}
`;
    expect(resultOf('mustNeverReach: {from: shop/web, to: data/agent}', manifests).status).toBe('unknown');
    expect(resultOf('mustReach: {from: shop/web, to: data/agent}', manifests).status).toBe('unknown');
  });

  it('neither holds nor fails: a namespace whose labels were not seen', () => {
    const manifests = `${workload('shop', 'web')}${workload('data', 'db')}`;
    expect(
      resultOf('mustNeverReach: {from: {namespaceLabels: team=shop}, to: data/db}', manifests).status,
    ).toBe('unknown');
  });
});

describe('the line of a rule', () => {
  it('is found in the text of its policy', () => {
    const { snapshot } = parseManifests([{ path: 'm.yaml', text: CLUSTER }]);
    const cluster = compileForEnds(snapshot, []);
    const [key] = cluster.policies.keys();
    if (key === undefined) throw new Error('no policy');
    const line = CLUSTER.split('\n').findIndex((text) => text.includes('ipBlock')) + 1;
    expect(policySource(cluster, key, 'spec.ingress[1].from[0]')).toMatchObject({ file: 'm.yaml', line });
  });
});

describe('invariants and the graph', () => {
  it('agree on every pair of workloads', () => {
    const names = ['a', 'b', 'c'];
    const policy = fc.record({
      subject: fc.constantFrom(...names),
      peer: fc.constantFrom(...names),
      port: fc.constantFrom(80, 443),
      egress: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(policy, { maxLength: 4 }), (policies) => {
        const text = [
          ...names.map((name) => workload('x', name)),
          ...policies.map(
            ({ subject, peer, port, egress }, index) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p${index}, namespace: x}
spec:
  podSelector: {matchLabels: {app: ${subject}}}
  policyTypes: [${egress ? 'Egress' : 'Ingress'}]
  ${egress ? 'egress' : 'ingress'}: [{${egress ? 'to' : 'from'}: [{podSelector: {matchLabels: {app: ${peer}}}}], ports: [{port: ${port}}]}]
`,
          ),
        ].join('');
        const { snapshot } = parseManifests([{ path: 'm.yaml', text }]);
        const cluster = compileForEnds(snapshot, []);
        const allowed = new Set(
          edges(cluster, workloadGrouping(cluster.universe))
            .filter((edge) => edge.some !== cluster.cells.space.none)
            .map((edge) => `${edge.source}>${edge.target}`),
        );
        for (const from of names) {
          for (const to of names) {
            if (from === to) continue;
            const never = resultOf(
              `mustNeverReach: {from: x/${from}, to: x/${to}, ports: [all, icmp]}`,
              text,
            );
            const must = resultOf(`mustReach: {from: x/${from}, to: x/${to}}`, text);
            const reaches = allowed.has(`x/${from}[Deployment]>x/${to}[Deployment]`);
            expect(must.status === 'holds').toBe(reaches);
            expect(never.status === 'fails').toBe(reaches);
          }
        }
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});
