import { useEffect, useState } from 'react';

const REST_MS = 40;

/**
 * How many things of a long list are in the page: a first stretch at once, so that nobody waits for what is out of sight, and
 * the rest stretch by stretch, so that no task takes long.
 */
export function useGrowing(count: number, stretch: number): number {
  const [grown, setGrown] = useState(stretch);
  useEffect(() => {
    if (grown >= count) return;
    const timer = setTimeout(() => setGrown(grown + stretch), REST_MS);
    return () => clearTimeout(timer);
  }, [grown, count, stretch]);
  return Math.min(grown, count);
}
