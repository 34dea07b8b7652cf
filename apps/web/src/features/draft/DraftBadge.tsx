import type { ImpactKind } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { formatCount } from '../../shared/ui.tsx';
import { useDraft, useDraftAnswer } from './session.ts';
import './draft.css';

interface DraftBadgeProps {
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** The header's word on drafting: opens the drawer, and says what the draft that is shown opens and closes. */
export function DraftBadge({ open, onToggle }: DraftBadgeProps): ReactNode {
  const { entry } = useDraft();
  const { result } = useDraftAnswer();
  const pairs = result?.impact.pairs;
  const sum = (...kinds: readonly ImpactKind[]) =>
    formatCount(kinds.reduce((all, kind) => all + (pairs?.[kind] ?? 0), 0));
  return (
    <button
      type="button"
      className="button draft-badge"
      aria-expanded={open}
      title={result === null ? 'Draft a policy' : result.impact.sentence}
      onClick={onToggle}
    >
      <Icon name="draft" size={14} />
      <span className="truncate">{entry?.draft.name ?? 'Draft'}</span>
      {pairs === undefined ? null : (
        <>
          <span className="draft-plus">+{sum('opened', 'widened', 'rearranged')}</span>
          <span className="draft-minus">−{sum('closed', 'narrowed', 'rearranged')}</span>
        </>
      )}
    </button>
  );
}
