import {
  adminPolicyDefinitions,
  buildCluster,
  clusterRoleBinding,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  role,
  roleBinding,
  type StandIn,
  startStandIn,
} from '@bulkhead/kube-stand-in';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi, type RawAnswer, type RawOptions } from './api.ts';
import { applyAll } from './objects.ts';
import { manifest, policyDefinitions } from './roles.ts';
import { controlPlane } from './testing.ts';

/*
 * The same questions to a kube-apiserver and to the stand-in that the product's tests run against. What is compared is
 * what a client could go by: status, content type, headers, messages, and the shape of what is not the same by nature.
 */

const current = controlPlane();
let standIn: StandIn;
let apis: Readonly<Record<Who, readonly [real: Api, standIn: Api]>>;

type Who = 'admin' | 'sam' | 'nobody' | 'stranger';

const seed = async (): Promise<readonly KubeObject[]> => {
  const cluster = buildCluster();
  cluster.namespace('shop', { team: 'shop' });
  cluster.deployment({ namespace: 'shop', name: 'web', replicas: 5 });
  cluster.networkPolicy({ namespace: 'shop', name: 'deny', spec: { podSelector: {} } });
  return [
    ...cluster.objects,
    ...(await manifest('deploy/rbac.yaml')),
    role('shop', 'pods', [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] }]),
    roleBinding('shop', 'sam', { kind: 'Role', name: 'pods' }, ['sam']),
    clusterRoleBinding('whole', 'bulkhead-reader', ['whole']),
  ];
};

beforeAll(async () => {
  const plane = current();
  const objects = await seed();
  await applyAll(plane.admin, [...(await policyDefinitions()), ...objects]);
  standIn = await startStandIn({
    seed: [...adminPolicyDefinitions.v1alpha1, ...adminPolicyDefinitions.v1alpha2, ...objects],
    users: [{ name: 'sam' }],
  });
  const real = (who: { user?: string; token?: string }) =>
    createApi({
      url: plane.url,
      caPem: plane.ca.certPem,
      ...(who.user === undefined ? {} : { client: plane.ca.issueClient({ user: who.user }) }),
      ...(who.token === undefined ? {} : { token: who.token }),
    });
  const stood = (token?: string) =>
    createApi({ url: standIn.url, caPem: standIn.caPem, ...(token === undefined ? {} : { token }) });
  apis = {
    admin: [plane.admin, stood(standIn.tokenOf('admin'))],
    sam: [real({ user: 'sam' }), stood(standIn.tokenOf('sam'))],
    nobody: [real({}), stood()],
    stranger: [real({ token: 'nobody-was-given-this' }), stood('nobody-was-given-this')],
  };
});
afterAll(() => standIn?.stop());

const PODS = '/api/v1/namespaces/shop/pods';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies';

interface Question extends RawOptions {
  readonly who?: Who;
  readonly method?: string;
  readonly path: string;
}

async function ask(question: Question): Promise<readonly [real: RawAnswer, standIn: RawAnswer]> {
  const { who = 'admin', method = 'GET', path, ...options } = question;
  const [real, stood] = apis[who];
  return [await real.raw(method, path, options), await stood.raw(method, path, options)];
}

/** What differs by nature is replaced by what it is. */
function plain(value: JsonValue | undefined, key = ''): JsonValue | undefined {
  if (['uid', 'resourceVersion', 'continue', 'creationTimestamp'].includes(key))
    return value === null ? null : `<${key}>`;
  if (typeof value === 'string') {
    // How a parser puts it is its language's.
    return value.replace(/\b\d{3,}\b/g, '<n>').replace(/(continue key is not valid): .*/, '$1: <why>');
  }
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  // Who wrote which field is kept by the server alone.
  const kept = Object.entries(value).filter(([name]) => name !== 'managedFields');
  return Object.fromEntries(kept.map(([name, child]) => [name, plain(child, name)]));
}

const parsed = (text: string): JsonObject => {
  const value: JsonObject = JSON.parse(text);
  return value;
};

const HEADERS = [
  'content-type',
  'cache-control',
  'x-content-type-options',
  'retry-after',
  'www-authenticate',
];

