import type { Direction } from '../../ir/ir.ts';
import type { PolicyKind, TransportProtocol } from '../../model/records.ts';
import { field, isList, isObject, type Json, type JsonObject, jsonEqual, without } from '../json.ts';
import { type PeerForm, type PortForm, peersField, type RuleForm } from './model.ts';
import { isStrings, readSelector, writeSelector } from './selector.ts';

const PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];

function protocolOf(value: Json | undefined): TransportProtocol | undefined {
  return PROTOCOLS.find((known) => known === value);
}

/** Reads a part and checks that writing it gives back what was read; else it stays raw. */
function kept<T>(raw: Json, form: T | undefined, write: (form: T) => Json): T | { type: 'raw'; raw: Json } {
  return form !== undefined && jsonEqual(write(form), raw) ? form : { type: 'raw', raw };
}

/** The name of a rule's list of ports in a kind. */
export function portsField(kind: PolicyKind): 'ports' | 'protocols' {
  return kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports';
}

export function readRule(kind: PolicyKind, direction: Direction, raw: Json): RuleForm {
  return kept(raw, parseRule(kind, direction, raw), (rule) => writeRule(kind, direction, rule));
}

function parseRule(kind: PolicyKind, direction: Direction, raw: Json): RuleForm | undefined {
  if (!isObject(raw)) return undefined;
  const clusterScoped = kind !== 'NetworkPolicy';
  const peersKey = peersField(direction);
  const portsKey = portsField(kind);
  const name = field(raw, 'name');
  const action = field(raw, 'action');
  const peers = field(raw, peersKey);
  const ports = field(raw, portsKey);
  const read: string[] = [];
  const has = (key: string, understood: boolean) => {
    if (understood) read.push(key);
    return understood;
  };
  return {
    type: 'rule',
    ...(has('name', clusterScoped && typeof name === 'string') && typeof name === 'string' ? { name } : {}),
    ...(has('action', clusterScoped && typeof action === 'string') && typeof action === 'string'
      ? { action }
      : {}),
    ...(has(peersKey, isList(peers)) && isList(peers)
      ? { peers: peers.map((peer) => readPeer(kind, peer)) }
      : {}),
    ...(has(portsKey, isList(ports)) && isList(ports)
      ? { ports: ports.map((port) => readPort(kind, port)) }
      : {}),
    rest: without(raw, read),
  };
}

export function writeRule(kind: PolicyKind, direction: Direction, rule: RuleForm): Json {
  if (rule.type === 'raw') return rule.raw;
  return {
    ...(rule.name === undefined ? {} : { name: rule.name }),
    ...(rule.action === undefined ? {} : { action: rule.action }),
    ...(rule.peers === undefined
      ? {}
      : { [peersField(direction)]: rule.peers.map((peer) => writePeer(kind, peer)) }),
    ...(rule.ports === undefined
      ? {}
      : { [portsField(kind)]: rule.ports.map((port) => writePort(kind, port)) }),
    ...rule.rest,
  };
}

function readPeer(kind: PolicyKind, raw: Json): PeerForm {
  return kept(raw, kind === 'NetworkPolicy' ? parsePeer(raw) : parseClusterPeer(raw), (peer) =>
    writePeer(kind, peer),
  );
}

function parsePeer(raw: Json): PeerForm | undefined {
  if (!isObject(raw)) return undefined;
  const block = field(raw, 'ipBlock');
  if (isObject(block)) {
    const cidr = field(block, 'cidr');
    const except = field(block, 'except');
    if (typeof cidr !== 'string') return undefined;
    return { type: 'ip-block', cidr, ...(isStrings(except) ? { except } : {}) };
  }
  const namespaces = readSelector(field(raw, 'namespaceSelector'));
  const pods = readSelector(field(raw, 'podSelector'));
  if (namespaces === undefined && pods === undefined) return undefined;
  return {
    type: 'pods',
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(pods === undefined ? {} : { pods }),
  };
}

function parseClusterPeer(raw: Json): PeerForm | undefined {
  if (!isObject(raw)) return undefined;
  const pods = field(raw, 'pods');
  if (isObject(pods)) {
    const namespaces = readSelector(field(pods, 'namespaceSelector'));
    const selector = readSelector(field(pods, 'podSelector'));
    if (namespaces === undefined || selector === undefined) return undefined;
    return { type: 'pods', namespaces, pods: selector };
  }
  const namespaces = readSelector(field(raw, 'namespaces'));
  if (namespaces !== undefined) return { type: 'namespaces', selector: namespaces };
  const nodes = readSelector(field(raw, 'nodes'));
  if (nodes !== undefined) return { type: 'nodes', selector: nodes };
  const cidrs = field(raw, 'networks');
  if (isStrings(cidrs)) return { type: 'networks', cidrs };
  const names = field(raw, 'domainNames');
  return isStrings(names) ? { type: 'domains', names } : undefined;
}

