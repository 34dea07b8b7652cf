import { type ReactNode, useMemo } from 'react';
import type { Route } from '../../app/contracts.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import { saveText } from '../../shared/files.ts';
import { type Sheet, toCsv, toTsv } from '../../shared/sheet.ts';
import { EmptyState, formatCount } from '../../shared/ui.tsx';
import { contentWidth } from './column-widths.ts';
import { Grid, type GridColumn } from './Grid.tsx';
import { sortBy, sortOf, useFind } from './state.ts';
import { TableBar } from './TableBar.tsx';

export interface LocalColumn<Row, Key extends string> extends Omit<GridColumn<Row, Key>, 'want'> {
  /** What is sorted by, searched in and exported. */
  readonly value: (row: Row) => string | number;
  /** What is shown, where it differs from the value. */
  readonly text?: (row: Row) => string;
  /** It wants no more than this, however long its texts are, and what stands around each of them. */
  readonly most: number;
  readonly extra?: number;
  readonly bold?: boolean;
}

interface LocalTableProps<Row, Key extends string> {
  readonly route: Route;
  readonly name: string;
  readonly label: string;
  /** `undefined`: on their way. */
  readonly rows: readonly Row[] | undefined;
  readonly columns: readonly LocalColumn<Row, Key>[];
  readonly first: Key;
  readonly rowKey: (row: Row) => string;
  readonly isSelected: (row: Row) => boolean;
  readonly onOpen: (row: Row) => void;
  readonly empty: string;
  /** What filters leave out. */
  readonly note?: string;
  /** Why rows are not complete yet: until then there is nothing to take away. */
  readonly pending?: string;
}

/** A table whose rows are all at hand: sorted, filtered and exported in the page. */
export function LocalTable<Row, Key extends string>(props: LocalTableProps<Row, Key>): ReactNode {
  const { route, name, label, rows, columns, first, rowKey, isSelected, onOpen, empty, note, pending } =
    props;
  const announce = useAnnounce();
  const [text, setText] = useFind(route);
  const sort = sortOf(
    route,
    columns.map((column) => column.key),
    first,
  );
  const shown = useMemo(
    () => arrange(rows ?? [], columns, route.find, sort.key, sort.descending),
    [rows, columns, route.find, sort.key, sort.descending],
  );
  // Of all rows and not of those found: columns stay as they are while one types.
  const sized = useMemo(
    () =>
      columns.map((column) => {
        const texts = (rows ?? []).map((row) => column.text?.(row) ?? String(column.value(row)));
        const want = contentWidth(column.title, texts, column);
        return { ...column, want, least: Math.min(column.least, want) };
      }),
    [columns, rows],
  );
  const sheet = (): Sheet => ({
    header: columns.map((column) => column.title),
    rows: shown.map((row) => columns.map((column) => String(column.value(row)))),
  });
  const json = () =>
    JSON.stringify(
      shown.map((row) => Object.fromEntries(columns.map((column) => [column.key, column.value(row)]))),
      null,
      2,
    );
  const counted = label.toLowerCase();
  const all = rows?.length ?? 0;
  return (
    <>
      <TableBar
        label={counted}
        placeholder="Filter rows"
        text={text}
        onText={setText}
        onCopy={() =>
          void navigator.clipboard
            .writeText(toTsv(sheet()))
            .then(() => announce(`${formatCount(shown.length)} rows copied`))
        }
        onCsv={() => saveText(toCsv(sheet()), `bulkhead-${name}.csv`, 'text/csv')}
        onJson={() => saveText(json(), `bulkhead-${name}.json`, 'application/json')}
        busy={rows === undefined || pending !== undefined}
        {...(pending === undefined ? {} : { busyTitle: pending })}
      >
        <span className="muted" data-testid={`${name}-count`}>
          {rows === undefined
            ? 'Counting'
            : shown.length === all
              ? `${formatCount(all)} ${counted}`
              : `${formatCount(shown.length)} of ${formatCount(all)} ${counted}`}
          {note === undefined || note === '' ? '' : ` · ${note}`}
        </span>
      </TableBar>
      {rows === undefined ? (
        <EmptyState title={`Listing ${counted}`} icon="table">
          <div className="progress indeterminate">
            <i />
          </div>
        </EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState title="Nothing to list" icon="table">
          <p>{all === 0 ? empty : 'No row has these words.'}</p>
        </EmptyState>
      ) : (
        <Grid
          label={label}
          columns={sized}
          count={shown.length}
          rowAt={(index) => shown[index]}
          rowKey={rowKey}
          isSelected={isSelected}
          onOpen={onOpen}
          sort={sort}
          onSort={(key) => sortBy(sort, key)}
        />
      )}
    </>
  );
}

function arrange<Row, Key extends string>(
  rows: readonly Row[],
  columns: readonly LocalColumn<Row, Key>[],
  find: string,
  key: Key,
  descending: boolean,
): readonly Row[] {
  const words = find
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = rows.filter((row) => {
    if (words.length === 0) return true;
    const line = columns
      .map((column) => String(column.value(row)))
      .join(' ')
      .toLowerCase();
    return words.every((word) => line.includes(word));
  });
  const column = columns.find((entry) => entry.key === key);
  if (column === undefined) return found;
  const sign = descending ? -1 : 1;
  return found.sort((a, b) => sign * compare(column.value(a), column.value(b)));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
