import { describe, expect, it } from 'vitest';
import type { ContainerPortRecord, Labels, PodRecord, PolicyRecord } from '../model/records.ts';
import { engineFor } from './engine-adapter.ts';
import {
  cluster,
  expectAccepted,
  expectRejected,
  expectVerdicts,
  namespace,
  networkPolicy,
  node,
  pod,
} from './scenario.ts';
import { rowsIn, rowsUpTo } from './vector-rows.ts';

/**
 * The test vectors K01 to K72 of the policy semantics. Namespaces x, y, z hold pods a, b, c; each serves 80 and 81
 * over TCP and UDP. `ext` is 203.0.113.7. Both the spec-literal evaluator and the engine are asked.
 */

function serving(...ports: readonly number[]): readonly ContainerPortRecord[] {
  return ports.flatMap((port) =>
    (['TCP', 'UDP'] as const).map((protocol) => ({
      name: `serve-${port}-${protocol.toLowerCase()}`,
      protocol,
      port,
    })),
  );
}

const NAMES = ['x', 'y', 'z'] as const;
const PODS = ['a', 'b', 'c'] as const;

/** x/a has 10.244.1.1, x/b 10.244.1.2, y/a 10.244.2.1, …; every pod runs on node n1. */
const pods: readonly PodRecord[] = NAMES.flatMap((ns, third) =>
  PODS.map((name, fourth) =>
    pod(`${ns}/${name}`, {
      ports: serving(80, 81),
      ips: [`10.244.${third + 1}.${fourth + 1}`],
      node: 'n1',
    }),
  ),
);

function base(...policies: readonly PolicyRecord[]) {
  return cluster({
    namespaces: NAMES.map((name) => namespace(name)),
    pods,
    nodes: [node('n1', ['192.168.0.1']), node('n2', ['192.168.0.2'])],
    policies,
  });
}

/** The base cluster with one pod changed, or added where there is none of that name. */
function withPod(path: string, overrides: Partial<PodRecord>, ...policies: readonly PolicyRecord[]) {
  const snapshot = base(...policies);
  const before = pods.find((one) => `${one.namespace}/${one.name}` === path) ?? pod(path);
  const others = pods.filter((one) => one !== before);
  return { ...snapshot, pods: [...others, { ...before, ...overrides }] };
}

const labelled = (name: string, labels: Labels) => ({ labels: { pod: name, ...labels } });

