import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { GRAPH_SIZES, generateCluster, sizeOptions, toManifests } from '@bulkhead/cluster-generator';
import type { ClusterSnapshot } from '@bulkhead/policy-engine';
import { REPOSITORY } from '../fixtures/server.ts';
import { test } from '../fixtures/test.ts';
import { drafting } from './drafting.ts';
import { exploring } from './exploring.ts';
import { firstPicture, graphInteraction } from './graph.ts';
import { heaps } from './heap.ts';
import { longText } from './long-text.ts';
import { matrixInteraction } from './matrix.ts';
import { formatTable, METRICS, type SizeReport } from './metrics.ts';
import { tableInteraction } from './table.ts';
import { watchPage } from './timing.ts';

const SIZES = Object.keys(GRAPH_SIZES).filter(isSize);
/** `BULKHEAD_BENCH_SIZES=workloads-100,workloads-1000` measures fewer. */
const wanted = process.env['BULKHEAD_BENCH_SIZES']?.split(',') ?? SIZES;
const REPORT = process.env['BULKHEAD_BENCH_REPORT'] ?? join(REPOSITORY, '.bench', 'browser.json');
/** The matrix is measured on about this many workloads, or all where there are fewer. */
const MATRIX_SIDE = 2_000;

const results: SizeReport[] = [];

test.describe.configure({ mode: 'serial' });

for (const size of SIZES.filter((name) => wanted.includes(name))) {
  test(`a generated cluster: ${size}`, async ({ serve, page }) => {
    const directory = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
    try {
      const snapshot = generateCluster(sizeOptions(size));
      for (const { path, text } of toManifests(snapshot)) {
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), text);
      }
      const server = await serve(['--dir', directory]);
      // The server has read everything before the clock starts: what is measured is the browser.
      await page.goto(server.link);
      await page.getByRole('application', { name: /^Graph/ }).waitFor({ timeout: 300_000 });
      await page.goto('about:blank');
      await watchPage(page);
      const pods = snapshot.pods.reduce((sum, { replicas }) => sum + replicas, 0);
      const measured: Record<string, number | undefined> = { pods };
      // What was measured is told even where something after it fails.
      results.push({ size, measured });
      Object.assign(measured, await firstPicture(page, server.url));
      // What else is computed at the start (lists, findings) is done before interaction is measured.
      await page.waitForTimeout(4_000);
      const count = await page.locator('.rail .count').first().textContent();
      const workloads = Number((count ?? '').replaceAll(/\D/g, ''));
      Object.assign(measured, { workloads }, await graphInteraction(page), await heaps(page));
      const namespace = largestNamespace(snapshot);
      const update = () => writeFile(join(directory, 'update.yaml'), updateOf(namespace));
      Object.assign(measured, await exploring(page, server.url, update));
      const names = snapshot.namespaces.map(({ name }) => name);
      const some = names.slice(0, Math.ceil((names.length * MATRIX_SIDE) / workloads));
      Object.assign(measured, await matrixInteraction(page, server.url, workloads > MATRIX_SIDE ? some : []));
      Object.assign(measured, await tableInteraction(page, server.url));
      Object.assign(measured, await drafting(page, server.url, namespace));
      Object.assign(measured, await longText(page, server.url, names));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

test.afterAll(async ({ browser }) => {
  if (results.length === 0) return;
  console.log(`\n${formatTable(results)}\n`);
  const machine = {
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    browser: `Chromium ${browser.version()}`,
    rendering: 'software',
  };
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify({ machine, metrics: METRICS, results }, null, 2)}\n`);
  console.log(`kept in ${REPORT}`);
});

/** A workload that comes into a namespace, and a policy for it. */
function updateOf(namespace: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: updated, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: updated } }
  template:
    metadata: { labels: { app: updated } }
    spec: { containers: [{ name: main, image: registry.example/updated:1 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: updated, namespace: ${namespace} }
spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8443 }] }] }
`;
}

function largestNamespace({ pods }: ClusterSnapshot): string {
  const counts = new Map<string, number>();
  for (const { namespace, replicas } of pods) counts.set(namespace, (counts.get(namespace) ?? 0) + replicas);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'default';
}

function isSize(name: string): name is keyof typeof GRAPH_SIZES {
  return name in GRAPH_SIZES;
}
