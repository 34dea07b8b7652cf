import { describe, expect, it } from 'vitest';
import type { PolicyKind, PolicyRecord } from '../model/records.ts';
import { lowerPolicy } from './index.ts';

type Spec = Record<string, unknown>;

function record(
  kind: PolicyKind,
  spec: unknown,
  name = kind === 'BaselineAdminNetworkPolicy' ? 'default' : 'p',
): PolicyRecord {
  const version = kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1';
  return { apiVersion: `policy.networking.k8s.io/${version}`, kind, name, spec };
}

const ALL = [{ namespaces: {} }];
const cnp = (spec: Spec) =>
  record('ClusterNetworkPolicy', { tier: 'Admin', priority: 10, subject: { namespaces: {} }, ...spec });
const anp = (spec: Spec) =>
  record('AdminNetworkPolicy', { priority: 10, subject: { namespaces: {} }, ...spec });
const banp = (spec: Spec) => record('BaselineAdminNetworkPolicy', { subject: { namespaces: {} }, ...spec });

function onlyRule(policy: PolicyRecord) {
  const { blocks, diagnostics } = lowerPolicy(policy);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(blocks).toHaveLength(1);
  expect(blocks[0]?.rules).toHaveLength(1);
  return blocks[0]?.rules[0];
}

function problems(policy: PolicyRecord) {
  const { blocks, diagnostics } = lowerPolicy(policy);
  if (diagnostics.some(({ severity }) => severity === 'error')) expect(blocks).toEqual([]);
  return diagnostics.map(({ code, severity, path }) => `${severity} ${code} ${path}`);
}

describe('tiers and priorities', () => {
  it('come from tier and priority, or from the kind', () => {
    const ingress = [{ action: 'Deny', from: ALL }];
    const place = (policy: PolicyRecord) =>
      lowerPolicy(policy).blocks.map(({ tier, order }) => [tier, order]);
    expect(place(cnp({ ingress }))).toEqual([['admin', 10]]);
    expect(place(cnp({ tier: 'Baseline', priority: 0, ingress }))).toEqual([['baseline', 0]]);
    expect(place(anp({ priority: 1000, ingress }))).toEqual([['admin', 1000]]);
    expect(place(banp({ ingress }))).toEqual([['baseline', 1000]]);
  });

  it('a direction without rules has no block (N66)', () => {
    expect(lowerPolicy(cnp({})).blocks).toEqual([]);
    expect(
      lowerPolicy(cnp({ egress: [{ action: 'Deny', to: ALL }] })).blocks.map((b) => b.direction),
    ).toEqual(['egress']);
  });

  it('subjects and peers leave hostNetwork pods out (N32, N33)', () => {
    const [block] = lowerPolicy(cnp({ ingress: [{ action: 'Deny', from: ALL }] })).blocks;
    expect(block).toMatchObject({
      subject: { namespaces: { selector: [] }, pods: [] },
      subjectHostNetwork: 'excluded',
    });
    expect(block?.rules[0]?.peers).toMatchObject([{ type: 'pods', hostNetwork: 'excluded' }]);
  });
});

describe('actions', () => {
  it.each([
    [cnp, 'Accept', 'allow'],
    [cnp, 'Deny', 'deny'],
    [cnp, 'Pass', 'pass'],
    [anp, 'Allow', 'allow'],
    [anp, 'Pass', 'pass'],
    [banp, 'Allow', 'allow'],
    [banp, 'Deny', 'deny'],
  ])('%#: %s', (make, action, expected) => {
    expect(onlyRule(make({ ingress: [{ action, from: ALL }] }))?.action).toBe(expected);
  });

  it.each([
    [cnp, 'Allow'],
    [anp, 'Accept'],
    [banp, 'Pass'],
    [cnp, 'deny'],
    [cnp, undefined],
  ])('%#: %s is refused', (make, action) => {
    const rule = action === undefined ? { from: ALL } : { action, from: ALL };
    expect(problems(make({ ingress: [rule] }))).toEqual(['error unsupported-action spec.ingress[0].action']);
  });
});

