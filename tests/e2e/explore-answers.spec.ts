import { generateCluster, sizeOptions, toManifests } from '@bulkhead/cluster-generator';
import {
  type ConnectionRow,
  type ConnectionSort,
  compile,
  connectionTable,
  createMatrix,
  lensOf,
  type MatrixUnit,
  pairDetails,
  parseManifests,
  policyTable,
  reachTable,
  tableRelation,
} from '@bulkhead/policy-engine';
import type { Locator, Page } from '@playwright/test';
import type { App } from './fixtures/app.ts';
import { writeDirectory } from './fixtures/manifests.ts';
import { type Bulkhead, serveBulkhead } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

/*
 * Matrix, tables, inspector and palette on a generated cluster of 1,000 workloads. What they show is held against the
 * engine, asked here about the same manifests.
 */

const NO_FILTER = { scope: [], labels: [], kinds: [], isolation: 'any' as const };
const files = toManifests(generateCluster(sizeOptions('workloads-1000')));
const lens = lensOf(compile(parseManifests(files).snapshot));
const relation = tableRelation(lens, NO_FILTER);

function connections(find: string, sort: ConnectionSort = 'from', descending = false) {
  return connectionTable(lens, relation, {
    verdicts: ['allowed', 'unknown'],
    find,
    sort,
    descending,
    listOpen: false,
  });
}

function nameOf(unit: MatrixUnit | undefined): string {
  if (unit === undefined) return '';
  return unit.type === 'workload' ? `${unit.namespace}/${unit.label}` : unit.label;
}

/** A connection that some policy allows on a few ports, between workloads of different namespaces. */
function decided(): ConnectionRow {
  for (let offset = 0; ; offset += 500) {
    const rows = connections('').rows(offset, 500);
    const found = rows.find(
      ({ from, to, outcome, policies }) =>
        outcome.state === 'some' &&
        policies.length > 0 &&
        from.type === 'workload' &&
        to.type === 'workload' &&
        from.namespace !== to.namespace,
    );
    if (found !== undefined) return found;
    if (rows.length === 0) throw new Error('a generated cluster has such a connection');
  }
}

let server: Bulkhead;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  server = await serveBulkhead([
    '--dir',
    await writeDirectory(Object.fromEntries(files.map(({ path, text }) => [path, text]))),
  ]);
});
test.afterAll(() => server.stop());
test.beforeEach(() => test.setTimeout(240_000));

function query(page: Page): URLSearchParams {
  return new URL(page.url()).searchParams;
}

