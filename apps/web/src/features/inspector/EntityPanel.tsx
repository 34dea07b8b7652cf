import type { DirectionDetails, EntityDetails, ReachList } from '@bulkhead/policy-engine';
import { type ReactNode, useState } from 'react';
import type { Selection } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { CutName } from '../../shared/CutName.tsx';
import { Icon } from '../../shared/icons.tsx';
import { MarkBadge } from '../../shared/marks.tsx';
import { entityName } from '../../shared/names.ts';
import { Ring } from '../../shared/Ring.tsx';
import { Button, EmptyState, formatCount, plural, Tabs } from '../../shared/ui.tsx';
import { useGrowing } from '../../shared/use-growing.ts';
import { entityRequest } from '../../worker/explore/requests.ts';
import { Gone, PeerButton, PolicyLink } from './parts.tsx';

type Tab = 'reaches' | 'reached-by' | 'policies' | 'about';

interface EntityPanelProps {
  readonly selection: Extract<Selection, { type: 'entity' }>;
  readonly close: ReactNode;
  readonly actions?: ReactNode;
}

/** A workload, namespace or outside peer: what it reaches, what reaches it, what isolates it. */
export function EntityPanel({ selection, close, actions }: EntityPanelProps): ReactNode {
  const [tab, setTab] = useState<Tab>('reached-by');
  const { data, isError, error, isPlaceholderData } = useEngineQuery(entityRequest, { id: selection.id });
  if (isError) return <Failed message={error.message} close={close} />;
  if (data === undefined || (isPlaceholderData && data?.id !== selection.id))
    return <Loading id={selection.id} close={close} />;
  if (data === null) return <Gone what={entityName(selection.id)} close={close} />;
  const policies = new Set([...data.ingress.policies, ...data.egress.policies]);
  return (
    <>
      <div className="inspector-head">
        <div>
          <div className="kind">
            {data.kind}
            {data.namespace === null || data.type === 'namespace' ? '' : ` in ${data.namespace}`}
          </div>
          <h2>{data.label}</h2>
        </div>
        {close}
        <div className="facts">
          {data.type === 'outside' ? null : (
            <>
              <IsolationBadge direction="Ingress" details={data.ingress} type={data.type} />
              <IsolationBadge direction="Egress" details={data.egress} type={data.type} />
              <span className="badge">{plural(data.pods, 'pod')}</span>
            </>
          )}
          <MarkBadge mark={data.mark} />
          {data.hostNetwork ? <span className="badge unknown">host network</span> : null}
        </div>
        {actions === undefined ? null : <div className="facts">{actions}</div>}
        {(selection.also ?? []).length === 0 ? null : <AlsoSelected selection={selection} />}
      </div>
      <Tabs<Tab>
        label={`About ${data.label}`}
        value={tab}
        onChange={setTab}
        tabs={[
          {
            value: 'reached-by',
            label: 'Reached by',
            count: data.ingress.reach.workloads + data.ingress.reach.outside.length,
          },
          {
            value: 'reaches',
            label: 'Reaches',
            count: data.egress.reach.workloads + data.egress.reach.outside.length,
          },
          ...(data.type === 'outside'
            ? []
            : [{ value: 'policies' as const, label: 'Policies', count: policies.size }]),
          { value: 'about', label: data.type === 'namespace' ? 'Workloads' : 'About' },
        ]}
      >
        <div className="inspector-body">
          {tab === 'reaches' ? <Reach entity={data} direction="egress" /> : null}
          {tab === 'reached-by' ? <Reach entity={data} direction="ingress" /> : null}
          {tab === 'policies' ? <Policies entity={data} /> : null}
          {tab === 'about' ? <About entity={data} /> : null}
        </div>
      </Tabs>
    </>
  );
}

function Loading({ id, close }: { readonly id: string; readonly close: ReactNode }): ReactNode {
  return (
    <div className="inspector-head">
      <h2>{entityName(id)}</h2>
      {close}
    </div>
  );
}

