import { type Connection, nearest } from '@bulkhead/policy-engine';
import { usageFailure } from '../failure.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

/**
 * Reads `5432`, `5432/tcp`, `53/udp`, `icmp`.
 * @throws {Failure} where it is none of these
 */
export function parsePort(text: string): Connection {
  if (text.toLowerCase() === 'icmp') return { protocol: 'other', port: 0 };
  const match = /^(\d{1,5})(?:\/([A-Za-z]+))?$/.exec(text) ?? /^([A-Za-z]+)[/:](\d{1,5})$/.exec(text);
  if (match === null) throw badPort(text);
  const [number, word] = /^\d/.test(text) ? [match[1], match[2]] : [match[2], match[1]];
  const port = Number(number);
  if (port < 1 || port > 65_535) throw usageFailure(`${port} is no port: ports are 1 to 65535.`);
  const name = (word ?? 'TCP').toUpperCase();
  const protocol = PROTOCOLS.find((candidate) => candidate === name);
  if (protocol === undefined) {
    const near = nearest(name, PROTOCOLS);
    throw usageFailure(
      `There is no protocol ${word}.`,
      near === undefined ? 'Use tcp, udp or sctp.' : `Did you mean ${near.toLowerCase()}?`,
    );
  }
  return { protocol, port };
}

function badPort(text: string): Error {
  return usageFailure(`“${text}” is no port.`, 'Write 5432, 5432/tcp or 53/udp.');
}
