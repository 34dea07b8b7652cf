import { type ReactNode, useMemo, useState } from 'react';
import { csvField } from '../../shared/csv.ts';
import { saveText } from '../../shared/files.ts';
import { Button, EmptyState, formatCount } from '../../shared/ui.tsx';
import { Grid, type GridColumn } from './Grid.tsx';

export interface LocalColumn<Row, Key extends string> extends GridColumn<Row, Key> {
  /** What is sorted by, searched in and exported. */
  readonly value: (row: Row) => string | number;
}

interface LocalTableProps<Row, Key extends string> {
  readonly name: string;
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly LocalColumn<Row, Key>[];
  readonly first: Key;
  readonly rowKey: (row: Row) => string;
  readonly isSelected: (row: Row) => boolean;
  readonly onOpen: (row: Row) => void;
  readonly empty: string;
}

/** A table whose rows are all at hand: sorted, filtered and exported in the page. */
export function LocalTable<Row, Key extends string>(props: LocalTableProps<Row, Key>): ReactNode {
  const { name, label, rows, columns, first, rowKey, isSelected, onOpen, empty } = props;
  const [text, setText] = useState('');
  const [sort, setSort] = useState<{ key: Key; descending: boolean }>({ key: first, descending: false });
  const shown = useMemo(() => {
    const words = text
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
    const column = columns.find((entry) => entry.key === sort.key);
    if (column === undefined) return found;
    const sign = sort.descending ? -1 : 1;
    return found.sort((a, b) => {
      const [x, y] = [column.value(a), column.value(b)];
      return (
        sign *
        (typeof x === 'number' && typeof y === 'number'
          ? x - y
          : String(x) < String(y)
            ? -1
            : String(x) > String(y)
              ? 1
              : 0)
      );
    });
  }, [rows, columns, text, sort]);
  const csv = () =>
    [
      columns.map((column) => csvField(column.title)).join(','),
      ...shown.map((row) => columns.map((column) => csvField(String(column.value(row)))).join(',')),
    ].join('\r\n');
  const json = () =>
    JSON.stringify(
      shown.map((row) => Object.fromEntries(columns.map((column) => [column.key, column.value(row)]))),
      null,
      2,
    );
  return (
    <>
      <div className="table-bar">
        <input
          className="input"
          type="search"
          aria-label={`Filter ${label.toLowerCase()}`}
          placeholder="Filter rows"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="muted">
          {shown.length === rows.length
            ? `${formatCount(rows.length)} ${label.toLowerCase()}`
            : `${formatCount(shown.length)} of ${formatCount(rows.length)} ${label.toLowerCase()}`}
        </span>
        <span className="spring" />
        <Button small icon="copy" onClick={() => void navigator.clipboard.writeText(csv())}>
          Copy
        </Button>
        <Button small icon="download" onClick={() => saveText(csv(), `bulkhead-${name}.csv`, 'text/csv')}>
          CSV
        </Button>
        <Button
          small
          icon="download"
          onClick={() => saveText(json(), `bulkhead-${name}.json`, 'application/json')}
        >
          JSON
        </Button>
      </div>
      {shown.length === 0 ? (
        <EmptyState title="Nothing to list" icon="table">
          <p>{rows.length === 0 ? empty : 'No row has these words.'}</p>
        </EmptyState>
      ) : (
        <Grid
          label={label}
          columns={columns}
          count={shown.length}
          rowAt={(index) => shown[index]}
          rowKey={rowKey}
          isSelected={isSelected}
          onOpen={onOpen}
          sort={sort}
          onSort={(key) => setSort({ key, descending: sort.key === key && !sort.descending })}
        />
      )}
    </>
  );
}
