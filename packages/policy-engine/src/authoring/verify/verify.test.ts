import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { compile } from '../../compile/compile.ts';
import { type ClusterSnapshot, EMPTY_SNAPSHOT, type PodRecord } from '../../model/records.ts';
import { compileOverlay } from '../../queries/diff.ts';
import { readPolicyText } from '../draft/policies.ts';
import { type VerificationPlan, verificationPlan } from './plan.ts';
import { verificationScript } from './script.ts';
import { verificationWorkflow } from './workflow.ts';

function pod(namespace: string, name: string, ports: PodRecord['ports'] = []): PodRecord {
  return {
    namespace,
    name,
    labels: { app: name, 'pod-template-hash': 'x' },
    workload: { kind: 'Deployment', name },
    ports,
    ips: [],
    hostNetwork: false,
    state: 'running',
    replicas: 1,
  };
}

const live: ClusterSnapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: ['shop', 'web'].map((name) => ({
    name,
    labels: { 'kubernetes.io/metadata.name': name, team: name },
    labelsKnown: true,
  })),
  pods: [
    pod('shop', 'db', [{ protocol: 'TCP', port: 5432, name: 'pg' }]),
    pod('shop', 'api'),
    pod('web', 'front', [{ protocol: 'TCP', port: 8080 }]),
  ],
};
const DRAFT = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: api}}}]
    ports: [{port: pg}]
