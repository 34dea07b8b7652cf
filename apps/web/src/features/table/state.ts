import { useEffect, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';

export interface Sort<Key extends string> {
  readonly key: Key;
  readonly descending: boolean;
}

/** The route's order; a column that the table doesn't have falls back to its first. */
export function sortOf<Key extends string>(route: Route, keys: readonly Key[], first: Key): Sort<Key> {
  const descending = route.sort.startsWith('-');
  const name = descending ? route.sort.slice(1) : route.sort;
  const key = keys.find((entry) => entry === name);
  return key === undefined ? { key: first, descending: false } : { key, descending };
}

/** Sorts by a column, or the other way round where it is sorted by it already. */
export function sortBy<Key extends string>(current: Sort<Key>, key: Key): void {
  navigate({ sort: current.key === key && !current.descending ? `-${key}` : key }, { replace: true });
}

const PAUSE_MS = 180;

/** What is typed into the search field; it gets into the route a moment after the last key. */
export function useFind(route: Route): readonly [text: string, setText: (text: string) => void] {
  const [text, setText] = useState(route.find);
  const [applied, setApplied] = useState(route.find);
  if (applied !== route.find) {
    setApplied(route.find);
    setText(route.find);
  }
  useEffect(() => {
    if (text === applied) return;
    const timer = setTimeout(() => {
      setApplied(text);
      navigate({ find: text }, { replace: true });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, applied]);
  return [text, setText];
}
