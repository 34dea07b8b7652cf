import { describe, expect, it } from 'vitest';
import type { RuleBlock } from '../ir/ir.ts';
import type { PolicyRecord } from '../model/records.ts';
import { lowerPolicy } from './index.ts';

function policy(spec: unknown): PolicyRecord {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'x', name: 'p', spec };
}

function blocksOf(spec: unknown): readonly RuleBlock[] {
  const { blocks, diagnostics } = lowerPolicy(policy(spec));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return blocks;
}

const directions = (spec: unknown) => blocksOf(spec).map(({ direction }) => direction);

/** The rules of the only block. */
function rulesOf(spec: unknown) {
  const blocks = blocksOf(spec);
  expect(blocks).toHaveLength(1);
  return blocks[0]?.rules ?? [];
}

function problems(spec: unknown) {
  const { blocks, diagnostics } = lowerPolicy(policy(spec));
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  // An object that can't exist has no effect at all.
  if (errors.length > 0) expect(blocks).toEqual([]);
  return diagnostics.map(({ code, severity, path }) => `${severity} ${code} ${path}`);
}

describe('policyTypes', () => {
  it.each([
    ['missing, no rules (K07)', {}, ['ingress']],
    ['missing, only ingress rules (K04)', { ingress: [{}] }, ['ingress']],
    ['missing, an egress rule (K05)', { egress: [{}] }, ['ingress', 'egress']],
    ['missing, `egress: []` (K06)', { egress: [] }, ['ingress']],
    ['empty', { policyTypes: [], egress: [{}] }, ['ingress', 'egress']],
    ['Egress with ingress rules (K08)', { policyTypes: ['Egress'], ingress: [{}] }, ['egress']],
    ['Ingress with egress rules (K09)', { policyTypes: ['Ingress'], egress: [{}] }, ['ingress']],
    ['both, no rules (K03)', { policyTypes: ['Ingress', 'Egress'] }, ['ingress', 'egress']],
    ['twice the same', { policyTypes: ['Ingress', 'Ingress'] }, ['ingress']],
  ])('%s', (_, spec, expected) => {
    expect(directions({ podSelector: {}, ...spec })).toEqual(expected);
  });

  it('rules of a direction that is not listed are inert, and said to be', () => {
    expect(problems({ podSelector: {}, policyTypes: ['Ingress'], egress: [{}] })).toEqual([
      'warning inert-rules spec.egress',
    ]);
  });
});

describe('subject', () => {
  it('is the pods of the policy namespace that the selector matches', () => {
    const [block] = blocksOf({ podSelector: { matchLabels: { app: 'web' } } });
    expect(block).toMatchObject({
      tier: 'network-policy',
      order: 0,
      subject: { namespaces: { name: 'x' }, pods: [{ key: 'app', operator: 'In', values: ['web'] }] },
      subjectHostNetwork: 'undefined',
      rules: [],
    });
  });

  it('is every pod where the selector, or the whole spec, is missing', () => {
    expect(blocksOf({})[0]?.subject).toEqual({ namespaces: { name: 'x' }, pods: [] });
    expect(blocksOf(undefined)[0]?.subject).toEqual({ namespaces: { name: 'x' }, pods: [] });
    expect(problems(undefined)).toEqual(['warning missing-spec spec']);
  });
});

