import type { ReactNode } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { showsOnlyChanges } from '../../app/scope.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { Button, formatCount, IconButton, plural, Segments } from '../../shared/ui.tsx';
import { indexRequest } from '../../worker/explore/requests.ts';
import type { MatrixCells } from './store.ts';

interface MatrixBarProps {
  readonly route: Route;
  readonly cells: MatrixCells;
  readonly onArrange: () => void;
}

/** What stands along the axes, how it is ordered, and what is not shown. */
export function MatrixBar({ route, cells, onArrange }: MatrixBarProps): ReactNode {
  const [rows, columns] = route.drill ?? ['', ''];
  const set = (next: readonly [string, string]) =>
    navigate({ drill: next[0] === '' && next[1] === '' ? null : next, cell: null });
  const { rows: rowAxis, columns: columnAxis, blocks } = cells.frame;
  return (
    <div className="matrix-bar" role="toolbar" aria-label="Matrix">
      <AxisChoice label="From" value={rows} onChange={(value) => set([value, columns])} />
      <IconButton
        small
        icon="swap"
        label="Swap sources and destinations"
        disabled={rows === columns}
        onClick={() => set([columns, rows])}
      />
      <AxisChoice label="To" value={columns} onChange={(value) => set([rows, value])} />
      {route.drill === null ? null : (
        <Button
          small
          icon="collapse"
          aria-label="All namespaces"
          title="Back to all namespaces (Backspace)"
          onClick={() => set(['', ''])}
        >
          <span className="matrix-long">All namespaces</span>
        </Button>
      )}
      <span className="muted matrix-size" data-testid="matrix-size">
        {formatCount(rowAxis.units.length)} × {formatCount(columnAxis.units.length)}
      </span>
      <Hidden route={route} cells={cells} />
      {blocks.count === 0 || (blocks.shown && route.blocks === 'auto') ? null : (
        <Button
          small
          variant="ghost"
          aria-label={`${blocks.shown ? 'Hide' : 'Show'} ${plural(blocks.count, 'CIDR block')}`}
          title="CIDR blocks that policies name, as rows and columns"
          onClick={() => navigate({ blocks: blocks.shown ? 'auto' : 'shown', cell: null })}
        >
          <span className="matrix-long">{blocks.shown ? 'Hide' : 'Show'}</span> {formatCount(blocks.count)}{' '}
          CIDR
          <span className="matrix-long">{blocks.count === 1 ? 'block' : 'blocks'}</span>
        </Button>
      )}
      <span className="spring" />
      <span className="matrix-order">
        <Segments
          small
          label="Order"
          value={route.order}
          options={[
            {
              value: 'similar',
              label: 'Alike',
              title: 'Equal rows and equal columns lie together, similar ones close',
            },
            { value: 'name', label: 'By name' },
          ]}
          onChange={(order) => navigate({ order })}
        />
        {route.order === 'similar' ? (
          <IconButton
            small
            icon="arrange"
            className="matrix-anew"
            label="Order anew by what is alike"
            onClick={onArrange}
          />
        ) : null}
      </span>
    </div>
  );
}

interface MatrixToolsProps {
  readonly route: Route;
  readonly legend: boolean;
  readonly onLegend: () => void;
  readonly onZoom: (direction: 1 | -1) => void;
}

/** How large cells are, and what they mean. */
export function MatrixTools({ route, legend, onLegend, onZoom }: MatrixToolsProps): ReactNode {
  return (
    <span className="matrix-tools">
      <IconButton small icon="minus" label="Smaller cells" onClick={() => onZoom(-1)} />
      <IconButton small icon="plus" label="Larger cells" onClick={() => onZoom(1)} />
      <IconButton
        small
        icon="fit"
        label="Fit"
        aria-pressed={route.cell === 'fit'}
        onClick={() => navigate({ cell: route.cell === 'fit' ? null : 'fit' }, { replace: true })}
      />
      <IconButton small icon="legend" label="Legend" aria-pressed={legend} onClick={onLegend} />
    </span>
  );
}

interface AxisChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function AxisChoice({ label, value, onChange }: AxisChoiceProps): ReactNode {
  const { data } = useEngineQuery(indexRequest, null);
  const names = (data?.namespaces ?? []).filter((entry) => entry.workloads > 0).map((entry) => entry.name);
  const gone = value !== '' && value !== '*' && !names.includes(value);
  return (
    <label className="matrix-axis">
      <span>{label}</span>
      <select
        className="select"
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">All namespaces</option>
        <option value="*">All workloads</option>
        <optgroup label="Workloads of">
          {gone ? <option value={value}>{value}</option> : null}
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

function Hidden({ route, cells }: { readonly route: Route; readonly cells: MatrixCells }): ReactNode {
  const { hidden } = cells.frame;
  const parts = [
    hidden.namespaces > 0 ? plural(hidden.namespaces, 'namespace') : null,
    hidden.workloads > 0 ? plural(hidden.workloads, 'workload') : null,
    showsOnlyChanges(route) ? 'what the draft does not change' : null,
    route.verdicts.includes('allowed') ? null : 'what is allowed',
    route.verdicts.includes('unknown') ? null : 'what is unknown',
  ].filter((part) => part !== null);
  const text = [
    ...(parts.length === 0 ? [] : [`Hidden by filters: ${parts.join(', ')}`]),
    ...(route.ports.length === 0 ? [] : [`only ports ${route.ports.join(', ')}`]),
  ].join(' · ');
  if (text === '') return null;
  return (
    <span className="matrix-hidden truncate" title={text} data-testid="matrix-hidden">
      {text}
    </span>
  );
}
