import type {
  AlsoChange,
  ClusterValues,
  Suggestion,
  SuggestionList,
  SuggestQuestion,
  SuggestVerdict,
} from '@bulkhead/policy-engine';
import { type ReactNode, useCallback, useEffect, useId, useMemo, useState } from 'react';
import type { EntityId } from '../../../app/contracts.ts';
import { useEngine, useSession } from '../../../data/engine.ts';
import { useNotify } from '../../../shared/announce.tsx';
import { Icon } from '../../../shared/icons.tsx';
import { entityName } from '../../../shared/names.ts';
import { Button, formatCount, Segments } from '../../../shared/ui.tsx';
import { TextInput } from '../form/TextInput.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { suggestEnd, whyNoEnd } from '../parts/entity.ts';
import { useLiveQuery } from '../parts/live-query.ts';
import { type PairQuestion, useDraftTools } from '../session.ts';
import { parsePorts } from '../templates/inputs.ts';
import { clusterValuesRequest, suggestRequest } from '../worker/requests.ts';
import { type EndChoice, endChoices, endText, readEnd } from './ends.ts';

export interface SuggestDialogProps {
  readonly question: PairQuestion;
  readonly onClose: () => void;
}

/** How to allow exactly one connection, or to close it: the smallest edits, each with what else it changes. */
export default function SuggestDialog({ question, onClose }: SuggestDialogProps): ReactNode {
  const engine = useEngine();
  const { revision, overlay } = useSession();
  const { data: values } = useLiveQuery(clusterValuesRequest, null);
  const [want, setWant] = useState(question.want);
  const [typed, setTyped] = useState<string | null>(question.port?.replace('/', ' ') ?? null);
  const [answer, setAnswer] = useState<SuggestionList | string | null>(null);
  const [ends, setEnds] = useState({ from: question.from, to: question.to });
  const choices = useMemo(() => endChoices(values), [values]);
  const from = suggestEnd(ends.from ?? '');
  const to = suggestEnd(ends.to ?? '');
  const use = useUse(onClose);
  const declared = usualPort(values, to);
  const port = typed ?? (declared === undefined ? 'TCP 443' : `${declared.protocol} ${declared.port}`);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new state of the cluster or the draft asks again
  useEffect(() => {
    const obstacle = whyNoEnd(ends.from ?? 'out:internet') ?? whyNoEnd(ends.to ?? 'out:internet');
    const asked = obstacle ?? readQuestion(from, to, port);
    if (typeof asked === 'string') {
      setAnswer(asked);
      return;
    }
    const controller = new AbortController();
    engine
      .call(suggestRequest, { want, question: asked }, { signal: controller.signal })
      .then(setAnswer)
      .catch((error: unknown) => {
        if (!controller.signal.aborted) setAnswer(error instanceof Error ? error.message : String(error));
      });
    return () => controller.abort();
  }, [engine, want, port, ends, revision, overlay]);

  const isChosen = ends.from !== undefined && ends.to !== undefined;
  const title =
    ends.from === undefined || ends.to === undefined
      ? want === 'allow'
        ? 'Allow a connection'
        : 'Close a connection'
      : `${entityName(ends.from)} → ${entityName(ends.to)}`;
  const best = answer !== null && typeof answer !== 'string' ? answer.suggestions[0] : undefined;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="draft-question"
        onSubmit={(event) => {
          event.preventDefault();
          if (best !== undefined) void use(best);
        }}
      >
        <Segments
          label="What is wanted"
          value={want}
          options={[
            { value: 'allow', label: 'Allow' },
            { value: 'close', label: 'Close' },
          ]}
          onChange={setWant}
        />
        <EndField
          label="From"
          id={ends.from}
          choices={choices}
          focus={question.from === undefined}
          onChange={(id) => setEnds((old) => ({ ...old, from: id }))}
        />
        <EndField
          label="To"
          id={ends.to}
          choices={choices}
          focus={question.from !== undefined && question.to === undefined}
          onChange={(id) => setEnds((old) => ({ ...old, to: id }))}
        />
        <div>
          <span className="muted">Port</span>
          <TextInput
            label="Port"
            value={port}
            problem={portProblem}
            firstFocus={question.from !== undefined && question.to !== undefined}
            onChange={setTyped}
          />
        </div>
        <button type="submit" className="visually-hidden" tabIndex={-1} disabled={best === undefined}>
          Add the first to the draft
        </button>
      </form>
      {answer === null ? <p className="draft-hint muted">Looking for edits…</p> : null}
      {typeof answer === 'string' ? (
        <p className={isChosen ? 'draft-notice warning' : 'draft-hint muted'}>{answer}</p>
      ) : null}
      {answer === null || typeof answer === 'string' ? null : (
        <Answer answer={answer} want={want} onUse={use} />
      )}
    </Dialog>
  );
}

