import type { DraftMark } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';

/** What a draft does to a workload or namespace itself: a sign and a word for small places, and what they mean. */
export const MARKS: Readonly<
  Record<
    DraftMark,
    {
      readonly sign: string;
      readonly word: string;
      readonly text: string;
      readonly color: 'opened' | 'rearranged';
    }
  >
> = {
  added: { sign: '+', word: 'new', text: 'not in the cluster yet', color: 'opened' },
  relabelled: { sign: '±', word: 'labels', text: 'labels changed by the draft', color: 'rearranged' },
};

/** `, not in the cluster yet`; empty without a mark. */
export function markSuffix(mark: DraftMark | null): string {
  return mark === null ? '' : `, ${MARKS[mark].text}`;
}

interface MarkBadgeProps {
  readonly mark: DraftMark | null;
  /** Only the sign, where there is no room for the word. */
  readonly small?: boolean;
}

/** The mark as a badge; nothing without one. */
export function MarkBadge({ mark, small = false }: MarkBadgeProps): ReactNode {
  if (mark === null) return null;
  const { sign, word, text, color } = MARKS[mark];
  return (
    <span className={`badge ${color}`} title={text}>
      {small ? sign : `${sign} ${word}`}
      <span className="visually-hidden"> ({text})</span>
    </span>
  );
}