test('the matrix is read, walked, gone into and linked to, and says what the engine says', async ({
  open,
}) => {
  const app = await open(server, 'view=matrix&order=name');
  const { page, spoken } = app;
  const picture = page.getByRole('application', { name: /^Matrix of allowed connections/ });
  const readout = page.getByTestId('matrix-readout');
  const frameOf = (rows: string, columns: string) => {
    const matrix = createMatrix(lens, { filter: NO_FILTER, rows, columns, blocks: 'auto' });
    const { codes, outcomes } = matrix.band(0, matrix.frame.rows.classes, 0);
    const cell = (row: number, column: number) => {
      const overlap = matrix.frame.overlaps.find((entry) => entry.row === row && entry.column === column);
      const width = matrix.frame.columns.classes;
      const { rows: from, columns: to } = matrix.frame;
      return outcomes[
        overlap?.code ?? codes[(from.classOf[row] ?? 0) * width + (to.classOf[column] ?? 0)] ?? -1
      ];
    };
    return { ...matrix.frame, cell };
  };
  const { rows, columns, cell } = frameOf('', '');
  const verdictOf = (row: number, column: number) => {
    const outcome = cell(row, column);
    if (outcome?.state === 'none') return 'denied';
    return outcome?.state === 'unknown' ? `unknown on ${outcome.unknown}` : `allowed on ${outcome?.ports}`;
  };
  await expect(page.getByTestId('matrix-size')).toHaveText(`${rows.units.length} × ${columns.units.length}`, {
    timeout: 60_000,
  });

  await test.step('the keyboard walks, and each cell is spoken as the engine has it', async () => {
    await picture.focus();
    await page.keyboard.press('Home');
    for (const [key, row, column] of [
      ['ArrowDown', 1, 0],
      ['ArrowRight', 1, 1],
      ['ArrowRight', 1, 2],
      ['End', 1, columns.units.length - 1],
      ['PageDown', null, columns.units.length - 1],
    ] as const) {
      await page.keyboard.press(key);
      if (row === null) continue;
      const ends = `${nameOf(rows.units[row])} to ${nameOf(columns.units[column])}`;
      await expect(spoken).toContainText(`${ends}: ${verdictOf(row, column)}`);
    }
  });

  const box = await picture.boundingBox();
  if (box === null) throw new Error('the matrix has no place');
  const at = { x: box.width * 0.5, y: box.height * 0.5 };
  const ends = async () => readout.locator('strong').allTextContents();
  const indexes = (names: readonly string[]) =>
    [
      rows.units.findIndex((unit) => nameOf(unit) === names[0]),
      columns.units.findIndex((unit) => nameOf(unit) === names[1]),
    ] as const;

  await test.step('pointing reads a cell out; names stay while cells scroll beneath them', async () => {
    await page.keyboard.press('Control+Home');
    await picture.evaluate((element) => element.scrollTo(0, 0));
    await picture.hover({ position: at });
    await expect(readout.locator('strong')).toHaveCount(2);
    const before = await ends();
    const verdict = verdictOf(...indexes(before)).split(' ')[0] ?? '';
    await expect(readout).toContainText(new RegExp(verdict, 'i'));
    await picture.evaluate((element) => element.scrollTo(80, 160));
    await picture.hover({ position: { x: at.x + 1, y: at.y } });
    await expect.poll(ends).not.toEqual(before);
    const [row, column] = indexes(await ends());
    const [rowBefore, columnBefore] = indexes(before);
    expect([row - rowBefore, column - columnBefore]).toEqual([10, 5]);
    // The name at the left is that of the row under the pointer, though its place has scrolled.
    await picture.click({ position: { x: 60, y: at.y } });
    await expect.poll(() => query(page).get('sel')).toBe(rows.units[row]?.id);
    await page.keyboard.press('Escape');
  });

  await test.step('the overview goes to another part', async () => {
    const overview = page.getByRole('img', { name: 'Overview of the matrix' });
    const size = await overview.boundingBox();
    await overview.click({ position: { x: (size?.width ?? 0) - 4, y: (size?.height ?? 0) - 4 } });
    const scrolled = await picture.evaluate(({ scrollTop, scrollHeight, clientHeight }) => [
      scrollTop,
      scrollHeight - clientHeight,
    ]);
    expect(scrolled[0]).toBeGreaterThan((scrolled[1] ?? 0) * 0.9);
    await picture.evaluate((element) => element.scrollTo(0, 0));
  });

  await test.step('a click opens the inspector and moves no cell; a double click goes in', async () => {
    await picture.hover({ position: at });
    await expect(readout.locator('strong')).toHaveCount(2);
    const names = await ends();
    await picture.dblclick({ position: at });
    await expect.poll(() => query(page).get('drill')).toBe(names.join('|'));
    const inner = frameOf(names[0] ?? '', names[1] ?? '');
    await expect(page.getByTestId('matrix-size')).toHaveText(
      `${inner.rows.units.length} × ${inner.columns.units.length}`,
    );
    // The first half of the double click explained the cell, and what was gone into is that cell's.
    const title = app.inspector.getByRole('heading').first();
    for (const name of names) await expect(title).toContainText(name);
    const link = page.url();
    await picture.focus();
    await page.keyboard.press('Backspace');
    await expect.poll(() => query(page).get('drill')).toBe(null);
    const size = page.getByTestId('matrix-size');
    await expect(size).toHaveText(`${rows.units.length} × ${columns.units.length}`);
    await page.goBack();
    await expect.poll(() => page.url()).toBe(link);
    await expect(size).toHaveText(`${inner.rows.units.length} × ${inner.columns.units.length}`);
    // Back from another view as well, where the matrix is drawn from nothing.
    await app.show('?view=table');
    await expect(page.getByRole('tablist', { name: 'Tables' })).toBeVisible();
    await app.show('?view=matrix');
    await expect(size).toHaveText(`${rows.units.length} × ${columns.units.length}`);
    await app.show(new URL(link).search);
    await page.reload();
    await expect(page.getByTestId('matrix-size')).toHaveText(
      `${inner.rows.units.length} × ${inner.columns.units.length}`,
      { timeout: 60_000 },
    );
  });
});

