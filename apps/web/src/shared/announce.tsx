import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

const AnnounceContext = createContext<(message: string) => void>(() => undefined);

/** Speaks to screen readers politely: the last message wins. */
export function useAnnounce(): (message: string) => void {
  return useContext(AnnounceContext);
}

export function AnnounceProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [message, setMessage] = useState({ text: '', turn: 0 });
  const announce = useCallback((text: string) => {
    // A message that is the same as the last must differ in something to be spoken again.
    setMessage((previous) => ({ text, turn: previous.turn + 1 }));
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
        {message.text}
        {message.turn % 2 === 0 ? '' : '\u00a0'}
      </div>
    </AnnounceContext>
  );
}