describe('isolation and defaulting', () => {
  it('K01: without policies everything is allowed', () => {
    expectVerdicts(base(), {
      'x/b -> x/a:80': 'A',
      'y/a -> x/c:81/UDP': 'A',
      'x/a -> x/a:80': 'A',
      '203.0.113.7 -> x/a:80': 'A',
      'x/a -> 203.0.113.7:443': 'A',
      'x/a -> y/a:9/SCTP': 'A',
      'x/a -> y/a:0/ICMP': 'A',
    });
  });

  it('K02: default deny of ingress', () => {
    expectVerdicts(base(networkPolicy('x', 'podSelector: {}\npolicyTypes: [Ingress]')), {
      'y/a -> x/a:80': 'D',
      'x/b -> x/a:80': 'D',
      'x/a -> y/a:80': 'A',
    });
  });

  it('K03: default deny both ways', () => {
    expectVerdicts(base(networkPolicy('x', 'podSelector: {}\npolicyTypes: [Ingress, Egress]')), {
      'x/a -> y/a:80': 'D',
      'y/a -> x/a:80': 'D',
      'x/a -> x/b:80': 'D',
    });
  });

  it('K04: policyTypes omitted, only ingress rules: egress stays open', () => {
    const policy = networkPolicy('x', 'podSelector: {}\ningress: [{from: [{podSelector: {}}]}]');
    expectVerdicts(base(policy), { 'x/a -> y/a:80': 'A', 'y/a -> x/a:80': 'D' });
  });

  it('K05: policyTypes omitted, only egress rules: ingress is isolated all the same', () => {
    expectVerdicts(base(networkPolicy('x', 'podSelector: {}\negress: [{}]')), {
      'y/a -> x/a:80': 'D',
      'x/a -> y/a:80': 'A',
    });
  });

  it('K06: policyTypes omitted, egress an empty list: egress stays open', () => {
    expectVerdicts(base(networkPolicy('x', 'podSelector: {}\negress: []')), {
      'x/a -> y/a:80': 'A',
      'y/a -> x/a:80': 'D',
    });
  });

  it('K07: policyTypes and all rules omitted isolate ingress only', () => {
    expectVerdicts(base(networkPolicy('x', 'podSelector: {}')), {
      'y/a -> x/a:80': 'D',
      'x/a -> y/a:80': 'A',
    });
  });

  it('K08: types [Egress] leaves ingress open in spite of ingress rules', () => {
    const policy = networkPolicy(
      'x',
      'podSelector: {}\npolicyTypes: [Egress]\ningress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]',
    );
    expectVerdicts(base(policy), { 'y/a -> x/a:80': 'A', 'x/a -> y/a:80': 'D' });
  });

  it('K09: types [Ingress] makes egress rules inert', () => {
    const policy = networkPolicy(
      'x',
      'podSelector: {}\npolicyTypes: [Ingress]\negress: [{to: [{podSelector: {matchLabels: {pod: b}}}]}]',
    );
    expectVerdicts(base(policy), { 'x/a -> y/a:80': 'A', 'y/a -> x/a:80': 'D' });
  });

  it.each([
    ['K10: an empty rule allows everything', 'ingress: [{}]'],
    ['K11: an empty list of sources is any source', 'ingress: [{from: []}]'],
    ['K12: an empty list of ports is any port', 'ingress: [{ports: []}]'],
  ])('%s', (_, ingress) => {
    expectVerdicts(base(networkPolicy('x', `podSelector: {}\n${ingress}`)), {
      'x/b -> x/a:80': 'A',
      'y/a -> x/a:65535/UDP': 'A',
      'z/c -> x/a:1/SCTP': 'A',
      '203.0.113.7 -> x/a:80': 'A',
      'node:n2 -> x/a:80': 'A',
    });
  });
});