function envelope({ status, headers }: RawAnswer): JsonObject {
  return { status, headers: Object.fromEntries(HEADERS.map((name) => [name, headers[name] ?? null])) };
}

/** The whole body, plain. */
function whole(answer: RawAnswer): JsonValue {
  const body =
    answer.contentType.startsWith('application/json') && answer.text !== ''
      ? (plain(parsed(answer.text)) ?? null)
      : answer.text;
  return { ...envelope(answer), body };
}

/** A list or an object by its shape: the fields of what it is made of, and names. */
function shape(answer: RawAnswer): JsonValue {
  const { items, ...rest } = parsed(answer.text);
  const names = Array.isArray(items) ? items.map((item) => keysAndName(item)) : null;
  return { ...envelope(answer), rest: plain(rest) ?? null, names };
}

function keysAndName(item: JsonValue): JsonValue {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const { metadata } = item;
  const name =
    typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? metadata['name'] : null;
  return { keys: Object.keys(item).sort(), name: name ?? null };
}

/** The events of a watch: their types, and the shape of their objects. */
function events(answer: RawAnswer): JsonValue {
  return { ...envelope(answer), events: told(answer) };
}

function told(answer: RawAnswer): JsonValue[] {
  const lines = answer.text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { type, object } = parsed(line);
    const shown =
      type === 'ERROR' || type === 'BOOKMARK' ? (plain(object) ?? null) : keysAndName(object ?? null);
    return { type: type ?? null, object: shown };
  });
}

/** Bookmarks come as time goes by; those that come with what there is are the first two. */
const firstEvents = (answer: RawAnswer) => told(answer).slice(0, 2);

const apply = (spec: JsonObject): Question => ({
  method: 'PATCH',
  path: `${POLICIES}/draft?dryRun=All&fieldValidation=Strict&fieldManager=test&force=true`,
  headers: { 'content-type': 'application/apply-patch+yaml' },
  body: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'draft' }, spec },
});