interface EndFieldProps {
  readonly label: 'From' | 'To';
  readonly id: EntityId | undefined;
  readonly choices: readonly EndChoice[];
  readonly focus: boolean;
  readonly onChange: (id: EntityId | undefined) => void;
}

/** One end of the connection: a workload or a namespace by name, the internet, or addresses. */
function EndField({ label, id, choices, focus, onChange }: EndFieldProps): ReactNode {
  const list = useId();
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? (id === undefined ? '' : endText(id, choices));
  const wrong = shown !== '' && readEnd(shown, choices) === undefined && id === undefined;
  return (
    <label>
      <span className="muted">{label}</span>
      <input
        className="input"
        aria-label={label}
        aria-invalid={wrong}
        list={list}
        value={shown}
        placeholder="workload, namespace, internet, addresses"
        {...(focus ? { 'data-first-focus': true } : {})}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value);
          onChange(readEnd(event.target.value, choices));
        }}
      />
      <datalist id={list}>
        {choices.map((choice) => (
          <option key={choice.id} value={choice.text} />
        ))}
      </datalist>
    </label>
  );
}

/** Takes a suggestion into the draft, and says what came of it. */
function useUse(onClose: () => void): (suggestion: Suggestion) => Promise<void> {
  const { actions } = useDraftTools();
  const notify = useNotify();
  return useCallback(
    async ({ title, edits }) => {
      const problems = await actions.applyEdits(edits);
      notify(problems.length === 0 ? `In the draft: ${title}.` : problems.join(' '));
      onClose();
    },
    [actions, notify, onClose],
  );
}

function portProblem(text: string): string | undefined {
  const read = parsePorts(text);
  if ('problem' in read) return read.problem;
  if (read.ports.length > 1) return 'One port at a time.';
  return typeof read.ports[0]?.port === 'number' ? undefined : 'A number, such as TCP 8080.';
}

function readQuestion(
  from: SuggestQuestion['from'] | undefined,
  to: SuggestQuestion['to'] | undefined,
  port: string,
): SuggestQuestion | string {
  if (from === undefined || to === undefined) {
    return 'Choose both ends: workloads such as shop/cart, namespaces, the internet, or addresses such as 10.0.0.0/8.';
  }
  if (from.type === 'addresses' && to.type === 'addresses')
    return 'Policies act at pods: one of the two ends must be a workload or a namespace.';
  const read = parsePorts(port);
  const first = 'ports' in read ? read.ports[0] : undefined;
  if (first === undefined || typeof first.port !== 'number') return portProblem(port) ?? 'Name a port.';
  return { from, to, protocol: first.protocol, port: first.port };
}

const NOT_THERE = 'One of the two ends is not in the cluster, or runs nothing now.';
const NOW: Readonly<Record<'allow' | 'close', Readonly<Partial<Record<SuggestVerdict, string>>>>> = {
  allow: {
    allowed: 'This connection is allowed already.',
    mixed: 'Some pods are allowed this already; the edits allow it for all.',
    'no-such-end': NOT_THERE,
  },
  close: {
    denied: 'This connection is denied already.',
    mixed: 'Some pods are denied this already; the edits close it for all.',
    'no-such-end': NOT_THERE,
  },
};

