import type { ImpactRow, Suggestion, SuggestionList, SuggestQuestion } from '@bulkhead/policy-engine';
import { type ReactNode, useEffect, useState } from 'react';
import { useEngine, useSession } from '../../../data/engine.ts';
import { useAnnounce } from '../../../shared/announce.tsx';
import { Icon } from '../../../shared/icons.tsx';
import { entityName } from '../../../shared/names.ts';
import { Button, formatCount, Segments } from '../../../shared/ui.tsx';
import { TextInput } from '../form/TextInput.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { suggestEnd } from '../parts/entity.ts';
import { useLiveQuery } from '../parts/live-query.ts';
import { type PairQuestion, useDraft } from '../session.ts';
import { parsePorts } from '../templates/inputs.ts';
import { clusterValuesRequest, suggestRequest } from '../worker/requests.ts';

interface SuggestDialogProps {
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
  const from = suggestEnd(question.from);
  const to = suggestEnd(question.to);
  const declared =
    to?.type === 'workload'
      ? values?.workloads.find(
          ({ namespace, kind, name }) =>
            namespace === to.namespace && kind === to.workload.kind && name === to.workload.name,
        )?.ports[0]
      : undefined;
  const port = typed ?? (declared === undefined ? 'TCP 443' : `${declared.protocol} ${declared.port}`);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new state of the cluster or the draft asks again
  useEffect(() => {
    const asked = readQuestion(from, to, port);
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
  }, [engine, want, port, question, revision, overlay]);

  return (
    <Dialog title={`${entityName(question.from)} → ${entityName(question.to)}`} onClose={onClose}>
      <div className="draft-export-head">
        <Segments
          label="What is wanted"
          value={want}
          options={[
            { value: 'allow', label: 'Allow' },
            { value: 'close', label: 'Close' },
          ]}
          onChange={setWant}
        />
        <span className="muted">on port</span>
        <TextInput label="Port" value={port} problem={portProblem} onChange={setTyped} />
      </div>
      {answer === null ? <p className="draft-hint muted">Looking for edits…</p> : null}
      {typeof answer === 'string' ? <p className="draft-notice warning">{answer}</p> : null}
      {answer === null || typeof answer === 'string' ? null : (
        <Answer answer={answer} want={want} onClose={onClose} />
      )}
    </Dialog>
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
    return 'Suggestions are made for workloads, the internet and blocks of addresses. Choose a workload inside the namespace.';
  }
  const read = parsePorts(port);
  const first = 'ports' in read ? read.ports[0] : undefined;
  if (first === undefined || typeof first.port !== 'number') return portProblem(port) ?? 'Name a port.';
  return { from, to, protocol: first.protocol, port: first.port };
}

const NOW = {
  allow: {
    allowed: 'This connection is allowed already.',
    'no-such-end': 'One of the two ends is not in the cluster, or runs nothing now.',
  },
  close: {
    denied: 'This connection is denied already.',
    'no-such-end': 'One of the two ends is not in the cluster, or runs nothing now.',
  },
} as const;

interface AnswerProps {
  readonly answer: SuggestionList;
  readonly want: 'allow' | 'close';
  readonly onClose: () => void;
}

function Answer({ answer, want, onClose }: AnswerProps): ReactNode {
  const done: Readonly<Record<string, string>> = NOW[want];
  const already = done[answer.now];
  return (
    <>
      {already === undefined ? null : <p className="draft-hint muted">{already}</p>}
      {answer.obstacles.map((obstacle) => (
        <p key={obstacle} className="draft-notice warning">
          <Icon name="warning" size={14} />
          <span>{obstacle}</span>
        </p>
      ))}
      {already === undefined && answer.suggestions.length === 0 && answer.obstacles.length === 0 ? (
        <p className="draft-hint muted">No edit of a single policy does this.</p>
      ) : null}
      <ol className="draft-suggestions">
        {answer.suggestions.map((suggestion) => (
          <SuggestionCard
            key={JSON.stringify(suggestion.edits)}
            suggestion={suggestion}
            verb={want === 'allow' ? 'opens' : 'closes'}
            onClose={onClose}
          />
        ))}
      </ol>
    </>
  );
}

interface SuggestionCardProps {
  readonly suggestion: Suggestion;
  readonly verb: 'opens' | 'closes';
  readonly onClose: () => void;
}

function SuggestionCard({ suggestion, verb, onClose }: SuggestionCardProps): ReactNode {
  const { actions } = useDraft();
  const announce = useAnnounce();
  const { title, exact, alsoPorts, also, alsoPairs, edits } = suggestion;
  const use = async () => {
    const problems = await actions.applyEdits(edits);
    announce(problems.length === 0 ? 'Added to the draft.' : problems.join(' '));
    onClose();
  };
  return (
    <li className="draft-suggestion">
      <div>
        <strong>{title}</strong>
        {exact ? (
          <span className="badge allowed">
            <Icon name="check" size={12} /> exactly this
          </span>
        ) : (
          <span className="badge warning">
            also {verb} {alsoPairs > 0 ? `${formatCount(alsoPairs)} more` : ''}
            {alsoPairs > 0 && alsoPorts !== null ? ', ' : ''}
            {alsoPorts?.label ?? ''}
          </span>
        )}
        <span className="spring" />
        <Button variant="primary" onClick={() => void use()}>
          Add to the draft
        </Button>
      </div>
      {also.length === 0 ? null : (
        <ul>
          {also.map((row) => (
            <li key={`${row.kind} ${row.from.id} ${row.to.id}`}>
              {rowText(row)}{' '}
              <span className="muted">{(verb === 'opens' ? row.opened : row.closed).label}</span>
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

function rowText({ from, to }: ImpactRow): string {
  const name = (end: ImpactRow['from']) =>
    end.type === 'workload' ? `${end.namespace}/${end.label}` : end.label;
  return `${name(from)} → ${name(to)}`;
}
