import type { ReactNode } from 'react';

/** Up to so many characters a name is cut at its end, if at all. */
const SHORT = 18;
/** What is kept of the end of a longer one. */
const END = 9;

export interface CutNameProps {
  readonly name: string;
  /** Shown for the pointer: the name itself, where nothing more is known. */
  readonly title?: string;
  readonly className?: string;
}

/**
 * A name in one line. Where a long one has no room, its middle is left out: names of one cluster often begin alike. It is
 * read out, and shown for the pointer, as a whole.
 */
export function CutName({ name, title = name, className = '' }: CutNameProps): ReactNode {
  if (name.length <= SHORT) {
    return (
      <span className={`truncate ${className}`} title={title}>
        {name}
      </span>
    );
  }
  return (
    <span
      className={`cut-name ${className}`}
      title={title}
      data-begin={name.slice(0, -END)}
      data-end={name.slice(-END)}
    >
      <span className="visually-hidden">{name}</span>
    </span>
  );
}
