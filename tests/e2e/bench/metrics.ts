/** A number of the report. */
export interface Metric {
  readonly title: string;
  readonly unit: 'ms' | 'fps' | 'MB' | '';
  /** What the product aims at on clusters of every size; `least`: more is better. */
  readonly goal?: { readonly value: number; readonly least?: true };
}

export const METRICS = {
  workloads: { title: 'workloads', unit: '' },
  pods: { title: 'pods', unit: '' },
  transfer: { title: 'page opened to last record', unit: 'ms' },
  compile: { title: 'last record to compiled', unit: 'ms' },
  picture: { title: 'last record to first picture', unit: 'ms', goal: { value: 2_000 } },
  panning: { title: 'graph: frames while panning', unit: 'fps', goal: { value: 30, least: true } },
  zooming: { title: 'graph: frames while zooming', unit: 'fps', goal: { value: 30, least: true } },
  pointing: { title: 'graph: frames while pointing', unit: 'fps', goal: { value: 30, least: true } },
  firstFocus: { title: 'first click to focused picture', unit: 'ms', goal: { value: 100 } },
  focus: { title: 'click to focused picture, median', unit: 'ms', goal: { value: 100 } },
  tap: { title: 'tap out of the blue to focused picture', unit: 'ms', goal: { value: 100 } },
  longest: { title: 'graph: longest main-thread task', unit: 'ms', goal: { value: 100 } },
  update: { title: 'update arrived to its picture', unit: 'ms' },
  expandedZooming: {
    title: 'all expanded: frames while zooming',
    unit: 'fps',
    goal: { value: 30, least: true },
  },
  expandedFocus: { title: 'all expanded: click to focused picture', unit: 'ms', goal: { value: 100 } },
  exploringLongest: { title: 'exploring: longest main-thread task', unit: 'ms', goal: { value: 100 } },
  matrixSide: { title: 'matrix: rows and columns', unit: '' },
  matrix: { title: 'matrix: chosen to first cells', unit: 'ms' },
  scrolling: { title: 'matrix: frames while scrolling', unit: 'fps', goal: { value: 30, least: true } },
  reading: { title: 'matrix: frames while pointing', unit: 'fps', goal: { value: 30, least: true } },
  matrixLongest: { title: 'matrix: longest main-thread task', unit: 'ms', goal: { value: 100 } },
  tableRows: { title: 'table: rows', unit: '' },
  tableScrolling: { title: 'table: frames while scrolling', unit: 'fps', goal: { value: 30, least: true } },
  file: { title: 'table: to a file of all rows', unit: 'ms' },
  tableLongest: { title: 'table: longest main-thread task', unit: 'ms', goal: { value: 100 } },
  impact: { title: 'keystroke to impact, median', unit: 'ms', goal: { value: 50 } },
  impactLate: { title: 'keystroke to impact, 95 of 100', unit: 'ms', goal: { value: 100 } },
  typingLongest: { title: 'typing: longest main-thread task', unit: 'ms', goal: { value: 100 } },
  undo: { title: 'undo, redo to impact, median', unit: 'ms', goal: { value: 50 } },
  form: { title: 'key in the form to impact, median', unit: 'ms', goal: { value: 50 } },
  labels: { title: 'key in a label to impact, median', unit: 'ms', goal: { value: 50 } },
  draftingLongest: { title: 'drafting: longest main-thread task', unit: 'ms', goal: { value: 100 } },
  longText: { title: 'typing in 290 KB of YAML: longest main-thread task', unit: 'ms', goal: { value: 100 } },
  heap: { title: 'heap of the page', unit: 'MB' },
  workerHeap: { title: 'heap of the worker', unit: 'MB' },
} as const satisfies Record<string, Metric>;

export type Measured = { readonly [name in keyof typeof METRICS]?: number };

export interface SizeReport {
  readonly size: string;
  readonly measured: Measured;
}

/** The report as a table: a column for each size, a sign where there is a goal. */
export function formatTable(results: readonly SizeReport[]): string {
  const rows = Object.entries<Metric>(METRICS).map(([name, metric]) => {
    const cells = results.map(({ measured }) =>
      formatCell(Object.entries(measured).find(([key]) => key === name)?.[1], metric),
    );
    const { goal, unit } = metric;
    return [
      metric.title,
      ...cells,
      goal === undefined ? '' : `${goal.least === true ? '≥' : '≤'} ${goal.value} ${unit}`,
    ];
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

function formatCell(value: number | undefined, { unit, goal }: Metric): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const text =
    `${Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`.trim();
  if (goal === undefined) return text;
  return `${text} ${(goal.least === true ? value >= goal.value : value <= goal.value) ? '✓' : '✗'}`;
}