describe('peers', () => {
  const peersOf = (rule: object) => rulesOf({ podSelector: {}, ingress: [rule] })[0]?.peers;

  it.each([
    ['an empty rule (K10)', {}],
    ['an empty list (K11)', { from: [] }],
    ['a null list', { from: null }],
  ])('%s is any peer', (_, rule) => {
    expect(peersOf(rule)).toEqual([{ index: -1, type: 'any' }]);
  });

  it('a podSelector alone stays in the policy namespace', () => {
    expect(peersOf({ from: [{ podSelector: {} }] })).toEqual([
      { index: 0, type: 'pods', set: { namespaces: { name: 'x' }, pods: [] }, hostNetwork: 'undefined' },
    ]);
  });

  it('selectors of one item hold together, items apart (K16, K17)', () => {
    const namespaceSelector = { matchExpressions: [{ key: 'n', operator: 'NotIn', values: ['x'] }] };
    const podSelector = { matchLabels: { pod: 'b' } };
    const inNamespaces = { selector: [{ key: 'n', operator: 'NotIn', values: ['x'] }] };
    const pods = [{ key: 'pod', operator: 'In', values: ['b'] }];
    expect(peersOf({ from: [{ namespaceSelector, podSelector }] })).toMatchObject([
      { index: 0, set: { namespaces: inNamespaces, pods } },
    ]);
    expect(peersOf({ from: [{ namespaceSelector }, { podSelector }] })).toMatchObject([
      { index: 0, set: { namespaces: inNamespaces, pods: [] } },
      { index: 1, set: { namespaces: { name: 'x' }, pods } },
    ]);
  });

  it('an ipBlock keeps its excepts, and host bits (K48)', () => {
    const ipBlock = { cidr: '10.10.1.12/24', except: ['10.10.1.128/25'] };
    expect(peersOf({ from: [{ ipBlock }] })).toEqual([{ index: 0, type: 'cidr', ...ipBlock }]);
  });

  it('an address in a form of old servers is read as they read it, with a warning', () => {
    expect(peersOf({ from: [{ ipBlock: { cidr: '010.0.0.0/8' } }] })).toMatchObject([{ cidr: '10.0.0.0/8' }]);
    expect(peersOf({ from: [{ ipBlock: { cidr: '::ffff:10.0.0.0/104' } }] })).toMatchObject([
      { cidr: '10.0.0.0/8' },
    ]);
    expect(problems({ ingress: [{ from: [{ ipBlock: { cidr: '010.0.0.0/8' } }] }] })).toEqual([
      'warning legacy-cidr spec.ingress[0].from[0].ipBlock.cidr',
    ]);
  });

  it('all operators are lowered in order, after matchLabels', () => {
    const podSelector = {
      matchLabels: { a: '' },
      matchExpressions: [
        { key: 'b', operator: 'In', values: ['1', '2'] },
        { key: 'c', operator: 'Exists' },
        { key: 'd', operator: 'DoesNotExist', values: [] },
      ],
    };
    expect(blocksOf({ podSelector })[0]?.subject.pods).toEqual([
      { key: 'a', operator: 'In', values: [''], asLabel: true },
      { key: 'b', operator: 'In', values: ['1', '2'] },
      { key: 'c', operator: 'Exists', values: [] },
      { key: 'd', operator: 'DoesNotExist', values: [] },
    ]);
  });
});

describe('ports', () => {
  const portsOf = (rule: object) => rulesOf({ podSelector: {}, ingress: [rule] })[0]?.connections;

  it.each([
    ['missing', {}],
    ['empty (K12)', { ports: [] }],
  ])('%s is everything', (_, rule) => {
    expect(portsOf(rule)).toEqual([{ index: -1, type: 'all' }]);
  });

  it.each([
    ['{} is all of TCP (K28)', {}, { type: 'ports', protocol: 'TCP', from: 1, to: 65535 }],
    ['a protocol alone (K27)', { protocol: 'UDP' }, { type: 'ports', protocol: 'UDP', from: 1, to: 65535 }],
    ['a number', { port: 80 }, { type: 'ports', protocol: 'TCP', from: 80, to: 80 }],
    [
      'a range (K31)',
      { protocol: 'SCTP', port: 8080, endPort: 8090 },
      { type: 'ports', protocol: 'SCTP', from: 8080, to: 8090 },
    ],
    ['a range of one', { port: 80, endPort: 80 }, { type: 'ports', protocol: 'TCP', from: 80, to: 80 }],
    ['a name (K36)', { port: 'http' }, { type: 'named', protocol: 'TCP', name: 'http' }],
    ['null, as the decoder reads it', null, { type: 'ports', protocol: 'TCP', from: 1, to: 65535 }],
  ])('%s', (_, entry, expected) => {
    expect(portsOf({ ports: [entry] })).toEqual([{ index: 0, ...expected }]);
  });
});

