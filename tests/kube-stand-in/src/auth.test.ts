import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { clusterRole, clusterRoleBinding, role, roleBinding } from './cluster-objects.ts';
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts';
import { json, raw } from './testing.ts';
import { createCertificateAuthority } from './tls.ts';

let standIn: StandIn;
afterEach(() => standIn.stop());
async function start(options: StandInOptions = {}) {
  standIn = await startStandIn(options);
}

const PODS = { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] };
const status = async (path: string, user: string | null) => (await raw(standIn, path, { user })).status;

async function mayI(user: string, resourceAttributes: Record<string, string>): Promise<unknown> {
  const answer = await raw(standIn, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    method: 'POST',
    user,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
  });
  expect(answer.status).toBe(201);
  return JSON.parse(answer.text).status;
}

describe('authentication', () => {
  it('answers credentials that prove nobody with 401, before anything else', async () => {
    await start();
    const answer = await raw(standIn, '/api/v1/pods', {
      user: null,
      headers: { Authorization: 'Bearer wrong' },
    });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
  });

  it('takes a request without credentials for system:anonymous, unless that is off', async () => {
    await start();
    expect(await json(standIn, '/api/v1/pods', { user: null })).toMatchObject({
      message:
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    });
    expect(await status('/version', null)).toBe(200);
    await standIn.stop();
    await start({ anonymousAuth: false });
    expect(await status('/version', null)).toBe(401);
  });

  it('stops taking a token once it is rotated', async () => {
    await start();
    const old = standIn.tokenOf('admin');
    await standIn.rotateToken('admin');
    const answer = await raw(standIn, '/api/v1/pods', {
      user: null,
      headers: { Authorization: `Bearer ${old}` },
    });
    expect(answer.status).toBe(401);
    expect(await status('/api/v1/pods', 'admin')).toBe(200);
  });

  it('reads user and groups from a client certificate', async () => {
    await start({
      seed: [clusterRole('read', [PODS]), clusterRoleBinding('read', 'read', ['group:readers'])],
    });
    const contexts = [
      { name: 'x', auth: { by: 'client-certificate', user: 'ada', groups: ['ops', 'readers'] } },
    ] as const;
    const kubeconfig = await standIn.kubeconfig({ contexts });
    const pem = (key: string) =>
      Buffer.from(new RegExp(`${key}: (\\S+)`).exec(kubeconfig)?.[1] ?? '', 'base64').toString('utf8');
    const client = { key: pem('client-key-data'), cert: pem('client-certificate-data') };
    expect((await raw(standIn, '/api/v1/pods', { user: null, client })).status).toBe(200);
    expect(standIn.log.entries[0]?.user).toBe('ada');
  });
});

describe('certificates', () => {
  it('verify against their own authority and no other', async () => {
    await start();
    const [one, other] = [createCertificateAuthority('one'), createCertificateAuthority('other')];
    const leaf = new X509Certificate(one.issueServer().certPem);
    expect(leaf.verify(new X509Certificate(one.certPem).publicKey)).toBe(true);
    expect(leaf.verify(new X509Certificate(other.certPem).publicKey)).toBe(false);
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.checkIP('127.0.0.2')).toBeUndefined();
    expect(leaf.checkHost('localhost')).toBe('localhost');
    expect(new X509Certificate(one.certPem).ca).toBe(true);
    expect(leaf.ca).toBe(false);
  });
});