function Failed({ message, close }: { readonly message: string; readonly close: ReactNode }): ReactNode {
  return (
    <>
      <div className="inspector-head">
        <h2>Something went wrong</h2>
        {close}
      </div>
      <EmptyState title="This could not be computed" icon="warning">
        <p>{message}</p>
      </EmptyState>
    </>
  );
}

/** Several things in focus: which, and the questions about pairs of them. */
function AlsoSelected({
  selection,
}: {
  readonly selection: Extract<Selection, { type: 'entity' }>;
}): ReactNode {
  const also = selection.also ?? [];
  return (
    <div className="facts">
      {also.map((id) => (
        <span key={id} className="chips">
          <Button
            small
            icon="arrow"
            onClick={() => navigate({ selection: { type: 'pair', from: selection.id, to: id } })}
          >
            to {entityName(id)}?
          </Button>
          <Button small onClick={() => navigate({ selection: { type: 'pair', from: id, to: selection.id } })}>
            from {entityName(id)}?
          </Button>
        </span>
      ))}
    </div>
  );
}

function IsolationBadge({
  direction,
  details,
  type,
}: {
  readonly direction: string;
  readonly details: DirectionDetails;
  readonly type: EntityDetails['type'];
}): ReactNode {
  const partly = type === 'namespace' && details.isolated > 0 && details.isolated < details.of;
  const text = partly ? `${details.isolated}/${details.of} isolated` : details.isolation;
  return (
    <span className={`badge ${details.isolation}`}>
      {direction} {text}
    </span>
  );
}

function Reach({
  entity,
  direction,
}: {
  readonly entity: EntityDetails;
  readonly direction: 'ingress' | 'egress';
}): ReactNode {
  const details = entity[direction];
  const { reach } = details;
  const open = (id: string) =>
    navigate({
      selection:
        direction === 'egress'
          ? { type: 'pair', from: entity.id, to: id }
          : { type: 'pair', from: id, to: entity.id },
    });
  return (
    <>
      <section>
        <p className="muted">{reachSentence(entity, details, direction)}</p>
      </section>
      {reach.outside.length === 0 ? null : (
        <section>
          <h3>Outside the cluster</h3>
          <div className="peer-list">
            {reach.outside.map((row) => (
              <PeerButton key={row.id} row={row} onOpen={() => open(row.id)} />
            ))}
          </div>
        </section>
      )}
      {reach.namespaces.length === 0 ? null : (
        <section>
          <h3>
            In the cluster
            <span className="end">
              {formatCount(reach.workloads)} of {plural(reach.of, 'workload')}
            </span>
          </h3>
          <NamespaceList
            key={`${entity.id} ${direction}`}
            reach={reach}
            own={entity.namespace}
            onOpen={open}
          />
        </section>
      )}
    </>
  );
}

/** So many namespaces are listed at first, and as many again each time the page has rested. */
const LISTED = 80;