`;

function plan(text = DRAFT, before = live, changed: Partial<ClusterSnapshot> = {}): VerificationPlan {
  const policies = readPolicyText(text, 't').documents.flatMap(({ policy }) => policy ?? []);
  const overlay = compileOverlay(compile(before), { ...before, ...changed, policies });
  if (overlay === undefined) throw new Error('no overlay');
  return verificationPlan(overlay.before, overlay.after);
}

function told({ probes }: VerificationPlan): readonly string[] {
  return probes.map(
    ({ from, to, protocol, port, expect: outcome }) => `${from}>${to}:${protocol} ${port} ${outcome}`,
  );
}

describe('verificationPlan', () => {
  it('probes what changed between workloads, with what the engine expects', () => {
    const made = plan();
    const { pods, namespaces, policies, notes } = made;
    expect(told(made)).toEqual([
      'shop/api-deployment>shop/db-deployment:TCP 1 closed',
      'shop/api-deployment>shop/db-deployment:TCP 5433 closed',
      'shop/api-deployment>shop/db-deployment:UDP 1 closed',
      'shop/api-deployment>shop/db-deployment:TCP 5432 open',
      'web/front-deployment>shop/db-deployment:TCP 5432 closed',
    ]);
    expect(namespaces.map(({ name }) => name)).toEqual(['shop', 'web']);
    expect(pods.find(({ name }) => name === 'db-deployment')).toMatchObject({
      labels: { app: 'db' },
      ports: expect.arrayContaining([{ names: ['pg'], protocol: 'TCP', port: 5432, listens: true }]),
    });
    expect(policies).toHaveLength(1);
    expect(notes).toContain('Connections with addresses outside the cluster are not probed.');
  });

  it('tries what closes among the pods of one workload with two of them', () => {
    const pods = live.pods.map((one) => (one.name === 'db' ? { ...one, replicas: 3 } : one));
    expect(told(plan(DRAFT, { ...live, pods }))).toContain(
      'shop/db-deployment-peer>shop/db-deployment:TCP 5432 closed',
    );
  });

  it('listens once on a port that has several names, each of which the pod has', () => {
    const side = { protocol: 'TCP', port: 5432, name: 'also-pg' } as const;
    const pods = live.pods.map((one) => (one.name === 'db' ? { ...one, ports: [...one.ports, side] } : one));
    const { pods: made } = plan(DRAFT, { ...live, pods });
    const { ports = [] } = made.find(({ name }) => name === 'db-deployment') ?? {};
    expect(ports.filter(({ port }) => port === 5432)).toEqual([
      { names: ['pg', 'also-pg'], protocol: 'TCP', port: 5432, listens: true },
    ]);
  });

  it('only declares a port that no probe tries: a node without SCTP would keep its pod from running', () => {
    const sctp = { protocol: 'SCTP', port: 3868, name: 'diameter' } as const;
    const pods = live.pods.map((one) => (one.name === 'api' ? { ...one, ports: [sctp] } : one));
    const made = plan(DRAFT, { ...live, pods });
    expect(made.pods.find(({ name }) => name === 'api-deployment')?.ports).toEqual([
      { names: ['diameter'], protocol: 'SCTP', port: 3868, listens: false },
    ]);
    expect(verificationScript(made, { name: 'd' })).not.toContain('porter');
    expect(verificationWorkflow(made, 'v.sh')).not.toContain('modprobe');
  });

  it('leaves out what depends on addresses, which are others in a test cluster', () => {
    const pods = live.pods.map((one, index) => ({ ...one, ips: [`10.1.0.${index + 1}`] }));
    const text = DRAFT.replace('{podSelector: {matchLabels: {app: api}}}', '{ipBlock: {cidr: 10.1.0.0/24}}');
    const made = plan(text, { ...live, pods });
    expect(told(made).filter((probe) => !probe.endsWith('closed'))).toEqual([]);
    expect(told(made)).toContain('shop/api-deployment>shop/db-deployment:TCP 5433 closed');
    expect(made.notes).toContainEqual(expect.stringContaining("depend on the pods' addresses"));
    const anywhere = text.replace('10.1.0.0/24', '0.0.0.0/0');
    expect(told(plan(anywhere, { ...live, pods }))).toContain(
      'web/front-deployment>shop/db-deployment:TCP 5432 open',
    );
  });

  it('tries a workload that the draft adds with others, although nothing changes for them', () => {
    const added = pod('shop', 'fresh', [{ protocol: 'TCP', port: 8000 }]);
    const text = DRAFT.replaceAll('db', 'fresh');
    const probes = told(plan(text, live, { pods: [...live.pods, added] }));
    expect(probes).toContain('web/front-deployment>shop/fresh-deployment:TCP 8000 closed');
    expect(probes).toContain('shop/fresh-deployment>web/front-deployment:TCP 8080 open');
  });

  it('tries some of each target where there is more than it can try', () => {
    const many = Array.from({ length: 30 }, (_, index) => pod('web', `client-${index}`));
    const policy = DRAFT.replace('{matchLabels: {app: db}}', '{}').replace('app: api', 'app: none');
    const { probes, pods, notes } = plan(policy, { ...live, pods: [...live.pods, ...many] });
    expect(new Set(probes.map(({ to }) => to))).toEqual(
      new Set(['shop/api-deployment', 'shop/db-deployment']),
    );
    expect(pods.length).toBeLessThanOrEqual(24);
    expect(notes).toContainEqual(expect.stringMatching(/^\d+ of \d+ connections are probed/));
  });
});

describe('a plan for a draft that cuts DNS', () => {
  it('leaves out what every cluster has, and says so', () => {
    const dns = pod('kube-system', 'coredns', [{ protocol: 'UDP', port: 53 }]);
    const snapshot = { ...live, pods: [...live.pods, dns] };
    const text = DRAFT.replace('ingress:', 'policyTypes: [Ingress, Egress]\n  ingress:');
    const policies = readPolicyText(text, 't').documents.flatMap(({ policy }) => policy ?? []);
    const overlay = compileOverlay(compile(snapshot), { ...snapshot, policies });
    if (overlay === undefined) throw new Error('no overlay');
    const { namespaces, probes, notes } = verificationPlan(overlay.before, overlay.after);
    expect(namespaces.map(({ name }) => name)).toEqual(['shop', 'web']);
    expect(probes.length).toBeGreaterThan(0);
    expect(notes).toContainEqual(expect.stringContaining('Connections of kube-system are not probed'));
  });
});

/** A kubectl that answers from files: connections are open until a NetworkPolicy is applied, then as the test says. */
const FAKE = `#!/usr/bin/env bash
dir=$(dirname "$0")
echo "$*" >> "$dir/calls"
case "$1 $2" in
  'get namespace') [ -e "$dir/unreachable" ] && exit 1; [ -e "$dir/exists" ] && echo "$3 $(cat "$dir/exists")"; exit 0 ;;
  'auth can-i') [ ! -e "$dir/forbidden" ] || ! grep -q "^$3 $4" "$dir/forbidden"; exit ;;
  'get clusternetworkpolicy.policy.networking.k8s.io')
    [ -e "$dir/unserved" ] && exit 1
    if [ $# -gt 2 ]; then [ -e "$dir/cluster-policy-exists" ]; exit; fi ;;
  'get pod') echo "10.0.0.1" ;;
  'get serviceaccount') [ ! -e "$dir/late" ] || [ -e "$dir/account-$4" ] || { touch "$dir/account-$4"; exit 1; } ;;
  'exec -n')
    if [ -e "$dir/applied" ] && grep -q "^$3/$4 \${10##*:}$" "$dir/closed"; then
      if [ -e "$dir/rejects" ]; then cat "$dir/rejects"; else echo TIMEOUT; fi
      exit 1
    fi
    [ -e "$dir/broken" ] && { cat "$dir/broken"; exit 1; }
    exit 0 ;;
  'wait -n') [ ! -e "$dir/stuck" ]; exit ;;
  'create -f') text=$(cat); printf '%s\\n---\\n' "$text" >> "$dir/yaml"; case $text in *NetworkPolicy*) touch "$dir/applied" ;; esac ;;
