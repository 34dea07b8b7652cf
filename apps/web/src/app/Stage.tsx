import type { ReactNode } from 'react';
import { useEngine, useSession } from '../data/engine.ts';
import { GraphView } from '../features/graph/GraphView.tsx';
import { MatrixView } from '../features/matrix/MatrixView.tsx';
import { TableView } from '../features/table/TableView.tsx';
import { Button, EmptyState, formatCount } from '../shared/ui.tsx';
import type { EntityId, Route } from './contracts.ts';
import { Filters } from './Filters.tsx';
import { navigate } from './route.ts';

interface StageProps {
  readonly route: Route;
  readonly onConnect: (from: EntityId, to: EntityId) => void;
}

/** The main area: a view once there is something to show, else how far it is or why not. */
export function Stage({ route, onConnect }: StageProps): ReactNode {
  const { revision } = useSession();
  if (revision === 0) {
    return (
      <div className="stage">
        <Waiting />
      </div>
    );
  }
  return (
    <>
      <Filters route={route}>{route.view === 'graph' ? <LayoutChoice route={route} /> : null}</Filters>
      <div className="stage">
        {route.view === 'graph' ? <GraphView route={route} onConnect={onConnect} /> : null}
        {route.view === 'matrix' ? <MatrixView route={route} /> : null}
        {route.view === 'table' ? <TableView route={route} /> : null}
      </div>
    </>
  );
}

function LayoutChoice({ route }: { readonly route: Route }): ReactNode {
  return (
    <select
      className="select"
      aria-label="Arrangement"
      value={route.layout}
      onChange={(event) => navigate({ layout: event.target.value === 'grouped' ? 'grouped' : 'flow' })}
    >
      <option value="flow">Arranged by flow</option>
      <option value="grouped">Arranged by name</option>
    </select>
  );
}

function Waiting(): ReactNode {
  const engine = useEngine();
  const { status, connection, problem, receiving, cluster, failure } = useSession();
  if (failure !== null) {
    return (
      <EmptyState title="This cluster could not be compiled" icon="warning">
        <p>{failure}</p>
        <p>That is a defect in Bulkhead; please report it.</p>
      </EmptyState>
    );
  }
  const freshness = status?.freshness;
  if (freshness?.state === 'failed') {
    const { title, detail, hint } = freshness.problem;
    return (
      <EmptyState
        title={title}
        icon="warning"
        actions={
          <Button icon="retry" onClick={engine.retry}>
            Try again
          </Button>
        }
      >
        <p>{hint ?? ''}</p>
        {detail === undefined ? null : <pre>{detail}</pre>}
      </EmptyState>
    );
  }
  if (connection === 'lost') {
    return (
      <EmptyState
        title={problem?.title ?? 'The server does not answer'}
        icon="warning"
        actions={
          <Button icon="retry" onClick={engine.retry}>
            Connect now
          </Button>
        }
      >
        <p>{problem?.hint ?? 'It is tried again by itself.'}</p>
      </EmptyState>
    );
  }
  if (receiving !== null) {
    const share = receiving.total === 0 ? 1 : receiving.received / receiving.total;
    return (
      <EmptyState title={`Receiving ${cluster ?? 'the cluster'}`} icon="cluster">
        <div
          className="progress"
          role="progressbar"
          aria-label="Records received"
          aria-valuenow={Math.round(share * 100)}
        >
          <i style={{ width: `${share * 100}%` }} />
        </div>
        <p>
          {formatCount(receiving.received)} of {formatCount(receiving.total)} records
        </p>
      </EmptyState>
    );
  }
  const message = freshness?.state === 'connecting' ? freshness.message : undefined;
  const progress = freshness?.state === 'loading' ? freshness.progress : [];
  return (
    <EmptyState title={freshness?.state === 'loading' ? 'Reading the cluster' : 'Connecting'} icon="cluster">
      <div className="progress indeterminate">
        <i />
      </div>
      {message === undefined ? null : <pre>{message}</pre>}
      <ul className="load-progress">
        {progress.map((entry) => (
          <li key={entry.resource}>
            {entry.resource.split('.')[0]}: {formatCount(entry.items)}
            {entry.remaining === undefined ? '' : ` of about ${formatCount(entry.items + entry.remaining)}`}
            {entry.done ? ' ✓' : ''}
          </li>
        ))}
      </ul>
    </EmptyState>
  );
}
