import { afterEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { liveNetworkPolicy } from './cluster-objects.ts';
import type { JsonObject } from './json.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { raw } from './testing.ts';

let standIn: StandIn;
afterEach(() => standIn.stop());

const COLLECTION = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies';

async function start() {
  standIn = await startStandIn({
    seed: [
      liveNetworkPolicy({
        namespace: 'shop',
        name: 'existing',
        spec: { podSelector: {}, policyTypes: ['Ingress'] },
      }),
    ],
  });
}

const policy = (spec: JsonObject, metadata: JsonObject = { name: 'draft' }): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata,
  spec,
});

async function send(method: string, path: string, body: string, contentType = 'application/json') {
  const answer = await raw(standIn, path, { method, headers: { 'Content-Type': contentType }, body });
  const parsed: JsonObject & { message?: string; spec?: JsonObject } = JSON.parse(answer.text);
  return { status: answer.status, body: parsed, headers: answer.headers };
}

const create = (body: JsonObject, query = 'dryRun=All') =>
  send('POST', `${COLLECTION}?${query}`, JSON.stringify(body));

describe('a dry run of a NetworkPolicy', () => {
  it('answers with the defaults filled in and keeps nothing', async () => {
    await start();
    const before = standIn.resourceVersion;
    const answer = await create(
      policy({ podSelector: {}, ingress: [], egress: [{ ports: [{ port: 53 }], to: [] }] }),
    );
    expect(answer.status).toBe(201);
    expect(answer.body.spec).toEqual({
      podSelector: {},
      egress: [{ ports: [{ protocol: 'TCP', port: 53 }] }],
      policyTypes: ['Ingress', 'Egress'],
    });
    expect(answer.body.metadata).toMatchObject({ namespace: 'shop', generation: 1 });
    expect(standIn.resourceVersion).toBe(before);
    expect((await raw(standIn, `${COLLECTION}/draft`)).status).toBe(404);
  });

  it.each([
    [
      { ingress: [{ ports: [{ port: 90, endPort: 80 }] }] },
      'spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`',
    ],
    [
      { ingress: [{ ports: [{ port: 'http', endPort: 80 }] }] },
      'spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is non-numeric',
    ],
    [
      { ingress: [{ ports: [{ endPort: 80 }] }] },
      'spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is not specified',
    ],
    [
      { ingress: [{ ports: [{ port: 0 }] }] },
      'spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      { ingress: [{ ports: [{ port: 80, protocol: 'ICMP' }] }] },
      'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
    ],
    [{ ingress: [{ from: [{}] }] }, 'spec.ingress[0].from[0]: Required value: must specify a peer'],
    [
      { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] },
      'spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer',
    ],
    [
      { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] },
      'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
    ],
    [
      { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }] },
      'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ],
    [
      { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0' } }] }] },
      'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
    [
      { policyTypes: ['Sideways'] },
      'spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"',
    ],
    [
      { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      { podSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } },
      'spec.podSelector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator',
    ],
    [
      { podSelector: { matchLabels: { app: 'a b' } } },
      'spec.podSelector.matchLabels: Invalid value: "a b": a valid label must be an empty string or consist of',
    ],
  ])('refuses %j as invalid, naming the field', async (spec, message) => {
    await start();
    const answer = await create(policy({ podSelector: {}, ...spec }));
    expect(answer).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
    expect(answer.body.message).toContain(`NetworkPolicy.networking.k8s.io "draft" is invalid: ${message}`);
  });

  it('accepts an IPv6 block, a prefix of zero and an except inside', async () => {
    await start();
    const to = [
      { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } },
      { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } },
    ];
    expect((await create(policy({ podSelector: {}, egress: [{ to }] }))).status).toBe(201);
  });

  it('reports every problem at once, a cause for each', async () => {
    await start();
    const answer = await create(policy({ podSelector: {}, policyTypes: ['X'], ingress: [{ from: [{}] }] }));
    expect(answer.body.message).toMatch(/is invalid: \[spec\.ingress\[0\].*, spec\.policyTypes\[0\].*\]$/);
    expect(answer.body.details).toMatchObject({
      kind: 'NetworkPolicy',
      causes: [
        { field: 'spec.ingress[0].from[0]', reason: 'FieldValueRequired' },
        { field: 'spec.policyTypes[0]' },
      ],
    });
  });

  it('refuses an unknown or duplicate field when strict, warns otherwise', async () => {
    await start();
    const body = `{"metadata":{"name":"draft"},"spec":{"podSelector":{},"podSelector":{"matchLabels":{"a":"b"}},"ingres":[{}]}}`;
    const strict = await send('POST', `${COLLECTION}?dryRun=All&fieldValidation=Strict`, body);
    expect(strict).toMatchObject({ status: 400 });
    expect(strict.body.message).toBe(
      'NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: strict decoding error: duplicate field "spec.podSelector", unknown field "spec.ingres"',
    );
    const lenient = await send('POST', `${COLLECTION}?dryRun=All`, body);
    expect(lenient.status).toBe(201);
    expect(lenient.headers.warning).toContain('unknown field \\"spec.ingres\\"');
    expect(lenient.body.spec).not.toHaveProperty('ingres');
    const ignored = await send('POST', `${COLLECTION}?dryRun=All&fieldValidation=Ignore`, body);
    expect(ignored.headers.warning).toBeUndefined();
  });

  it('refuses a field of the wrong type as Go’s decoder does', async () => {
    await start();
    const answer = await create(
      policy({ podSelector: {}, ingress: [{ ports: [{ port: 1, endPort: 'x' }] }] }),
    );
    expect(answer.body.message).toBe(
      'NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: json: cannot unmarshal string into Go struct field NetworkPolicyPort.spec.ingress.ports.endPort of type int32',
    );
  });

  it('takes YAML, and tells apart what is no YAML, no NetworkPolicy, or elsewhere', async () => {
    await start();
    const text = stringify(policy({ podSelector: {} }));
    expect((await send('POST', `${COLLECTION}?dryRun=All`, text, 'application/yaml')).status).toBe(201);
    expect((await send('POST', `${COLLECTION}?dryRun=All`, 'a: [', 'application/yaml')).status).toBe(400);
    expect((await send('POST', `${COLLECTION}?dryRun=All`, text, 'text/plain')).status).toBe(415);
    expect((await create({ ...policy({ podSelector: {} }), kind: 'Pod' })).status).toBe(400);
    const elsewhere = await create(policy({ podSelector: {} }, { name: 'draft', namespace: 'other' }));
    expect(elsewhere.body.message).toMatch(/does not match the namespace sent on the request/);
    const path = COLLECTION.replace('/shop/', '/nowhere/');
    const nowhere = await send('POST', `${path}?dryRun=All`, JSON.stringify(policy({ podSelector: {} })));
    expect(nowhere).toMatchObject({ status: 404, body: { message: 'namespaces "nowhere" not found' } });
  });

  it('refuses a name that is taken, bad or missing', async () => {
    await start();
    const spec = { podSelector: {} };
    expect((await create(policy(spec, { name: 'existing' }))).body).toMatchObject({
      code: 409,
      message: 'networkpolicies.networking.k8s.io "existing" already exists',
    });
    expect((await create(policy(spec, { name: 'Draft' }))).body.message).toMatch(
      /metadata\.name: Invalid value: "Draft"/,
    );
    expect((await create(policy(spec, {}))).body.message).toMatch(/metadata\.name: Required value/);
  });

  it('updates by PUT, merge patch, JSON patch and server-side apply', async () => {
    await start();
    const path = `${COLLECTION}/existing?dryRun=All&fieldManager=test`;
    const put = await send(
      'PUT',
      path,
      JSON.stringify(policy({ podSelector: {}, egress: [{}] }, { name: 'existing' })),
    );
    expect(put).toMatchObject({ status: 200, body: { spec: { policyTypes: ['Ingress', 'Egress'] } } });
    const stale = policy({ podSelector: {} }, { name: 'existing', resourceVersion: '1' });
    expect((await send('PUT', path, JSON.stringify(stale))).status).toBe(409);
    const ingress = [{ ports: [{ protocol: 'TCP', port: 1 }] }];
    const merge = await send(
      'PATCH',
      path,
      JSON.stringify({ spec: { ingress } }),
      'application/merge-patch+json',
    );
    expect(merge.body.spec).toMatchObject({ podSelector: {}, ingress });
    const operations = [{ op: 'replace', path: '/spec/policyTypes/0', value: 'Egress' }];
    const patched = await send('PATCH', path, JSON.stringify(operations), 'application/json-patch+json');
    expect(patched.body.spec).toMatchObject({ policyTypes: ['Egress'] });
    const applied = await send(
      'PATCH',
      `${COLLECTION}/new?dryRun=All&fieldManager=test`,
      stringify(policy({ podSelector: {} }, { name: 'new' })),
      'application/apply-patch+yaml',
    );
    expect(applied.status).toBe(201);
    expect(standIn.get(liveNetworkPolicy({ namespace: 'shop', name: 'existing', spec: {} }))?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress'],
    });
  });
});

