import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, IconButton } from './ui.tsx';

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

export interface ToastMessage {
  readonly text: string;
  /** Tells messages with the same text apart. */
  readonly turn: number;
  readonly action?: ToastAction;
}

/** Time to read: a word takes a third of a second, and what can be taken back takes thinking. */
const MS_PER_WORD = 330;
const LEAST_MS = 4_000;
const ACTION_MS = 10_000;

interface ToastProps {
  readonly message: ToastMessage;
  readonly onClose: () => void;
}

/** A message over the foot of the page. It stays while the pointer or the focus is on it. */
export function Toast({ message, onClose }: ToastProps): ReactNode {
  const { text, action } = message;
  const [held, setHeld] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The browser's top layer: a dialog that is open must not hide what was said about it.
    box.current?.showPopover();
  }, []);
  useEffect(() => {
    if (held) return;
    const time = Math.max(action === undefined ? LEAST_MS : ACTION_MS, text.split(' ').length * MS_PER_WORD);
    const timer = setTimeout(onClose, time);
    return () => clearTimeout(timer);
  }, [held, text, action, onClose]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only waits for whoever is reading
    <div
      ref={box}
      popover="manual"
      className="toast"
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{text}</span>
      {action === undefined ? null : (
        <Button
          small
          onClick={() => {
            action.run();
            onClose();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon="close" small label="Dismiss" onClick={onClose} />
    </div>
  );
}
