import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertionText } from './describe.ts';
import { checkFileText } from './format.ts';
import type { CheckFile, EndSpec, Invariant } from './model.ts';
import { parseCheckFile } from './parse.ts';

function parsed(text: string): CheckFile {
  const { file, diagnostics } = parseCheckFile('bulkhead.yaml', text);
  expect(diagnostics).toEqual([]);
  return file;
}

function problems(text: string): string[] {
  return parseCheckFile('bulkhead.yaml', text).diagnostics.map(
    ({ source, code, message, hint }) =>
      `${source?.line}: ${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`,
  );
}

function withInvariant(assertion: string): string {
  return `version: 1\ninvariants:\n  - name: one\n    ${assertion}\n`;
}

function assertionOf(assertion: string): Invariant['assertion'] | undefined {
  return parsed(withInvariant(assertion)).invariants[0]?.assertion;
}

function fromOf(end: string): EndSpec | undefined {
  const assertion = assertionOf(`mustNeverReach: {from: ${end}, to: internet}`);
  return assertion?.type === 'must-never-reach' ? assertion.from : undefined;
}

describe('ends', () => {
  it('are read from short forms', () => {
    expect(fromOf('shop/web')).toEqual({ type: 'workload', namespace: 'shop', name: 'web' });
    expect(fromOf('"shop/web[Deployment]"')).toEqual({
      type: 'workload',
      namespace: 'shop',
      name: 'web',
      kind: 'Deployment',
    });
    expect(fromOf('"shop/*"')).toEqual({ type: 'pods', namespaces: ['shop'] });
    expect(fromOf('10.0.0.0/8')).toEqual({ type: 'cidr', cidr: '10.0.0.0/8' });
    expect(fromOf('192.0.2.7')).toEqual({ type: 'cidr', cidr: '192.0.2.7/32' });
    expect(fromOf('"2001:db8::1"')).toEqual({ type: 'cidr', cidr: '2001:db8::1/128' });
    expect(fromOf('node/n1')).toEqual({ type: 'nodes', name: 'n1' });
    expect(fromOf('www.example.org')).toEqual({ type: 'domain', name: 'www.example.org' });
    for (const word of ['cluster', 'internet', 'outside', 'everyone', 'nodes']) {
      expect(fromOf(word)).toEqual({ type: word });
    }
  });

  it('are read from objects, with selectors written as text, as a map, or as in a policy', () => {
    const labels = [{ key: 'app', operator: 'In', values: ['web'], asLabel: true }];
    expect(fromOf('{namespace: shop, labels: {app: web}}')).toEqual({
      type: 'pods',
      namespaces: ['shop'],
      labels,
    });
    expect(fromOf('{namespaces: [a, b], labels: {matchLabels: {app: web}}}')).toEqual({
      type: 'pods',
      namespaces: ['a', 'b'],
      labels,
    });
    expect(fromOf('{namespaceLabels: "team in (a, b),!legacy"}')).toEqual({
      type: 'pods',
      namespaceLabels: [
        { key: 'team', operator: 'In', values: ['a', 'b'] },
        { key: 'legacy', operator: 'DoesNotExist', values: [] },
      ],
    });
    expect(fromOf('{nodes: {role: edge}}')).toMatchObject({ type: 'nodes', labels: [{ key: 'role' }] });
  });

  it('may leave out some, and a list means any of them', () => {
    expect(fromOf('{everyone: true, except: [shop/web, 10.0.0.0/8]}')).toEqual({
      type: 'except',
      ends: { type: 'everyone' },
      except: {
        type: 'any-of',
        ends: [
          { type: 'workload', namespace: 'shop', name: 'web' },
          { type: 'cidr', cidr: '10.0.0.0/8' },
        ],
      },
    });
  });

  it('that are not understood are errors with their line and a suggestion', () => {
    expect(problems(withInvariant('mustNeverReach: {from: shop, to: internet}'))).toEqual([
      expect.stringMatching(/^4: unknown-end: “shop” is no end of a connection. Write NAMESPACE\/WORKLOAD/),
    ]);
    expect(problems(withInvariant('mustNeverReach: {from: {namespce: shop}, to: internet}'))[0]).toMatch(
      /^4: unknown-field: There is no field “namespce” here. Did you mean namespace\?$/,
    );
    expect(
      problems(withInvariant('mustNeverReach: {from: {workload: shop/web, cidr: 10.0.0.0/8}, to: internet}')),
    ).toEqual([expect.stringMatching(/ambiguous-end/)]);
    expect(problems(withInvariant('mustNeverReach: {from: [], to: internet}'))).toEqual([
      expect.stringMatching(/empty-list/),
    ]);
    expect(problems(withInvariant('mustNeverReach: {from: {except: shop/web}, to: internet}'))).toEqual([
      expect.stringMatching(/“except” needs something/),
    ]);
  });
});

