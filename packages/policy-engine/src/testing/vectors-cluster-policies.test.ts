import { describe, expect, it } from 'vitest';
import { policyKind } from '../index.ts';
import type { ContainerPortRecord, PodRecord, PolicyRecord } from '../model/records.ts';
import {
  adminNetworkPolicy,
  baselineAdminNetworkPolicy,
  cluster,
  clusterNetworkPolicy,
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
 * The test vectors N01 to N72 of the policy semantics. Namespaces g (the subject), r, s and h hold one pod each,
 * `pod`, labelled `house=<namespace>`; 203.0.113.7 is outside. Both the spec-literal evaluator and the engine are asked.
 */

const HOUSES = ['g', 'r', 's', 'h'] as const;

const ports: readonly ContainerPortRecord[] = [{ name: 'http', protocol: 'TCP', port: 80 }];

const pods: readonly PodRecord[] = HOUSES.map((house, third) =>
  pod(`${house}/pod`, { labels: { house }, ports, ips: [`10.244.${third + 1}.1`], node: 'n1' }),
);

function base(...policies: readonly PolicyRecord[]) {
  return cluster({
    namespaces: HOUSES.map((house) => namespace(house, { house })),
    pods,
    nodes: [
      node('n1', ['192.168.0.1'], { role: 'worker' }),
      node('n2', ['192.168.0.2'], { role: 'control' }),
    ],
    policies,
  });
}

function withPod(path: string, overrides: Partial<PodRecord>, ...policies: readonly PolicyRecord[]) {
  const snapshot = base(...policies);
  return { ...snapshot, pods: [...pods, pod(path, overrides)] };
}

const of = (house: string) => `{namespaces: {matchLabels: {house: ${house}}}}`;
const tcp = (port: number) => `{tcp: {destinationPort: {number: ${port}}}}`;
const udp = (port: number) => `{udp: {destinationPort: {number: ${port}}}}`;
const sctp = (port: number) => `{sctp: {destinationPort: {number: ${port}}}}`;

interface Written {
  readonly tier?: 'Admin' | 'Baseline';
  readonly priority?: number;
  readonly subject?: string;
  /** Rules in flow style, in order. */
  readonly ingress?: readonly string[];
  readonly egress?: readonly string[];
  readonly name?: string;
}

function rulesYaml({ ingress, egress }: Written): string {
  const of = (key: string, rules: readonly string[] | undefined) =>
    rules === undefined ? '' : `${key}:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;
  return of('ingress', ingress) + of('egress', egress);
}

/** A ClusterNetworkPolicy on the pods of namespace g unless said otherwise. */
function cnp(written: Written): PolicyRecord {
  const { tier = 'Admin', priority = 50, subject = of('g'), name = 'policy' } = written;
  return clusterNetworkPolicy(
    `tier: ${tier}\npriority: ${priority}\nsubject: ${subject}\n${rulesYaml(written)}`,
    name,
  );
}

function anp(written: Omit<Written, 'tier'>): PolicyRecord {
  const { priority = 50, subject = of('g'), name = 'policy' } = written;
  return adminNetworkPolicy(`priority: ${priority}\nsubject: ${subject}\n${rulesYaml(written)}`, name);
}

function banp(written: Omit<Written, 'tier' | 'priority'>): PolicyRecord {
  const { subject = of('g'), name = 'default' } = written;
  return baselineAdminNetworkPolicy(`subject: ${subject}\n${rulesYaml(written)}`, name);
}

const from = (action: string, peers: string, protocols = '') =>
  `{action: ${action}, from: [${peers}]${protocols === '' ? '' : `, protocols: [${protocols}]`}}`;
const to = (action: string, peers: string, protocols = '') =>
  `{action: ${action}, to: [${peers}]${protocols === '' ? '' : `, protocols: [${protocols}]`}}`;

const everyone = '{namespaces: {}}';
const v4 = '{networks: [0.0.0.0/0]}';
const anywhere = '{networks: [0.0.0.0/0, "::/0"]}';

describe('order of rules', () => {
  it('N01: without policies everything is allowed', () => {
    expectVerdicts(base(), { 'r/pod -> g/pod:80': 'A', 'g/pod -> 203.0.113.7:80': 'A' });
  });

  it('N02: Accept first of three', () => {
    const rules = [from('Accept', of('r')), from('Deny', of('r')), from('Pass', of('r'))];
    expectVerdicts(base(cnp({ ingress: rules })), { 'r/pod -> g/pod:80': 'A' });
  });

  it('N03: Deny moved first', () => {
    const rules = [from('Deny', of('r')), from('Accept', of('r')), from('Pass', of('r'))];
    expectVerdicts(base(cnp({ ingress: rules })), { 'r/pod -> g/pod:80': 'D', 's/pod -> g/pod:80': 'A' });
  });

  it('N04: Pass moved first, nothing behind it', () => {
    const rules = [from('Pass', of('r')), from('Deny', of('r')), from('Accept', of('r'))];
    expectVerdicts(base(cnp({ ingress: rules })), { 'r/pod -> g/pod:80': 'A' });
  });

  it('N05: Accept of one port before Deny', () => {
    const policy = cnp({ ingress: [from('Accept', of('h'), tcp(80)), from('Deny', of('h'))] });
    expectVerdicts(base(policy), { 'h/pod -> g/pod:80': 'A', 'h/pod -> g/pod:8080': 'D' });
  });

  it('N06: what no rule matches goes on to the default', () => {
    expectVerdicts(base(cnp({ ingress: [from('Deny', of('s'), tcp(80))] })), {
      's/pod -> g/pod:80': 'D',
      's/pod -> g/pod:8080': 'A',
    });
  });

  it('N07: Pass before Deny of the same traffic', () => {
    const policy = cnp({ ingress: [from('Pass', of('s'), tcp(80)), from('Deny', of('s'), tcp(80))] });
    expectVerdicts(base(policy), { 's/pod -> g/pod:80': 'A' });
  });

  it('N08: the same for UDP', () => {
    const policy = cnp({ ingress: [from('Accept', of('h'), udp(53)), from('Deny', of('h'))] });
    expectVerdicts(base(policy), {
      'h/pod -> g/pod:53/UDP': 'A',
      'h/pod -> g/pod:5353/UDP': 'D',
      'h/pod -> g/pod:53': 'D',
    });
  });

  it('N09: the same for SCTP', () => {
    const policy = cnp({ ingress: [from('Accept', of('h'), sctp(9003)), from('Deny', of('h'))] });
    expectVerdicts(base(policy), { 'h/pod -> g/pod:9003/SCTP': 'A', 'h/pod -> g/pod:9005/SCTP': 'D' });
  });

  it('N10: the same for egress', () => {
    const policy = cnp({ egress: [to('Accept', of('h'), tcp(8080)), to('Deny', of('h'))] });
    expectVerdicts(base(policy), { 'g/pod -> h/pod:8080': 'A', 'g/pod -> h/pod:80': 'D' });
  });

  it('N11: all three protocols, both directions', () => {
    const protocols = [tcp(80), udp(5353), sctp(9003)];
    const policy = cnp({
      subject: of('h'),
      ingress: [...protocols.map((one) => from('Accept', of('h'), one)), from('Deny', of('h'))],
      egress: [...protocols.map((one) => to('Accept', of('h'), one)), to('Deny', of('h'))],
    });
    const other = { labels: { house: 'h' }, ips: ['10.244.4.2'] };
    expectVerdicts(withPod('h/other', other, policy), {
      'h/other -> h/pod:80': 'A',
      'h/other -> h/pod:8080': 'D',
      'h/other -> h/pod:5353/UDP': 'A',
      'h/other -> h/pod:53/UDP': 'D',
      'h/other -> h/pod:9003/SCTP': 'A',
      'h/other -> h/pod:9005/SCTP': 'D',
    });
  });

  it('N12: Deny by port, Pass after', () => {
    const denials = [tcp(80), udp(53), sctp(9003)].map((one) => to('Deny', of('s'), one));
    expectVerdicts(base(cnp({ egress: [...denials, to('Pass', of('s'))] })), {
      'g/pod -> s/pod:80': 'D',
      'g/pod -> s/pod:8080': 'A',
      'g/pod -> s/pod:53/UDP': 'D',
      'g/pod -> s/pod:9003/SCTP': 'D',
    });
  });

  it('N13: protocols of one rule are alternatives', () => {
    const rule = from('Deny', of('s'), [tcp(80), udp(53), sctp(9003)].join(', '));
    expectVerdicts(base(cnp({ ingress: [rule] })), {
      's/pod -> g/pod:80': 'D',
      's/pod -> g/pod:53/UDP': 'D',
      's/pod -> g/pod:9003/SCTP': 'D',
      's/pod -> g/pod:53': 'A',
      's/pod -> g/pod:80/UDP': 'A',
    });
  });
});

describe('tiers', () => {
  const npFrom = (house: string) =>
    networkPolicy(
      'g',
      `podSelector: {}\ningress: [{from: [{namespaceSelector: {matchLabels: {house: ${house}}}}]}]`,
    );
  const admin = (...ingress: readonly string[]) => cnp({ ingress, name: 'admin' });
  const baseline = (...ingress: readonly string[]) => cnp({ tier: 'Baseline', ingress, name: 'baseline' });

  it('N14: Admin Deny comes before NetworkPolicy', () => {
    expectVerdicts(base(admin(from('Deny', of('s'))), npFrom('s')), { 's/pod -> g/pod:80': 'D' });
  });

  it('N15: Admin Pass leaves it to NetworkPolicy, which is final', () => {
    const snapshot = base(admin(from('Pass', of('s'))), npFrom('s'), baseline(from('Deny', of('s'))));
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'A' });
  });

  it('N16: without NetworkPolicy Admin Pass reaches Baseline', () => {
    expectVerdicts(base(admin(from('Pass', of('s'))), baseline(from('Deny', of('s')))), {
      's/pod -> g/pod:80': 'D',
    });
  });

  it('N17: ANP Allow beats an isolating NetworkPolicy', () => {
    expectVerdicts(base(anp({ ingress: [from('Allow', of('s'))] }), npFrom('r')), {
      's/pod -> g/pod:80': 'A',
      'h/pod -> g/pod:80': 'D',
    });
  });

  it('N18: BANP Allow does not beat an isolating NetworkPolicy', () => {
    expectVerdicts(base(npFrom('r'), banp({ ingress: [from('Allow', of('s'))] })), {
      's/pod -> g/pod:80': 'D',
    });
  });

  it('N19: ANP Pass, isolating NetworkPolicy, Baseline Pass', () => {
    const snapshot = base(
      anp({ ingress: [from('Pass', of('s'))] }),
      npFrom('r'),
      baseline(from('Pass', of('s'))),
    );
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'D' });
  });

  it('N19: a BANP has no Pass to write', () => {
    expectRejected(banp({ ingress: [from('Pass', of('s'))] }), 'spec.ingress[0].action');
  });

  it('N20: everything passes and nothing isolates', () => {
    expectVerdicts(base(admin(from('Pass', of('s'))), baseline(from('Pass', of('s')))), {
      's/pod -> g/pod:80': 'A',
    });
  });

  const priorities = (pass: number) =>
    base(
      cnp({ priority: 50, ingress: [from('Deny', of('s'))], name: 'deny' }),
      cnp({ priority: pass, ingress: [from('Pass', of('s'))], name: 'pass' }),
      baseline(from('Accept', of('s'))),
    );

  it('N21: the lower priority decides', () => {
    expectVerdicts(priorities(60), { 's/pod -> g/pod:80': 'D' });
  });

  it('N22: with the priorities the other way round', () => {
    expectVerdicts(priorities(40), { 's/pod -> g/pod:80': 'A' });
  });

  const barBeforeAll = base(
    cnp({ priority: 50, egress: [to('Accept', of('r'))], name: 'bar' }),
    cnp({ priority: 100, egress: [to('Deny', everyone)], name: 'all' }),
  );

  it('N23: Accept of one namespace before Deny of all', () => {
    expectVerdicts(barBeforeAll, { 'g/pod -> r/pod:80': 'A' });
  });

  it('N24: Deny of all for the others', () => {
    expectVerdicts(barBeforeAll, { 'g/pod -> s/pod:80': 'D' });
  });

  it('N25: the same in Baseline', () => {
    expectVerdicts(base(baseline(from('Accept', of('r')), from('Deny', everyone))), {
      'r/pod -> g/pod:80': 'A',
      's/pod -> g/pod:80': 'D',
    });
  });

  it('N26: equal priorities that disagree leave it undefined', () => {
    const snapshot = base(
      cnp({ ingress: [from('Accept', of('s'), tcp(80)), from('Accept', of('r'))], name: 'one' }),
      cnp({ ingress: [from('Deny', of('s')), from('Accept', of('r'))], name: 'two' }),
    );
    expectVerdicts(snapshot, {
      's/pod -> g/pod:80': 'U',
      's/pod -> g/pod:81': 'D',
      'r/pod -> g/pod:80': 'A',
    });
  });

  it('N26: Pass against Accept is a conflict only if what follows differs', () => {
    const tied = [
      cnp({ ingress: [from('Accept', of('s'))], name: 'one' }),
      cnp({ ingress: [from('Pass', of('s'))], name: 'two' }),
    ];
    expectVerdicts(base(...tied), { 's/pod -> g/pod:80': 'A' });
    expectVerdicts(base(...tied, npFrom('r')), { 's/pod -> g/pod:80': 'U' });
    expectVerdicts(base(...tied, npFrom('s')), { 's/pod -> g/pod:80': 'A' });
  });

  it('N26: Accept decides only for a policy that comes before the tie', () => {
    const snapshot = base(
      cnp({ priority: 10, ingress: [from('Accept', of('s'))], name: 'first' }),
      cnp({ ingress: [from('Accept', of('s'))], name: 'one' }),
      cnp({ ingress: [from('Deny', of('s'))], name: 'two' }),
    );
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'A' });
  });

  it('N27: v1alpha1 priorities', () => {
    const snapshot = base(
      anp({ priority: 20, ingress: [from('Allow', of('s'))], name: 'allow' }),
      anp({ priority: 10, ingress: [from('Deny', of('s'))], name: 'deny' }),
    );
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'D' });
  });
});

describe('what the API server rejects', () => {
  const reject = (policy: PolicyRecord, path: string) => {
    expectRejected(policy, path);
    expectVerdicts(base(policy), { 's/pod -> g/pod:80': 'A', 'g/pod -> s/pod:80': 'A' });
  };

  it('N28: a BANP of another name', () => {
    reject(banp({ name: 'mine', ingress: [from('Deny', of('s'))] }), 'metadata.name');
  });

  it.each([1001, -1])('N29: priority %i', (priority) => {
    reject(anp({ priority, ingress: [from('Deny', of('s'))] }), 'spec.priority');
    reject(cnp({ priority, ingress: [from('Deny', of('s'))] }), 'spec.priority');
  });

  it('N30: a rule without from', () => {
    reject(anp({ ingress: ['{action: Deny}'] }), 'spec.ingress[0].from');
    reject(cnp({ ingress: ['{action: Deny, from: []}'] }), 'spec.ingress[0].from');
  });

  it('N31: a subject of namespaces and pods', () => {
    const subject = '{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}';
    reject(cnp({ subject, ingress: [from('Deny', of('s'))] }), 'spec.subject');
    reject(anp({ subject, ingress: [from('Deny', of('s'))] }), 'spec.subject');
  });

  it('N39: port names together with networks or nodes', () => {
    reject(cnp({ egress: [to('Deny', anywhere, '{destinationNamedPort: http}')] }), 'spec.egress[0]');
    reject(cnp({ egress: [to('Deny', '{nodes: {}}', '{destinationNamedPort: http}')] }), 'spec.egress[0]');
    reject(anp({ egress: [`{action: Deny, to: [${v4}], ports: [{namedPort: http}]}`] }), 'spec.egress[0]');
  });

  const protocol = (written: string) => cnp({ ingress: [from('Deny', of('s'), written)] });

  it('N40: a range that ends where it starts', () => {
    reject(
      protocol('{tcp: {destinationPort: {range: {start: 80, end: 80}}}}'),
      'spec.ingress[0].protocols[0].tcp.destinationPort.range',
    );
  });

  it('N42: an empty tcp object', () => {
    reject(protocol('{tcp: {}}'), 'spec.ingress[0].protocols[0].tcp.destinationPort');
  });

  it('N43: number and range together', () => {
    reject(
      protocol('{tcp: {destinationPort: {number: 80, range: {start: 80, end: 90}}}}'),
      'spec.ingress[0].protocols[0].tcp.destinationPort',
    );
  });
});

describe('subjects and peers', () => {
  const host = { labels: { house: 'r' }, hostNetwork: true, ips: ['192.168.0.2'], node: 'n2' } as const;

  it('N32: an empty subject is every pod but hostNetwork ones', () => {
    const policy = cnp({ subject: everyone, ingress: [from('Deny', of('s'))] });
    expectVerdicts(withPod('r/host', host, policy), {
      's/pod -> g/pod:80': 'D',
      's/pod -> r/pod:80': 'D',
      's/pod -> r/host:80': 'A',
    });
  });

  it('N33: a hostNetwork client is no pod of any namespace', () => {
    expectVerdicts(withPod('r/host', host, cnp({ ingress: [from('Deny', everyone)] })), {
      'r/host -> g/pod:80': 'A',
      'r/pod -> g/pod:80': 'D',
    });
  });

  it('N34: an outside client is no pod of any namespace', () => {
    expectVerdicts(base(cnp({ ingress: [from('Deny', everyone)] })), {
      '203.0.113.7 -> g/pod:80': 'A',
      'node:n2 -> g/pod:80': 'A',
    });
  });

  it('N46: Accept of pods before Deny of every address', () => {
    expectVerdicts(base(cnp({ egress: [to('Accept', of('s')), to('Deny', anywhere)] })), {
      'g/pod -> s/pod:80': 'A',
      'g/pod -> r/pod:80': 'D',
      'g/pod -> 203.0.113.7:80': 'D',
    });
  });

  it('N47: Accept of pod addresses before Deny of every address', () => {
    const policy = cnp({
      egress: [to('Accept', '{networks: [10.244.2.1/32, 10.244.4.1/32]}'), to('Deny', anywhere)],
    });
    expectVerdicts(base(policy), {
      'g/pod -> r/pod:80': 'A',
      'g/pod -> h/pod:80': 'A',
      'g/pod -> s/pod:80': 'D',
    });
  });

  it('N48: an IPv4 block says nothing about IPv6 pods', () => {
    const snapshot = withPod('r/six', { labels: {}, ips: ['fd00::2'] }, cnp({ egress: [to('Deny', v4)] }));
    const six = {
      ...snapshot,
      pods: snapshot.pods.map((one) => (one.namespace === 'g' ? { ...one, ips: ['fd00::1'] } : one)),
    };
    expectVerdicts(six, { 'g/pod -> r/six:80': 'A', 'g/pod -> 203.0.113.7:80': 'D' });
  });

  it('N49: Pass of all pods before Deny of every address', () => {
    expectVerdicts(base(cnp({ egress: [to('Pass', everyone), to('Deny', v4)] })), {
      'g/pod -> s/pod:80': 'A',
      'g/pod -> 203.0.113.7:80': 'D',
    });
  });

  it('N50: nodes by their address', () => {
    expectVerdicts(base(cnp({ egress: [to('Deny', '{nodes: {}}')] })), {
      'g/pod -> node:n2:80': 'D',
      'g/pod -> s/pod:80': 'A',
      'g/pod -> 203.0.113.7:80': 'A',
    });
    expectVerdicts(base(cnp({ egress: [to('Deny', '{nodes: {matchLabels: {role: control}}}')] })), {
      'g/pod -> node:n2:80': 'D',
      'g/pod -> node:n1:80': 'A',
    });
  });

  it('N51: nodes by port; a hostNetwork pod is its node', () => {
    const nodes = '{nodes: {matchLabels: {role: control}}}';
    const policy = cnp({
      egress: [to('Accept', nodes, tcp(34345)), to('Pass', nodes, udp(34346)), to('Deny', nodes)],
    });
    expectVerdicts(withPod('r/host', host, policy), {
      'g/pod -> node:n2:34345': 'A',
      'g/pod -> node:n2:34346/UDP': 'A',
      'g/pod -> node:n2:34347/SCTP': 'D',
      'g/pod -> r/host:34345': 'A',
      'g/pod -> r/host:34347/SCTP': 'D',
    });
  });

  it('N52: pods of all namespaces hold no hostNetwork pod', () => {
    const policy = cnp({ egress: [to('Deny', '{pods: {namespaceSelector: {}, podSelector: {}}}')] });
    expectVerdicts(withPod('r/host', host, policy), { 'g/pod -> r/host:80': 'A', 'g/pod -> r/pod:80': 'D' });
  });
});

describe('ports', () => {
  const fromS = (entry: string) =>
    anp({ ingress: [`{action: Deny, from: [${of('s')}], ports: [${entry}]}`] });
  const protocol = (entry: string) => cnp({ ingress: [from('Deny', of('s'), entry)] });

  it('N35: v1alpha1 portNumber without protocol is TCP', () => {
    expectVerdicts(base(fromS('{portNumber: {port: 80}}')), {
      's/pod -> g/pod:80': 'D',
      's/pod -> g/pod:80/UDP': 'A',
    });
  });

  it('N36: v1alpha1 portRange', () => {
    expectVerdicts(base(fromS('{portRange: {protocol: TCP, start: 1, end: 100}}')), {
      's/pod -> g/pod:10': 'D',
      's/pod -> g/pod:101': 'A',
      's/pod -> g/pod:10/UDP': 'A',
    });
  });

  it('N37: a port name has its container port’s own protocol', () => {
    const expected = {
      's/pod -> g/pod:80': 'D',
      's/pod -> g/pod:8080': 'A',
      's/pod -> g/pod:80/UDP': 'A',
    } as const;
    expectVerdicts(base(fromS('{namedPort: http}')), expected);
    expectVerdicts(base(protocol('{destinationNamedPort: http}')), expected);
  });

  it('N38: what declares no such name is not matched', () => {
    const policy = cnp({ egress: [to('Deny', of('s'), '{destinationNamedPort: metrics}')] });
    expectVerdicts(base(policy), { 'g/pod -> s/pod:80': 'A', 'g/pod -> 203.0.113.7:80': 'A' });
  });

  it('N41: v1alpha2 range', () => {
    expectVerdicts(base(protocol('{tcp: {destinationPort: {range: {start: 80, end: 90}}}}')), {
      's/pod -> g/pod:80': 'D',
      's/pod -> g/pod:90': 'D',
      's/pod -> g/pod:79': 'A',
      's/pod -> g/pod:91': 'A',
    });
  });

  it('N44: without protocols every protocol', () => {
    expectVerdicts(base(cnp({ ingress: [from('Deny', of('s'))] })), {
      's/pod -> g/pod:80': 'D',
      's/pod -> g/pod:80/SCTP': 'D',
      's/pod -> g/pod:0/ICMP': 'D',
      's/pod -> g/pod:0/OTHER': 'D',
    });
  });

  it('N45: UDP 53 is not TCP 53', () => {
    expectVerdicts(base(protocol(udp(53))), { 's/pod -> g/pod:53': 'A', 's/pod -> g/pod:53/UDP': 'D' });
  });
});

describe('domain names', () => {
  const allow = (name: string) => `{action: Accept, to: [{domainNames: ["${name}"]}]}`;

  it('N53: an allowed name before Deny of every address', () => {
    expectVerdicts(base(cnp({ egress: [allow('kubernetes.io'), to('Deny', anywhere)] })), {
      'g/pod -> domain:kubernetes.io:443': 'A',
      'g/pod -> domain:example.com:443': 'D',
      // It may be an address of the allowed name, or not.
      'g/pod -> 203.0.113.7:443': 'U',
    });
  });

  it('N53: a Deny of one family leaves another name’s verdict to its address', () => {
    expectVerdicts(base(cnp({ egress: [allow('kubernetes.io'), to('Deny', v4)] })), {
      'g/pod -> domain:kubernetes.io:443': 'A',
      'g/pod -> domain:example.com:443': 'U',
      'g/pod -> [2001:db8::7]:443': 'A',
    });
  });

  it('N54: an allowed name alone changes nothing', () => {
    expectVerdicts(base(cnp({ egress: [allow('kubernetes.io')] })), {
      'g/pod -> 203.0.113.7:443': 'A',
      'g/pod -> domain:example.com:443': 'A',
    });
  });

  it('N55: a wildcard is one label or more, never none', () => {
    expectVerdicts(base(cnp({ egress: [allow('*.kubernetes.io'), to('Deny', anywhere)] })), {
      'g/pod -> domain:www.kubernetes.io:443': 'A',
      'g/pod -> domain:latest.blog.kubernetes.io:443': 'A',
      'g/pod -> domain:kubernetes.io:443': 'D',
      'g/pod -> domain:my-kubernetes.io:443': 'D',
    });
  });

  it('N56: a name is not its subdomains', () => {
    expectVerdicts(base(cnp({ egress: [allow('kubernetes.io'), to('Deny', anywhere)] })), {
      'g/pod -> domain:www.kubernetes.io:443': 'D',
    });
  });

  it('N57: a Deny by name is outside of the contract, so its effect is unknown', () => {
    const policy = cnp({ egress: [to('Deny', '{domainNames: [example.com]}')] });
    expectAccepted(policy);
    expectVerdicts(base(policy), {
      'g/pod -> domain:example.com:443': 'U',
      'g/pod -> domain:kubernetes.io:443': 'A',
      'g/pod -> s/pod:443': 'A',
    });
  });

  it('N58: an allowed name does not open DNS', () => {
    expectVerdicts(base(cnp({ egress: [allow('kubernetes.io'), to('Deny', `${everyone}, ${anywhere}`)] })), {
      'g/pod -> s/pod:53/UDP': 'D',
      'g/pod -> 203.0.113.53:53/UDP': 'U',
    });
  });
});

describe('peers of an unknown type', () => {
  const unknown = '{planets: {}}';

  it('N59: an Accept rule matches nothing', () => {
    const policy = cnp({ ingress: [from('Accept', unknown), from('Deny', of('s'))] });
    expectAccepted(policy);
    expectVerdicts(base(policy), { 's/pod -> g/pod:80': 'D', 'r/pod -> g/pod:80': 'A' });
  });

  it('N59: not even what its other peers would match', () => {
    expectVerdicts(
      base(cnp({ ingress: [from('Accept', `${of('s')}, ${unknown}`), from('Deny', of('s'))] })),
      {
        's/pod -> g/pod:80': 'D',
      },
    );
  });

  it.each(['Deny', 'Pass'])('N60: a %s rule denies everything', (action) => {
    expectVerdicts(base(cnp({ ingress: [from(action, unknown, tcp(80))] })), {
      's/pod -> g/pod:80': 'D',
      's/pod -> g/pod:53/UDP': 'D',
      '203.0.113.7 -> g/pod:80': 'D',
      'g/pod -> s/pod:80': 'A',
    });
  });
});

describe('the rest', () => {
  it('N61: Baseline Pass falls to the default', () => {
    const policy = cnp({ tier: 'Baseline', ingress: [from('Pass', of('s')), from('Deny', everyone)] });
    expectVerdicts(base(policy), { 's/pod -> g/pod:80': 'A', 'r/pod -> g/pod:80': 'D' });
  });

  it('N62: a NetworkPolicy for egress does not shield ingress from Baseline', () => {
    const snapshot = base(
      cnp({ tier: 'Baseline', ingress: [from('Deny', of('s'))] }),
      networkPolicy('g', 'podSelector: {}\npolicyTypes: [Egress]\negress: [{}]'),
    );
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'D' });
  });

  it('N63: Accept at the source does not bypass the destination', () => {
    const snapshot = base(
      cnp({ egress: [to('Accept', of('s'))] }),
      networkPolicy('s', 'podSelector: {}\npolicyTypes: [Ingress]'),
    );
    expectVerdicts(snapshot, { 'g/pod -> s/pod:80': 'D' });
  });

  const denyAll = cnp({ ingress: [from('Deny', everyone)], egress: [to('Deny', everyone)] });

  it('N64: a pod to its own address is never subject', () => {
    expectVerdicts(base(denyAll), { 'g/pod -> g/pod:80': 'A' });
  });

  it('N65: a Service that leads back to its client is subject, but has no endpoint of its own here', () => {
    // Verdicts are between endpoints after address translation (semantics 0.4); the same pod at both ends stands for
    // its own address (N64), so the hairpin through a Service can't be asked. Another replica behind it is denied.
    const replica = { labels: { house: 'g' }, ips: ['10.244.1.2'] };
    expectVerdicts(withPod('g/replica', replica, denyAll), {
      'g/pod -> g/replica:80': 'D',
      'g/pod -> g/pod:80': 'A',
    });
  });

  it('N66: without ingress rules ingress is untouched', () => {
    expectVerdicts(base(cnp({ egress: [to('Deny', everyone)] })), {
      's/pod -> g/pod:80': 'A',
      'g/pod -> s/pod:80': 'D',
    });
    expectVerdicts(base(cnp({ ingress: [], egress: [to('Deny', everyone)] })), { 's/pod -> g/pod:80': 'A' });
  });

  it('N67: BANP Deny of one port', () => {
    const policy = banp({
      egress: [`{action: Deny, to: [${everyone}], ports: [{portNumber: {protocol: TCP, port: 80}}]}`],
    });
    expectVerdicts(base(policy), { 'g/pod -> s/pod:80': 'D', 'g/pod -> s/pod:443': 'A' });
  });

  it('N68: BANP Allow isolates nothing', () => {
    expectVerdicts(base(banp({ ingress: [from('Allow', of('r'))] })), { 's/pod -> g/pod:80': 'A' });
  });

  it('N69: Calico: Admin Pass and a default-deny NetworkPolicy, as specified', () => {
    const snapshot = base(cnp({ ingress: [from('Pass', of('s'))] }), networkPolicy('g', 'podSelector: {}'));
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'D' });
  });

  // Calico's and Cilium's own kinds aren't read: they must not be taken for others, and what they may decide is unknown.
  const withUnread = (kind: string, apiVersion: string, ...policies: readonly PolicyRecord[]) => {
    expect(policyKind(apiVersion, kind)).toBeUndefined();
    return { ...base(...policies), unreadPolicies: [{ apiVersion, kind, name: 'other' }] };
  };

  it('N70: Calico: a GlobalNetworkPolicy may come before an Accept of the Admin tier', () => {
    const accept = cnp({ priority: 100, ingress: [from('Accept', of('s'))] });
    expectVerdicts(base(accept), { 's/pod -> g/pod:80': 'A' });
    const snapshot = withUnread('GlobalNetworkPolicy', 'projectcalico.org/v3', accept);
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'U' });
  });

  it('N71: Calico: Admin Accept beats the tiers behind it, but which tier a Calico policy is in is not read', () => {
    const accept = cnp({ ingress: [from('Accept', of('s'))] });
    expectVerdicts(base(accept, networkPolicy('g', 'podSelector: {}')), { 's/pod -> g/pod:80': 'A' });
    const snapshot = withUnread('GlobalNetworkPolicy', 'projectcalico.org/v3', accept);
    expectVerdicts(snapshot, { 's/pod -> g/pod:80': 'U', '203.0.113.7 -> 198.51.100.1:80': 'A' });
  });

  it('N72: Cilium: Admin Pass for the client and Deny for others; what the L7 policy behind it says is unknown', () => {
    const tiered = cnp({ ingress: [from('Pass', of('s'), tcp(8080)), from('Deny', everyone)] });
    expectVerdicts(base(tiered), { 's/pod -> g/pod:8080': 'A', 'r/pod -> g/pod:8080': 'D' });
    const other = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', namespace: 'g', name: 'l7' };
    expect(policyKind(other.apiVersion, other.kind)).toBeUndefined();
    expectVerdicts(
      { ...base(tiered), unreadPolicies: [other] },
      {
        's/pod -> g/pod:8080': 'U',
        's/pod -> h/pod:8080': 'A',
      },
    );
  });

  it('N70: a ClusterNetworkPolicy of another API group is another kind', () => {
    expect(policyKind('crd.antrea.io/v1beta1', 'ClusterNetworkPolicy')).toBeUndefined();
    expect(policyKind('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy')).toBe(
      'ClusterNetworkPolicy',
    );
  });
});

it('every row from N01 to N72 has a test', ({ task }) => {
  expect(rowsIn(task.file.tasks, 'N')).toEqual(rowsUpTo(72));
});