describe('peers', () => {
  it('K13: podSelector {} is every pod of the policy namespace', () => {
    expectVerdicts(base(networkPolicy('x', 'podSelector: {}\ningress: [{from: [{podSelector: {}}]}]')), {
      'x/b -> x/a:80': 'A',
      'y/b -> x/a:80': 'D',
    });
  });

  it('K14: namespaceSelector {} is every pod, and no outside address', () => {
    expectVerdicts(
      base(networkPolicy('x', 'podSelector: {}\ningress: [{from: [{namespaceSelector: {}}]}]')),
      {
        'y/a -> x/a:80': 'A',
        '203.0.113.7 -> x/a:80': 'D',
        'node:n2 -> x/a:80': 'D',
      },
    );
  });

  it('K15: a namespace by its label', () => {
    const policy = networkPolicy(
      'x',
      'podSelector: {matchLabels: {pod: a}}\ningress: [{from: [{namespaceSelector: {matchLabels: {ns: y}}}]}]',
    );
    expectVerdicts(base(policy), { 'y/c -> x/a:80': 'A', 'x/b -> x/a:80': 'D', 'z/a -> x/a:80': 'D' });
  });

  it('K16: two peers are alternatives', () => {
    const policy = networkPolicy(
      'x',
      `
podSelector: {matchLabels: {pod: a}}
ingress:
  - from:
      - namespaceSelector: {matchExpressions: [{key: ns, operator: NotIn, values: [x]}]}
      - podSelector: {matchLabels: {pod: b}}
`,
    );
    expectVerdicts(base(policy), { 'y/a -> x/a:80': 'A', 'x/b -> x/a:80': 'A', 'x/c -> x/a:80': 'D' });
  });

  it('K17: both selectors in one peer must match', () => {
    const policy = networkPolicy(
      'x',
      `
podSelector: {matchLabels: {pod: a}}
ingress:
  - from:
      - namespaceSelector: {matchExpressions: [{key: ns, operator: NotIn, values: [x]}]}
        podSelector: {matchLabels: {pod: b}}
`,
    );
    expectVerdicts(base(policy), {
      'y/b -> x/a:80': 'A',
      'z/b -> x/a:80': 'A',
      'y/a -> x/a:80': 'D',
      'x/b -> x/a:80': 'D',
    });
  });

  it('K18: In with several values', () => {
    const policy = networkPolicy(
      'x',
      `
podSelector: {matchLabels: {pod: a}}
ingress:
  - from:
      - namespaceSelector: {matchExpressions: [{key: ns, operator: NotIn, values: [x]}]}
        podSelector: {matchExpressions: [{key: pod, operator: In, values: [b, c]}]}
`,
    );
    expectVerdicts(base(policy), {
      'y/b -> x/a:80': 'A',
      'y/c -> x/a:80': 'A',
      'y/a -> x/a:80': 'D',
      'x/b -> x/a:80': 'D',
    });
  });

  const fromPods = (selector: string) =>
    networkPolicy(
      'x',
      `podSelector: {matchLabels: {pod: a}}\ningress: [{from: [{podSelector: ${selector}}]}]`,
    );

  it('K19: NotIn matches a pod without the key', () => {
    const policy = fromPods('{matchExpressions: [{key: env, operator: NotIn, values: [dev]}]}');
    expectVerdicts(withPod('x/c', labelled('c', { env: 'dev' }), policy), {
      'x/b -> x/a:80': 'A',
      'x/c -> x/a:80': 'D',
    });
  });

  it('K20: DoesNotExist matches a pod without the key', () => {
    const policy = fromPods('{matchExpressions: [{key: env, operator: DoesNotExist}]}');
    expectVerdicts(withPod('x/c', labelled('c', { env: '' }), policy), {
      'x/b -> x/a:80': 'A',
      'x/c -> x/a:80': 'D',
    });
  });

  it('K21: matchLabels matches no pod without labels', () => {
    expectVerdicts(withPod('x/b', { labels: {} }, fromPods('{matchLabels: {app: test}}')), {
      'x/b -> x/a:80': 'D',
    });
  });

  it('K22: one false requirement of two is enough', () => {
    const policy = fromPods(
      '{matchExpressions: [{key: pod, operator: Exists}, {key: pod, operator: In, values: [c]}]}',
    );
    expectVerdicts(base(policy), { 'x/b -> x/a:80': 'D', 'x/c -> x/a:80': 'A' });
  });

  it('K23: an operator that does not exist makes the policy invalid', () => {
    const policy = fromPods('{matchExpressions: [{key: pod, operator: Near, values: [b]}]}');
    expectRejected(policy, 'spec.ingress[0].from[0].podSelector.matchExpressions[0].operator');
    expectVerdicts(base(policy), { 'x/b -> x/a:80': 'A', 'y/b -> x/a:80': 'A' });
  });

  it('K24: the name label that every namespace carries', () => {
    const policy = networkPolicy(
      'x',
      'podSelector: {matchLabels: {pod: a}}\n' +
        'ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: y}}}]}]',
    );
    expectVerdicts(base(policy), { 'y/a -> x/a:80': 'A', 'x/b -> x/a:80': 'D', 'z/a -> x/a:80': 'D' });
  });

  it('K25: egress by NotIn on the name label', () => {
    const policy = networkPolicy(
      'x',
      `
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
  - to:
      - namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [y]}]}
`,
    );
    expectVerdicts(base(policy), { 'x/a -> y/a:80': 'D', 'x/a -> x/b:80': 'A', 'x/a -> z/a:80': 'A' });
  });
});