describe('what an API server rejects', () => {
  const ingress = (rule: unknown) => ({ podSelector: {}, ingress: [rule] });
  const port = (entry: unknown) => ingress({ ports: [{}, entry] });
  const block = (ipBlock: unknown) => ingress({ from: [{ ipBlock }] });
  const selector = (podSelector: unknown) => ({ podSelector });
  const expression = (item: unknown) => selector({ matchExpressions: [item] });
  const AT_PORT = 'spec.ingress[0].ports[1]';
  const AT_BLOCK = 'spec.ingress[0].from[0].ipBlock';
  const AT_EXPRESSION = 'spec.podSelector.matchExpressions[0]';

  it.each([
    [
      'endPort below port (K33)',
      port({ port: 80, endPort: 79 }),
      'end-port-below-port',
      `${AT_PORT}.endPort`,
    ],
    [
      'endPort with a name (K34)',
      port({ port: 'http', endPort: 90 }),
      'end-port-with-named-port',
      `${AT_PORT}.endPort`,
    ],
    ['endPort alone', port({ endPort: 90 }), 'end-port-without-port', `${AT_PORT}.endPort`],
    ['port 0', port({ port: 0 }), 'port-out-of-range', `${AT_PORT}.port`],
    ['port 65536', port({ port: 65536 }), 'port-out-of-range', `${AT_PORT}.port`],
    ['endPort 65536', port({ port: 1, endPort: 65536 }), 'port-out-of-range', `${AT_PORT}.endPort`],
    ['a fraction', port({ port: 80.5 }), 'wrong-type', `${AT_PORT}.port`],
    ['a quoted number', port({ port: '80' }), 'invalid-port-name', `${AT_PORT}.port`],
    ['a port name in capitals', port({ port: 'HTTP' }), 'invalid-port-name', `${AT_PORT}.port`],
    ['a quoted endPort', port({ port: 80, endPort: '90' }), 'wrong-type', `${AT_PORT}.endPort`],
    ['an unknown protocol', port({ protocol: 'ICMP' }), 'unsupported-protocol', `${AT_PORT}.protocol`],
    ['a protocol in small letters', port({ protocol: 'tcp' }), 'unsupported-protocol', `${AT_PORT}.protocol`],
    ['no CIDR', block({}), 'missing-field', `${AT_BLOCK}.cidr`],
    ['a bare address', block({ cidr: '10.0.0.1' }), 'invalid-cidr', `${AT_BLOCK}.cidr`],
    ['a prefix too long', block({ cidr: '10.0.0.0/33' }), 'invalid-cidr', `${AT_BLOCK}.cidr`],
    ['no address', block({ cidr: 'example.com/8' }), 'invalid-cidr', `${AT_BLOCK}.cidr`],
    [
      'an except outside (K47)',
      block({ cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] }),
      'except-outside-cidr',
      `${AT_BLOCK}.except[0]`,
    ],
    [
      'an except equal to the CIDR (K47)',
      block({ cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] }),
      'except-outside-cidr',
      `${AT_BLOCK}.except[0]`,
    ],
    [
      'an except of the other family',
      block({ cidr: '0.0.0.0/0', except: ['fd00::/8'] }),
      'except-outside-cidr',
      `${AT_BLOCK}.except[0]`,
    ],
    [
      'ipBlock with a selector (K49)',
      ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }),
      'ip-block-with-selector',
      'spec.ingress[0].from[0]',
    ],
    ['an empty peer (K50)', ingress({ from: [{}] }), 'empty-peer', 'spec.ingress[0].from[0]'],
    [
      'an unknown operator (K23)',
      expression({ key: 'a', operator: 'in', values: ['b'] }),
      'invalid-operator',
      `${AT_EXPRESSION}.operator`,
    ],
    [
      'In without values',
      expression({ key: 'a', operator: 'In' }),
      'selector-values-missing',
      `${AT_EXPRESSION}.values`,
    ],
    [
      'Exists with values',
      expression({ key: 'a', operator: 'Exists', values: ['b'] }),
      'selector-values-forbidden',
      `${AT_EXPRESSION}.values`,
    ],
    ['no key', expression({ operator: 'Exists' }), 'missing-field', `${AT_EXPRESSION}.key`],
    [
      'a bad label key',
      selector({ matchLabels: { '-a': 'b' } }),
      'invalid-label-key',
      'spec.podSelector.matchLabels.-a',
    ],
    [
      'a bad prefix of a label key',
      selector({ matchLabels: { 'A_b/c': 'd' } }),
      'invalid-label-key',
      'spec.podSelector.matchLabels[A_b/c]',
    ],
    [
      'a bad label value',
      selector({ matchLabels: { a: 'b c' } }),
      'invalid-label-value',
      'spec.podSelector.matchLabels.a',
    ],
    [
      'a label value too long',
      selector({ matchLabels: { a: 'x'.repeat(64) } }),
      'invalid-label-value',
      'spec.podSelector.matchLabels.a',
    ],
    [
      'a number as label value',
      selector({ matchLabels: { a: 1 } }),
      'wrong-type',
      'spec.podSelector.matchLabels.a',
    ],
    ['a list as selector', selector([]), 'wrong-type', 'spec.podSelector'],
    [
      'three policyTypes',
      { policyTypes: ['Ingress', 'Egress', 'Ingress'] },
      'too-many-policy-types',
      'spec.policyTypes',
    ],
    [
      'a policyType in small letters',
      { policyTypes: ['egress'] },
      'unsupported-policy-type',
      'spec.policyTypes[0]',
    ],
    ['an object where a list belongs', { ingress: { from: [] } }, 'wrong-type', 'spec.ingress'],
    ['a text where a rule belongs', { ingress: ['all'] }, 'wrong-type', 'spec.ingress[0]'],
    ['a text as spec', 'all', 'wrong-type', 'spec'],
  ])('%s', (_, spec, code, path) => {
    expect(problems(spec)).toContain(`error ${code} ${path}`);
    const { diagnostics } = lowerPolicy(policy(spec));
    expect(diagnostics.every(({ message, hint }) => message !== '' && hint !== undefined)).toBe(true);
  });

  it('a name or namespace that no object can have', () => {
    const named = lowerPolicy({ ...policy({}), name: 'My_Policy', namespace: 'a.b' });
    expect(named.diagnostics.map(({ path }) => path)).toEqual(['metadata.name', 'metadata.namespace']);
    expect(named.blocks).toEqual([]);
  });

  it('every problem of an object is reported at once', () => {
    const spec = { podSelector: { matchLabels: { a: 1 } }, ingress: [{ from: [{}], ports: [{ port: 0 }] }] };
    expect(problems(spec)).toHaveLength(3);
  });

  it('a hostile number of problems is cut, and still rejects the object', () => {
    const { blocks, diagnostics } = lowerPolicy(policy({ ingress: Array.from({ length: 5000 }, () => 'x') }));
    expect(diagnostics.length).toBe(101);
    expect(blocks).toEqual([]);
  });
});

