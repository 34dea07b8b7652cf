import type { HalfVerdict, PairDetails, PairPart, RuleRef } from '@bulkhead/policy-engine';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Route, Selection } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useEngineQuery, useSession } from '../../data/engine.ts';
import { Icon } from '../../shared/icons.tsx';
import { entityName } from '../../shared/names.ts';
import {
  Button,
  EmptyState,
  formatCount,
  IconButton,
  plural,
  Segments,
  VerdictBadge,
} from '../../shared/ui.tsx';
import { pairRequest } from '../../worker/explore/requests.ts';
import { Path } from './Path.tsx';
import { CodeLines, Gone, ImpactBadge, PolicyLink } from './parts.tsx';
import { halfText, nearMissText, reasonText } from './words.ts';

interface PairPanelProps {
  readonly selection: Extract<Selection, { type: 'pair' }>;
  readonly close: ReactNode;
  readonly actions?: ReactNode;
}

/** The verdict on a pair, per port, with what decides it in each direction. */
export function PairPanel({ selection, close, actions }: PairPanelProps): ReactNode {
  const { from, to, port } = selection;
  const { overlay } = useSession();
  const [state, setState] = useState<'draft' | 'before'>('draft');
  const asked = port === undefined ? { from, to } : { from, to, port };
  const query = useEngineQuery(pairRequest, asked);
  const isBefore = overlay !== null && state === 'before';
  const was = useEngineQuery(pairRequest, { ...asked, withoutDraft: true }, { enabled: isBefore });
  // Before the draft an end may not be there at all.
  const isThere = !isBefore || was.data !== null;
  const data = isBefore ? (was.data ?? query.data) : query.data;
  if (query.isError) {
    return (
      <EmptyState title="This could not be computed" icon="warning">
        <p>{query.error.message}</p>
      </EmptyState>
    );
  }
  if (data === null) return <Gone what={`${entityName(from)} or ${entityName(to)}`} close={close} />;
  return (
    <>
      <div className="inspector-head">
        <div>
          <div className="kind">Connection</div>
          <h2 className="pair-title">
            <EndLink id={from} /> <Icon name="arrow" size={14} />{' '}
            {from === to ? from.startsWith('ns:') ? 'itself' : 'its own pods' : <EndLink id={to} />}
          </h2>
        </div>
        {close}
        <div className="facts">
          <Ask selection={selection} />
          {from === to ? null : (
            <IconButton
              small
              icon="retry"
              label="Ask for the opposite direction"
              onClick={() => navigate({ selection: { ...selection, from: to, to: from } })}
            />
          )}
        </div>
        {actions === undefined ? null : <div className="facts">{actions}</div>}
      </div>
      <div className="inspector-body" aria-live="polite">
        {overlay === null ? null : (
          <Segments
            small
            label="State of the cluster"
            value={state}
            options={[
              { value: 'draft', label: 'With the draft' },
              { value: 'before', label: 'Before' },
            ]}
            onChange={setState}
          />
        )}
        {isThere ? null : (
          <p className="muted">
            Not in the cluster before the draft: it adds {entityName(from)} or {entityName(to)}.
          </p>
        )}
        {data === undefined || !isThere ? null : <Verdict pair={data} />}
        {data === undefined || !isThere || from === to ? null : <Path from={from} to={to} />}
        {data === undefined || !isThere || data.parts.length === 0 ? null : <Parts pair={data} />}
        {data === undefined || !isThere || data.memberCount === 0 ? null : <Members pair={data} />}
      </div>
    </>
  );
}

function EndLink({ id }: { readonly id: string }): ReactNode {
  return (
    <button type="button" className="link" onClick={() => navigate({ selection: { type: 'entity', id } })}>
      {entityName(id)}
    </button>
  );
}

