import type { ReactNode } from 'react';
import { Button } from '../../shared/ui.tsx';

interface TableBarProps {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** How many rows there are, and what is left out. */
  readonly children: ReactNode;
  readonly onCopy: () => void;
  readonly onCsv: () => void;
  readonly onJson: () => void;
  readonly busy?: boolean;
}

/** Search, counts and ways out of a table. */
export function TableBar(props: TableBarProps): ReactNode {
  const { label, placeholder, text, onText, children, onCopy, onCsv, onJson, busy = false } = props;
  return (
    <div className="table-bar">
      <input
        className="input"
        type="search"
        aria-label={`Filter ${label}`}
        placeholder={placeholder}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
      {children}
      <span className="spring" />
      <span className="table-ways">
        <Button small icon="copy" disabled={busy} title="Copy as text with tabs" onClick={onCopy}>
          Copy
        </Button>
        <Button small icon="download" disabled={busy} onClick={onCsv}>
          CSV
        </Button>
        <Button small icon="download" disabled={busy} onClick={onJson}>
          JSON
        </Button>
      </span>
    </div>
  );
}
