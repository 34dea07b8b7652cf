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
  /** Why it is. */
  readonly busyTitle?: string;
  /** A file that is being made: how far it is, and how to stop it. */
  readonly saving?: { readonly share: number; readonly onCancel: () => void } | null;
}

/** Search, counts and ways out of a table. */
export function TableBar(props: TableBarProps): ReactNode {
  const { label, placeholder, text, onText, children, busy = false, busyTitle, saving = null } = props;
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
      <div className="table-said">{children}</div>
      {saving === null ? (
        <span className="table-ways">
          <Button
            small
            icon="copy"
            disabled={busy}
            title={busyTitle ?? 'Copy as text with tabs'}
            onClick={props.onCopy}
          >
            Copy
          </Button>
          <Button small icon="download" disabled={busy} title={busyTitle} onClick={props.onCsv}>
            CSV
          </Button>
          <Button small icon="download" disabled={busy} title={busyTitle} onClick={props.onJson}>
            JSON
          </Button>
        </span>
      ) : (
        <span className="table-ways">
          <span
            className="progress"
            role="progressbar"
            aria-label="Rows fetched"
            aria-valuenow={Math.round(saving.share * 100)}
          >
            <i style={{ width: `${saving.share * 100}%` }} />
          </span>
          <span className="muted">{Math.floor(saving.share * 100)} %</span>
          <Button small icon="close" onClick={saving.onCancel}>
            Cancel
          </Button>
        </span>
      )}
    </div>
  );
}
