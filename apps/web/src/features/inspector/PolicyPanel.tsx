import type { PolicyDetails, PolicyRule } from '@bulkhead/policy-engine';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Selection } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { Icon } from '../../shared/icons.tsx';
import { entityName, policyName } from '../../shared/names.ts';
import { EmptyState, formatCount, plural } from '../../shared/ui.tsx';
import { policyRequest } from '../../worker/explore/requests.ts';
import { CodeLines, Gone } from './parts.tsx';

interface PolicyPanelProps {
  readonly selection: Extract<Selection, { type: 'policy' }>;
  readonly close: ReactNode;
  readonly actions?: ReactNode;
}

/** A policy: its text, what it selects, and what each rule in it does. */
export function PolicyPanel({ selection, close, actions }: PolicyPanelProps): ReactNode {
  const query = useEngineQuery(policyRequest, { key: selection.key });
  const { data } = query;
  const body = useRef<HTMLDivElement>(null);
  const { line } = selection;
  useEffect(() => {
    if (data === undefined || line === undefined) return;
    body.current?.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: 'center' });
  }, [data, line]);
  if (query.isError) {
    return (
      <EmptyState title="This could not be computed" icon="warning">
        <p>{query.error.message}</p>
      </EmptyState>
    );
  }
  const { kind, namespace, name } = policyName(selection.key);
  if (data === null) return <Gone what={`${kind} ${name}`} close={close} />;
  const rule = data === undefined || line === undefined ? undefined : ruleAt(data, line);
  return (
    <>
      <div className="inspector-head">
        <div>
          <div className="kind">
            {kind}
            {namespace === '' ? '' : ` in ${namespace}`}
          </div>
          <h2>{name}</h2>
        </div>
        {close}
        {data === undefined ? null : (
          <div className="facts">
            <span className={data.subjects.length === 0 ? 'badge warning' : 'badge'}>
              selects {plural(data.subjects.length, 'workload')}
            </span>
            {data.directions.map((direction) => (
              <span key={direction} className="badge isolated">
                {direction}
              </span>
            ))}
            <span className="badge">{plural(data.rules.length, 'rule')}</span>
          </div>
        )}
        {actions === undefined ? null : <div className="facts">{actions}</div>}
      </div>
      <div className="inspector-body" ref={body}>
        {data === undefined ? null : (
          <>
            {data.diagnostics.map((entry) => (
              <p
                key={`${entry.code} ${entry.path ?? ''}`}
                className={entry.severity === 'error' ? 'problem error' : 'problem'}
              >
                {entry.message} {entry.hint ?? ''}
              </p>
            ))}
            <section>
              <h3>
                YAML <span className="end truncate">{data.file ?? 'from the cluster'}</span>
              </h3>
              <CodeLines
                lines={data.text.replace(/\n$/, '').split('\n')}
                first={data.firstLine}
                {...(rule === undefined ? {} : { marked: [rule.line, rule.endLine] as const })}
                onLine={(next) =>
                  navigate(
                    { selection: { type: 'policy', key: selection.key, line: next } },
                    { replace: true },
                  )
                }
              />
            </section>
            {rule === undefined ? null : <RuleFacts rule={rule} policy={data} />}
            <section>
              <h3>
                Selects <span className="end">{formatCount(data.subjects.length)}</span>
              </h3>
              <Chips ids={data.subjects} empty="No workload: this policy has no effect." />
            </section>
            {rule !== undefined ? null : (
              <section>
                <h3>Rules</h3>
                {data.rules.length === 0 ? (
                  <p className="muted">None: what it selects is closed in {data.directions.join(' and ')}.</p>
                ) : null}
                {data.rules.map((entry) => (
                  <button
                    key={entry.path}
                    type="button"
                    className="peer"
                    onClick={() =>
                      navigate({ selection: { type: 'policy', key: selection.key, line: entry.line } })
                    }
                  >
                    <span>{entry.direction === 'ingress' ? '⇥' : '↦'}</span>
                    <span className="truncate">
                      {entry.action} {entry.direction}{' '}
                      {entry.anyone ? 'anyone' : plural(entry.peerCount, 'peer')}
                    </span>
                    <span className="ports">{entry.ports}</span>
                  </button>
                ))}
              </section>
            )}
          </>
        )}
      </div>
    </>
  );
}

function RuleFacts({
  rule,
  policy,
}: {
  readonly rule: PolicyRule;
  readonly policy: PolicyDetails;
}): ReactNode {
  return (
    <section>
      <h3>
        This rule <span className="end">{rule.path}</span>
      </h3>
      <p>
        {rule.action === 'allow' ? 'Allows' : rule.action === 'deny' ? 'Denies' : 'Passes on'} {rule.ports}{' '}
        {rule.direction === 'ingress' ? 'from' : 'to'}{' '}
        {rule.anyone ? 'anyone' : `${plural(rule.peerCount, 'peer')}:`}
      </p>
      {rule.anyone ? null : <Edges rule={rule} policy={policy} />}
    </section>
  );
}

const MAX_EDGES = 60;

/** The edges that a rule speaks about: each peer with each pod that the policy selects. */
function Edges({ rule, policy }: { readonly rule: PolicyRule; readonly policy: PolicyDetails }): ReactNode {
  const edges: { readonly from: string; readonly to: string }[] = [];
  for (const peer of rule.peers) {
    for (const subject of policy.subjects) {
      if (peer === subject) continue;
      if (edges.length < MAX_EDGES)
        edges.push(rule.direction === 'ingress' ? { from: peer, to: subject } : { from: subject, to: peer });
    }
  }
  if (rule.peers.length === 0) {
    return (
      <p className="muted">
        No peer matches: this rule {rule.action === 'allow' ? 'allows' : 'does'} nothing now.
      </p>
    );
  }
  const own = rule.peers.filter((peer) => policy.subjects.includes(peer)).length;
  const more = rule.peerCount * policy.subjects.length - own - edges.length;
  return (
    <div className="peer-list">
      {edges.map(({ from, to }) => (
        <button
          key={`${from} ${to}`}
          type="button"
          className="peer"
          title={`${entityName(from)} → ${entityName(to)}`}
          onClick={() => navigate({ selection: { type: 'pair', from, to } })}
        >
          <Icon name="arrow" size={13} />
          <span className="truncate">
            {entityName(from)} → {entityName(to)}
          </span>
        </button>
      ))}
      {more > 0 ? <p className="muted">and {formatCount(more)} more</p> : null}
    </div>
  );
}

function ruleAt(policy: PolicyDetails, line: number): PolicyRule | undefined {
  return policy.rules.find((rule) => line >= rule.line && line <= rule.endLine);
}

const MAX_CHIPS = 60;

function Chips({ ids, empty }: { readonly ids: readonly string[]; readonly empty: string }): ReactNode {
  if (ids.length === 0) return <p className="muted">{empty}</p>;
  return (
    <div className="chips">
      {ids.slice(0, MAX_CHIPS).map((id) => (
        <button
          key={id}
          type="button"
          className="chip"
          onClick={() => navigate({ selection: { type: 'entity', id } })}
        >
          {entityName(id)}
        </button>
      ))}
      {ids.length > MAX_CHIPS ? (
        <span className="muted">and {formatCount(ids.length - MAX_CHIPS)} more</span>
      ) : null}
    </div>
  );
}
