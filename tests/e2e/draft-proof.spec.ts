import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateCluster, sizeOptions, toManifests } from '@bulkhead/cluster-generator';
import {
  applyDraft,
  type ClusterSnapshot,
  compile,
  compileOverlay,
  impactOf,
  type PodRecord,
  type PolicyRecord,
  parseManifests,
  policyYaml,
  suggestAllow,
} from '@bulkhead/policy-engine';
import type { App } from './fixtures/app.ts';
import { applied, parseYaml } from './fixtures/exported.ts';
import { diffDirectories, listedImpact } from './fixtures/impact.ts';
import { scratch } from './fixtures/scratch.ts';
import { type Bulkhead, serveBulkhead } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

/* Ten thousand pods: what the draft says is what the engine says of the exported files. */

const manifests = toManifests(generateCluster(sizeOptions('M')));
/** The cluster as it is read from its files. */
const { snapshot } = parseManifests(manifests);
let directory = '';
let server: Bulkhead;

test.describe.configure({ timeout: 300_000 });

test.beforeAll(async () => {
  directory = await scratch('bulkhead-10000-');
  for (const { path, text } of manifests) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  server = await serveBulkhead(['--dir', directory]);
});
test.afterAll(() => server.stop());

test('by YAML, by form and by drag: the impact is the engine’s own diff of what is exported', async ({
  open,
  page,
}) => {
  const { policy, port } = policyOfFewWorkloads(snapshot);
  const app = await open(server);
  await app.ready();
  await app.goTo(`${policy.namespace}/${policy.name}`);
  await app.inspector.getByRole('button', { name: 'Edit in a draft' }).click();
  const sentence = page.getByTestId('impact-sentence');
  await expect(sentence).toHaveText('Changes no connection.');

  await app.editor.getByText(`port: ${port}`).first().click();
  await page.keyboard.press('End');
  for (const _ of String(port)) await page.keyboard.press('Backspace');
  await page.keyboard.type('4711');
  await expect(sentence).not.toHaveText('Changes no connection.');
  await proved(app);

  await app.drawer.getByRole('radio', { name: 'Form' }).click();
  const field = app.drawer
    .getByRole('textbox', { name: /^Rule \d+: port \d+$/ })
    .and(page.locator('[value="4711"]'));
  await field.first().fill('4712');
  await expect(app.impact).toContainText('+ TCP 4712');
  await proved(app);

  await app.drawer.getByRole('button', { name: /^Draft: / }).click();
  await page.getByRole('button', { name: 'New draft' }).click();
  await page.getByRole('button', { name: 'Close the drawer' }).click();
  const { from, to } = deniedNeighbours(snapshot);
  await drag(app, from, to);
  const dialog = page.getByRole('dialog', { name: `${from} → ${to}` });
  await expect(dialog.getByRole('listitem').first()).toContainText('exactly this');
  await page.keyboard.press('Enter');
  await expect(sentence).toHaveText(`Opens 1 connection into ${to}.`);
  await proved(app);
});

/** Drags from one workload's handle to another's card; both are brought into sight first. */
async function drag(app: App, from: string, to: string): Promise<void> {
  const handle = app.page.getByRole('button', { name: /^Connect from/ });
  const placeOf = async (name: string) => {
    await app.goTo(name);
    await expect(handle).toHaveAccessibleName(`Connect from ${name}`);
    const box = await handle.boundingBox();
    if (box === null) throw new Error(`${name} is not in sight`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  // The cluster opens with its namespaces collapsed.
  await app.goTo(from.slice(0, from.indexOf('/')));
  await app.graph.focus();
  await app.page.keyboard.press('e');
  await placeOf(to);
  await placeOf(from);
  const end = await placeOf(to);
  const start = await placeOf(from);
  await app.page.mouse.move(start.x, start.y);
  await app.page.mouse.down();
  await app.page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 3 });
  // The handle stands at the right edge of its card.
  await app.page.mouse.move(end.x - 20, end.y, { steps: 3 });
  await app.page.mouse.up();
}

/** Exports the draft, and compares what the list says with what the command says of the files. */
async function proved(app: App): Promise<void> {
  const listed = await listedImpact(app);
  expect(listed.length).toBeGreaterThan(0);
  const text = await exportOf(app);
  expect(parseYaml(text)).toHaveLength(1);
  expect(listed).toEqual(await diffDirectories(directory, await applied(directory, text)));
}

async function exportOf(app: App): Promise<string> {
  await app.page.getByRole('button', { name: 'Export', exact: true }).click();
  const dialog = app.page.getByRole('dialog', { name: /^Export/ });
  const { text } = await app.download(dialog.getByRole('button', { name: /^Download .*\.yaml$/ }));
  await app.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  return text;
}

/** Two workloads of a small namespace of which one may not send to the other, on the port that it listens on. */
function deniedNeighbours(cluster: ClusterSnapshot): { readonly from: string; readonly to: string } {
  const compiled = compile(cluster);
  const namespaces = new Map<string, Map<string, PodRecord>>();
  for (const pod of cluster.pods) {
    const known = namespaces.get(pod.namespace) ?? new Map<string, PodRecord>();
    namespaces.set(pod.namespace, known.set(pod.workload.name, pod));
  }
  for (const [namespace, workloads] of namespaces) {
    if (workloads.size < 2 || workloads.size > 6) continue;
    for (const to of workloads.values()) {
      const [port] = to.ports;
      for (const from of workloads.values()) {
        if (from === to || port === undefined) continue;
        const end = (workload: PodRecord['workload']) => ({ type: 'workload' as const, namespace, workload });
        const question = { from: end(from.workload), to: end(to.workload), ...port };
        if (suggestAllow(compiled, question).suggestions[0]?.exact === true)
          return { from: `${namespace}/${from.workload.name}`, to: `${namespace}/${to.workload.name}` };
      }
    }
  }
  throw new Error('no pair of the generated cluster fits');
}

/** A policy with a single numbered port, whose change concerns few pairs, all of workloads. */
function policyOfFewWorkloads(cluster: ClusterSnapshot): {
  readonly policy: PolicyRecord;
  readonly port: number;
} {
  const compiled = compile(cluster);
  for (const policy of cluster.policies) {
    const text = policyYaml(policy);
    const ports = [...text.matchAll(/port: (\d+)$/gm)];
    const port = Number(ports[0]?.[1]);
    if (policy.kind !== 'NetworkPolicy' || ports.length !== 1 || /ipBlock|endPort|egress/.test(text))
      continue;
    const items = [{ id: '1', type: 'policies' as const, text: text.replace(`port: ${port}`, 'port: 4711') }];
    const overlay = compileOverlay(compiled, applyDraft(cluster, { id: 'd', name: 'd', items }).snapshot);
    if (overlay === undefined) continue;
    const { level, rows } = impactOf(overlay.before, overlay.after);
    const isFew = level === 'workload' && rows.length > 3 && rows.length < 100;
    if (isFew && rows.every(({ from, to }) => from.type === 'workload' && to.type === 'workload'))
      return { policy, port };
  }
  throw new Error('no policy of the generated cluster fits');
}