function rowsOf(page: Page, name: string): Locator {
  return page.getByRole('grid', { name }).getByRole('rowgroup').getByRole('row');
}

test('the tables sort, filter, copy and save what the engine lists', async ({ open }) => {
  const app = await open(server, 'view=table&rail=none');
  const { page, spoken } = app;
  const grid = page.getByRole('grid', { name: 'Connections' });
  const tabs = page.getByRole('tablist', { name: 'Tables' });
  const ends = (row: ConnectionRow | undefined) => `${nameOf(row?.from)} ${nameOf(row?.to)}`;
  const shown = async (index: number) => {
    const cells = await rowsOf(page, 'Connections').nth(index).getByRole('gridcell').allTextContents();
    return cells.slice(0, 2).join(' ');
  };
  await expect(grid).toHaveAttribute('aria-rowcount', String(connections('').count + 1), { timeout: 60_000 });

  await test.step('sorted by destination, both ways', async () => {
    for (const descending of [false, true]) {
      await grid.getByRole('columnheader', { name: 'Destination' }).getByRole('button').click();
      const expected = connections('', 'to', descending).rows(0, 3);
      await expect.poll(() => shown(0)).toBe(ends(expected[0]));
      expect(await shown(2)).toBe(ends(expected[2]));
    }
    expect(query(page).get('sort')).toBe('-to');
  });

  await test.step('a file of everything is made bit by bit, and can be given up', async () => {
    await page.getByRole('button', { name: 'JSON' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(spoken).toContainText('Cancelled');
    await expect(page.getByRole('button', { name: 'JSON' })).toBeEnabled();
  });

  const one = decided();
  const find = `${one.from.namespace}/ -> ${one.to.namespace}/`;
  const expected = connections(find, 'to', true);
  const all = expected.rows(0, expected.count);
  await test.step('filtered by an arrow, and saved and copied as it is filtered', async () => {
    await page.getByRole('searchbox', { name: 'Filter connections' }).fill(find);
    await expect(grid).toHaveAttribute('aria-rowcount', String(expected.count + 1));
    const csv = await app.download(page.getByRole('button', { name: 'CSV' }));
    const lines = csv.text.trimEnd().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',')[0])).toEqual(all.map(({ from }) => nameOf(from)));
    const json = await app.download(page.getByRole('button', { name: 'JSON' }));
    const objects: readonly {
      readonly source: { readonly id: string };
      readonly destination: { readonly id: string };
      readonly ports: string;
      readonly verdict: string;
      readonly policies: readonly string[];
    }[] = JSON.parse(json.text);
    expect(objects.map((o) => [o.source.id, o.destination.id, o.ports, o.verdict, o.policies])).toEqual(
      all.map((row) => [row.from.id, row.to.id, row.outcome.ports, row.verdict, row.policies]),
    );
    await page.getByRole('button', { name: 'Copy' }).click();
    await expect(spoken).toContainText('copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split('\n')).toHaveLength(expected.count + 1);
  });

  await test.step('columns are as wide as what is in them, and as one drags them', async () => {
    const head = grid.getByRole('columnheader', { name: 'Source' });
    const width = async () => (await head.boundingBox())?.width ?? 0;
    const before = await width();
    const from = await head.boundingBox();
    if (from === null) throw new Error('the column has no head');
    await page.mouse.move(from.x + from.width - 3, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + from.width + 57, from.y + 10, { steps: 3 });
    await page.mouse.up();
    expect(await width()).toBeCloseTo(before + 60, -1);
    await head.getByRole('button').press('Shift+ArrowLeft');
    expect(await width()).toBeCloseTo(before + 44, -1);
    await head.locator('.grid-edge').dblclick();
    expect(await width()).toBeCloseTo(before, -1);
    expect(query(page).get('sort')).toBe('-to');
  });

  await test.step('policies: what each selects and allows, and its findings once they are known', async () => {
    await tabs.getByRole('tab', { name: 'Policies' }).click();
    const policies = policyTable(lens);
    const table = page.getByRole('grid', { name: 'Policies' });
    await expect(table).toHaveAttribute('aria-rowcount', String(policies.length + 1));
    const head = table.getByRole('columnheader', { name: 'Selects' });
    await head.getByRole('button').click();
    await head.getByRole('button').click();
    await expect(head).toHaveAttribute('aria-sort', 'descending');
    const most = Math.max(...policies.map(({ subjects }) => subjects));
    await expect(rowsOf(page, 'Policies').first()).toContainText(`${most.toLocaleString('en')} workloads`);
    await expect(rowsOf(page, 'Policies').first().getByRole('gridcell').last()).toHaveText(/^(none|\d+)$/);
  });

  await test.step('workloads: who reaches most, and opens in the inspector', async () => {
    await tabs.getByRole('tab', { name: 'Workloads' }).click();
    const workloads = reachTable(lens, relation);
    const table = page.getByRole('grid', { name: 'Workloads' });
    await expect(table).toHaveAttribute('aria-rowcount', String(workloads.length + 1));
    const head = table.getByRole('columnheader', { name: 'Reaches' });
    await head.getByRole('button').click();
    await head.getByRole('button').click();
    const most = Math.max(...workloads.map(({ reaches }) => reaches));
    const cells = rowsOf(page, 'Workloads').first().getByRole('gridcell');
    await expect(cells.nth(7)).toHaveText(most.toLocaleString('en'));
    const [namespace, name] = (await cells.allTextContents()).map((text) => text.trim());
    await rowsOf(page, 'Workloads').first().click();
    await expect(app.inspector.getByRole('heading', { name: name ?? '' })).toBeVisible();
    const { ingress, egress } =
      workloads.find((row) => row.name === name && row.namespace === namespace) ?? {};
    await expect(app.inspector).toContainText(`Ingress ${ingress}`);
    await expect(app.inspector).toContainText(`Egress ${egress}`);
  });
});

