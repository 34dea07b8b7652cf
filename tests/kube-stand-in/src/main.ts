import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { createChurn } from './churn/churn.ts';
import { buildCluster } from './cluster-objects.ts';
import type { KubeObject } from './json.ts';
import { startStandIn } from './stand-in.ts';
import { objectsOf } from './store/store.ts';

const USAGE = `Usage: node dist/main.js [--port N] [--kubeconfig-out FILE] [--seed-dir DIR] [--churn N]

Serves a stand-in for kube-apiserver on 127.0.0.1 until interrupted.
  --port N               the port; any free one by default
  --kubeconfig-out FILE  writes a kubeconfig with contexts for each way of signing in
  --churn N              changes a minute, in a cluster of its own; none by default
  --seed-dir DIR         YAML and JSON manifests, subfolders included; without it a small AKS-like cluster is served
`;

async function manifests(directory: string): Promise<KubeObject[]> {
  const objects: KubeObject[] = [];
  const names = await readdir(directory, { recursive: true });
  for (const name of names.filter((one) => /\.(ya?ml|json)$/i.test(one)).sort()) {
    const text = await readFile(join(directory, name), 'utf8');
    for (const document of parseAllDocuments(text)) {
      const value: unknown = document.toJS();
      if (value === null || value === undefined) continue;
      try {
        objects.push(...objectsOf(value));
      } catch (error) {
        console.error(`${name}: left out: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return objects;
}

/** Something to look at when no directory is given. */
function sample(): readonly KubeObject[] {
  const cluster = buildCluster();
  cluster.namespace('shop', { team: 'web' });
  cluster.namespace('data', { team: 'data' });
  const ports = [{ name: 'http', port: 8080 }];
  cluster.deployment({ namespace: 'shop', name: 'frontend', replicas: 3, ports });
  cluster.deployment({ namespace: 'shop', name: 'backend', replicas: 2, ports });
  cluster.statefulSet({
    namespace: 'data',
    name: 'postgres',
    replicas: 2,
    ports: [{ name: 'pg', port: 5432 }],
  });
  cluster.cronJob({ namespace: 'data', name: 'backup' });
  cluster.service({ namespace: 'shop', name: 'backend', selector: { app: 'backend' }, ports });
  cluster.networkPolicy({
    namespace: 'shop',
    name: 'backend-from-frontend',
    spec: {
      podSelector: { matchLabels: { app: 'backend' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { app: 'frontend' } } }],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
    },
  });
  return cluster.objects;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'kubeconfig-out': { type: 'string' },
      'seed-dir': { type: 'string' },
      churn: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  const directory = values['seed-dir'];
  const standIn = await startStandIn({
    port: Number(values.port ?? 0),
    users: [{ name: 'viewer', groups: ['viewers'] }],
  });
  for (const object of directory === undefined ? sample() : await manifests(directory)) {
    try {
      standIn.seed([object]);
    } catch (error) {
      console.error(`${object.kind} ${object.metadata.name}: left out: ${String(error)}`);
    }
  }
  const contexts = [
    { name: 'admin' },
    {
      name: 'admin-by-certificate',
      auth: { by: 'client-certificate', user: 'admin', groups: ['system:masters'] },
    },
    { name: 'admin-by-exec-plugin', auth: { by: 'exec', user: 'admin' } },
    { name: 'nobody', auth: { by: 'token', user: 'viewer' } },
    { name: 'expired-login', auth: { by: 'exec', user: 'admin', behaviour: 'fails' } },
    { name: 'wrong-ca', cluster: 'wrong-ca' },
    { name: 'unreachable', cluster: 'unreachable' },
  ] as const;
  const path = values['kubeconfig-out'];
  const written = await standIn.writeKubeconfig(path === undefined ? { contexts } : { contexts, path });
  console.log(`serving ${standIn.url}\nkubeconfig ${written}`);
  const perMinute = Number(values.churn ?? 0);
  const churn = perMinute > 0 ? createChurn(standIn, { seed: 1 }) : undefined;
  const timer = setInterval(() => churn?.step(), perMinute > 0 ? 60_000 / perMinute : 60_000);
  const stop = () => {
    clearInterval(timer);
    void standIn.stop();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

await main();