export function writePeer(kind: PolicyKind, peer: PeerForm): Json {
  switch (peer.type) {
    case 'pods': {
      const selectors = {
        ...(peer.namespaces === undefined ? {} : { namespaceSelector: writeSelector(peer.namespaces) }),
        ...(peer.pods === undefined ? {} : { podSelector: writeSelector(peer.pods) }),
      };
      return kind === 'NetworkPolicy' ? selectors : { pods: selectors };
    }
    case 'namespaces':
      return { namespaces: writeSelector(peer.selector) };
    case 'ip-block':
      return { ipBlock: { cidr: peer.cidr, ...(peer.except === undefined ? {} : { except: peer.except }) } };
    case 'networks':
      return { networks: peer.cidrs };
    case 'nodes':
      return { nodes: writeSelector(peer.selector) };
    case 'domains':
      return { domainNames: peer.names };
    case 'raw':
      return peer.raw;
  }
}

function readPort(kind: PolicyKind, raw: Json): PortForm {
  const parse =
    kind === 'NetworkPolicy' ? parsePort : kind === 'ClusterNetworkPolicy' ? parseProtocol : parseAdminPort;
  return kept(raw, isObject(raw) ? parse(raw) : undefined, (port) => writePort(kind, port));
}

function parsePort(raw: JsonObject): PortForm {
  const protocol = protocolOf(field(raw, 'protocol'));
  const port = field(raw, 'port');
  const endPort = field(raw, 'endPort');
  return {
    type: 'port',
    ...(protocol === undefined ? {} : { protocol }),
    ...(typeof port === 'number' || typeof port === 'string' ? { port } : {}),
    ...(typeof endPort === 'number' ? { endPort } : {}),
  };
}

/** v1alpha1: one of portNumber, portRange, namedPort. */
function parseAdminPort(raw: JsonObject): PortForm | undefined {
  const number = field(raw, 'portNumber');
  if (isObject(number)) {
    const port = field(number, 'port');
    const protocol = protocolOf(field(number, 'protocol'));
    if (typeof port !== 'number') return undefined;
    return { type: 'port', ...(protocol === undefined ? {} : { protocol }), port };
  }
  const range = field(raw, 'portRange');
  if (isObject(range)) {
    const start = field(range, 'start');
    const end = field(range, 'end');
    const protocol = protocolOf(field(range, 'protocol'));
    if (typeof start !== 'number' || typeof end !== 'number') return undefined;
    return { type: 'range', ...(protocol === undefined ? {} : { protocol }), start, end };
  }
  const name = field(raw, 'namedPort');
  return typeof name === 'string' ? { type: 'named', name } : undefined;
}

/** v1alpha2: one of tcp, udp, sctp, destinationNamedPort. */
function parseProtocol(raw: JsonObject): PortForm | undefined {
  const name = field(raw, 'destinationNamedPort');
  if (typeof name === 'string') return { type: 'named', name };
  for (const protocol of PROTOCOLS) {
    const match = field(raw, protocol.toLowerCase());
    if (!isObject(match)) continue;
    const destination = field(match, 'destinationPort');
    if (!isObject(destination)) return undefined;
    const number = field(destination, 'number');
    if (typeof number === 'number') return { type: 'port', protocol, port: number };
    const range = field(destination, 'range');
    if (!isObject(range)) return undefined;
    const start = field(range, 'start');
    const end = field(range, 'end');
    if (typeof start === 'number' && typeof end === 'number') return { type: 'range', protocol, start, end };
  }
  return undefined;
}

export function writePort(kind: PolicyKind, port: PortForm): Json {
  if (port.type === 'raw') return port.raw;
  if (kind === 'NetworkPolicy') {
    if (port.type === 'named') return { port: port.name };
    const from = port.type === 'range' ? port.start : port.port;
    const to = port.type === 'range' ? port.end : port.endPort;
    return {
      ...(port.protocol === undefined ? {} : { protocol: port.protocol }),
      ...(from === undefined ? {} : { port: from }),
      ...(to === undefined ? {} : { endPort: to }),
    };
  }
  if (port.type === 'named') {
    return kind === 'ClusterNetworkPolicy' ? { destinationNamedPort: port.name } : { namedPort: port.name };
  }
  if (kind === 'ClusterNetworkPolicy') {
    const destinationPort =
      port.type === 'range'
        ? { range: { start: port.start, end: port.end } }
        : typeof port.port === 'number'
          ? { number: port.port }
          : undefined;
    const match: JsonObject = destinationPort === undefined ? {} : { destinationPort };
    return { [(port.protocol ?? 'TCP').toLowerCase()]: match };
  }
  const protocol: JsonObject = port.protocol === undefined ? {} : { protocol: port.protocol };
  if (port.type === 'range') return { portRange: { ...protocol, start: port.start, end: port.end } };
  return { portNumber: { ...protocol, ...(port.port === undefined ? {} : { port: port.port }) } };
}
