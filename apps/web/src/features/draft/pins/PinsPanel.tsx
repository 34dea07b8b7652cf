import type { InvariantStatus } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { navigate } from '../../../app/route.ts';
import { EmptyState, IconButton, VerdictBadge } from '../../../shared/ui.tsx';
import { saveFile } from '../parts/save.ts';
import { pairOf } from './model.ts';
import { type JudgedPin, useJudgedPins } from './use-pins.ts';
import '../draft.css';

const STATUS = {
  holds: { verdict: 'allowed', label: 'holds' },
  fails: { verdict: 'denied', label: 'broken' },
  unknown: { verdict: 'unknown', label: 'unknown' },
  'matches-nothing': { verdict: 'unknown', label: 'matches nothing' },
} as const satisfies Record<InvariantStatus, unknown>;

/** How an invariant stands, by colour, sign and word. */
export function StatusBadge({ status }: { readonly status: InvariantStatus }): ReactNode {
  const { verdict, label } = STATUS[status];
  return <VerdictBadge verdict={verdict} label={label} />;
}

/** All pinned invariants with how they stand, and the check file that holds them for CI. */
export function PinsPanel(): ReactNode {
  const { store, pins } = useJudgedPins();
  return (
    <>
      <div className="panel-head">
        <h2>Invariants</h2>
        <span className="count">{pins.length}</span>
        <span className="spring" />
        {pins.length === 0 ? null : (
          <IconButton
            icon="download"
            label="Save as a check file for CI"
            onClick={() => saveFile('bulkhead-checks.yaml', store.text(), 'application/yaml')}
          />
        )}
      </div>
      {pins.length === 0 ? (
        <EmptyState title="Nothing is pinned" icon="invariants">
          <p>
            Select two ends and pin what must, or must never, reach what. A pin goes red the moment a draft or
            the cluster breaks it.
          </p>
        </EmptyState>
      ) : (
        <ul className="draft-pins">
          {pins.map((pin) => (
            <Pin key={pin.invariant.name} pin={pin} onRemove={() => store.remove(pin.invariant.name)} />
          ))}
        </ul>
      )}
    </>
  );
}

function Pin({ pin, onRemove }: { readonly pin: JudgedPin; readonly onRemove: () => void }): ReactNode {
  const { invariant, verdict } = pin;
  const pair = pairOf(invariant);
  return (
    <li className="draft-pin" data-status={verdict?.now}>
      <button
        type="button"
        disabled={pair === undefined}
        onClick={() => {
          if (pair !== undefined) navigate({ selection: { type: 'pair', ...pair } });
        }}
      >
        <span>{invariant.name}</span>
        <span className="draft-pin-status">
          {verdict === undefined ? (
            <span className="muted">being judged…</span>
          ) : (
            <StatusBadge status={verdict.now} />
          )}
          {verdict === undefined || verdict.before === verdict.now ? null : (
            <span className="muted">by the draft; without it: {STATUS[verdict.before].label}</span>
          )}
        </span>
        {verdict?.examples.map((example) => (
          <span key={example} className="muted">
            {example}
          </span>
        ))}
      </button>
      <IconButton icon="close" small label={`Unpin: ${invariant.name}`} onClick={onRemove} />
    </li>
  );
}