/** The port that most workloads of an end listen on. */
function usualPort(
  values: ClusterValues | undefined,
  end: SuggestQuestion['to'] | undefined,
): { readonly protocol: string; readonly port: number } | undefined {
  if (end === undefined || end.type === 'addresses') return undefined;
  const own = values?.workloads.filter(
    ({ namespace, kind, name }) =>
      namespace === end.namespace &&
      (end.type === 'namespace' || (kind === end.workload.kind && name === end.workload.name)),
  );
  const counts = new Map<string, { readonly port: { protocol: string; port: number }; count: number }>();
  for (const [first] of own?.map(({ ports }) => ports) ?? []) {
    if (first === undefined) continue;
    const key = `${first.protocol} ${first.port}`;
    const known = counts.get(key) ?? { port: first, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.port;
}

interface AnswerProps {
  readonly answer: SuggestionList;
  readonly want: 'allow' | 'close';
  readonly onUse: (suggestion: Suggestion) => Promise<void>;
}

function Answer({ answer, want, onUse }: AnswerProps): ReactNode {
  const standing = NOW[want][answer.now];
  const isOpen = standing === undefined || answer.now === 'mixed';
  return (
    <>
      {standing === undefined ? null : <p className="draft-hint muted">{standing}</p>}
      {answer.obstacles.map((obstacle) => (
        <p key={obstacle} className="draft-notice warning">
          <Icon name="warning" size={14} />
          <span>{obstacle}</span>
        </p>
      ))}
      {isOpen && answer.suggestions.length === 0 && answer.obstacles.length === 0 ? (
        <p className="draft-hint muted">No edit of the policies that decide this does it.</p>
      ) : null}
      <ol className="draft-suggestions">
        {answer.suggestions.map((suggestion) => (
          <SuggestionCard key={JSON.stringify(suggestion.edits)} suggestion={suggestion} onUse={onUse} />
        ))}
      </ol>
    </>
  );
}

interface SuggestionCardProps {
  readonly suggestion: Suggestion;
  readonly onUse: (suggestion: Suggestion) => Promise<void>;
}

function SuggestionCard({ suggestion, onUse }: SuggestionCardProps): ReactNode {
  const { title, exact, alsoPorts, also, alsoPairs } = suggestion;
  return (
    <li className="draft-suggestion">
      <div>
        <strong>{title}</strong>
        {exact ? (
          <span className="badge allowed">
            <Icon name="check" size={12} /> exactly this
          </span>
        ) : (
          <span className="badge warning">{alsoText(suggestion)}</span>
        )}
        <span className="spring" />
        <Button variant="primary" onClick={() => void onUse(suggestion)}>
          Add to the draft
        </Button>
      </div>
      {also.length === 0 && alsoPorts === null ? null : (
        <ul>
          {alsoPorts === null ? null : (
            <li>
              between these two <Ports {...alsoPorts} />
            </li>
          )}
          {also.map((change) => (
            <li key={`${change.from.id} ${change.to.id} ${change.opened.label} ${change.closed.label}`}>
              {changeText(change)} <Ports {...change} />
            </li>
          ))}
          {alsoPairs > also.length ? (
            <li className="muted">and {formatCount(alsoPairs - also.length)} more</li>
          ) : null}
        </ul>
      )}
    </li>
  );
}

/** `also opens 3 more`, `also closes other ports`, `also changes 12 more`: what a badge has room for. */
function alsoText({ alsoPorts, also, alsoPairs }: Suggestion): string {
  const changes = alsoPorts === null ? also : [alsoPorts, ...also];
  const opens = changes.some(({ opened }) => opened.ranges.length > 0);
  const closes = changes.some(({ closed }) => closed.ranges.length > 0);
  const verb = opens && closes ? 'changes' : opens ? 'opens' : closes ? 'closes' : 'changes';
  const what = [
    ...(alsoPairs > 0 ? [`${formatCount(alsoPairs)} more`] : []),
    ...(alsoPorts === null ? [] : ['other ports']),
  ];
  return what.length === 0 ? 'leaves other ports unknown' : `also ${verb} ${what.join(', ')}`;
}

function Ports({ opened, closed }: Pick<AlsoChange, 'opened' | 'closed'>): ReactNode {
  const parts = [
    ...(opened.ranges.length > 0 ? [`+ ${opened.label}`] : []),
    ...(closed.ranges.length > 0 ? [`\u2212 ${closed.label}`] : []),
  ];
  return <span className="muted">{parts.length === 0 ? 'no longer known for sure' : parts.join(', ')}</span>;
}

function changeText({ from, to, pairs }: AlsoChange): string {
  const name = (end: AlsoChange['from']) =>
    end.type === 'workload' ? `${end.namespace}/${end.label}` : end.label;
  if (from.id === to.id && from.type === 'workload') return `among the pods of ${name(from)}`;
  return `${name(from)} → ${name(to)}${pairs > 1 ? ` (${formatCount(pairs)})` : ''}`;
}