describe('RBAC', () => {
  it('grants a ClusterRole everywhere through a ClusterRoleBinding, in one namespace through a RoleBinding', async () => {
    await start({
      seed: [
        clusterRole('read-pods', [PODS]),
        clusterRoleBinding('all', 'read-pods', ['ada']),
        roleBinding('shop', 'some', { kind: 'ClusterRole', name: 'read-pods' }, ['bob']),
      ],
    });
    expect(await status('/api/v1/pods', 'ada')).toBe(200);
    expect(await status('/api/v1/pods', 'bob')).toBe(403);
    expect(await status('/api/v1/namespaces/shop/pods', 'bob')).toBe(200);
    expect(await status('/api/v1/namespaces/default/pods', 'bob')).toBe(403);
    expect(await status('/api/v1/services', 'ada')).toBe(403);
  });

  it('words a refusal as the real server does', async () => {
    await start();
    const refusal = async (path: string) => (await json(standIn, path, { user: 'ada' })).message;
    expect(await refusal('/api/v1/namespaces/shop/pods')).toBe(
      'pods is forbidden: User "ada" cannot list resource "pods" in API group "" in the namespace "shop"',
    );
    expect(await refusal('/apis/apps/v1/namespaces/shop/deployments/web')).toBe(
      'deployments.apps "web" is forbidden: User "ada" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
    );
    expect(await refusal('/apis/networking.k8s.io/v1/networkpolicies?watch=1')).toBe(
      'networkpolicies.networking.k8s.io is forbidden: User "ada" cannot watch resource "networkpolicies" in API group "networking.k8s.io" at the cluster scope',
    );
    expect(await refusal('/api/v1/namespaces/shop/pods/a/log')).toBe(
      'pods "a" is forbidden: User "ada" cannot get resource "pods/log" in API group "" in the namespace "shop"',
    );
    expect(await refusal('/metrics')).toBe('forbidden: User "ada" cannot get path "/metrics"');
    expect((await json(standIn, '/apis/apps/v1/deployments', { user: 'ada' })).details).toEqual({
      group: 'apps',
      kind: 'deployments',
    });
  });

  it('refuses before it looks whether the kind exists', async () => {
    await start();
    expect(await status('/apis/nothing.example/v1/things', 'ada')).toBe(403);
    expect(await status('/apis/nothing.example/v1/things', 'admin')).toBe(404);
  });

  it('honours resourceNames for a get, and for a list and watch narrowed to the name', async () => {
    await start({
      seed: [
        role('kube-system', 'one', [
          {
            verbs: ['get', 'list', 'watch'],
            apiGroups: [''],
            resources: ['configmaps'],
            resourceNames: ['cilium-config'],
          },
        ]),
        roleBinding('kube-system', 'one', { kind: 'Role', name: 'one' }, ['ada']),
      ],
    });
    const path = '/api/v1/namespaces/kube-system/configmaps';
    expect(await status(`${path}/cilium-config`, 'ada')).toBe(404);
    expect(await status(`${path}/other`, 'ada')).toBe(403);
    expect(await status(path, 'ada')).toBe(403);
    expect(await status(`${path}?fieldSelector=metadata.name%3Dcilium-config`, 'ada')).toBe(200);
  });

  it('knows service accounts by namespace and name, and by their groups', async () => {
    await start({
      seed: [
        clusterRole('read-pods', [PODS]),
        clusterRoleBinding('one', 'read-pods', ['serviceaccount:tools:bulkhead']),
        roleBinding('shop', 'group', { kind: 'ClusterRole', name: 'read-pods' }, [
          'group:system:serviceaccounts:tools',
        ]),
      ],
    });
    expect(await status('/api/v1/pods', 'system:serviceaccount:tools:bulkhead')).toBe(200);
    expect(await status('/api/v1/pods', 'system:serviceaccount:tools:other')).toBe(403);
    expect(await status('/api/v1/namespaces/shop/pods', 'system:serviceaccount:tools:other')).toBe(200);
    expect(await status('/api/v1/namespaces/shop/pods', 'system:serviceaccount:shop:other')).toBe(403);
  });

  it('says which role a binding names that is not there', async () => {
    await start({ seed: [clusterRoleBinding('broken', 'no-such-role', ['ada'])] });
    expect((await json(standIn, '/api/v1/pods', { user: 'ada' })).message).toMatch(
      /at the cluster scope: RBAC: clusterrole\.rbac\.authorization\.k8s\.io "no-such-role" not found$/,
    );
  });

  it('takes effect the moment a binding comes or goes', async () => {
    await start({ seed: [clusterRole('read-pods', [PODS])] });
    const binding = clusterRoleBinding('b', 'read-pods', ['ada']);
    expect(await status('/api/v1/pods', 'ada')).toBe(403);
    standIn.apply(binding);
    expect(await status('/api/v1/pods', 'ada')).toBe(200);
    standIn.remove(binding);
    expect(await status('/api/v1/pods', 'ada')).toBe(403);
  });
});

describe('reviews of one’s own access', () => {
  const seed = [
    clusterRole('read-pods', [PODS]),
    roleBinding('shop', 'some', { kind: 'ClusterRole', name: 'read-pods' }, ['ada']),
  ];

  it('agree with what a request is answered', async () => {
    await start({ seed });
    expect(await mayI('ada', { verb: 'list', resource: 'pods', namespace: 'shop' })).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "some/shop" of ClusterRole "read-pods" to User "ada"',
    });
    expect(await mayI('ada', { verb: 'list', resource: 'pods' })).toEqual({ allowed: false });
    expect(await mayI('admin', { verb: 'delete', resource: 'nodes' })).toEqual({ allowed: true });
  });

  it('list the rules of a namespace', async () => {
    await start({ seed });
    const review = await json(standIn, '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
      method: 'POST',
      user: 'ada',
      body: JSON.stringify({ spec: { namespace: 'shop' } }),
    });
    expect(review).toMatchObject({ kind: 'SelfSubjectRulesReview', status: { incomplete: false } });
    expect(review.status).toMatchObject({ resourceRules: expect.arrayContaining([PODS]) });
  });

  it('admit that the rules are not all, where a webhook authorizes too', async () => {
    await start({ seed, rulesReview: 'incomplete' });
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const review = await json(standIn, path, {
      method: 'POST',
      user: 'ada',
      body: '{"spec":{"namespace":"shop"}}',
    });
    expect(review.status).toMatchObject({
      incomplete: true,
      evaluationError: 'webhook authorizer does not support user rule resolution',
    });
  });

  it('say who one is', async () => {
    await start({ users: [{ name: 'ada', groups: ['ops'] }] });
    const review = await json(standIn, '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      user: 'ada',
      body: '{}',
    });
    expect(review.status).toEqual({ userInfo: { username: 'ada', groups: ['ops', 'system:authenticated'] } });
  });
});