describe('egress peers', () => {
  const peersOf = (peer: unknown, action = 'Accept') =>
    onlyRule(cnp({ egress: [{ action, to: [peer] }] }))?.peers;

  it('pods, nodes and networks', () => {
    const matchLabels = { a: 'b' };
    const selector = [{ key: 'a', operator: 'In', values: ['b'], asLabel: true }];
    expect(peersOf({ pods: { namespaceSelector: {}, podSelector: { matchLabels } } })).toEqual([
      {
        index: 0,
        type: 'pods',
        set: { namespaces: { selector: [] }, pods: selector },
        hostNetwork: 'excluded',
      },
    ]);
    expect(peersOf({ nodes: { matchLabels } })).toEqual([{ index: 0, type: 'nodes', selector }]);
    expect(peersOf({ networks: ['10.0.0.0/8', 'fd00::/8'] })).toEqual([
      { index: 0, type: 'cidr', cidr: '10.0.0.0/8', except: [] },
      { index: 0, type: 'cidr', cidr: 'fd00::/8', except: [] },
    ]);
  });

  it('domain names, in one spelling (N55)', () => {
    expect(peersOf({ domainNames: ['*.Kubernetes.io', 'example.com.'] })).toEqual([
      { index: 0, type: 'domain', pattern: '*.kubernetes.io' },
      { index: 0, type: 'domain', pattern: 'example.com' },
    ]);
  });

  it('domain names outside an accept are kept, marked as undefined (N57)', () => {
    const policy = cnp({ egress: [{ action: 'Deny', to: [{ domainNames: ['example.com'] }] }] });
    expect(onlyRule(policy)).toMatchObject({ action: 'deny', caveat: 'domain-names-outside-accept' });
    expect(problems(policy)).toEqual([
      'warning domain-names-outside-accept spec.egress[0].to[0].domainNames',
    ]);
  });

  it('are no ingress peers', () => {
    const policy = cnp({ ingress: [{ action: 'Accept', from: [{ networks: ['10.0.0.0/8'] }] }] });
    expect(problems(policy)).toEqual(['warning unknown-peer spec.ingress[0].from[0]']);
  });

  it('a baseline policy of v1alpha1 knows no domain names', () => {
    const policy = banp({ egress: [{ action: 'Allow', to: [{ domainNames: ['example.com'] }] }] });
    expect(problems(policy)).toEqual(['warning unknown-peer spec.egress[0].to[0]']);
  });
});

describe('an unknown peer fails closed', () => {
  const to = [{ namespaces: {} }, { serviceAccounts: {} }];
  const caveat = 'unknown-peer-fails-closed';

  it('an accept matches nothing (N59)', () => {
    expect(onlyRule(cnp({ egress: [{ action: 'Accept', to }] }))).toMatchObject({
      action: 'allow',
      peers: [],
      caveat,
    });
  });

  it.each(['Deny', 'Pass'])('a %s denies everything (N60)', (action) => {
    const protocols = [{ tcp: { destinationPort: { number: 80 } } }];
    expect(onlyRule(cnp({ egress: [{ action, to, protocols }] }))).toMatchObject({
      action: 'deny',
      peers: [{ index: 1, type: 'any' }],
      connections: [{ type: 'all' }],
      caveat,
    });
  });

  it('a misspelt field beside a known one is dropped as a server does', () => {
    const policy = cnp({ egress: [{ action: 'Accept', to: [{ namespaces: {}, podSelector: {} }] }] });
    expect(onlyRule(policy)).not.toHaveProperty('caveat');
    expect(problems(policy)).toEqual(['warning unknown-field spec.egress[0].to[0].podSelector']);
  });
});

describe('connections', () => {
  const cnpTerms = (protocols: unknown) =>
    onlyRule(cnp({ ingress: [{ action: 'Accept', from: ALL, protocols }] }))?.connections;
  const anpTerms = (ports: unknown) =>
    onlyRule(anp({ ingress: [{ action: 'Allow', from: ALL, ports }] }))?.connections;

  it('missing is every protocol (N44)', () => {
    expect(onlyRule(cnp({ ingress: [{ action: 'Deny', from: ALL }] }))?.connections).toEqual([
      { index: -1, type: 'all' },
    ]);
  });

  it('v1alpha2: transports and names (N13, N41)', () => {
    expect(
      cnpTerms([
        { tcp: { destinationPort: { number: 80 } } },
        { udp: { destinationPort: { range: { start: 1, end: 9 } } } },
        { sctp: { destinationPort: { number: 9003 } } },
        { destinationNamedPort: 'http' },
      ]),
    ).toEqual([
      { index: 0, type: 'ports', protocol: 'TCP', from: 80, to: 80 },
      { index: 1, type: 'ports', protocol: 'UDP', from: 1, to: 9 },
      { index: 2, type: 'ports', protocol: 'SCTP', from: 9003, to: 9003 },
      { index: 3, type: 'named', name: 'http' },
    ]);
  });

  it('v1alpha1: numbers, ranges and names; TCP unless said (N35–N37)', () => {
    expect(
      anpTerms([
        { portNumber: { port: 80 } },
        { portRange: { protocol: 'UDP', start: 1, end: 100 } },
        { namedPort: 'http' },
      ]),
    ).toEqual([
      { index: 0, type: 'ports', protocol: 'TCP', from: 80, to: 80 },
      { index: 1, type: 'ports', protocol: 'UDP', from: 1, to: 100 },
      { index: 2, type: 'named', name: 'http' },
    ]);
  });

  it('v1alpha1: a range that runs backwards can exist, and matches nothing', () => {
    const policy = anp({
      ingress: [{ action: 'Deny', from: ALL, ports: [{ portRange: { start: 9, end: 1 } }] }],
    });
    expect(onlyRule(policy)?.connections).toEqual([]);
    expect(problems(policy)).toEqual(['warning port-range-backwards spec.ingress[0].ports[0].portRange']);
  });
});

