import type { ConnectionSetId, ConnectionSpace, PortRange } from '../sets/connection-set.ts';
import { TRANSPORT_PROTOCOLS } from '../sets/connection-set.ts';
import type { PortSummary } from './graph-model.ts';

/** How many ranges a label spells out before it counts the rest. */
const SPELLED_OUT = 4;

const remembered = new WeakMap<ConnectionSpace, Map<ConnectionSetId, PortSummary>>();

/**
 * A connection set as views show it. Whether ICMP and other protocols are in it is told apart (`other`) and left out of
 * the label: policies that isolate leave them undefined nearly everywhere (semantics 1.7).
 */
export function portSummary(space: ConnectionSpace, id: ConnectionSetId): PortSummary {
  let known = remembered.get(space);
  if (known === undefined) {
    known = new Map();
    remembered.set(space, known);
  }
  let summary = known.get(id);
  if (summary === undefined) {
    const { ports, other } = space.list(id);
    const all = space.coversTransport(id);
    summary = { label: portLabel(ports, all, other), all, ranges: ports, other };
    known.set(id, summary);
  }
  return summary;
}

/** `all ports`, `TCP 80, 443 · UDP 53`, `none`; what is beyond a few ranges is counted: `TCP 1, 2, 3, 4 +12`. */
export function portLabel(ranges: readonly PortRange[], all: boolean, other: boolean): string {
  if (all) return 'all ports';
  if (ranges.length === 0) return other ? 'ICMP and others' : 'none';
  const parts: string[] = [];
  let left = SPELLED_OUT;
  for (const protocol of TRANSPORT_PROTOCOLS) {
    const own = ranges.filter((range) => range.protocol === protocol);
    if (own.length === 0) continue;
    const shown = own.slice(0, Math.max(0, left));
    left -= shown.length;
    const rest = own.length - shown.length;
    const text = shown.map(rangeLabel).join(', ');
    const more = rest === 0 ? '' : text === '' ? `${rest} more` : ` +${rest}`;
    parts.push(`${protocol} ${text}${more}`);
  }
  return parts.join(' · ');
}

function rangeLabel({ from, to }: PortRange): string {
  if (from === 1 && to === 65_535) return 'all';
  return from === to ? String(from) : `${from}–${to}`;
}
