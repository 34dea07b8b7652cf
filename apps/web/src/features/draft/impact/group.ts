import type { ImpactKind, ImpactRow } from '@bulkhead/policy-engine';

/** Rows that say the same of several ends: all from one end, all to one end, or each among its own pods, with the same ports. */
export interface ImpactGroup {
  readonly key: string;
  readonly kind: ImpactKind;
  readonly rows: readonly ImpactRow[];
  /**
   * Which end all rows share (`own`: each row is of a workload with itself), and the other ends in words; null for a group
   * of one row.
   */
  readonly shared: { readonly end: Side; readonly others: string } | null;
}

type Side = 'from' | 'to' | 'own';

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
  const kinds = new Map<ImpactKind, ImpactRow[]>();
  for (const row of rows) listIn(kinds, row.kind).push(row);
  return [...kinds].flatMap(([kind, ofKind]) => {
    const between = ofKind.filter((row) => !isOwn(row));
    const byTo = foldBy(between, 'to');
    const byFrom = foldBy(between, 'from');
    const own = foldBy(ofKind.filter(isOwn), 'own');
    return [
      ...(groupCount(byFrom) < groupCount(byTo)
        ? groupsOf(kind, byFrom, 'from')
        : groupsOf(kind, byTo, 'to')),
      ...groupsOf(kind, own, 'own'),
    ];
  });
}

function groupsOf(kind: ImpactKind, folds: Folds, end: Side): readonly ImpactGroup[] {
  return [...folds].flatMap(([key, rows]): readonly ImpactGroup[] =>
    rows.length >= WORTH_FOLDING
      ? [{ key: `${end} ${kind} ${key}`, kind, rows, shared: { end, others: othersText(rows, end) } }]
      : rows.map((row) => ({ key: rowKey(row), kind, rows: [row], shared: null })),
  );
}

type Folds = ReadonlyMap<string, readonly ImpactRow[]>;

function foldBy(rows: readonly ImpactRow[], side: Side): Folds {
  const found = new Map<string, ImpactRow[]>();
  for (const row of rows) {
    const end = side === 'own' ? '' : row[side].id;
    listIn(found, `${end} ${row.opened.label} ${row.closed.label} ${row.unknown.label}`).push(row);
  }
  return found;
}

function groupCount(folds: Folds): number {
  let groups = 0;
  for (const { length } of folds.values()) groups += length >= WORTH_FOLDING ? 1 : length;
  return groups;
}

function listIn<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}

export function rowKey(row: ImpactRow): string {
  return `${row.kind} ${row.from.id} ${row.to.id}`;
}

/** `a, b and 12 more`, by namespace where that is shorter to say. */
function othersText(rows: readonly ImpactRow[], shared: Side): string {
  const side = shared === 'to' ? 'from' : 'to';
  const namespaces = new Set(rows.map((row) => row[side].namespace ?? row[side].label));
  const [namespace] = namespaces;
  if (namespaces.size === 1) return `${rows.length} in ${namespace}`;
  const [first = '', second = ''] = rows.slice(0, 2).map((row) => {
    const end = row[side];
    return end.namespace === undefined || end.type === 'namespace'
      ? end.label
      : `${end.namespace}/${end.label}`;
  });
  return `${first}, ${second} and ${rows.length - 2} more`;
}
