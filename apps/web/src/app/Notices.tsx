import type { ReactNode } from 'react';
import { useEngine, useSession } from '../data/engine.ts';
import { Button, plural } from '../shared/ui.tsx';
import { navigate } from './route.ts';

/** What one must know about the picture before trusting it: partial, stale, disconnected, not enforced. */
export function Notices(): ReactNode {
  const engine = useEngine();
  const session = useSession();
  const { status, problem, connection, failure, revision } = session;
  const notices: ReactNode[] = [];
  if (failure !== null) {
    notices.push(
      <div key="failure" className="notice error" role="alert">
        <strong>Bulkhead could not compute the last change.</strong>
        <span>{failure} What is shown is the state before it. Please report this.</span>
      </div>,
    );
  }
  if (session.recovering) {
    notices.push(
      <div key="recovering" className="notice" role="status">
        <strong>The engine stopped and is being started again.</strong>
        <span>What you write is kept. What is shown is the state before it.</span>
      </div>,
    );
  }
  if (connection === 'lost' && revision > 0) {
    notices.push(
      <div key="lost" className="notice error" role="alert">
        <strong>{problem?.title ?? 'The connection to the server was lost.'}</strong>
        <span>What is shown may be out of date. {problem?.hint ?? 'Connecting again by itself.'}</span>
        <span className="spring" />
        <Button small onClick={engine.retry}>
          Connect now
        </Button>
      </div>,
    );
  }
  const freshness = status?.freshness;
  if (revision > 0 && (freshness?.state === 'stale' || freshness?.state === 'failed')) {
    notices.push(
      <div key="stale" className="notice error" role="alert">
        <strong>{freshness.problem?.title ?? 'The cluster does not answer.'}</strong>
        <span>
          What is shown should no longer be relied on. {freshness.problem?.hint ?? ''}{' '}
          {freshness.problem?.detail ?? ''}
        </span>
      </div>,
    );
  }
  const hidden = status?.hidden ?? [];
  if (hidden.length > 0) {
    const resources = [...new Set(hidden.map((entry) => entry.resource.split('.')[0]))].join(', ');
    notices.push(
      <div key="hidden" className="notice">
        <strong>Part of this cluster may not be read:</strong>
        <span>
          {resources}
          {hidden.every((entry) => entry.namespaces !== undefined)
            ? ` in ${plural(new Set(hidden.flatMap((entry) => entry.namespaces ?? [])).size, 'namespace')}`
            : ''}
          . What depends on it is shown as unknown. Ask for read access to list and watch them.
          {hidden.some((entry) => entry.resource === 'namespaces')
            ? ' There may be namespaces that are not known here; name those you may read with --namespace.'
            : ''}
        </span>
        <details>
          <summary>What, and why</summary>
          <ul>
            {hidden.map(({ resource, namespaces, reason }) => (
              <li key={resource}>
                {resource}
                {namespaces === undefined ? '' : ` in ${namespaces.join(', ')}`}: {reason}
              </li>
            ))}
          </ul>
        </details>
      </div>,
    );
  }
  for (const warning of status?.enforcement.warnings ?? []) {
    if (warning.severity === 'info') continue;
    notices.push(
      <div key={warning.message} className={warning.severity === 'error' ? 'notice error' : 'notice'}>
        <strong>{warning.message}</strong>
        <span>{warning.hint ?? ''}</span>
      </div>,
    );
  }
  const errors = session.diagnostics.filter(
    (entry) => entry.severity === 'error' || entry.severity === 'fatal',
  );
  if (errors.length > 0) {
    const [first] = errors;
    notices.push(
      <div key="diagnostics" className="notice">
        <strong>{plural(errors.length, 'object')} could not be used.</strong>
        <span className="truncate">
          {first?.source === undefined ? '' : `${first.source.file}:${first.source.line} `}
          {first?.message}
        </span>
        <span className="spring" />
        <Button small onClick={() => navigate({ rail: 'findings' })}>
          Show all
        </Button>
      </div>,
    );
  }
  return <div className="notices">{notices}</div>;
}