function NamespaceList({
  reach,
  own,
  onOpen,
}: {
  readonly reach: ReachList;
  readonly own: string | null;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  const listed = useGrowing(reach.namespaces.length, LISTED);
  return (
    <div className="peer-list">
      {reach.namespaces.slice(0, listed).map((entry) =>
        entry.rows.length === 0 ? (
          <button key={entry.name} type="button" className="peer" onClick={() => onOpen(`ns:${entry.name}`)}>
            <NamespaceCount entry={entry} />
          </button>
        ) : (
          <NamespaceRows
            key={entry.name}
            entry={entry}
            isOpen={entry.rows.length <= 6 || entry.name === own}
            onOpen={onOpen}
          />
        ),
      )}
    </div>
  );
}

type NamespaceReach = ReachList['namespaces'][number];

function NamespaceCount({ entry }: { readonly entry: NamespaceReach }): ReactNode {
  return (
    <>
      <Icon name="chevron" size={12} />
      <CutName name={entry.name} />
      <span className="ports">
        {formatCount(entry.reached)}/{formatCount(entry.of)}
      </span>
    </>
  );
}

/** A namespace that unfolds; its rows are made once it does. */
function NamespaceRows({
  entry,
  isOpen,
  onOpen,
}: {
  readonly entry: NamespaceReach;
  readonly isOpen: boolean;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  const [unfolded, setUnfolded] = useState(isOpen);
  return (
    <details open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary className="peer head">
        <NamespaceCount entry={entry} />
      </summary>
      {unfolded
        ? entry.rows.map((row) => <PeerButton key={row.id} row={row} child onOpen={() => onOpen(row.id)} />)
        : null}
    </details>
  );
}

function reachSentence(
  entity: EntityDetails,
  details: DirectionDetails,
  direction: 'ingress' | 'egress',
): string {
  if (entity.type === 'outside') {
    return direction === 'egress'
      ? 'Pods that let this peer in. Policies do not apply to the peer itself.'
      : 'Pods that may send to this peer.';
  }
  const what = direction === 'egress' ? 'send to' : 'be reached by';
  if (details.of > 1 && details.isolated > 0 && details.isolated < details.of) {
    return `${details.of - details.isolated} of its ${details.of} workloads may ${what} everything: no policy isolates their ${direction}.`;
  }
  if (details.isolation === 'open') {
    return `No policy isolates its ${direction}, so it may ${what} everything that lets it.`;
  }
  if (details.isolation === 'unknown') return `Whether its ${direction} is isolated can't be known.`;
  if (details.universal !== null) {
    return `Isolated, but it may ${what} every pod of the cluster on ${details.universal.label}.`;
  }
  return `Isolated: it may ${what} only what a policy names.`;
}

function Policies({ entity }: { readonly entity: EntityDetails }): ReactNode {
  const both = [
    { direction: 'ingress' as const, title: 'Isolate or decide its ingress' },
    { direction: 'egress' as const, title: 'Isolate or decide its egress' },
  ];
  return (
    <>
      {both.map(({ direction, title }) => (
        <section key={direction}>
          <h3>{title}</h3>
          {entity[direction].policies.length === 0 ? (
            <p className="muted">None: its {direction} is open.</p>
          ) : (
            <ul>
              {entity[direction].policies.map((key) => (
                <li key={key} className="policy-item">
                  <PolicyLink policy={key} />
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </>
  );
}

function About({ entity }: { readonly entity: EntityDetails }): ReactNode {
  return (
    <>
      {entity.workloads.length === 0 ? null : (
        <section>
          <h3>
            Workloads <span className="end">{formatCount(entity.workloads.length)}</span>
          </h3>
          <div className="peer-list">
            {entity.workloads.map((row) => (
              <button
                key={row.id}
                type="button"
                className="peer"
                onClick={() => navigate({ selection: { type: 'entity', id: row.id } })}
              >
                <Ring ingress={row.ingress} egress={row.egress} />
                <span className="truncate">{row.label}</span>
                <span className="ports">{row.kind}</span>
              </button>
            ))}
          </div>
        </section>
      )}
      {entity.labels.length === 0 ? null : (
        <section>
          <h3>{entity.labels.length > 1 ? 'Labels (its pods differ)' : 'Labels'}</h3>
          {entity.labels.map((labels) => (
            <div key={JSON.stringify(labels)} className="chips label-set">
              {Object.entries(labels).map(([key, value]) => (
                <span key={key} className="chip">
                  {key}={value}
                </span>
              ))}
              {Object.keys(labels).length === 0 ? <span className="muted">none</span> : null}
            </div>
          ))}
        </section>
      )}
      {entity.declaredPorts.length === 0 ? null : (
        <section>
          <h3>Declared ports</h3>
          <div className="chips">
            {entity.declaredPorts.map((port) => (
              <span key={port} className="chip">
                {port}
              </span>
            ))}
          </div>
        </section>
      )}
      {entity.podNames.length === 0 ? null : (
        <section>
          <h3>
            Pods <span className="end">{formatCount(entity.pods)}</span>
          </h3>
          <ul className="pods">
            {entity.podNames.map((pod) => (
              <li key={pod.name}>
                <span className="mono">{pod.name}</span>
                <span className="muted">
                  {[pod.state === 'declared' ? 'from a manifest' : pod.state, pod.ip, pod.node]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {entity.source === null ? null : (
        <section>
          <h3>Source</h3>
          <p className="mono">{entity.source}</p>
        </section>
      )}
    </>
  );
}