describe('ports', () => {
  const portsOf = (ports: string) => {
    const assertion = assertionOf(`mustReach: {from: a/b, to: c/d, ports: ${ports}}`);
    return assertion?.type === 'must-reach' ? assertion.ports : undefined;
  };

  it('are single ones, ranges, whole protocols, and lists; TCP unless said otherwise', () => {
    expect(portsOf('443')).toEqual([{ protocol: 'TCP', from: 443, to: 443 }]);
    expect(portsOf('[8000-8090/tcp, 53/UDP, sctp, icmp]')).toEqual([
      { protocol: 'TCP', from: 8000, to: 8090 },
      { protocol: 'UDP', from: 53, to: 53 },
      { protocol: 'SCTP', from: 1, to: 65535 },
      { protocol: 'other' },
    ]);
    expect(portsOf('all')).toHaveLength(3);
  });

  it('that are none are errors', () => {
    for (const [ports, message] of [
      ['0', /Ports are 1 to 65535/],
      ['70000/tcp', /Ports are 1 to 65535/],
      ['90-80/tcp', /The range 90-80 is empty. Write 80-90/],
      ['53/upd', /There is no protocol “upd”. Did you mean udp\?/],
      ['[]', /The list of ports is empty/],
      ['{port: 80}', /This must be a port such as 443\/tcp, not an object/],
    ] as const) {
      expect(problems(withInvariant(`mustReach: {from: a/b, to: c/d, ports: ${ports}}`))[0]).toMatch(message);
    }
  });
});

describe('a check file', () => {
  it('is told by its version', () => {
    expect(problems('invariants: []\n')[0]).toMatch(/missing-version/);
    expect(problems('version: 2\n')[0]).toMatch(/1: unsupported-version/);
    expect(problems('version: "1"\n')[0]).toMatch(/unsupported-version/);
  });

  it('may not have an assertion that nobody would check', () => {
    expect(problems(withInvariant('mustNverReach: {from: a/b, to: c/d}'))[0]).toMatch(
      /Did you mean mustNeverReach\?/,
    );
    expect(problems('version: 1\ninvariants:\n  - name: one\n')).toEqual([
      expect.stringMatching(/3: missing-assertion/),
    ]);
    expect(problems(withInvariant('mustReach: {from: a/b, to: c/d}\n    isolated: a/b'))).toEqual([
      expect.stringMatching(/two-assertions/),
    ]);
    expect(problems('version: 1\nInvariants: []\n')[0]).toMatch(/Did you mean invariants\?/);
    expect(problems(`${withInvariant('isolated: a/b')}  - name: one\n    isolated: a/c\n`)).toEqual([
      expect.stringMatching(/^5: duplicate-name/),
    ]);
    expect(problems('version: 1\nversion: 1\n')[0]).toMatch(/duplicate-key/);
  });

  it('says where YAML is broken', () => {
    expect(problems('version: 1\ninvariants: [\n')[0]).toMatch(/^\d+: yaml-syntax/);
  });

  it('accepts findings, each with a reason', () => {
    expect(
      parsed(
        'version: 1\naccept:\n  - finding: dns-cut\n    in: {namespace: a}\n    reason: They use addresses\n',
      ).accept,
    ).toMatchObject([
      { finding: 'dns-cut', ends: { type: 'pods', namespaces: ['a'] }, reason: 'They use addresses' },
    ]);
    expect(problems('version: 1\naccept:\n  - finding: dns-cut\n')[0]).toMatch(/There is no “reason”/);
    expect(problems('version: 1\naccept:\n  - finding: dns-ct\n    reason: x\n')[0]).toMatch(
      /Did you mean dns-cut\?/,
    );
  });

  it('reads isolation and findings in their short forms too', () => {
    expect(assertionOf('isolated: {namespace: shop}')).toEqual({
      type: 'isolated',
      ends: { type: 'pods', namespaces: ['shop'] },
      directions: ['ingress', 'egress'],
    });
    expect(assertionOf('isolated: {ends: shop/web, directions: egress}')).toMatchObject({
      directions: ['egress'],
    });
    expect(assertionOf('noFindings: dns-cut')).toEqual({ type: 'no-findings', kinds: ['dns-cut'] });
    expect(assertionOf('noFindings: {}')).toEqual({ type: 'no-findings' });
  });

  it('never makes the parser throw, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => withInvariant(text)),
        ),
        (text) => {
          parseCheckFile('x', text);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('with fields of any shape never makes the parser throw', () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const fields = [
      'from',
      'to',
      'ports',
      'ends',
      'except',
      'in',
      'kinds',
      'directions',
      'namespace',
      'labels',
      'cidr',
    ];
    const body = fc.dictionary(fc.constantFrom(...fields), anything);
    const invariant = fc.dictionary(
      fc.constantFrom(
        'name',
        'reason',
        'mustReach',
        'mustNeverReach',
        'onlyMayReach',
        'isolated',
        'noFindings',
        'nothingOutsideMayReach',
      ),
      fc.oneof(body, anything),
    );
    fc.assert(
      fc.property(
        fc.record({ version: fc.constant(1), invariants: fc.array(invariant), accept: fc.array(body) }),
        (file) => {
          parseCheckFile('x', JSON.stringify(file));
        },
      ),
      { seed: 11, numRuns: 100 },
    );
  });
});

