import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';

interface PopupProps {
  readonly label: string;
  readonly button: ReactNode;
  readonly className?: string;
  readonly children: (close: () => void) => ReactNode;
}

const GAP = 4;
const MARGIN = 8;

/**
 * A button with a list over everything else: drawn in the browser's top layer, on the side of the button where there is
 * room, so that no scrolling box cuts it off. Escape and a click elsewhere close it.
 */
export function Popup({ label, button, className = 'button small', children }: PopupProps): ReactNode {
  const id = useId();
  const anchor = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (open) place(anchor.current, panel.current);
  }, [open]);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-expanded={open}
        aria-haspopup="menu"
        popoverTarget={id}
      >
        {button}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className="menu draft-popup"
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {open ? children(() => panel.current?.hidePopover()) : null}
      </div>
    </>
  );
}

function place(anchor: HTMLElement | null, panel: HTMLElement | null): void {
  if (anchor === null || panel === null) return;
  const at = anchor.getBoundingClientRect();
  const { innerHeight, innerWidth } = window;
  const below = innerHeight - at.bottom - GAP - MARGIN;
  const above = at.top - GAP - MARGIN;
  const upwards = below < Math.min(panel.scrollHeight, 240) && above > below;
  panel.style.maxHeight = `${Math.min(420, upwards ? above : below)}px`;
  const height = Math.min(panel.scrollHeight + 2, upwards ? above : below, 420);
  panel.style.top = `${upwards ? at.top - GAP - height : at.bottom + GAP}px`;
  panel.style.left = `${Math.max(MARGIN, Math.min(at.left, innerWidth - panel.offsetWidth - MARGIN))}px`;
}
