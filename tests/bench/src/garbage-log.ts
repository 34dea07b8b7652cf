/**
 * The highest use of the heap that `node --trace-gc` tells of, in MiB: every collection is one line with the use
 * before and after, `… Mark-Compact 812.3 (840.1) -> 300.2 (420.0) MB …`, and between two collections it only grows.
 */
export function peakHeapOf(log: string): number {
  let peak = 0;
  for (const [, before] of log.matchAll(/\b(?:Scavenge|Mark-Compact)[^\n]*? ([\d.]+) \([\d.]+\) -> /g)) {
    peak = Math.max(peak, Number(before));
  }
  return peak;
}