const name = fc.constantFrom('web', 'db', 'api');
const selector = fc.constantFrom(
  [{ key: 'app', operator: 'In' as const, values: ['web'] }],
  [
    { key: 'tier', operator: 'NotIn' as const, values: ['db', 'cache'] },
    { key: 'old', operator: 'DoesNotExist' as const, values: [] },
  ],
  [{ key: 'team', operator: 'Exists' as const, values: [] }],
);
const leaf: fc.Arbitrary<EndSpec> = fc.oneof(
  fc.record({ type: fc.constant('workload' as const), namespace: name, name }),
  fc.record(
    {
      type: fc.constant('pods' as const),
      namespaces: fc.uniqueArray(name, { minLength: 1 }),
      labels: selector,
      namespaceLabels: selector,
    },
    { requiredKeys: ['type', 'namespaces'] },
  ),
  fc.record({ type: fc.constant('pods' as const), labels: selector }),
  fc.record({ type: fc.constant('cidr' as const), cidr: fc.constantFrom('10.0.0.0/8', '2001:db8::/32') }),
  fc.constantFrom<EndSpec>(
    { type: 'internet' },
    { type: 'cluster' },
    { type: 'outside' },
    { type: 'everyone' },
    { type: 'nodes' },
    { type: 'nodes', name: 'n1' },
    { type: 'domain', name: 'www.example.org' },
  ),
);
const { end } = fc.letrec<{ end: EndSpec; simple: EndSpec }>((tie) => ({
  simple: fc.oneof(
    leaf,
    fc.array(leaf, { minLength: 2, maxLength: 3 }).map((ends) => ({ type: 'any-of' as const, ends })),
  ),
  end: fc.oneof(
    tie('simple'),
    fc.record({ type: fc.constant('except' as const), ends: tie('simple'), except: tie('simple') }),
  ),
}));
const ports = fc.array(
  fc.constantFrom(
    { protocol: 'TCP' as const, from: 443, to: 443 },
    { protocol: 'UDP' as const, from: 1, to: 65535 },
    { protocol: 'SCTP' as const, from: 5, to: 9 },
    { protocol: 'other' as const },
  ),
  { minLength: 1, maxLength: 3 },
);

describe('writing a check file', () => {
  it('gives text that is read as the same invariants', () => {
    const pair = fc.record(
      {
        type: fc.constantFrom(
          'must-reach' as const,
          'must-never-reach' as const,
          'only-may-reach' as const,
          'may-only-reach' as const,
        ),
        from: end,
        to: end,
        ports,
      },
      { requiredKeys: ['type', 'from', 'to'] },
    );
    const others = fc.oneof(
      fc.record(
        { type: fc.constant('nothing-outside-may-reach' as const), to: end, except: end, ports },
        { requiredKeys: ['type', 'to'] },
      ),
      fc.record({
        type: fc.constant('isolated' as const),
        ends: end,
        directions: fc.constantFrom<readonly ('ingress' | 'egress')[]>(['ingress', 'egress'], ['egress']),
      }),
      fc.record(
        { type: fc.constant('no-findings' as const), kinds: fc.constant(['dns-cut' as const]), ends: end },
        { requiredKeys: ['type'] },
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(pair, others),
        fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
        (assertion, title) => {
          const invariant: Invariant = { name: title, assertion };
          const text = checkFileText({ version: 1, invariants: [invariant], accept: [] });
          const again = parsed(text).invariants.map(({ source: _, ...rest }) => rest);
          expect(again).toEqual([invariant]);
          expect(assertionText(assertion)).not.toMatch(/undefined|\[object/);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
