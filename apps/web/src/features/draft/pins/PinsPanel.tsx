import type { InvariantStatus } from '@bulkhead/policy-engine';
import { type ReactNode, useRef, useState } from 'react';
import { navigate } from '../../../app/route.ts';
import { useAnnounce } from '../../../shared/announce.tsx';
import { Icon } from '../../../shared/icons.tsx';
import { Button, EmptyState, IconButton, plural, VerdictBadge } from '../../../shared/ui.tsx';
import { DraftIcon } from '../parts/icons.tsx';
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
  const announce = useAnnounce();
  const chooser = useRef<HTMLInputElement>(null);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const open = async (file: File) => {
    const opened = store.open(file.name, await file.text());
    setProblems(opened.ok ? [] : opened.problems);
    announce(
      opened.ok ? `${plural(opened.count, 'invariant')} opened.` : `${file.name} could not be opened.`,
    );
  };
  const openButton = (
    <button
      type="button"
      className="button ghost icon"
      aria-label="Open a check file"
      title="Open a check file"
      onClick={() => chooser.current?.click()}
    >
      <DraftIcon name="upload" />
    </button>
  );
  return (
    <>
      <input
        ref={chooser}
        type="file"
        hidden
        accept=".yaml,.yml,.json"
        aria-label="Check file"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file !== undefined) void open(file);
          event.target.value = '';
        }}
      />
      <div className="panel-head">
        <h2>Invariants</h2>
        <span className="count">{pins.length}</span>
        <span className="spring" />
        {openButton}
        {pins.length === 0 ? null : (
          <IconButton
            icon="download"
            label="Save as a check file for CI"
            onClick={() => saveFile('bulkhead.yaml', store.text(), 'application/yaml')}
          />
        )}
      </div>
      {problems.length === 0 ? null : (
        <ul className="draft-notices" aria-label="Problems of the check file">
          {problems.map((problem) => (
            <li key={problem} className="draft-notice error">
              <Icon name="warning" size={14} />
              <span>{problem}</span>
            </li>
          ))}
        </ul>
      )}
      {pins.length === 0 ? (
        <EmptyState
          title="Nothing is pinned"
          icon="invariants"
          actions={<Button onClick={() => chooser.current?.click()}>Open a check file</Button>}
        >
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