describe('ports', () => {
  const ingress = (rule: string) =>
    networkPolicy('x', `podSelector: {matchLabels: {pod: a}}\ningress: [${rule}]`);

  it('K26: peers and ports of a rule must both match', () => {
    const policy = ingress('{from: [{namespaceSelector: {matchLabels: {ns: y}}}], ports: [{port: 81}]}');
    expectVerdicts(base(policy), { 'y/a -> x/a:81': 'A', 'y/a -> x/a:80': 'D', 'z/a -> x/a:81': 'D' });
  });

  it('K27: a protocol without a port is every port of it', () => {
    expectVerdicts(base(ingress('{ports: [{protocol: TCP}]}')), {
      'y/a -> x/a:80': 'A',
      'y/a -> x/a:81': 'A',
      'y/a -> x/a:80/UDP': 'D',
    });
  });

  it('K28: an empty port entry is all of TCP', () => {
    expectVerdicts(base(ingress('{ports: [{}]}')), {
      'y/a -> x/a:1': 'A',
      'y/a -> x/a:65535': 'A',
      'y/a -> x/a:80/UDP': 'D',
    });
  });

  it('K29: UDP 81 is not TCP 81', () => {
    expectVerdicts(base(ingress('{ports: [{protocol: UDP, port: 81}]}')), {
      'y/a -> x/a:81': 'D',
      'y/a -> x/a:81/UDP': 'A',
    });
  });

  it('K30: SCTP is never read as TCP, and isolates', () => {
    expectVerdicts(base(ingress('{ports: [{protocol: SCTP, port: 81}]}')), {
      'y/a -> x/a:81': 'D',
      'y/a -> x/a:80': 'D',
      'y/a -> x/a:81/SCTP': 'A',
    });
  });

  it('K31: a range includes both of its ends', () => {
    expectVerdicts(base(ingress('{ports: [{port: 8080, endPort: 8090}]}')), {
      'y/a -> x/a:8079': 'D',
      'y/a -> x/a:8080': 'A',
      'y/a -> x/a:8085': 'A',
      'y/a -> x/a:8090': 'A',
      'y/a -> x/a:8091': 'D',
    });
  });

  it('K32: a range of TCP is none of UDP', () => {
    expectVerdicts(base(ingress('{ports: [{port: 8080, endPort: 8090}]}')), { 'y/a -> x/a:8085/UDP': 'D' });
  });

  it('K33: endPort below port is invalid', () => {
    const policy = ingress('{ports: [{port: 80, endPort: 79}]}');
    expectRejected(policy, 'spec.ingress[0].ports[0].endPort');
    expectVerdicts(base(policy), { 'y/a -> x/a:443': 'A' });
  });

  it('K34: endPort with a named port is invalid', () => {
    const policy = ingress('{ports: [{port: serve-80-tcp, endPort: 90}]}');
    expectRejected(policy, 'spec.ingress[0].ports[0].endPort');
    expectVerdicts(base(policy), { 'y/a -> x/a:443': 'A' });
  });

  it('K35: endPort counts here; a plugin without it applies what the policy without endPort says', () => {
    expectVerdicts(base(ingress('{ports: [{port: 80, endPort: 90}]}')), {
      'y/a -> x/a:80': 'A',
      'y/a -> x/a:81': 'A',
    });
    expectVerdicts(base(ingress('{ports: [{port: 80}]}')), { 'y/a -> x/a:80': 'A', 'y/a -> x/a:81': 'D' });
  });

  it('K36: a named port of the selected pod', () => {
    expectVerdicts(base(ingress('{ports: [{port: serve-81-tcp}]}')), {
      'y/a -> x/a:81': 'A',
      'y/a -> x/a:80': 'D',
      'y/a -> x/a:81/UDP': 'D',
    });
  });

  it('K37: a named port and a namespace', () => {
    const policy = ingress(
      '{from: [{namespaceSelector: {matchLabels: {ns: y}}}], ports: [{port: serve-80-tcp}]}',
    );
    expectVerdicts(base(policy), {
      'y/a -> x/a:80': 'A',
      'y/a -> x/a:81': 'D',
      'x/b -> x/a:80': 'D',
      'z/a -> x/a:80': 'D',
    });
  });

  const egressTo = (rule: string) =>
    networkPolicy('x', `podSelector: {matchLabels: {pod: a}}\npolicyTypes: [Egress]\negress: [${rule}]`);

  it('K38: a named port of any destination pod', () => {
    expectVerdicts(base(egressTo('{ports: [{port: serve-80-tcp}]}')), {
      'x/a -> y/b:80': 'A',
      'x/a -> y/b:81': 'D',
      'x/a -> x/b:80': 'A',
    });
  });

  it('K39: a named port must be of the protocol of the entry', () => {
    expectVerdicts(base(ingress('{ports: [{protocol: TCP, port: serve-80-udp}]}')), {
      'y/a -> x/a:80': 'D',
      'y/a -> x/a:80/UDP': 'D',
    });
    expectVerdicts(base(ingress('{ports: [{protocol: UDP, port: serve-80-udp}]}')), {
      'y/a -> x/a:80/UDP': 'A',
    });
  });

  it('K40: a named port that the destination lacks', () => {
    expectVerdicts(base(ingress('{ports: [{port: metrics}]}')), {
      'y/a -> x/a:80': 'D',
      'y/a -> x/a:9090': 'D',
    });
  });

  it('K41: a name stands for each destination pod’s own number', () => {
    const web = (port: number) => ({ ports: [{ name: 'web', protocol: 'TCP', port }] as const });
    const policy = egressTo('{ports: [{port: web}]}');
    const snapshot = withPod('y/a', web(8080), policy);
    const both = {
      ...snapshot,
      pods: snapshot.pods.map((one) => (one.name === 'b' ? { ...one, ...web(9090) } : one)),
    };
    expectVerdicts(both, {
      'x/a -> y/a:8080': 'A',
      'x/a -> y/a:9090': 'D',
      'x/a -> y/b:9090': 'A',
      'x/a -> y/b:8080': 'D',
      'x/a -> y/c:8080': 'D',
    });
  });

  it('K42: an outside address has no port names', () => {
    expectVerdicts(
      base(egressTo('{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: serve-80-tcp}]}')),
      {
        'x/a -> 203.0.113.7:80': 'D',
      },
    );
    expectVerdicts(base(egressTo('{ports: [{port: serve-80-tcp}]}')), { 'x/a -> 203.0.113.7:80': 'D' });
  });
});

