import type { PortRange, TransportProtocol } from '@bulkhead/policy-engine';

const PATTERN = /^(?:(tcp|udp|sctp)[/ ])?(\d{1,5})(?:[-–](\d{1,5}))?$/i;

/**
 * Reads one port as people type it: `8080`, `TCP/8080`, `udp 53`, `8000-8100`. Without a protocol: TCP and UDP.
 * @returns `null` for anything else, and for numbers outside of 1 to 65535
 */
export function parsePort(text: string): readonly PortRange[] | null {
  const match = PATTERN.exec(text.trim());
  if (match === null) return null;
  const from = Number(match[2]);
  const to = Number(match[3] ?? match[2]);
  if (from < 1 || to > 65_535 || from > to) return null;
  const name = match[1]?.toUpperCase();
  const protocols: readonly TransportProtocol[] =
    name === 'TCP' || name === 'UDP' || name === 'SCTP' ? [name] : ['TCP', 'UDP'];
  return protocols.map((protocol) => ({ protocol, from, to }));
}

/** Reads a list of ports; what can't be read is left out. */
export function parsePorts(list: readonly string[]): readonly PortRange[] {
  return list.flatMap((text) => parsePort(text) ?? []);
}
