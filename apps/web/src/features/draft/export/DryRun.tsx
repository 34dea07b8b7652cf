import type { DraftExport } from '@bulkhead/policy-engine';
import type { DryRunAnswer } from '@bulkhead/protocol';
import { type ReactNode, useState } from 'react';
import { askDryRun } from '../../../data/dry-run.ts';
import { useAnnounce } from '../../../shared/announce.tsx';
import { Icon } from '../../../shared/icons.tsx';
import { Button, plural } from '../../../shared/ui.tsx';

interface DryRunProps {
  readonly cluster: string;
  readonly policies: DraftExport['policies'];
  /** Whether the server was started to allow it. */
  readonly allowed: boolean;
}

type State =
  | { readonly at: 'idle' }
  | { readonly at: 'asking' }
  | { readonly at: 'failed'; readonly message: string }
  | {
      readonly at: 'answered';
      readonly of: DraftExport['policies'];
      readonly answers: readonly NamedAnswer[];
    };

interface NamedAnswer {
  readonly name: string;
  readonly answer: DryRunAnswer;
}

/** Has the API server validate what is exported, where the person asks for it. */
export function DryRun({ cluster, policies, allowed }: DryRunProps): ReactNode {
  const announce = useAnnounce();
  const [state, setState] = useState<State>({ at: 'idle' });
  if (!allowed) {
    return (
      <p className="draft-hint muted">
        The API server could validate this without keeping it: start Bulkhead with{' '}
        <code>--allow-dry-run</code>.
      </p>
    );
  }
  const ask = async () => {
    // Not disabled meanwhile: a button that is loses the focus, and with it the keys of the dialog.
    if (state.at === 'asking') return;
    setState({ at: 'asking' });
    try {
      const answers = await askDryRun(
        cluster,
        policies.map(({ policy: { apiVersion, kind, namespace, name }, text }) => ({
          apiVersion,
          kind,
          ...(namespace === undefined ? {} : { namespace }),
          name,
          text,
        })),
      );
      const named = policies.flatMap(({ policy: { namespace, name } }, index): readonly NamedAnswer[] => {
        const answer = answers[index];
        return answer === undefined
          ? []
          : [{ name: namespace === undefined ? name : `${namespace}/${name}`, answer }];
      });
      setState({ at: 'answered', of: policies, answers: named });
      announce(summary(named));
    } catch (error) {
      setState({ at: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  const answered = state.at === 'answered' && state.of === policies ? state.answers : [];
  return (
    <section className="draft-dry-run" aria-label="Validation by the API server">
      <div className="draft-export-actions">
        <Button icon="policies" aria-busy={state.at === 'asking'} onClick={() => void ask()}>
          {state.at === 'asking' ? 'Asking…' : 'Validate on the API server'}
        </Button>
        <span className="muted">A server-side dry run as you; nothing of it is kept.</span>
      </div>
      {state.at === 'failed' ? (
        <p className="draft-notice error" role="alert">
          <Icon name="warning" size={14} />
          <span>The API server could not be asked: {state.message}</span>
        </p>
      ) : null}
      {answered.length === 0 ? null : (
        <ul className="draft-notices" aria-label="Answers of the API server">
          {answered.map(({ name, answer }) => (
            <li key={name} className={`draft-notice ${NOTICE[answer.verdict]}`}>
              <Icon name={answer.verdict === 'accepted' ? 'check' : 'warning'} size={14} />
              <span>
                <strong>{name}</strong>{' '}
                {answer.verdict === 'accepted' ? 'is accepted.' : `: ${answer.message}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const NOTICE = { accepted: 'info', refused: 'error', 'not-allowed': 'warning' } as const;

function summary(answers: readonly NamedAnswer[]): string {
  const accepted = answers.filter(({ answer }) => answer.verdict === 'accepted').length;
  return accepted === answers.length
    ? `The API server accepts ${plural(accepted, 'policy', 'policies')}.`
    : `The API server accepts ${accepted} of ${plural(answers.length, 'policy', 'policies')}.`;
}
