import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  applyDraft,
  compile,
  compileOverlay,
  type Draft,
  exportDraft,
  parseManifests,
  type VerificationPlan,
  verificationPlan,
  verificationScript,
  verificationWorkflow,
} from '@bulkhead/policy-engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Api } from './api.ts';
import { certificateUser, writeKubeconfig } from './kubeconfig.ts';
import { apply, applyAll, listAll, remove, setStatus } from './objects.ts';
import { policyDefinitions } from './roles.ts';
import { controlPlane } from './testing.ts';

/* What people are given to run, against a real API server with a real kubectl; pods don't run here, so their answers are played. */

const current = controlPlane();
const KUBECTL = spawnSync('bash', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).stdout.trim();
const SCHEMAS = fileURLToPath(new URL('../../api-schemas/schemas', import.meta.url));
const DEMO = fileURLToPath(new URL('../../../apps/api/demo', import.meta.url));

const DRAFT: Draft = {
  id: 'd',
  name: 'isolate payments',
  items: [
    {
      id: 'a',
      type: 'policies',
      text: `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-portal, namespace: payments}
spec:
  podSelector: {matchLabels: {app.kubernetes.io/name: payment-api}}
  policyTypes: [Ingress]
  ingress:
    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: legacy-portal}}}]
      ports: [{protocol: TCP, port: 8443}]
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: no-shop}
spec:
  tier: Admin
  priority: 900
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
  ingress:
    - action: Deny
      from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: legacy-portal}}}]
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: no-telnet}
spec:
  priority: 40
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {protocol: TCP, port: 23}}]}]
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec:
  subject: {pods: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {}}}
  egress:
    - name: no-metadata
      action: Deny
      to: [{networks: [169.254.169.254/32, "fd00::/8"]}, {nodes: {matchExpressions: [{key: pool, operator: Exists}]}}]
      ports: [{portNumber: {protocol: SCTP, port: 80}}, {portRange: {protocol: UDP, start: 1, end: 52}}]
`,
    },
  ],
};

async function demo() {
  const names = await readdir(DEMO, { recursive: true });
  const files = names.filter((name) => name.endsWith('.yaml')).sort();
  return parseManifests(
    await Promise.all(files.map(async (path) => ({ path, text: await readFile(join(DEMO, path), 'utf8') }))),
  ).snapshot;
}

/** What a controller does with a namespace that is deleted and empty. */
async function finish(admin: Api, name: string): Promise<void> {
  await admin.call('PUT', `/api/v1/namespaces/${name}/finalize`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
    spec: { finalizers: [] },
  });
}

const MADE = [
  ['v1', 'Namespace'],
  ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
] as const;

/**
 * A kubectl in a directory of its own. What would need pods to run is played: `exec` answers as the plan expects as soon as
 * there are policies, and what enforces them is there at once. Definitions that are on the web are taken from the schemas.
 */
async function kubectl(directory: string, kubeconfig: string, plan: VerificationPlan): Promise<string> {
  const ips = new Map(
    plan.pods.map(({ namespace, name }, index) => [`${namespace}/${name}`, `10.9.0.${index + 1}`]),
  );
  const closed = plan.probes
    .filter(({ expect: outcome }) => outcome === 'closed')
    .map(({ from, to, protocol, port }) => `${from} ${ips.get(to)}:${port} ${protocol.toLowerCase()}`);
  await writeFile(join(directory, 'closed'), `${closed.join('\n')}\n`);
  const path = join(directory, 'bin', 'kubectl');
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(
    path,
    `#!/usr/bin/env bash
export KUBECONFIG=${kubeconfig}
case " $* " in
  *" exec "*)
    if [ "$(${KUBECTL} get networkpolicies -A -o name | head -1)" ] && grep -qx "$3/$4 \${10} \${12#--protocol=}" ${join(directory, 'closed')}; then echo TIMEOUT; exit 1; fi ;;
  *" rollout status "* | *" apply --server-side -f "*/install-?np.yaml*) ;;
  *) exec ${KUBECTL} "\${@/#https:*policy.networking.k8s.io_/${SCHEMAS}/}" ;;
esac
`,
  );
  await chmod(path, 0o755);
  return join(path, '..');
}

/** What a workflow runs in its steps, as GitHub's runners do: one after the other, and no further than a failure. */
function runsOf(workflow: string): string {
  const { jobs }: { jobs: { verify: { steps: readonly { run?: string }[] } } } = parse(workflow);
  return jobs.verify.steps.flatMap(({ run }) => run ?? []).join('\n');
}

