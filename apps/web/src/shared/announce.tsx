import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { Toast, type ToastAction, type ToastMessage } from './Toast.tsx';

interface Announcer {
  readonly announce: (message: string) => void;
  readonly notify: (message: string, action?: ToastAction) => void;
}

const silent: Announcer = { announce: () => undefined, notify: () => undefined };
const AnnounceContext = createContext(silent);

/** Speaks to screen readers politely: the last message wins. */
export function useAnnounce(): (message: string) => void {
  return useContext(AnnounceContext).announce;
}

/**
 * Says what came of something the person did: spoken, and shown for a while at the foot of the page, with a way to take it
 * back where there is one. For what can't be seen otherwise; the last message wins.
 */
export function useNotify(): (message: string, action?: ToastAction) => void {
  return useContext(AnnounceContext).notify;
}

export function AnnounceProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [message, setMessage] = useState({ text: '', turn: 0 });
  const [toast, setToast] = useState<ToastMessage | null>(null);
  const announce = useCallback((text: string) => {
    // A message that is the same as the last must differ in something to be spoken again.
    setMessage((previous) => ({ text, turn: previous.turn + 1 }));
  }, []);
  const announcer = useMemo(
    (): Announcer => ({
      announce,
      notify: (text, action) => {
        announce(text);
        setToast((previous) => ({
          text,
          turn: (previous?.turn ?? 0) + 1,
          ...(action === undefined ? {} : { action }),
        }));
      },
    }),
    [announce],
  );
  const close = useCallback(() => setToast(null), []);
  return (
    <AnnounceContext value={announcer}>
      {children}
      {toast === null ? null : <Toast key={toast.turn} message={toast} onClose={close} />}
      <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
        {message.text}
        {message.turn % 2 === 0 ? '' : '\u00a0'}
      </div>
    </AnnounceContext>
  );
}
