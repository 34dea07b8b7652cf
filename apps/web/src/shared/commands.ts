import { useEffect, useSyncExternalStore } from 'react';
import type { IconName } from './icons.tsx';

/** Something the palette can do. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  /** The key that does the same. */
  readonly hint?: string;
  readonly run: () => void;
}

let offered: readonly Command[] = [];
const listeners = new Set<() => void>();

function offer(commands: readonly Command[]): void {
  offered = commands;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Offers what only the view that is shown can do, for as long as it is shown. `commands` must be stable. */
export function useOffer(commands: readonly Command[]): void {
  useEffect(() => {
    offer(commands);
    return () => offer([]);
  }, [commands]);
}

/** What the view that is shown offers. */
export function useOffered(): readonly Command[] {
  return useSyncExternalStore(subscribe, () => offered);
}
