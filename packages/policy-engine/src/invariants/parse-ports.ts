import { nearest } from '../input/nearest.ts';
import type { TransportProtocol } from '../model/records.ts';
import { MAX_PORT, MIN_PORT } from '../sets/connection-set.ts';
import type { PortSpec } from './model.ts';
import { asList, type CheckReader } from './reader.ts';

const PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];
const WORDS = ['tcp', 'udp', 'sctp', 'icmp', 'all'];

/**
 * Reads `443`, `443/tcp`, `8000-8090/tcp`, `udp`, `icmp`, `all`, or a list of them. A number alone is of TCP, as in a
 * NetworkPolicy. `all`: every port of TCP, UDP and SCTP.
 */
export function readPorts(
  reader: CheckReader,
  value: unknown,
  path: string,
): readonly PortSpec[] | undefined {
  const list = asList(value);
  if (list.length === 0) {
    return reader.problem(
      'empty-list',
      path,
      'The list of ports is empty.',
      'Leave it out to mean every port.',
    );
  }
  const ports = list.map((item, index) =>
    readPort(reader, item, Array.isArray(value) ? `${path}[${index}]` : path),
  );
  return ports.some((port) => port === undefined) ? undefined : ports.flatMap((port) => port ?? []);
}

function readPort(reader: CheckReader, value: unknown, path: string): readonly PortSpec[] | undefined {
  if (typeof value === 'number') return rangeOf(reader, path, String(value), String(value), 'TCP');
  if (typeof value !== 'string') return reader.wrongType(path, 'a port such as 443/tcp', value);
  const text = value.trim().toLowerCase();
  if (text === 'all') return PROTOCOLS.map((protocol) => ({ protocol, from: MIN_PORT, to: MAX_PORT }));
  if (text === 'icmp') return [{ protocol: 'other' }];
  const whole = PROTOCOLS.find((protocol) => protocol.toLowerCase() === text);
  if (whole !== undefined) return [{ protocol: whole, from: MIN_PORT, to: MAX_PORT }];
  const match = /^(\d+)(?:\s*-\s*(\d+))?(?:\/([a-z]+))?$/.exec(text);
  if (match === null) {
    const similar = nearest(text, WORDS);
    return reader.problem(
      'invalid-port',
      path,
      `“${value}” is no port.`,
      similar === undefined ? 'Write 443/tcp, 8000-8090/tcp, udp, icmp or all.' : `Did you mean ${similar}?`,
    );
  }
  const protocol = PROTOCOLS.find((candidate) => candidate.toLowerCase() === (match[3] ?? 'tcp'));
  if (protocol === undefined) {
    const similar = nearest(match[3] ?? '', WORDS);
    return reader.problem(
      'invalid-protocol',
      path,
      `There is no protocol “${match[3]}”.`,
      similar === undefined ? 'Use tcp, udp or sctp.' : `Did you mean ${similar}?`,
    );
  }
  return rangeOf(reader, path, match[1] ?? '', match[2] ?? match[1] ?? '', protocol);
}

function rangeOf(
  reader: CheckReader,
  path: string,
  first: string,
  last: string,
  protocol: TransportProtocol,
): readonly PortSpec[] | undefined {
  const from = Number(first);
  const to = Number(last);
  const valid = [from, to].every((port) => Number.isInteger(port) && port >= MIN_PORT && port <= MAX_PORT);
  if (!valid) return reader.problem('invalid-port', path, `Ports are ${MIN_PORT} to ${MAX_PORT}.`);
  if (from > to)
    return reader.problem('invalid-port', path, `The range ${from}-${to} is empty.`, `Write ${to}-${from}.`);
  return [{ protocol, from, to }];
}
