import type { ReactNode } from 'react';

/** Up to so many characters a name is cut at its end, if at all. */
const SHORT = 18;
/** What is kept of the end of a longer one. */
const END = 9;

/**
 * A name in one line. Where a long one has no room, its middle is left out: names of one cluster often begin alike. It is
 * read out, and shown for the pointer, as a whole.
 */
export function CutName({ name }: { readonly name: string }): ReactNode {
  if (name.length <= SHORT) return <span className="truncate">{name}</span>;
  return (
    <span className="cut-name" title={name}>
      <span className="visually-hidden">{name}</span>
      <span aria-hidden="true" className="truncate">
        {name.slice(0, -END)}
      </span>
      <span aria-hidden="true">{name.slice(-END)}</span>
    </span>
  );
}
