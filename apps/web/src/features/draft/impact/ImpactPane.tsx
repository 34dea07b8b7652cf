import type { DraftReview, FutureOpening, ImpactRow } from '@bulkhead/policy-engine';
import { memo, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { Navigate } from '../../../app/contracts.ts';
import { useEngine } from '../../../data/engine.ts';
import { Icon } from '../../../shared/icons.tsx';
import { Button, plural } from '../../../shared/ui.tsx';
import { PinsStrip } from '../pins/PinsStrip.tsx';
import { useDraft, useDraftAnswer, useDraftTools } from '../session.ts';
import { type ApplyResult, type DraftNotice, expandImpactRequest } from '../worker/requests.ts';
import { findingNotices } from './findings.ts';
import { ImpactList } from './ImpactList.tsx';

/** What the draft changes: a sentence, warnings, and every connection that opens, closes, widens or narrows. */
export function ImpactPane({ navigate }: { readonly navigate: Navigate }): ReactNode {
  const { result, review, failure } = useDraftAnswer();
  const { entry } = useDraft();
  const isLate = useLate(result !== null && result.version !== entry?.version);
  const pane = useRef<HTMLElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const engine = useEngine();
  const expand = useCallback(
    ({ from, to }: ImpactRow) => engine.call(expandImpactRequest, { from: from.id, to: to.id }),
    [engine],
  );
  const select = useCallback(
    ({ from, to }: ImpactRow) => navigate({ selection: { type: 'pair', from: from.id, to: to.id } }),
    [navigate],
  );
  useEffect(() => {
    if (result !== null) performance.mark('bulkhead:impact', { detail: result.version });
  }, [result]);
  return (
    <section
      ref={pane}
      className="draft-impact"
      aria-label="Impact"
      aria-busy={result === null || isLate}
      data-late={isLate}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      {failure === null ? null : (
        <p className="draft-notice error" role="alert">
          <Icon name="warning" size={14} />
          <span>The impact could not be computed: {failure}</span>
        </p>
      )}
      {result === null ? (
        <p className="draft-hint muted">Computing the impact…</p>
      ) : (
        <>
          <div ref={head}>
            <p className="draft-sentence" data-testid="impact-sentence">
              {isLate ? <span className="muted">Before the last edit: </span> : null}
              {result.impact.sentence}
            </p>
            <PinsStrip />
            <SafetyLine review={review} />
            <Notices result={result} review={review} />
          </div>
          <ImpactList
            impact={result.impact}
            version={result.version}
            expand={expand}
            onSelect={select}
            pane={pane}
            head={head}
          />
        </>
      )}
    </section>
  );
}

/** An answer that takes longer than this is said to be under way; sooner it would only flicker. */
const LATE_MS = 300;

/** Whether something has been waited for too long by now. */
function useLate(waits: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [waits]);
  return waits && late;
}

/** More warnings than these are folded, so that the connections that change are not far below. */
const NOTICES_SHOWN = 3;
/** What hurts most is never among the folded. */
const SEVERITIES: readonly DraftNotice['severity'][] = ['error', 'warning', 'info'];

interface NoticesProps {
  readonly result: ApplyResult;
  readonly review: DraftReview | null;
}

const Notices = memo(function Notices({ result, review }: NoticesProps): ReactNode {
  const [open, setOpen] = useState(false);
  const notices = [...result.notices, ...findingNotices(review)].toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  if (notices.length === 0) return null;
  const folded = notices.length - NOTICES_SHOWN;
  return (
    <>
      <ul className="draft-notices" aria-label="Warnings">
        {notices.slice(0, open ? undefined : NOTICES_SHOWN).map((notice) => (
          <Notice key={`${notice.code} ${notice.item} ${notice.line} ${notice.message}`} notice={notice} />
        ))}
      </ul>
      {folded <= 0 ? null : (
        <button
          type="button"
          className="button ghost small draft-more"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Fewer warnings' : plural(folded, 'more warning')}
        </button>
      )}
    </>
  );
});

function Notice({ notice }: { readonly notice: DraftNotice }): ReactNode {
  const { actions } = useDraftTools();
  const { item, edits } = notice;
  const body = (
    <>
      <Icon name="warning" size={14} />
      <span>
        {notice.message}{' '}
        {notice.hint === undefined || edits !== undefined ? null : (
          <span className="muted">{notice.hint}</span>
        )}
      </span>
    </>
  );
  return (
    <li className={`draft-notice ${notice.severity}`}>
      {item === undefined ? (
        body
      ) : (
        <button type="button" className="draft-notice-main" onClick={() => actions.open(item)}>
          {body}
        </button>
      )}
      {edits === undefined ? null : (
        <Button small onClick={() => void actions.applyEdits(edits)} title={notice.hint}>
          Fix
        </Button>
      )}
    </li>
  );
}

/** What holds for pods that do not exist yet. */
const SafetyLine = memo(function SafetyLine({ review }: { readonly review: DraftReview | null }): ReactNode {
  const [open, setOpen] = useState(false);
  if (review === null) return <p className="draft-safety muted">Checking what it means for pods to come…</p>;
  const { opensNothing, namespaces, counterexamples } = review.safety;
  if (opensNothing) {
    return (
      <p className="draft-safety safe">
        <Icon name="policies" size={14} />
        <span>Opens nothing new, whatever is deployed{placeText(namespaces)}.</span>
      </p>
    );
  }
  const [first, ...rest] = counterexamples;
  return (
    <div className="draft-safety">
      <Icon name="policies" size={14} />
      <div>
        {first === undefined ? null : <p>{exampleText(first)}</p>}
        {open ? rest.map((example) => <p key={JSON.stringify(example)}>{exampleText(example)}</p>) : null}
        {rest.length === 0 ? null : (
          <button
            type="button"
            className="button ghost small"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? 'Less' : `${rest.length} more such ${rest.length === 1 ? 'case' : 'cases'}`}
          </button>
        )}
      </div>
    </div>
  );
});

function placeText(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return '';
  if (namespaces.length > 3) return ` in ${namespaces.length} namespaces`;
  return ` in ${namespaces.join(', ')}`;
}

function exampleText({ direction, subject, peer, ports }: FutureOpening): string {
  return direction === 'ingress'
    ? `Pods to come: ${peer} could reach ${subject} on ${ports}.`
    : `Pods to come: ${subject} could reach ${peer} on ${ports}.`;
}