describe('ipBlock', () => {
  const egress = (peers: string) =>
    networkPolicy(
      'x',
      `podSelector: {matchLabels: {pod: a}}\npolicyTypes: [Egress]\negress: [{to: ${peers}}]`,
    );

  it('K43: a block matches a pod’s address', () => {
    expectVerdicts(base(egress('[{ipBlock: {cidr: 10.244.2.1/32}}]')), {
      'x/a -> y/a:80': 'A',
      'x/a -> y/b:80': 'D',
      'x/a -> 203.0.113.7:80': 'D',
    });
  });

  it('K44: except cuts a pod’s address out', () => {
    expectVerdicts(base(egress('[{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.2.2/32]}}]')), {
      'x/a -> y/b:80': 'D',
      'x/a -> y/c:80': 'A',
    });
  });

  it('K45: what one block excepts another may allow', () => {
    const peers =
      '[{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.2.2/32]}}, {ipBlock: {cidr: 10.244.2.2/32}}]';
    expectVerdicts(base(egress(peers)), { 'x/a -> y/b:80': 'A' });
  });

  it('K46: an address that no except holds', () => {
    expectVerdicts(base(egress('[{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.128/25]}}]')), {
      'x/a -> 203.0.113.7:443': 'A',
      'x/a -> 203.0.113.127:443': 'A',
      'x/a -> 203.0.113.128:443': 'D',
      'x/a -> 203.0.112.255:443': 'D',
    });
  });

  it.each([
    ['outside of', '10.0.1.0/24'],
    ['equal to', '10.0.0.0/24'],
    ['wider than', '10.0.0.0/16'],
  ])('K47: an except %s its block is invalid', (_, except) => {
    const policy = egress(`[{ipBlock: {cidr: 10.0.0.0/24, except: [${except}]}}]`);
    expectRejected(policy, 'spec.egress[0].to[0].ipBlock.except[0]');
    expectVerdicts(base(policy), { 'x/a -> y/a:80': 'A' });
  });

  it('K48: host bits are masked away', () => {
    const policy = egress('[{ipBlock: {cidr: 10.10.1.12/24}}]');
    expectAccepted(policy);
    expectVerdicts(base(policy), { 'x/a -> 10.10.1.200:80': 'A', 'x/a -> 10.10.2.12:80': 'D' });
  });

  it('K49: ipBlock beside a selector is invalid', () => {
    const policy = egress('[{ipBlock: {cidr: 10.0.0.0/24}, podSelector: {}}]');
    expectRejected(policy, 'spec.egress[0].to[0]');
    expectVerdicts(base(policy), { 'x/a -> y/a:80': 'A' });
  });

  it('K50: a peer without any field is invalid', () => {
    const policy = egress('[{}]');
    expectRejected(policy, 'spec.egress[0].to[0]');
    expectVerdicts(base(policy), { 'x/a -> y/a:80': 'A' });
  });

  it('K51: an IPv4 block holds no IPv6 address', () => {
    expectVerdicts(base(egress('[{ipBlock: {cidr: 0.0.0.0/0}}]')), {
      'x/a -> [2001:db8::7]:443': 'D',
      'x/a -> 203.0.113.7:443': 'A',
    });
  });
});

