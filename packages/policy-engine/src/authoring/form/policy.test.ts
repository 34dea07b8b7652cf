import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Json } from '../json.ts';
import { jsonEqual } from '../json.ts';
import { documentViews, writeForm } from './document.ts';
import { POLICY_KINDS, type PolicyForm } from './model.ts';
import { readPolicy, writePolicy } from './policy.ts';

const word = fc.constantFrom('app', 'api', 'db', 'role', 'prod', 'yes', '');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Drops absent fields, keeps empty ones. */
const fields = (model: Record<string, fc.Arbitrary<Json | undefined>>): fc.Arbitrary<Json> =>
  fc.record(model).map((entries): Json => JSON.parse(JSON.stringify(entries)));
const list = (item: fc.Arbitrary<Json>): fc.Arbitrary<Json> => fc.array(item, { maxLength: 3 });

const selector = fields({
  matchLabels: maybe(fc.dictionary(word, word, { maxKeys: 3 })),
  matchExpressions: maybe(
    list(
      fields({
        key: word,
        operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
        values: maybe(list(word)),
      }),
    ),
  ),
});
const protocol = maybe(fc.constantFrom<Json>('TCP', 'UDP', 'SCTP'));
const port = fc.integer({ min: 1, max: 65_535 });
const junk: fc.Arbitrary<Json> = fc.oneof(fc.constant(null), word, port, fields({ odd: word }), list(word));
const orJunk = (arbitrary: fc.Arbitrary<Json>) =>
  fc.oneof({ arbitrary, weight: 12 }, { arbitrary: junk, weight: 1 });

const peer = orJunk(
  fc.oneof(
    fields({ podSelector: maybe(selector), namespaceSelector: maybe(selector) }),
    fields({ ipBlock: fields({ cidr: fc.constant('10.0.0.0/8'), except: maybe(list(word)) }) }),
    fields({ namespaces: selector }),
    fields({ pods: fields({ namespaceSelector: maybe(selector), podSelector: maybe(selector) }) }),
    fields({ networks: list(word) }),
    fields({ nodes: selector }),
    fields({ domainNames: list(word) }),
  ),
);
const portEntry = orJunk(
  fc.oneof(
    fields({ protocol, port: maybe(fc.oneof<fc.Arbitrary<Json>[]>(port, word)), endPort: maybe(port) }),
    fields({ portNumber: fields({ protocol, port }) }),
    fields({ portRange: fields({ protocol, start: port, end: port }) }),
    fields({ namedPort: word }),
    fields({ tcp: fields({ destinationPort: fields({ number: maybe(port) }) }) }),
    fields({ udp: fields({ destinationPort: fields({ range: fields({ start: port, end: port }) }) }) }),
    fields({ destinationNamedPort: word }),
  ),
);
const rule = orJunk(
  fields({
    name: maybe(word),
    action: maybe(word),
    from: maybe(list(peer)),
    to: maybe(list(peer)),
    ports: maybe(list(portEntry)),
    protocols: maybe(list(portEntry)),
    odd: maybe(junk),
  }),
);
const policy = fields({
  apiVersion: fc.constant('networking.k8s.io/v1'),
  kind: fc.constantFrom(...POLICY_KINDS),
  metadata: fields({
    name: word,
    namespace: maybe(orJunk(word)),
    labels: maybe(orJunk(fields({ a: word }))),
  }),
  spec: fields({
    podSelector: maybe(orJunk(selector)),
    subject: maybe(orJunk(peer)),
    tier: maybe(orJunk(word)),
    priority: maybe(orJunk(port)),
    policyTypes: maybe(orJunk(list(fc.constantFrom<Json>('Ingress', 'Egress')))),
    ingress: maybe(orJunk(list(rule))),
    egress: maybe(orJunk(list(rule))),
    odd: maybe(junk),
  }),
  status: maybe(junk),
});

function formOf(value: Json): PolicyForm {
  const form = readPolicy(value);
  if (form === undefined) throw new Error('not read as a form');
  return form;
}

describe('the form of a policy', () => {
  it('loses nothing of any document, valid or not', () => {
    fc.assert(
      fc.property(policy, (value) => {
        expect(jsonEqual(writePolicy(formOf(value)), value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('goes into a text and comes back the same', () => {
    fc.assert(
      fc.property(policy, policy, fc.boolean(), (before, after, indentSeq) => {
        const result = writeForm(stringify(before, { indentSeq }), 0, formOf(after));
        if (!result.ok) throw new Error(result.problem.message);
        const [view] = documentViews(result.text);
        if (view?.state.type !== 'policy') throw new Error('no longer a policy');
        expect(jsonEqual(writePolicy(view.state.form), after)).toBe(true);
        expect(jsonEqual(parse(result.text), after)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('reads the parts people see', () => {
    const form = formOf(
      parse(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from:
    - podSelector: {}
      namespaceSelector: {matchExpressions: [{key: env, operator: In, values: [prod]}]}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports: [{port: http}, {protocol: UDP, port: 1, endPort: 9}]
`),
    );
    expect(form.subject).toEqual({ type: 'own-pods', selector: { labels: [['app', 'db']] } });
    expect(form.ingress).toEqual([
      {
        type: 'rule',
        peers: [
          {
            type: 'pods',
            namespaces: { expressions: [{ key: 'env', operator: 'In', values: ['prod'] }] },
            pods: {},
          },
          { type: 'ip-block', cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] },
        ],
        ports: [
          { type: 'port', port: 'http' },
          { type: 'port', protocol: 'UDP', port: 1, endPort: 9 },
        ],
        rest: {},
      },
    ]);
    expect(form.egress).toBeUndefined();
  });

  it('shows several documents, and says which it can not show', () => {
    const views = documentViews('---\n---\na: 1\n---\nkind: [\n');
    expect(views.map((view) => [view.index, view.state.type])).toEqual([
      [1, 'other'],
      [2, 'problem'],
    ]);
  });
});