function Ask({ selection }: { readonly selection: Extract<Selection, { type: 'pair' }> }): ReactNode {
  const [text, setText] = useState(selection.port ?? '');
  const ask = (event: FormEvent) => {
    event.preventDefault();
    const { from, to } = selection;
    const port = text.trim();
    navigate({ selection: port === '' ? { type: 'pair', from, to } : { type: 'pair', from, to, port } });
  };
  return (
    <form className="ask" onSubmit={ask}>
      <label htmlFor="ask-port">on port</label>
      <input
        id="ask-port"
        className="input"
        placeholder="any, 5432, UDP/53, http"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">Ask</Button>
    </form>
  );
}

function Verdict({ pair }: { readonly pair: PairDetails }): ReactNode {
  const { port } = pair;
  if (pair.of === 0 && pair.from.id === pair.to.id) {
    return (
      <section data-testid="verdict">
        <p>There is one pod at most, and a pod always reaches itself, whatever policies say.</p>
      </section>
    );
  }
  return (
    <section data-testid="verdict">
      {pair.problem === null ? null : <p className="problem">{pair.problem}.</p>}
      {port === null ? (
        <p className="verdict-line">
          {pair.allowed.ranges.length > 0 ? (
            <VerdictBadge verdict="allowed" label={`Allowed on ${pair.allowed.label}`} />
          ) : null}
          {pair.unknown.ranges.length > 0 ? (
            <VerdictBadge verdict="unknown" label={`Unknown on ${pair.unknown.label}`} />
          ) : null}
          {pair.allowed.ranges.length + pair.unknown.ranges.length === 0 ? (
            <VerdictBadge verdict="denied" label="Denied on every port" />
          ) : null}
          {pair.impact === null ? null : <ImpactBadge impact={pair.impact} />}
        </p>
      ) : (
        <p className="verdict-line">
          <VerdictBadge verdict={port.verdict} /> on {port.label}
          {port.before === port.verdict ? null : (
            <>
              {' '}
              with the draft; <VerdictBadge verdict={port.before} /> without it
            </>
          )}
        </p>
      )}
      {pair.impact === null ? null : <p className="muted">Before: {pair.before.label}.</p>}
      {pair.opened === null ? null : <p className="muted">The draft opens {pair.opened.label}.</p>}
      {pair.closed === null ? null : <p className="muted">The draft closes {pair.closed.label}.</p>}
      {pair.of > 1 ? (
        <p className="muted">
          {formatCount(pair.pairs)} of {plural(pair.of, 'pair')} of workloads may connect.
        </p>
      ) : null}
      {pair.variants === 0 ? null : (
        <p className="muted">
          Pods of these workloads differ in labels and are not all treated alike; one of each is explained.
        </p>
      )}
    </section>
  );
}

function Parts({ pair }: { readonly pair: PairDetails }): ReactNode {
  const main = pair.parts.filter((part) => !part.otherOnly);
  const other = pair.parts.filter((part) => part.otherOnly);
  return (
    <section>
      <h3>Why</h3>
      {[...main, ...other].map((part) => (
        <Part key={JSON.stringify(part.ranges)} part={part} pair={pair} open={part === main[0]} />
      ))}
    </section>
  );
}

function Part({
  part,
  pair,
  open,
}: {
  readonly part: PairPart;
  readonly pair: PairDetails;
  readonly open: boolean;
}): ReactNode {
  return (
    <details className="part" open={open}>
      <summary>
        <VerdictBadge verdict={part.verdict} />
        <strong>{part.ports}</strong>
      </summary>
      {part.reasons.map((reason) => (
        <p key={reason} className="muted">
          {reasonText(reason)}
        </p>
      ))}
      <Half half={part.egress} title={`Egress of ${pair.from.label}`} name={pair.from.label} />
      <Half half={part.ingress} title={`Ingress of ${pair.to.label}`} name={pair.to.label} />
    </details>
  );
}