test('a question leads from the verdict to rule and line, and from the line back to its edge', async ({
  open,
}) => {
  const row = decided();
  const app: App = await open(server, 'view=table&rail=none');
  const { page, inspector, verdict } = app;
  await expect(rowsOf(page, 'Connections').first()).toContainText(/\w/, { timeout: 60_000 });
  const details = pairDetails(lens, row.from.id, row.to.id);
  const rule = details?.parts
    .filter((part) => part.verdict === 'allowed')
    .flatMap((part) => [...part.egress.rules, ...part.ingress.rules])[0];
  if (details === null || rule === undefined) throw new Error('some rule decides');

  await app.ask(`${nameOf(row.from)} -> ${nameOf(row.to)}`);
  await expect(verdict).toContainText(`Allowed on ${details.allowed.label}`);
  const asked = page.url();

  const link = inspector.locator('.rule .link').first();
  await link.click();
  await expect.poll(() => query(page).get('policy')).toBe(rule.policy);
  expect(query(page).get('line')).toBe(String(rule.line));
  const marked = inspector.locator('.code .mark');
  await expect(marked.first()).toContainText(String(rule.line));
  expect(await marked.count()).toBe(rule.lines.length);

  // From a line inside of the rule back to the edges that it speaks about, and to one of them.
  await marked.last().click();
  await expect(inspector.getByRole('heading', { name: /^This rule/ })).toBeVisible();
  const edge = inspector.locator('.peer').first();
  const title = (await edge.getAttribute('title')) ?? '';
  await edge.click();
  await expect(inspector.getByRole('heading').first()).toContainText(title.split(' → ')[0] ?? '');
  await expect(verdict).toBeVisible();
  await page.goBack();
  await page.goBack();
  await expect.poll(() => page.url()).toBe(asked);
  await expect(verdict).toContainText(`Allowed on ${details.allowed.label}`);

  // The palette finds policies and runs actions; what matches best is taken by Enter.
  const [, namespace, name] = rule.policy.split('/');
  await app.find(namespace === '' ? (name ?? '') : `${namespace}/${name}`);
  await page.keyboard.press('Enter');
  await expect.poll(() => query(page).get('policy')).toBe(rule.policy);
  await app.find('show the matrix');
  await page.keyboard.press('Enter');
  await expect.poll(() => query(page).get('view')).toBe('matrix');
  const unclear = await app.find(`${row.from.namespace} -> nothing-is-called-so`);
  await expect(unclear).toHaveCount(0);
  await expect(page.getByText('Nothing is called "nothing-is-called-so".')).toBeVisible();
});
