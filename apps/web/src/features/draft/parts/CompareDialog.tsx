import type { ReactNode } from 'react';
import { useState } from 'react';
import { useDraft } from '../session.ts';
import { compareDrafts } from './compare.ts';
import { Dialog } from './Dialog.tsx';
import { Scroll } from './Scroll.tsx';

/** Two drafts side by side: which policies and edits are in one, in the other, or in both and different. */
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
        <select className="select" value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {others.map(({ draft }) => (
            <option key={draft.id} value={draft.id}>
              {draft.name}
            </option>
          ))}
        </select>
      </label>
      {rows.length === 0 ? <p className="draft-hint muted">Both drafts hold the same edits.</p> : null}
      {rows.map(({ title, here, there }) => (
        <section key={title} className="draft-compare">
          <h3>{title}</h3>
          <div>
            <Scroll label={`${title} in ${entry.draft.name}`}>{here ?? 'not in this draft'}</Scroll>
            <Scroll label={`${title} in ${other.draft.name}`}>{there ?? 'not in this draft'}</Scroll>
          </div>
        </section>
      ))}
    </Dialog>
  );
}