function Half({
  half,
  title,
  name,
}: {
  readonly half: HalfVerdict;
  readonly title: string;
  readonly name: string;
}): ReactNode {
  return (
    <div className="half">
      <header>
        <span className="truncate">{title}</span>
        <VerdictBadge verdict={half.verdict} />
      </header>
      <div>
        <p>{halfText(half, name)}</p>
        {half.verdict === 'denied' && half.rules.length === 0 ? (
          <ul>
            {half.isolatedBy.map((key) => (
              <li key={key}>
                <PolicyLink policy={key} />
              </li>
            ))}
          </ul>
        ) : null}
        {half.rules.map((rule) => (
          <RuleBlock key={`${rule.policy} ${rule.path}`} rule={rule} />
        ))}
        {half.nearMisses.length === 0 ? null : (
          <details>
            <summary className="muted">Rules that came close</summary>
            {half.nearMisses.map((miss) => (
              <div key={`${miss.policy} ${miss.path}`} className="rule">
                <p className="muted">{nearMissText(miss)}:</p>
                <RuleBlock rule={miss} />
              </div>
            ))}
          </details>
        )}
      </div>
    </div>
  );
}

function RuleBlock({ rule }: { readonly rule: RuleRef }): ReactNode {
  const where = rule.file === null ? `line ${rule.line}` : `${rule.file}:${rule.line}`;
  return (
    <div className="rule">
      <div className="where">
        <PolicyLink policy={rule.policy} line={rule.line} />
        {rule.action === 'allow' ? null : <span className="badge">{rule.action}</span>}
        {rule.certain ? null : <span className="badge unknown">may match</span>}
      </div>
      <div className="muted small-text truncate" title={where}>
        {where}
      </div>
      <CodeLines lines={dedent(rule.lines)} first={rule.line} />
    </div>
  );
}

function dedent(lines: readonly string[]): readonly string[] {
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents, 40);
  return lines.map((line) => line.slice(least));
}

/** Where the table lists the connections of a pair of namespaces. */
function inTable({ from, to }: PairDetails): Partial<Route> {
  const end = (id: string) => `${entityName(id)}${id.startsWith('ns:') ? '/' : ''}`;
  return { view: 'table', tab: 'connections', sort: '', find: `${end(from.id)} -> ${end(to.id)}` };
}

/** Where the matrix has their workloads. */
function inMatrix({ from, to }: PairDetails): Partial<Route> {
  const axis = (id: string) => (/^(ns|wl):/.test(id) ? (entityName(id).split('/')[0] ?? '') : '');
  return { view: 'matrix', drill: [axis(from.id), axis(to.id)], cell: null };
}

function Members({ pair }: { readonly pair: PairDetails }): ReactNode {
  return (
    <section>
      <h3>
        Connections <span className="end">{formatCount(pair.memberCount)}</span>
      </h3>
      <div className="peer-list">
        {pair.members.map((member) => (
          <button
            key={`${member.from.id} ${member.to.id}`}
            type="button"
            className="peer"
            onClick={() => navigate({ selection: { type: 'pair', from: member.from.id, to: member.to.id } })}
          >
            <span className={`verdict-${member.verdict}`}>
              <Icon
                name={
                  member.verdict === 'allowed' ? 'check' : member.verdict === 'unknown' ? 'question' : 'cross'
                }
                size={13}
              />
            </span>
            <span className="truncate">
              {member.from.label} → {member.to.label}{' '}
              {member.impact === null ? null : <ImpactBadge impact={member.impact} />}
            </span>
            <span className="ports">{member.ports.label}</span>
          </button>
        ))}
      </div>
      <p className="muted elsewhere">
        {pair.memberCount > pair.members.length
          ? `The first ${formatCount(pair.members.length)} of ${formatCount(pair.memberCount)} are listed. `
          : ''}
        <button type="button" className="link" onClick={() => navigate(inTable(pair))}>
          All in the table
        </button>
        {' · '}
        <button type="button" className="link" onClick={() => navigate(inMatrix(pair))}>
          As a matrix
        </button>
      </p>
    </section>
  );
}
