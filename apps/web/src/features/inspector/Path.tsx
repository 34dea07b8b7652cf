import { type ReactNode, useMemo } from 'react';
import { navigate, useRoute } from '../../app/route.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { Icon } from '../../shared/icons.tsx';
import { entityName } from '../../shared/names.ts';
import { parsePorts } from '../../shared/ports.ts';
import { Button, plural } from '../../shared/ui.tsx';
import { pathRequest } from '../../worker/explore/requests.ts';

/** How one end could reach the other through workloads that pass it on; asked for by a button, kept in the URL. */
export function Path({ from, to }: { readonly from: string; readonly to: string }): ReactNode {
  const route = useRoute();
  const traced = route.hops === 'all';
  const ports = useMemo(() => parsePorts(route.ports), [route.ports]);
  const { data, isError, error } = useEngineQuery(pathRequest, { from, to, ports }, { enabled: traced });
  if (!traced) {
    return (
      <section>
        <Button small icon="route" onClick={() => navigate({ hops: 'all' })}>
          Trace a path through others
        </Button>
      </section>
    );
  }
  const hops = data?.hops ?? [];
  return (
    <section data-testid="path">
      <h3>
        Path
        <span className="end">
          <button type="button" className="link" onClick={() => navigate({ hops: 1 })}>
            Close
          </button>
        </span>
      </h3>
      {isError ? <p className="problem error">{error.message}</p> : null}
      {data !== undefined && hops.length === 0 ? (
        <p className="muted">No chain of allowed connections leads from one to the other.</p>
      ) : null}
      {hops.length === 0 ? null : (
        <>
          <p className="muted">
            {hops.length === 1
              ? 'A direct connection.'
              : `The shortest from ${entityName(from)} has ${plural(hops.length, 'connection')}:`}
          </p>
          <ol className="peer-list">
            {hops.map((hop) => (
              <li key={hop.from.id}>
                <button
                  type="button"
                  className="peer"
                  onClick={() =>
                    navigate({ hops: 1, selection: { type: 'pair', from: hop.from.id, to: hop.to.id } })
                  }
                >
                  <Icon name="arrow" size={13} />
                  <span className="truncate" title={`${entityName(hop.from.id)} → ${entityName(hop.to.id)}`}>
                    {entityName(hop.to.id)}
                  </span>
                  <span className="ports">{hop.ports.label}</span>
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