describe('what an API server rejects', () => {
  const rule = { action: 'Deny', from: ALL };
  const protocol = (entry: unknown) => cnp({ ingress: [{ ...rule, protocols: [entry] }] });
  const port = (destinationPort: unknown) => protocol({ tcp: { destinationPort } });
  const to = (peer: unknown, more: object = {}) =>
    cnp({ egress: [{ action: 'Accept', to: [peer], ...more }] });
  const AT_PROTOCOL = 'spec.ingress[0].protocols[0]';
  const named = { protocols: [{ destinationNamedPort: 'http' }] };

  it.each([
    [
      'a baseline policy not called default (N28)',
      record('BaselineAdminNetworkPolicy', { subject: { namespaces: {} } }, 'other'),
      'baseline-name',
      'metadata.name',
    ],
    ['priority 1001 (N29)', anp({ priority: 1001 }), 'priority-out-of-range', 'spec.priority'],
    ['priority -1 (N29)', cnp({ priority: -1 }), 'priority-out-of-range', 'spec.priority'],
    [
      'no priority',
      record('AdminNetworkPolicy', { subject: { namespaces: {} } }),
      'missing-field',
      'spec.priority',
    ],
    [
      'no tier',
      record('ClusterNetworkPolicy', { priority: 1, subject: { namespaces: {} } }),
      'unsupported-tier',
      'spec.tier',
    ],
    ['no spec', record('AdminNetworkPolicy', undefined), 'missing-field', 'spec'],
    ['no `from` (N30)', cnp({ ingress: [{ action: 'Deny' }] }), 'missing-field', 'spec.ingress[0].from'],
    [
      'an empty `from`',
      anp({ ingress: [{ action: 'Deny', from: [] }] }),
      'too-few-items',
      'spec.ingress[0].from',
    ],
    [
      'a subject of two kinds (N31)',
      cnp({ subject: { namespaces: {}, pods: { namespaceSelector: {}, podSelector: {} } } }),
      'ambiguous-subject',
      'spec.subject',
    ],
    ['an empty subject', cnp({ subject: {} }), 'empty-subject', 'spec.subject'],
    ['a null subject', cnp({ subject: null }), 'wrong-type', 'spec.subject'],
    ['an empty peer', to({}), 'empty-peer', 'spec.egress[0].to[0]'],
    ['a peer of two kinds', to({ namespaces: {}, nodes: {} }), 'ambiguous-peer', 'spec.egress[0].to[0]'],
    [
      'a named port to networks (N39)',
      to({ networks: ['10.0.0.0/8'] }, named),
      'named-port-without-pods',
      'spec.egress[0].to[0]',
    ],
    [
      'a named port to nodes (N39)',
      to({ nodes: {} }, named),
      'named-port-without-pods',
      'spec.egress[0].to[0]',
    ],
    [
      'a named port to a domain (N39)',
      to({ domainNames: ['a.io'] }, named),
      'named-port-without-pods',
      'spec.egress[0].to[0]',
    ],
    [
      'a range of one (N40)',
      port({ range: { start: 5, end: 5 } }),
      'port-range-backwards',
      `${AT_PROTOCOL}.tcp.destinationPort.range`,
    ],
    [
      'a transport without port (N42)',
      protocol({ tcp: {} }),
      'missing-field',
      `${AT_PROTOCOL}.tcp.destinationPort`,
    ],
    [
      'number and range (N43)',
      port({ number: 1, range: { start: 1, end: 2 } }),
      'ambiguous-port',
      `${AT_PROTOCOL}.tcp.destinationPort`,
    ],
    ['neither number nor range', port({}), 'empty-port', `${AT_PROTOCOL}.tcp.destinationPort`],
    ['port 0', port({ number: 0 }), 'port-out-of-range', `${AT_PROTOCOL}.tcp.destinationPort.number`],
    ['an empty protocol', protocol({}), 'empty-protocol', AT_PROTOCOL],
    ['two protocols in one', protocol({ tcp: {}, udp: {} }), 'ambiguous-protocol', AT_PROTOCOL],
    [
      'an empty list of protocols',
      cnp({ ingress: [{ ...rule, protocols: [] }] }),
      'too-few-items',
      'spec.ingress[0].protocols',
    ],
    ['26 rules', cnp({ ingress: Array.from({ length: 26 }, () => rule) }), 'too-many-items', 'spec.ingress'],
    [
      '101 rules',
      anp({ ingress: Array.from({ length: 101 }, () => rule) }),
      'too-many-items',
      'spec.ingress',
    ],
    [
      '26 peers',
      cnp({ ingress: [{ action: 'Deny', from: Array.from({ length: 26 }, () => ALL[0]) }] }),
      'too-many-items',
      'spec.ingress[0].from',
    ],
    [
      '26 networks',
      to({ networks: Array.from({ length: 26 }, (_, i) => `10.${i}.0.0/16`) }),
      'too-many-items',
      'spec.egress[0].to[0].networks',
    ],
    ['no networks', to({ networks: [] }), 'too-few-items', 'spec.egress[0].to[0].networks'],
    [
      'a network twice',
      to({ networks: ['10.0.0.0/8', '10.0.0.0/8'] }),
      'duplicate-item',
      'spec.egress[0].to[0].networks[1]',
    ],
    ['no network', to({ networks: ['10.0.0.0'] }), 'invalid-cidr', 'spec.egress[0].to[0].networks[0]'],
    ['leading zeros', to({ networks: ['010.0.0.0/8'] }), 'invalid-cidr', 'spec.egress[0].to[0].networks[0]'],
    [
      'a star inside a name',
      to({ domainNames: ['a.*.io'] }),
      'invalid-domain-name',
      'spec.egress[0].to[0].domainNames[0]',
    ],
    [
      'a single label',
      to({ domainNames: ['localhost'] }),
      'invalid-domain-name',
      'spec.egress[0].to[0].domainNames[0]',
    ],
    [
      'a rule name too long',
      cnp({ ingress: [{ ...rule, name: 'x'.repeat(101) }] }),
      'rule-name-too-long',
      'spec.ingress[0].name',
    ],
    [
      'two kinds of port',
      anp({ ingress: [{ ...rule, ports: [{ namedPort: 'a', portNumber: { port: 1 } }] }] }),
      'ambiguous-port',
      'spec.ingress[0].ports[0]',
    ],
    [
      'an unknown protocol',
      anp({ ingress: [{ ...rule, ports: [{ portNumber: { port: 1, protocol: 'ICMP' } }] }] }),
      'unsupported-protocol',
      'spec.ingress[0].ports[0].portNumber.protocol',
    ],
  ])('%s', (_, policy, code, path) => {
    expect(problems(policy)).toContain(`error ${code} ${path}`);
  });
});

describe('what v1alpha1 requires of `pods`', () => {
  it('a missing selector is read as all, with a warning', () => {
    const policy = anp({ ingress: [{ action: 'Deny', from: [{ pods: { namespaceSelector: {} } }] }] });
    expect(onlyRule(policy)?.peers).toMatchObject([{ set: { namespaces: { selector: [] }, pods: [] } }]);
    expect(problems(policy)).toEqual(['warning missing-selector spec.ingress[0].from[0].pods']);
  });

  it('v1alpha2 has an optional namespaceSelector', () => {
    expect(problems(cnp({ subject: { pods: { podSelector: {} } }, ingress: [] }))).toEqual([]);
  });
});

describe('rule names', () => {
  it('are kept in the origin', () => {
    const rule = onlyRule(cnp({ ingress: [{ name: 'from-ops', action: 'Deny', from: ALL }] }));
    expect(rule?.origin).toEqual({
      policy: 'ClusterNetworkPolicy//p',
      direction: 'ingress',
      rule: 0,
      path: 'spec.ingress[0]',
      name: 'from-ops',
    });
  });
});
