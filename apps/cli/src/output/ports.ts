import {
  type ConnectionList,
  type ConnectionSetId,
  type ConnectionSpace,
  connectionText,
} from '@bulkhead/policy-engine';

/**
 * Ports as the JSON contract has them: `"all"` (every port of TCP, UDP and SCTP), `"none"`, or a list of ranges. ICMP and
 * other protocols without ports are no part of the contract.
 */
export type ContractPorts =
  | 'all'
  | 'none'
  | readonly { readonly protocol: string; readonly from: number; readonly to: number }[];

export function contractPorts(space: ConnectionSpace, id: ConnectionSetId): ContractPorts {
  if (space.coversTransport(id)) return 'all';
  const { ports } = space.list(id);
  return ports.length === 0 ? 'none' : ports.map(({ protocol, from, to }) => ({ protocol, from, to }));
}

/** `all`, `TCP 80, 443`; transport protocols only. */
export function portsText(space: ConnectionSpace, id: ConnectionSetId): string {
  return connectionText(transportOnly(space.list(space.intersect(id, space.transport))));
}

export function transportOnly(list: ConnectionList): ConnectionList {
  return { ports: list.ports, other: false };
}

/** Contract ports in words: `all`, `none`, `TCP 80, 443, UDP 53`. */
export function portsWords(ports: ContractPorts): string {
  if (typeof ports === 'string') return ports;
  const parts: string[] = [];
  let last = '';
  for (const { protocol, from, to } of ports) {
    const range = from === 1 && to === 65_535 ? 'all' : from === to ? String(from) : `${from}-${to}`;
    parts.push(protocol === last ? range : `${protocol} ${range}`);
    last = protocol;
  }
  return parts.join(', ');
}