describe.skipIf(KUBECTL === '')('what a draft is exported as', () => {
  let plan: VerificationPlan;
  beforeAll(async () => {
    await applyAll(current().admin, await policyDefinitions());
    const snapshot = await demo();
    const overlay = compileOverlay(compile(snapshot), applyDraft(snapshot, DRAFT).snapshot);
    if (overlay === undefined) throw new Error('the draft changes policies only');
    plan = verificationPlan(overlay.before, overlay.after);
  });

  it('is a kustomization that kubectl builds, and policies that the API server takes as they are', async () => {
    const { directory, ca } = current();
    const applied = applyDraft(await demo(), DRAFT);
    const { files } = exportDraft(DRAFT, applied);
    for (const { path, text } of files) {
      await mkdir(join(directory, 'export', path, '..'), { recursive: true });
      await writeFile(join(directory, 'export', path), text);
    }
    const built = spawnSync('kubectl', ['kustomize', join(directory, 'export')], { encoding: 'utf8' });
    expect([built.stderr, built.stdout.split('---').length]).toEqual(['', 4]);
    const file = await writeKubeconfig([
      { name: 'superuser', plane: current(), user: certificateUser(ca, 'root', ['system:masters']) },
    ]);
    const { admin } = current();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } };
    await apply(admin, namespace);
    const taken = spawnSync(
      'kubectl',
      ['--kubeconfig', file, 'apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'],
      { encoding: 'utf8', input: built.stdout },
    );
    expect([taken.stderr, taken.status]).toEqual(['', 0]);
    await remove(admin, namespace);
  });

  it('is proved by a workflow of which a real API server admits every object, and leaves nothing behind', async () => {
    const { admin, ca, directory } = current();
    const file = await writeKubeconfig([
      { name: 'superuser', plane: current(), user: certificateUser(ca, 'root', ['system:masters']) },
    ]);
    const bin = await kubectl(directory, file, plan);
    const script = "it's verify.sh";
    await writeFile(join(directory, script), verificationScript(plan, { name: DRAFT.name }));
    const run = spawn('bash', ['-e', '-c', runsOf(verificationWorkflow(plan, script))], {
      cwd: directory,
      env: { ...process.env, PATH: `${bin}:${process.env['PATH']}`, SETTLE: '0', PATIENCE: '2' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    run.stdout.on('data', (text) => (said += text));
    run.stderr.on('data', (text) => (said += text));
    const done = new Promise<number | null>((resolve) => run.on('close', resolve));
    await Promise.race([done, playControllers()]);
    const status = await done;
    expect(said, said).not.toMatch(/^not ok|Forbidden|violates/m);
    expect([status, plan.probes.length > 10], said).toEqual([0, true]);

    for (const [apiVersion, kind] of MADE) {
      const left = (await listAll(admin, apiVersion, kind)).filter(
        ({ metadata }) => kind !== 'Namespace' || metadata.labels?.['bulkhead-verify'] !== undefined,
      );
      expect(left).toEqual([]);
    }

    /** What a cluster's controllers and kubelets do: service accounts, addresses, and the end of namespaces. */
    async function playControllers(): Promise<void> {
      const seen = new Set<string>();
      while (run.exitCode === null) {
        for (const { metadata } of await listAll(admin, 'v1', 'Namespace')) {
          if ('deletionTimestamp' in metadata) {
            await finish(admin, metadata.name);
          }
          if (seen.has(metadata.name)) continue;
          seen.add(metadata.name);
          await apply(admin, {
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: { name: 'default', namespace: metadata.name },
          });
        }
        for (const [index, pod] of plan.pods.entries()) {
          const key = `${pod.namespace}/${pod.name}`;
          if (seen.has(key)) continue;
          const status = {
            phase: 'Running',
            podIP: `10.9.0.${index + 1}`,
            podIPs: [{ ip: `10.9.0.${index + 1}` }],
            conditions: [{ type: 'Ready', status: 'True' }],
          };
          const name = { name: pod.name, namespace: pod.namespace };
          await setStatus(admin, { apiVersion: 'v1', kind: 'Pod', metadata: name }, status).then(
            () => seen.add(key),
            () => undefined,
          );
        }
        await sleep(300);
      }
    }
  });
});