describe('any other write', () => {
  it('is refused by RBAC, or by the stand-in, and is on record', async () => {
    await start();
    const body = JSON.stringify(policy({ podSelector: {} }));
    expect((await raw(standIn, COLLECTION, { method: 'POST', user: 'ada', body })).status).toBe(403);
    expect((await raw(standIn, COLLECTION, { method: 'POST', body })).status).toBe(405);
    expect((await raw(standIn, `${COLLECTION}/existing`, { method: 'DELETE' })).status).toBe(405);
    expect((await raw(standIn, COLLECTION, { method: 'DELETE' })).status).toBe(405);
    expect(standIn.log.writes().map((entry) => entry.verb)).toEqual([
      'create',
      'create',
      'delete',
      'deletecollection',
    ]);
    expect(() => standIn.log.assertReadOnly()).toThrow(/DELETE .*existing \(delete\) by admin/);
  });
});

describe('the request log', () => {
  it('passes a client that only reads and asks about itself', async () => {
    await start();
    await raw(standIn, '/api/v1/pods');
    await raw(standIn, '/apis');
    await raw(standIn, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      body: '{}',
    });
    standIn.log.assertReadOnly();
    expect(standIn.log.permissionsUsed()).toEqual([
      'create selfsubjectaccessreviews.authorization.k8s.io',
      'list pods',
    ]);
  });

  it('shows what goes beyond a role', async () => {
    await start();
    const rules = [
      { verbs: ['list'], apiGroups: [''], resources: ['pods'], resourceNames: [], nonResourceURLs: [] },
    ];
    await raw(standIn, '/api/v1/pods');
    standIn.log.assertWithin(rules);
    await raw(standIn, '/api/v1/secrets');
    expect(() => standIn.log.assertWithin(rules)).toThrow(/GET \/api\/v1\/secrets \(list\) by admin/);
  });
});
