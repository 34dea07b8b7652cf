import type { ReactNode } from 'react';

interface OtherOptionProps {
  readonly value: string | undefined;
  readonly known: readonly string[];
  /** What is shown where nothing is written. */
  readonly none: string;
}

/** What is written where it is none of a list's choices, so that the list doesn't show another one in its place. */
export function OtherOption({ value, known, none }: OtherOptionProps): ReactNode {
  if (value !== undefined && known.includes(value)) return null;
  return (
    <option value={value ?? ''} disabled>
      {value === undefined || value === '' ? none : value}
    </option>
  );
}