esac
exit 0
`;

const CLOSED = 'shop/api-deployment 1\nshop/api-deployment 5433\nweb/front-deployment 5432\n';

const CLUSTER_POLICY = `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: no-web}
spec:
  tier: Admin
  priority: 10
  subject: {namespaces: {}}
  ingress:
  - action: Deny
    from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: web}}}]
`;

const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;

describe.skipIf(!hasBash)('the verification script', () => {
  const script = verificationScript(plan(), { name: 'My "draft" `x` $(y)' });
  let dir = '';

  function run(files: Record<string, string>, text = script) {
    dir = mkdtempSync(join(tmpdir(), 'verify-'));
    writeFileSync(join(dir, 'kubectl'), FAKE);
    chmodSync(join(dir, 'kubectl'), 0o755);
    writeFileSync(join(dir, 'closed'), '');
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    writeFileSync(join(dir, 'verify.sh'), text);
    const done = spawnSync('bash', [join(dir, 'verify.sh')], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', KUBECTL: join(dir, 'kubectl'), SETTLE: '0', PATIENCE: '0' },
      timeout: 60_000,
    });
    return { ...done, calls: readFileSync(join(dir, 'calls'), 'utf8') };
  }

  beforeAll(() => {
    execFileSync('bash', ['-n'], { input: script });
  });

  it('passes where the cluster does as the engine says, and cleans up', () => {
    const { status, stdout, calls } = run({
      closed: CLOSED,
    });
    expect(stdout).toContain(
      'ok - without policies: web/front-deployment -> shop/db-deployment tcp 5432 is open',
    );
    expect(stdout).toContain(
      'ok - with policies: web/front-deployment -> shop/db-deployment tcp 5432 is closed (no answer)',
    );
    expect(stdout).toContain('# 5 as expected, 0 not');
    expect(status).toBe(0);
    expect(calls).toMatch(/delete namespace -l bulkhead-verify=run-/);
    const documents = parseAllDocuments(readFileSync(join(dir, 'yaml'), 'utf8')).flatMap((one) =>
      'toJS' in one ? [one.toJS()] : [],
    );
    expect(documents.filter(Boolean).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace shop',
      'Namespace web',
      'Pod api-deployment',
      'Pod db-deployment',
      'Pod front-deployment',
      'NetworkPolicy db',
    ]);
    expect(documents[1].metadata.labels).toMatchObject({
      team: 'web',
      'bulkhead-verify': expect.stringMatching(/^run-/),
    });
  });

  it.each([
    ['REFUSED: read udp 10.0.0.1:1->10.0.0.2:2: read: connection refused', 'refused'],
    ['OTHER: dial tcp 10.0.0.1:5432: connect: no route to host', 'no route to host'],
    ['UNKNOWN: read udp 10.0.0.1:1->10.0.0.2:2: read: no route to host', 'no route to host'],
  ])('takes a connection that the network refuses for closed: %s', (rejects, why) => {
    const { status, stdout } = run({
      closed: CLOSED,
      rejects: `${rejects}\ncommand terminated with exit code 1`,
    });
    expect(stdout).toContain(`tcp 5432 is closed (${why})\n`);
    expect(stdout).toContain('# 5 as expected, 0 not');
    expect(status).toBe(0);
  });

  it('waits for what a pod needs, and makes pods that any namespace admits', () => {
    const { calls } = run({ closed: CLOSED, late: '' });
    const order = calls.split('\n').map((line) => line.replace(/ .*/, ''));
    expect(order.filter((verb) => verb === 'create')).toHaveLength(3);
    expect(calls).toMatch(/create -f -\n(get serviceaccount -n shop default\n){2}/);
    const pods = readFileSync(join(dir, 'yaml'), 'utf8')
      .split('---\n')
      .filter((text) => /kind: Pod/.test(text));
    for (const text of pods) {
      const { spec } = parse(text);
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of spec.containers) {
        expect(securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      }
    }
  });

  it('does not touch a cluster-scoped policy that it did not make', () => {
    const policies = readPolicyText(CLUSTER_POLICY, 't').documents.flatMap(({ policy }) => policy ?? []);
    const own = verificationScript({ ...plan(), policies }, { name: 'd' });
    const exists = run({ 'cluster-policy-exists': '' }, own);
    expect(exists.stderr).toContain('ClusterNetworkPolicy no-web exists in this cluster');
    expect(exists.calls).not.toMatch(/create|delete/);
    expect(run({ unserved: '' }, own).stderr).toContain('does not serve ClusterNetworkPolicy');
    const done = run({ closed: CLOSED }, own);
    expect(done.calls).toContain('delete clusternetworkpolicy.policy.networking.k8s.io no-web');
  });

  it('fails where the cluster does otherwise, and cleans up', () => {
    const { status, stdout, calls } = run({ closed: 'shop/api-deployment 1\n' });
    expect(stdout).toContain(
      'not ok - with policies: web/front-deployment -> shop/db-deployment tcp 5432 is open, expected closed',
    );
    expect(status).toBe(1);
    expect(calls).toContain('delete namespace');
  });

  it('blames the cluster where nothing connects in the first place', () => {
    const { status, stderr } = run({ broken: 'TIMEOUT' });
    expect(stderr).toContain('even without policies');
    expect(status).toBe(3);
    const probes = plan().probes.map((probe) => ({ ...probe, protocol: 'SCTP' as const }));
    const sctp = verificationScript({ ...plan(), probes }, { name: 'd' });
    const refused = run({ broken: 'OTHER: socket: protocol not supported' }, sctp);
    expect(refused.stderr).toContain('do not speak SCTP');
  });

  it('blames the network where nothing closes at all', () => {
    const { status, stderr } = run({});
    expect(stderr).toContain('seems not to enforce policies');
    expect(status).toBe(3);
  });

  it('says which pods keep it waiting, and cleans up', () => {
    const { status, stderr, calls } = run({ stuck: '' });
    expect(stderr).toContain('Pods of shop did not become ready');
    expect(calls).toMatch(/get pods -n shop\nget events -n shop/);
    expect(calls).toContain('delete namespace -l');
    expect(status).toBe(3);
  });

  it.each([
    ['a namespace exists', { exists: '' }, 'Namespace shop exists'],
    ['another run left one', { exists: 'run-1-2' }, 'remove what it left with'],
    ['the cluster does not answer', { unreachable: '' }, 'could not be asked'],
    ['pods may not be entered', { forbidden: 'create pods' }, 'You may not create pods'],
  ])('touches nothing where %s', (_, files, said) => {
    const { status, stderr, calls } = run(files);
    expect(stderr).toContain(said);
    expect(status).toBe(2);
    expect(calls).not.toMatch(/^(create|delete)/m);
  });

  it('comes as a workflow too', () => {
    const workflow = parse(verificationWorkflow(plan(), "net pol/it's.sh"));
    expect(workflow.jobs.verify.steps.at(-1).run).toBe("bash 'net pol/it'\\''s.sh'");
    expect(workflow.jobs.verify.steps).toHaveLength(3);
    const policies = readPolicyText(CLUSTER_POLICY, 't').documents.flatMap(({ policy }) => policy ?? []);
    const served = parse(verificationWorkflow({ ...plan(), policies }, 'verify.sh'));
    expect(served.jobs.verify.steps.slice(2, 4)).toMatchObject([
      { run: expect.stringMatching(/-f \S*clusternetworkpolicies\.yaml$/) },
      { run: expect.stringMatching(/-f \S*install-cnp\.yaml$/) },
    ]);
  });
});