describe('what a connection’s ends are behind Services', () => {
  const fromClient = networkPolicy(
    'x',
    'podSelector: {matchLabels: {pod: a}}\ningress: [{from: [{ipBlock: {cidr: 203.0.113.7/32}}]}]',
  );

  it('K52: through a NodePort of another node (policy Cluster) the source is that node', () => {
    expectVerdicts(base(fromClient), { 'node:n2 -> x/a:80': 'D' });
  });

  it('K53: with policy Local the source is the client', () => {
    expectVerdicts(base(fromClient), { '203.0.113.7 -> x/a:80': 'A' });
  });

  const toBackend = (port: number) =>
    networkPolicy(
      'x',
      `
podSelector: {matchLabels: {pod: b}}
policyTypes: [Egress]
egress: [{to: [{podSelector: {matchLabels: {pod: a}}}], ports: [{port: ${port}}]}]
`,
    );

  it('K54: a Service is its backend pod and target port', () => {
    expectVerdicts(base(toBackend(8080)), { 'x/b -> x/a:8080': 'A' });
  });

  it('K55: the Service’s own port says nothing', () => {
    expectVerdicts(base(toBackend(80)), { 'x/b -> x/a:8080': 'D' });
  });
});

describe('several policies, both ends', () => {
  const named = (name: string, spec: string, ns = 'x') => networkPolicy(ns, spec, name);

  it('K56: policies add up', () => {
    const snapshot = base(
      named('p1', 'podSelector: {}\ningress: [{ports: [{port: 81}]}]'),
      named('p2', 'podSelector: {}\ningress: [{ports: [{port: 80}]}]'),
    );
    expectVerdicts(snapshot, { 'y/a -> x/a:80': 'A', 'y/a -> x/a:81': 'A', 'y/a -> x/a:82': 'D' });
  });

  it('K57: allow-all wins, in either direction', () => {
    const ingress = base(
      named('p1', 'podSelector: {}\ningress: [{ports: [{port: 80}]}]'),
      named('p2', 'podSelector: {}\ningress: [{}]'),
    );
    expectVerdicts(ingress, { 'y/a -> x/a:81': 'A' });
    const egress = base(
      named('p1', 'podSelector: {}\npolicyTypes: [Egress]\negress: [{ports: [{port: 80}]}]'),
      named('p2', 'podSelector: {}\npolicyTypes: [Egress]\negress: [{}]'),
    );
    expectVerdicts(egress, { 'x/a -> y/a:81': 'A' });
  });

  it('K58: both ends must allow', () => {
    const snapshot = base(
      named(
        'client',
        `
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress: [{to: [{namespaceSelector: {matchLabels: {ns: y}}, podSelector: {matchLabels: {pod: a}}}]}]
`,
      ),
      named(
        'server',
        'podSelector: {matchLabels: {pod: b}}\n' +
          'ingress: [{from: [{namespaceSelector: {matchLabels: {ns: x}}, podSelector: {matchLabels: {pod: a}}}]}]',
        'y',
      ),
    );
    expectVerdicts(snapshot, { 'x/a -> y/b:80': 'D', 'x/a -> y/a:80': 'A' });
  });

  it('K59: ingress and egress of one policy', () => {
    const policy = networkPolicy(
      'x',
      `
podSelector: {matchLabels: {pod: a}}
policyTypes: [Ingress, Egress]
ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]
egress: [{ports: [{port: 80}]}]
`,
    );
    expectVerdicts(base(policy), {
      'x/b -> x/a:81': 'A',
      'x/a -> y/a:81': 'D',
      'x/c -> x/a:80': 'D',
      'x/a -> y/a:80': 'A',
    });
  });

  it('K60: replies need no rule', () => {
    const policy = networkPolicy('x', 'podSelector: {matchLabels: {pod: a}}\npolicyTypes: [Egress]');
    expectVerdicts(base(policy), { 'x/b -> x/a:80': 'A', 'x/a -> x/b:80': 'D' });
  });

  it('K61: a policy rules its own namespace only', () => {
    expectVerdicts(
      base(networkPolicy('x', 'podSelector: {matchLabels: {pod: a}}\npolicyTypes: [Ingress, Egress]')),
      {
        'z/b -> y/a:80': 'A',
        'y/a -> z/b:80': 'A',
      },
    );
  });

  it('K62: rules are alternatives', () => {
    const policy = networkPolicy(
      'x',
      `
podSelector: {matchLabels: {pod: a}}
ingress:
  - from: [{podSelector: {matchLabels: {role: frontend}}}]
  - ports: [{protocol: TCP, port: 6379}]
`,
    );
    expectVerdicts(withPod('x/b', labelled('b', { role: 'frontend' }), policy), {
      'x/b -> x/a:1': 'A',
      'x/c -> x/a:6379': 'A',
      'x/c -> x/a:1': 'D',
    });
  });

  it('K63: a peer-and-port policy beside a peer-only policy', () => {
    const snapshot = base(
      named(
        'udp',
        `
podSelector: {matchLabels: {pod: a}}
ingress: [{from: [{namespaceSelector: {matchLabels: {ns: y}}}], ports: [{protocol: UDP, port: 8080}]}]
`,
      ),
      named(
        'from',
        'podSelector: {matchLabels: {pod: a}}\ningress: [{from: [{podSelector: {matchLabels: {pod: c}}}]}]',
      ),
    );
    expectVerdicts(snapshot, {
      'y/b -> x/a:8080/UDP': 'A',
      'y/b -> x/a:8081/UDP': 'D',
      'x/c -> x/a:8081/UDP': 'A',
    });
  });
});

