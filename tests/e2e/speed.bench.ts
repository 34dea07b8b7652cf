import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { generateCluster, sizeOptions, toManifests } from '@bulkhead/cluster-generator';
import type { Page } from '@playwright/test';
import { REPOSITORY } from './fixtures/server.ts';
import { test } from './fixtures/test.ts';

/** `BULKHEAD_BENCH_SIZES=workloads-100,workloads-1000` measures fewer. */
const SIZES = ['workloads-100', 'workloads-1000', 'workloads-10000', 'pods-100000'] as const;
const wanted = process.env['BULKHEAD_BENCH_SIZES']?.split(',') ?? SIZES;
const REPORT = join(REPOSITORY, '.bench', 'browser.json');

interface Metric {
  readonly title: string;
  readonly unit: string;
  /** What the product aims at, for clusters of this size and smaller; `least`: more is better. */
  readonly goal?: { readonly value: number; readonly least?: true };
}

const METRICS = {
  workloads: { title: 'workloads', unit: '' },
  transfer: { title: 'page opened to last record', unit: 'ms' },
  compile: { title: 'last record to compiled', unit: 'ms' },
  picture: { title: 'last record to first picture', unit: 'ms', goal: { value: 2_000 } },
  panning: { title: 'frames a second while panning', unit: 'fps', goal: { value: 30, least: true } },
  zooming: { title: 'frames a second while zooming', unit: 'fps', goal: { value: 30, least: true } },
  focus: { title: 'selection to focused picture, median', unit: 'ms', goal: { value: 100 } },
  longest: { title: 'longest main-thread task while interacting', unit: 'ms', goal: { value: 100 } },
  heap: { title: 'heap of the page', unit: 'MB' },
  workerHeap: { title: 'heap of the worker', unit: 'MB' },
} as const satisfies Record<string, Metric>;

type Measured = { -readonly [name in keyof typeof METRICS]?: number };
const results: { readonly size: string; readonly measured: Measured }[] = [];

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
      results.push({ size, measured: await measure(page, server.url) });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

test.afterAll(async () => {
  if (results.length === 0) return;
  console.log(`\n${table()}\n`);
  await mkdir(dirname(REPORT), { recursive: true });
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  await writeFile(REPORT, `${JSON.stringify({ machine, metrics: METRICS, results }, null, 2)}\n`);
  console.log(`kept in ${REPORT}`);
});

async function measure(page: Page, url: string): Promise<Measured> {
  await page.addInitScript(() => {
    const tasks: { start: number; duration: number }[] = [];
    Reflect.set(window, 'longTasks', tasks);
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) tasks.push({ start: startTime, duration });
    }).observe({ entryTypes: ['longtask'] });
  });
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('bulkhead:picture').length > 0, undefined, {
    timeout: 300_000,
  });
  const first = await page.evaluate(() => {
    const [compiled] = performance.getEntriesByName('bulkhead:compiled');
    const [picture] = performance.getEntriesByName('bulkhead:picture');
    const detail: unknown = compiled instanceof PerformanceMark ? compiled.detail : undefined;
    const number = (name: string) => {
      const value: unknown =
        typeof detail === 'object' && detail !== null ? Reflect.get(detail, name) : undefined;
      return typeof value === 'number' ? value : Number.NaN;
    };
    const arrived = number('arrivedAt') - performance.timeOrigin;
    return {
      transfer: arrived,
      compile: number('compileMs'),
      picture: (picture?.startTime ?? Number.NaN) - arrived,
    };
  });
  // What else is computed at the start (lists, findings) is done before interaction is measured.
  await page.waitForTimeout(3_000);
  const begin = await page.evaluate(() => performance.now());
  const panning = await framesWhile(page, () => pan(page));
  const zooming = await framesWhile(page, () => zoom(page));
  const focus = await focusTimes(page);
  const longest = await page.evaluate((since) => {
    const tasks: unknown = Reflect.get(window, 'longTasks');
    let most = 0;
    for (const task of Array.isArray(tasks) ? tasks : []) {
      if (task.start >= since) most = Math.max(most, task.duration);
    }
    return most;
  }, begin);
  const counts = await page.locator('.rail .count').first().textContent();
  return {
    ...first,
    workloads: Number((counts ?? '').replaceAll(',', '')),
    panning,
    zooming,
    focus,
    longest,
    ...(await heaps(page)),
  };
}

