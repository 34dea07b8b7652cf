import type { ImpactRow } from '@bulkhead/policy-engine';

/** Rows that say the same of several ends: all from one end, all to one end, or each among its own pods, with the same ports. */
export interface ImpactGroup {
  readonly key: string;
  readonly rows: readonly ImpactRow[];
  /** Which end all rows share; `own`: each row is of a workload with itself; null for a group of one row. */
  readonly shared: 'from' | 'to' | 'own' | null;
}

/** Whether a row is of a workload with itself: what changes among its pods. */
export function isOwn({ from, to }: ImpactRow): boolean {
  return from.type === 'workload' && from.id === to.id;
}

/** From this many rows on that say the same, they are shown as one. */
const WORTH_FOLDING = 4;

/**
 * Folds rows that differ in one end only, in the order of their first rows. Of the two ways to fold, the one that makes
 * fewer groups of a row's kind wins.
 */
export function groupRows(rows: readonly ImpactRow[]): readonly ImpactGroup[] {
  const kinds = new Set(rows.map(({ kind }) => kind));
  return [...kinds].flatMap((kind) => {
    const ofKind = rows.filter((row) => row.kind === kind);
    const between = ofKind.filter((row) => !isOwn(row));
    const byTo = foldBy(between, 'to');
    const byFrom = foldBy(between, 'from');
    const own = foldBy(ofKind.filter(isOwn), 'own');
    return [...(byFrom.length < byTo.length ? byFrom : byTo), ...own];
  });
}

function foldBy(rows: readonly ImpactRow[], side: 'from' | 'to' | 'own'): readonly ImpactGroup[] {
  const found = new Map<string, ImpactRow[]>();
  for (const row of rows) {
    const end = side === 'own' ? '' : row[side].id;
    const key = `${side} ${row.kind} ${end} ${row.opened.label} ${row.closed.label} ${row.unknown.label}`;
    const own = found.get(key);
    if (own === undefined) found.set(key, [row]);
    else own.push(row);
  }
  return [...found].flatMap(([key, own]): readonly ImpactGroup[] =>
    own.length >= WORTH_FOLDING
      ? [{ key, rows: own, shared: side }]
      : own.map((row) => ({ key: rowKey(row), rows: [row], shared: null })),
  );
}

export function rowKey(row: ImpactRow): string {
  return `${row.kind} ${row.from.id} ${row.to.id}`;
}

/** `a, b and 12 more`, by namespace where that is shorter to say. */
export function othersText(group: ImpactGroup): string {
  const side = group.shared === 'to' ? 'from' : 'to';
  const labels = group.rows.map((row) => {
    const end = row[side];
    return end.namespace === undefined || end.type === 'namespace'
      ? end.label
      : `${end.namespace}/${end.label}`;
  });
  const namespaces = [...new Set(group.rows.map((row) => row[side].namespace ?? row[side].label))];
  if (namespaces.length === 1) return `${labels.length} in ${namespaces[0]}`;
  const [first = '', second = ''] = labels;
  return `${first}, ${second} and ${labels.length - 2} more`;
}