describe('nodes, host network and other edges', () => {
  const denyAll = networkPolicy('x', 'podSelector: {}\npolicyTypes: [Ingress, Egress]');

  it('K64: a pod’s own node reaches it', () => {
    expectVerdicts(base(denyAll), { 'node:n1 -> x/a:80': 'A', 'node:n2 -> x/a:80': 'D' });
  });

  it('K65: a pod reaches its own node', () => {
    expectVerdicts(base(denyAll), { 'x/a -> node:n1:10250': 'A', 'x/a -> node:n2:10250': 'D' });
  });

  const host = { hostNetwork: true, ips: ['192.168.0.2'], node: 'n2' } as const;

  it('K66: whether a namespaceSelector matches a hostNetwork pod of another node is undefined', () => {
    const policy = networkPolicy('x', 'podSelector: {}\ningress: [{from: [{namespaceSelector: {}}]}]');
    expectVerdicts(withPod('y/host', host, policy), { 'y/host -> x/a:80': 'U', 'y/a -> x/a:80': 'A' });
  });

  it('K66: both readings agree where the node’s address is allowed, or nothing is', () => {
    const byAddress = networkPolicy(
      'x',
      'podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 192.168.0.2/32}}]}]',
    );
    expectVerdicts(withPod('y/host', host, byAddress), { 'y/host -> x/a:80': 'A' });
    expectVerdicts(withPod('y/host', host, denyAll), { 'y/host -> x/a:80': 'D' });
  });

  it('K67: whether a policy applies to a hostNetwork pod is undefined', () => {
    expectVerdicts(withPod('x/host', host, denyAll), { 'y/a -> x/host:80': 'U', 'x/host -> y/a:80': 'U' });
  });

  it('K67: both readings agree where the policy allows', () => {
    const policy = networkPolicy('x', 'podSelector: {}\ningress: [{from: [{namespaceSelector: {}}]}]');
    expectVerdicts(withPod('x/host', host, policy), {
      'y/a -> x/host:80': 'A',
      '203.0.113.7 -> x/host:80': 'U',
    });
  });

  it('K68: ICMP to an isolated pod is undefined unless a rule without ports allows it', () => {
    expectVerdicts(base(denyAll), {
      'y/a -> x/a:0/ICMP': 'U',
      'y/a -> x/a:0/OTHER': 'U',
      'y/a -> z/a:0/ICMP': 'A',
    });
    expectVerdicts(base(networkPolicy('x', 'podSelector: {}\ningress: [{ports: [{port: 80}]}]')), {
      'y/a -> x/a:0/ICMP': 'U',
    });
    expectVerdicts(
      base(networkPolicy('x', 'podSelector: {}\ningress: [{from: [{namespaceSelector: {}}]}]')),
      {
        'y/a -> x/a:0/ICMP': 'A',
        '203.0.113.7 -> x/a:0/ICMP': 'U',
      },
    );
  });

  it('K69: egress by port leaves no way to DNS', () => {
    const dns = pod('kube-system/kube-dns', { ips: ['10.244.9.1'] });
    const policy = networkPolicy(
      'x',
      'podSelector: {}\npolicyTypes: [Egress]\negress: [{ports: [{port: 80}]}]',
    );
    const snapshot = base(policy);
    expectVerdicts(
      { ...snapshot, namespaces: [...snapshot.namespaces, namespace('kube-system')], pods: [...pods, dns] },
      { 'x/a -> kube-system/kube-dns:53/UDP': 'D', 'x/a -> kube-system/kube-dns:80': 'A' },
    );
  });

  it('K70: a pod to itself is kept out of verdicts', () => {
    expectVerdicts(base(denyAll), { 'x/a -> x/a:80': 'A', 'x/a -> x/b:80': 'D' });
  });

  it('K71: finished and pending pods are no endpoints', () => {
    expectVerdicts(withPod('x/a', { state: 'finished' }), { 'y/a -> x/a:80': 'U', 'x/a -> y/a:80': 'U' });
    expectVerdicts(withPod('x/a', { state: 'pending', ips: [] }, denyAll), { 'y/a -> x/a:80': 'U' });
    const engine = engineFor(withPod('x/a', { state: 'finished' }));
    const gone = { kind: 'pod', namespace: 'x', name: 'a' } as const;
    const other = { kind: 'pod', namespace: 'y', name: 'a' } as const;
    expect(engine.explain(other, gone)).toBeUndefined();
    expect(engine.explain(gone, other)).toBeUndefined();
  });

  it('K72: a label that is added to a running pod isolates it', () => {
    const policy = networkPolicy('x', 'podSelector: {matchLabels: {target: isolated}}');
    expectVerdicts(base(policy), { 'y/a -> x/a:80': 'A' });
    expectVerdicts(withPod('x/a', labelled('a', { target: 'isolated' }), policy), { 'y/a -> x/a:80': 'D' });
  });
});

it('every row from K01 to K72 has a test', ({ task }) => {
  expect(rowsIn(task.file.tasks, 'K')).toEqual(rowsUpTo(72));
});