describe('unknown fields', () => {
  it('are dropped as a server does, with the field that was probably meant', () => {
    const spec = { podSelectors: { matchLabels: { a: 'b' } }, ingress: [{ port: [{ port: 80 }] }] };
    const { blocks, diagnostics } = lowerPolicy(policy(spec));
    expect(diagnostics).toMatchObject([
      {
        code: 'unknown-field',
        severity: 'warning',
        path: 'spec.podSelectors',
        hint: 'Did you mean `podSelector`?',
      },
      {
        code: 'unknown-field',
        severity: 'warning',
        path: 'spec.ingress[0].port',
        hint: 'Did you mean `ports`?',
      },
    ]);
    expect(blocks[0]).toMatchObject({ subject: { pods: [] }, rules: [{ connections: [{ type: 'all' }] }] });
  });

  it('on the wrong level are told where they belong', () => {
    const { diagnostics } = lowerPolicy(policy({ ports: [], ingress: [{ to: [] }] }));
    expect(diagnostics.map(({ path, hint }) => `${path}: ${hint}`)).toEqual([
      'spec.ports: `ports` belongs in an item of `spec.ingress` or `spec.egress`.',
      'spec.ingress[0].to: Use `from`, or move the rule to `spec.egress`.',
    ]);
  });
});

describe('hostile keys', () => {
  it('are labels like any other', () => {
    const matchLabels: unknown = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c"}');
    const { diagnostics } = lowerPolicy(policy({ podSelector: { matchLabels } }));
    // A label key starts with a letter or digit, so `__proto__` is reported as a key, not taken for the prototype.
    expect(diagnostics.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'invalid-label-key spec.podSelector.matchLabels.__proto__',
    ]);
    const blocks = blocksOf({ podSelector: { matchLabels: { constructor: 'b', toString: 'c' } } });
    expect(blocks[0]?.subject.pods.map(({ key }) => key)).toEqual(['constructor', 'toString']);
  });

  it('of the prototype are not fields of the spec', () => {
    expect(directions(Object.create({ policyTypes: ['Egress'] }))).toEqual(['ingress']);
  });
});

describe('origin', () => {
  it('points at the policy, the direction and the rule', () => {
    const rules = rulesOf({ policyTypes: ['Egress'], egress: [{}, { ports: [{ port: 53 }] }] });
    expect(rules.map(({ origin }) => origin)).toEqual([
      { policy: 'NetworkPolicy/x/p', direction: 'egress', rule: 0, path: 'spec.egress[0]' },
      { policy: 'NetworkPolicy/x/p', direction: 'egress', rule: 1, path: 'spec.egress[1]' },
    ]);
  });
});

describe('API groups', () => {
  it('another group with the same kind is not misread', () => {
    const { blocks, diagnostics } = lowerPolicy({ ...policy({}), apiVersion: 'projectcalico.org/v3' });
    expect(blocks).toEqual([]);
    expect(diagnostics[0]?.code).toBe('unsupported-policy-kind');
  });
});

describe('lines', () => {
  it('of a policy with text are those of the field', () => {
    const text = 'kind: NetworkPolicy\nspec:\n  ingress:\n  - ports:\n    - port: 80\n      endPort: 79\n';
    const record: PolicyRecord = {
      ...policy({ ingress: [{ ports: [{ port: 80, endPort: 79 }] }] }),
      text,
      source: { file: 'a.yaml', line: 11 },
    };
    expect(lowerPolicy(record).diagnostics[0]?.source).toEqual({
      file: 'a.yaml',
      line: 16,
      column: 7,
      endLine: 16,
    });
  });
});
