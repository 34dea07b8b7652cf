import type { Draft, ImpactRow } from '@bulkhead/policy-engine';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { useEngine, useSession } from '../../../data/engine.ts';
import { plural } from '../../../shared/ui.tsx';
import { ImpactList } from '../impact/ImpactList.tsx';
import { useDraft } from '../session.ts';
import { compareRequest, expandCompareRequest } from '../worker/requests.ts';
import { compareDrafts, type DraftDifference } from './compare.ts';
import { Dialog } from './Dialog.tsx';
import { diffLines, withContext } from './line-diff.ts';
import { useLiveQuery } from './live-query.ts';

/** Two drafts side by side: what the one changes beside the other, and which edits are in one, or in both and different. */
export default function CompareDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { entry, entries } = useDraft();
  const others = entries.filter(({ draft }) => draft.id !== entry?.draft.id);
  const [chosen, setChosen] = useState(others[0]?.draft.id ?? '');
  const other = others.find(({ draft }) => draft.id === chosen);
  if (entry === undefined || other === undefined) return null;
  const rows = compareDrafts(entry.draft, other.draft);
  return (
    <Dialog title={`Compare ${entry.draft.name}`} onClose={onClose}>
      <label className="draft-field">
        <span>with</span>
        <select
          className="select"
          data-first-focus
          value={chosen}
          onChange={(event) => setChosen(event.target.value)}
        >
          {others.map(({ draft }) => (
            <option key={draft.id} value={draft.id}>
              {draft.name}
            </option>
          ))}
        </select>
      </label>
      <Effect here={entry.draft} there={other.draft} />
      {rows.length === 0 ? <p className="draft-hint muted">Both drafts hold the same edits.</p> : null}
      {rows.map((row) => (
        <Difference key={row.title} row={row} names={[entry.draft.name, other.draft.name]} />
      ))}
    </Dialog>
  );
}

/** What choosing the other draft would open and close: in a sentence, and connection by connection. */
function Effect({ here, there }: { readonly here: Draft; readonly there: Draft }): ReactNode {
  const engine = useEngine();
  const pane = useRef<HTMLElement>(null);
  const { data, isPlaceholderData } = useLiveQuery(compareRequest, { here, there });
  const impact = isPlaceholderData ? undefined : data;
  // Which comparison it is: what was opened up in another is of another state.
  const { revision } = useSession();
  const expand = useCallback(
    ({ from, to }: ImpactRow) =>
      engine.call(expandCompareRequest, { here, there, within: { from: from.id, to: to.id } }),
    [engine, here, there],
  );
  const states = useMemo(() => [`“${here.name}”`, `“${there.name}”`] as const, [here.name, there.name]);
  return (
    <>
      <p className="draft-compare-effect" role="status" data-testid="compare-effect">
        {impact === undefined
          ? 'Comparing what they allow…'
          : `“${there.name}” instead of “${here.name}”: ${lowered(impact.sentence)}`}
      </p>
      {impact === undefined || impact.groups.length === 0 ? null : (
        <section
          ref={pane}
          className="draft-compare-rows"
          aria-label="Connections that differ"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
        >
          <ImpactList
            key={there.id}
            impact={impact}
            version={revision}
            expand={expand}
            states={states}
            pane={pane}
          />
        </section>
      )}
    </>
  );
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

const CONTEXT = 3;

interface DifferenceProps {
  readonly row: DraftDifference;
  readonly names: readonly [here: string, there: string];
}

function Difference({ row: { title, here, there }, names }: DifferenceProps): ReactNode {
  const parts = withContext(diffLines(here ?? '', there ?? ''), CONTEXT);
  const missing = 'not in this draft';
  return (
    <section className="draft-compare" aria-label={title}>
      <h3>{title}</h3>
      <div className="draft-compare-scroll">
        <table>
          <thead>
            <tr>
              {names.map((name, index) => (
                <th key={index === 0 ? 'here' : 'there'} scope="col">
                  {name}
                  {(index === 0 ? here : there) === null ? <span className="muted"> {missing}</span> : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part, at) => {
              if ('same' in part) {
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity
                  <tr key={at}>
                    <td colSpan={2} className="muted">
                      {plural(part.same, 'line')} the same
                    </td>
                  </tr>
                );
              }
              return part.rows.map((line, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
                <tr key={`${at} ${index}`}>
                  <Side text={here === null ? null : line.left} other={line.right} mark="−" />
                  <Side text={there === null ? null : line.right} other={line.left} mark="+" />
                </tr>
              ));
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface SideProps {
  readonly text: string | null;
  readonly other: string | null;
  readonly mark: '+' | '−';
}

function Side({ text, other, mark }: SideProps): ReactNode {
  const differs = text !== null && text !== other;
  return (
    <td className={differs ? (mark === '+' ? 'come' : 'gone') : undefined}>
      <span aria-hidden={!differs}>{differs ? mark : ' '}</span> {text ?? ''}
    </td>
  );
}