const cases: readonly (readonly [string, Question, (answer: RawAnswer) => JsonValue])[] = [
  ['a page of a list', { path: `${PODS}?limit=2` }, shape],
  ['a whole list', { path: PODS }, shape],
  ['a list from the cache, whatever its limit', { path: `${PODS}?resourceVersion=0&limit=2` }, shape],
  ['a list of metadata', { path: `${PODS}?limit=2`, headers: { accept: METADATA_LIST } }, shape],
  [
    'a list that is asked for in the form of one object',
    { path: PODS, headers: { accept: METADATA } },
    whole,
  ],
  [
    'a list of custom objects',
    { path: '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies' },
    shape,
  ],
  ['a limit that is no number', { path: `${PODS}?limit=many` }, whole],
  ['a continue token that is none', { path: `${PODS}?limit=2&continue=nonsense` }, whole],
  ['a revision ahead of the server', { path: `${PODS}?resourceVersion=99999999` }, whole],
  ['an object that is not there', { path: `${PODS}/nobody` }, whole],
  ['a resource that is not there', { path: '/api/v1/namespaces/shop/nothings' }, whole],
  [
    'a version that is not there',
    { path: '/apis/policy.networking.k8s.io/v1alpha9/adminnetworkpolicies' },
    whole,
  ],
  ['a path that is not there', { path: '/nothing' }, whole],
  ['a list that is forbidden', { who: 'sam', path: '/api/v1/pods?limit=500' }, whole],
  ['a list that is forbidden in a namespace', { who: 'sam', path: POLICIES }, whole],
  [
    'an object that is forbidden',
    { who: 'sam', path: '/api/v1/namespaces/kube-system/configmaps/cilium-config' },
    whole,
  ],
  [
    'a custom kind that is forbidden',
    { who: 'sam', path: '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies' },
    whole,
  ],
  ['a path that is forbidden', { who: 'sam', path: '/metrics' }, whole],
  ['a list without a credential', { who: 'nobody', path: '/api/v1/pods' }, whole],
  ['a token that nobody was given', { who: 'stranger', path: '/api/v1/pods' }, whole],
  [
    'what a user may do, asked by the user',
    {
      who: 'sam',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'shop' } },
      },
    },
    whole,
  ],
  ['a watch from now', { path: `${POLICIES}?watch=true&timeoutSeconds=2`, forMs: 4_000 }, events],
  [
    'a watch that begins with what there is',
    {
      path: `${POLICIES}?watch=true&timeoutSeconds=2&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
      forMs: 4_000,
    },
    firstEvents,
  ],
  [
    'a watch of metadata',
    { path: `${POLICIES}?watch=true&timeoutSeconds=2`, headers: { accept: METADATA }, forMs: 4_000 },
    events,
  ],
  [
    'a watch that is asked for in the form of a list',
    { path: `${POLICIES}?watch=true&timeoutSeconds=2`, headers: { accept: METADATA_LIST }, forMs: 4_000 },
    whole,
  ],
  ['a watch that is forbidden', { who: 'sam', path: `${POLICIES}?watch=true`, forMs: 4_000 }, whole],
  [
    'a policy that is not valid, by dry run',
    {
      method: 'POST',
      path: `${POLICIES}?dryRun=All&fieldValidation=Strict`,
      body: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'Bad_Name' },
        spec: {
          podSelector: { matchLabels: { 'a b': 'c' } },
          ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/33' } }], ports: [{ port: 70_000 }] }],
          policyTypes: ['Sideways'],
        },
      },
    },
    whole,
  ],
  [
    'a policy with fields that there are not, by dry run',
    {
      method: 'POST',
      path: `${POLICIES}?dryRun=All&fieldValidation=Strict`,
      body: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'fields' },
        spec: { podSelector: {}, ingres: [], egress: [{ too: [] }] },
      },
    },
    whole,
  ],
  [
    'a policy with a field that there is not, applied by dry run',
    apply({ podSelector: {}, ingres: [] }),
    whole,
  ],
  ['a policy with a value of the wrong type, applied by dry run', apply({ podSelector: 'all' }), whole],
  [
    'a policy with a value that may not be, applied by dry run',
    apply({ podSelector: {}, ingress: [{ ports: [{ port: 70_000 }] }] }),
    whole,
  ],
];

describe('the stand-in answers as a kube-apiserver does', () => {
  it.each(cases)('%s', async (_, question, look) => {
    const [real, stood] = await ask(question);
    expect(look(stood)).toEqual(look(real));
  });

  it('what a user may do in a namespace', async () => {
    const [real, stood] = await ask({
      who: 'sam',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace: 'shop' },
      },
    });
    const rules = (answer: RawAnswer) => {
      const { status, ...rest } = parsed(answer.text);
      const list: readonly JsonObject[] = JSON.parse(JSON.stringify(Object(status).resourceRules));
      const sorted = list.map((rule) => JSON.stringify(plain(rule))).sort();
      return { rest, envelope: envelope(answer), keys: Object.keys(Object(status)).sort(), sorted };
    };
    expect(rules(stood)).toEqual(rules(real));
  });

  it('the end of a list whose continue token expired', async () => {
    const path = `${PODS}?limit=2`;
    const tokens = (await ask({ path })).map(({ text }) => {
      const { continue: token }: { continue: string } = Object(parsed(text).metadata);
      return encodeURIComponent(token);
    });
    await current().admin.call('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'later' },
    });
    // A server of today goes on with a list from its cache; one that was started anew has only etcd's history.
    await current().compact();
    await current().apiServer.kill();
    await current().up();
    standIn.seed([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } }]);
    standIn.compact();
    const [real, stood] = apis.admin;
    const answers = [
      await real.raw('GET', `${path}&continue=${tokens[0]}`),
      await stood.raw('GET', `${path}&continue=${tokens[1]}`),
    ].map(whole);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('a watch from a revision that a server started anew does not have', async () => {
    const path = `${PODS}?watch=true&timeoutSeconds=2&resourceVersion=1`;
    await current().apiServer.kill();
    await current().up();
    const [real, stood] = await ask({ path, forMs: 4_000 });
    expect(events(stood)).toEqual(events(real));
  });
});
