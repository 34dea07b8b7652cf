import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  applyDraft,
  compile,
  compileOverlay,
  type DraftItem,
  parseManifests,
  type VerificationPlan,
  verificationPlan,
  verificationScript,
} from '@bulkhead/policy-engine';
import { afterEach, describe, expect, it } from 'vitest';

/*
 * Verification scripts on a cluster that runs pods, which the control plane of the other files does not: one that
 * TEST_CLUSTER_KUBECONFIG names, whose network enforces NetworkPolicy and whose nodes can pull the probes' image.
 */

const KUBECONFIG = process.env['TEST_CLUSTER_KUBECONFIG'];

const MANIFESTS = `
kind: Namespace
apiVersion: v1
metadata: {name: bulkhead-front, labels: {team: web, pod-security.kubernetes.io/enforce: restricted}}
---
kind: Namespace
apiVersion: v1
metadata: {name: bulkhead-back, labels: {team: core, pod-security.kubernetes.io/enforce: restricted}}
---
${deployment('bulkhead-front', 'ui', '{name: http, containerPort: 80}, {name: quic, containerPort: 443, protocol: UDP}')}
---
${deployment('bulkhead-front', 'bot', '')}
---
${deployment('bulkhead-back', 'db', '{name: pg, containerPort: 5432}, {name: also-pg, containerPort: 5432}, {name: gossip, containerPort: 7946, protocol: UDP}')}
---
${deployment('bulkhead-back', 'api', '{name: http, containerPort: 8080}, {name: admin, containerPort: 9000}')}
---
${policy('bulkhead-back', 'api', '{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: web}}}], ports: [{port: http}]}]}')}
`;

function deployment(namespace: string, name: string, ports: string): string {
  return `kind: Deployment
apiVersion: apps/v1
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: unused, ports: [${ports}]}]}`;
}

function policy(namespace: string, name: string, spec: string): string {
  return `kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}`;
}

function policies(...texts: readonly string[]): readonly DraftItem[] {
  return [{ id: 'a', type: 'policies', text: `${texts.join('\n---\n')}\n` }];
}

const DRAFTS: readonly (readonly [name: string, items: readonly DraftItem[]])[] = [
  [
    'denies all, both ways',
    policies(
      policy('bulkhead-back', 'deny', '{podSelector: {}, policyTypes: [Ingress, Egress]}'),
      policy('bulkhead-front', 'deny', '{podSelector: {}, policyTypes: [Ingress, Egress]}'),
    ),
  ],
  [
    'lets out DNS and one port',
    policies(
      policy(
        'bulkhead-front',
        'egress',
        '{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{protocol: UDP, port: 53}]}, {to: [{namespaceSelector: {matchLabels: {team: core}}, podSelector: {matchLabels: {app: db}}}], ports: [{port: pg}]}]}',
      ),
    ),
  ],
  [
    'allows a range and a name, and closes a workload to itself',
    policies(
      policy(
        'bulkhead-back',
        'db',
        '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db, bot]}]}}], ports: [{port: 5000, endPort: 6000}, {protocol: UDP, port: gossip}]}]}',
      ),
    ),
  ],
  [
    'changes labels that policies select by',
    [
      {
        id: 'a',
        type: 'labels',
        target: { type: 'namespace', name: 'bulkhead-front' },
        labels: { team: 'other' },
      },
    ],
  ],
  [
    'removes a policy',
    [
      {
        id: 'a',
        type: 'remove-policy',
        policy: { kind: 'NetworkPolicy', namespace: 'bulkhead-back', name: 'api' },
        spec: {},
      },
    ],
  ],
  [
    'adds a namespace and a workload',
    [
      { id: 'a', type: 'add-namespace', name: 'bulkhead-new', labels: { team: 'web' } },
      {
        id: 'b',
        type: 'add-workload',
        namespace: 'bulkhead-new',
        workload: { kind: 'Deployment', name: 'fresh' },
        labels: { app: 'fresh' },
        ports: [{ name: 'http', protocol: 'TCP', port: 8000 }],
        replicas: 1,
      },
    ],
  ],
];

function planOf(items: readonly DraftItem[]): VerificationPlan {
  const { snapshot } = parseManifests([{ path: 'cluster.yaml', text: MANIFESTS }]);
  const applied = applyDraft(snapshot, { id: 'd', name: 'd', items });
  const overlay = compileOverlay(compile(snapshot), applied.snapshot);
  if (overlay === undefined) throw new Error('a draft changes neither nodes nor what may be read');
  return verificationPlan(overlay.before, overlay.after);
}

function start(script: string) {
  const child = spawn('bash', ['-c', script], { env: { ...process.env, KUBECONFIG }, detached: true });
  return { child, said: Promise.all([text(child.stdout), text(child.stderr)]), closed: once(child, 'close') };
}

describe.skipIf(KUBECONFIG === undefined)('a verification script on TEST_CLUSTER_KUBECONFIG', () => {
  afterEach(() => {
    const left = spawnSync('kubectl', ['get', 'namespaces', '-l', 'bulkhead-verify', '-o', 'name'], {
      encoding: 'utf8',
      env: { ...process.env, KUBECONFIG },
    });
    expect([left.status, left.stdout]).toEqual([0, '']);
  });

  it.each(DRAFTS)('proves a draft that %s', { timeout: 600_000 }, async (name, items) => {
    const plan = planOf(items);
    expect(plan.probes.length).toBeGreaterThan(1);
    const { said, closed } = start(verificationScript(plan, { name }));
    const [status] = await closed;
    const [stdout, stderr] = await said;
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain(`# ${plan.probes.length} as expected, 0 not`);
  });

  it('cleans up when it is interrupted', { timeout: 600_000 }, async () => {
    const [[name, items] = ['', []]] = DRAFTS;
    const { child, said, closed } = start(verificationScript(planOf(items), { name }));
    child.stdout.on('data', (part) => {
      if (String(part).includes('# applying') && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    });
    const [status] = await closed;
    expect(status, (await said).join('')).toBe(130);
  });
});
