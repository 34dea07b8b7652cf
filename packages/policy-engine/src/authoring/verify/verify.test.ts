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
import { verificationScript, verificationWorkflow } from './script.ts';

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

function plan(): VerificationPlan {
  const policies = readPolicyText(DRAFT, 't').documents.flatMap(({ policy }) => policy ?? []);
  const overlay = compileOverlay(compile(live), { ...live, policies });
  if (overlay === undefined) throw new Error('no overlay');
  return verificationPlan(overlay.before, overlay.after);
}

describe('verificationPlan', () => {
  it('probes what changed between workloads, with what the engine expects', () => {
    const { probes, pods, namespaces, policies, notes } = plan();
    expect(probes.map(({ from, to, port, expect: outcome }) => `${from}>${to}:${port} ${outcome}`)).toEqual([
      'shop/api-deployment>shop/db-deployment:1 closed',
      'shop/api-deployment>shop/db-deployment:5433 closed',
      'shop/api-deployment>shop/db-deployment:5432 open',
      'web/front-deployment>shop/db-deployment:5432 closed',
    ]);
    expect(namespaces.map(({ name }) => name)).toEqual(['shop', 'web']);
    expect(pods.find(({ name }) => name === 'db-deployment')).toMatchObject({
      labels: { app: 'db' },
      listens: expect.arrayContaining([{ name: 'pg', protocol: 'TCP', port: 5432 }]),
    });
    expect(policies).toHaveLength(1);
    expect(notes).toContain('Connections with addresses outside the cluster are not probed.');
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
  'get namespace') [ -e "$dir/exists" ]; exit ;;
  'get clusternetworkpolicy.policy.networking.k8s.io')
    [ -e "$dir/unserved" ] && exit 1
    if [ $# -gt 2 ]; then [ -e "$dir/cluster-policy-exists" ]; exit; fi ;;
  'get pod') echo "10.0.0.1" ;;
  'get serviceaccount') [ -e "$dir/account-$4" ] || { touch "$dir/account-$4"; exit 1; } ;;
  'exec -n')
    if [ -e "$dir/applied" ] && grep -q "^$3/$4 \${10##*:}$" "$dir/closed"; then
      if [ -e "$dir/rejects" ]; then echo REFUSED; else echo TIMEOUT; fi
      exit 1
    fi
    [ -e "$dir/broken" ] && { echo TIMEOUT; exit 1; }
    exit 0 ;;
  'apply -f') text=$(cat); printf '%s\\n---\\n' "$text" >> "$dir/yaml"; case $text in *NetworkPolicy*) touch "$dir/applied" ;; esac ;;
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
      env: { PATH: process.env['PATH'] ?? '', KUBECTL: join(dir, 'kubectl'), SETTLE: '0', PAUSE: '0' },
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
      'ok - with policies: web/front-deployment -> shop/db-deployment tcp 5432 is closed',
    );
    expect(stdout).toContain('# 4 as expected, 0 not');
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

  it('takes a connection that the network refuses for closed', () => {
    const { status, stdout } = run({ rejects: '', closed: CLOSED });
    expect(stdout).toContain('# 4 as expected, 0 not');
    expect(status).toBe(0);
  });

  it('waits for what a pod needs, and makes pods that any namespace admits', () => {
    const { calls } = run({ closed: CLOSED });
    const order = calls.split('\n').map((line) => line.replace(/ .*/, ''));
    expect(order.filter((verb) => verb === 'apply')).toHaveLength(3);
    expect(calls).toMatch(/apply -f -\n(get serviceaccount -n shop default\n){2}/);
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
    expect(exists.calls).not.toMatch(/apply|delete/);
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
    const { status, stderr } = run({ broken: '' });
    expect(stderr).toContain('even without policies');
    expect(status).toBe(3);
  });

  it('touches nothing where a namespace exists', () => {
    const { status, stderr, calls } = run({ exists: '' });
    expect(stderr).toContain('Namespace shop exists');
    expect(status).toBe(2);
    expect(calls.trim().split('\n')).toEqual(['get namespace shop']);
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
