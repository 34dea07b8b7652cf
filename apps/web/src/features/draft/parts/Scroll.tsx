import type { ReactNode } from 'react';

interface ScrollProps {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Preformatted text in a box that scrolls, by keyboard too. */
export function Scroll({ label, className = '', children }: ScrollProps): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={`draft-scroll ${className}`} aria-label={label} tabIndex={0}>
      <pre>{children}</pre>
    </section>
  );
}
