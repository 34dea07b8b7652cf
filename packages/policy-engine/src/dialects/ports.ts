import { type JsonObject, type Reading, readString, reject } from '../input/reading.ts';
import type { TransportProtocol } from '../model/records.ts';

export const FIRST_PORT = 1;
export const LAST_PORT = 65_535;
export const PORT_BOUNDS = { min: FIRST_PORT, max: LAST_PORT, code: 'port-out-of-range' };

const PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];

/** The protocol of a port entry; TCP where it isn't given (K8SDEF; A1 portNumber, portRange). */
export function readProtocol(
  reading: Reading,
  entry: JsonObject,
  path: string,
): TransportProtocol | undefined {
  const written = readString(reading, entry, 'protocol', path);
  if (written === undefined) return 'TCP';
  const protocol = PROTOCOLS.find((known) => known === written);
  if (protocol === undefined) {
    const upper = PROTOCOLS.find((known) => known === written.toUpperCase());
    reject(
      reading,
      'unsupported-protocol',
      `${path}.protocol`,
      `\`${written}\` is no protocol that a policy can name.`,
      upper === undefined ? 'Use TCP, UDP or SCTP.' : `Write \`${upper}\` in capitals.`,
    );
  }
  return protocol;
}