/** Drags the empty ground to and fro for two seconds. */
async function pan(page: Page): Promise<void> {
  const box = await page.locator('.graph-canvas').boundingBox();
  if (box === null) return;
  const [x, y] = [box.x + 14, box.y + box.height * 0.72];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const end = Date.now() + 2_000;
  for (let step = 0; Date.now() < end; step++) {
    await page.mouse.move(x + 120 + 110 * Math.sin(step / 9), y + 60 * Math.cos(step / 7));
  }
  await page.mouse.up();
}

async function zoom(page: Page): Promise<void> {
  const box = await page.locator('.graph-canvas').boundingBox();
  if (box === null) return;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const end = Date.now() + 2_000;
  for (let step = 0; Date.now() < end; step++) await page.mouse.wheel(0, step % 24 < 12 ? -40 : 40);
}

/** Frames that the page's main thread makes in a second while something is done to it. */
async function framesWhile(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const counter = { frames: 0, on: true, since: performance.now() };
    Reflect.set(window, 'frameCounter', counter);
    const tick = () => {
      counter.frames++;
      if (counter.on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  return page.evaluate(() => {
    const counter: unknown = Reflect.get(window, 'frameCounter');
    if (typeof counter !== 'object' || counter === null) return Number.NaN;
    Reflect.set(counter, 'on', false);
    return (Reflect.get(counter, 'frames') * 1_000) / (performance.now() - Reflect.get(counter, 'since'));
  });
}

/** From the key that selects a node to the picture in which the rest has faded; the median of seven namespaces. */
async function focusTimes(page: Page): Promise<number> {
  const times: number[] = [];
  await page.locator('.graph-canvas').focus();
  for (let count = 0; count < 7; count++) {
    await page.keyboard.press('PageDown');
    const took = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const canvas = document.querySelector('.graph-canvas');
          const start = performance.now();
          const done = new PerformanceObserver((list) => {
            // The first drawing marks the node, the second the focus that the worker has computed.
            const marks = list.getEntriesByName('bulkhead:focus').filter((mark) => mark.startTime > start);
            const lit = document.querySelector('[data-testid=focus-counts]');
            const last = marks.at(-1);
            if (last === undefined || lit === null) return;
            done.disconnect();
            resolve(last.startTime - start);
          });
          done.observe({ entryTypes: ['mark'] });
          canvas?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
          setTimeout(() => resolve(Number.NaN), 20_000);
        }),
    );
    if (Number.isFinite(took)) times.push(took);
    await page.waitForTimeout(600);
    await page.keyboard.press('Escape');
    await page.waitForTimeout(400);
    await page.locator('.graph-canvas').focus();
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

async function heaps(page: Page): Promise<{ heap: number; workerHeap?: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const megabytes = (bytes: number) => bytes / 2 ** 20;
  const worker = await page.workers()[0]?.evaluate(() => {
    const memory: unknown = Reflect.get(performance, 'memory');
    return typeof memory === 'object' && memory !== null
      ? Number(Reflect.get(memory, 'usedJSHeapSize'))
      : Number.NaN;
  });
  return {
    heap: megabytes(usedSize),
    ...(worker === undefined || !Number.isFinite(worker) ? {} : { workerHeap: megabytes(worker) }),
  };
}

function table(): string {
  const rows = Object.entries(METRICS).map(([name, metric]: [string, Metric]) => {
    const cells = results.map(({ measured }) => {
      const value = Object.entries(measured).find(([key]) => key === name)?.[1];
      if (value === undefined || !Number.isFinite(value)) return '–';
      const text = `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${metric.unit}`.trim();
      if (metric.goal === undefined) return text;
      const met = metric.goal.least === true ? value >= metric.goal.value : value <= metric.goal.value;
      return `${text} ${met ? '✓' : '✗'}`;
    });
    const goal =
      metric.goal === undefined
        ? ''
        : `${metric.goal.least === true ? '≥' : '≤'} ${metric.goal.value} ${metric.unit}`;
    return [metric.title, ...cells, goal];
  });
  const lines = [['', ...results.map(({ size }) => size), 'goal'], ...rows];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   '),
    )
    .join('\n');
}
