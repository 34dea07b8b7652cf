import { blockOfAddress, rangeOfBlock, rangeText } from '../compile/address-blocks.ts';
import type { Labels, PolicyKey } from '../model/records.ts';
import { policiesSelecting } from '../queries/explain.ts';
import { parseAddress } from '../sets/address.ts';
import { impactOf, namespaceId, workloadId, workloadIsolation, workloadPods } from './graph.ts';
import type { EdgeImpact, IsolationState, PortSummary } from './graph-model.ts';
import { type Group, groupOf, namespaceMembers, workloadMember } from './group.ts';
import { type Lens, universalOf } from './lens.ts';
import { type DraftMark, isAbsentWorkload, namespaceMark, workloadMark } from './mark.ts';
import { allBlocks, BLOCKS_ID, outsidePeers } from './outside.ts';
import { portSummary } from './ports.ts';
import { type Relation, relationOf } from './relation.ts';

export type EntityType = 'namespace' | 'workload' | 'outside';

/** An entity by its id, and the columns it stands for. */
export interface Entity {
  readonly id: string;
  readonly type: EntityType;
  /** `api`, `payments`, `10.0.0.0/8`. */
  readonly label: string;
  /** Kind of a workload, `Namespace`, or what sort of outside peer it is. */
  readonly kind: string;
  readonly namespace: string | null;
  readonly group: Group;
  /** Index in the universe, for namespaces and workloads. */
  readonly index: number;
}

/**
 * Finds what an id stands for: `ns:`, `wl:`, `out:`, and `ip:<address>` for one address of the outside. `null` where there
 * is no such thing (any more).
 */
export function findEntity(lens: Lens, id: string): Entity | null {
  const { universe } = lens.after;
  const rest = id.slice(id.indexOf(':') + 1);
  if (id.startsWith('ns:')) {
    const index = universe.namespaceIndex.get(rest) ?? -1;
    if (index < 0) return null;
    const group = groupOf(lens, id, namespaceMembers(universe, index));
    return { id, type: 'namespace', label: rest, kind: 'Namespace', namespace: rest, group, index };
  }
  if (id.startsWith('wl:')) {
    const namespace = universe.namespaceIndex.get(rest.slice(0, rest.indexOf('/'))) ?? -1;
    const range = universe.namespaces[namespace];
    for (let index = range?.firstWorkload ?? 0; index <= (range?.lastWorkload ?? -1); index++) {
      const entry = universe.workloads[index];
      if (entry?.id === rest) return workloadEntity(lens, index);
    }
    return null;
  }
  if (id.startsWith('ip:')) return addressEntity(lens, rest);
  const peers = outsidePeers(lens);
  const peer =
    id === BLOCKS_ID
      ? allBlocks(
          lens,
          peers.filter((entry) => entry.node.kind === 'cidr'),
        )
      : peers.find((entry) => entry.node.id === id);
  if (peer === undefined) return null;
  const { label, kind } = peer.node;
  return { id, type: 'outside', label, kind, namespace: null, group: peer.group, index: -1 };
}

export function workloadEntity(lens: Lens, index: number): Entity | null {
  const { universe } = lens.after;
  const entry = universe.workloads[index];
  if (entry === undefined || isAbsentWorkload(universe, index)) return null;
  const id = workloadId(entry.id);
  return {
    id,
    type: 'workload',
    label: entry.name,
    kind: entry.kind,
    namespace: universe.namespaces[entry.namespace]?.record.name ?? '',
    group: groupOf(lens, id, [workloadMember(universe, index)]),
    index,
  };
}

function addressEntity(lens: Lens, ip: string): Entity | null {
  if (parseAddress(ip) === undefined) return null;
  const { universe } = lens.after;
  const block = blockOfAddress(universe.blocks, ip);
  if (block < 0) return null;
  const column = universe.firstBlock + block;
  return {
    id: `ip:${ip}`,
    type: 'outside',
    label: ip,
    kind: `address in ${rangeText(rangeOfBlock(universe.blocks, block))}`,
    namespace: null,
    group: groupOf(lens, `ip:${ip}`, [[column]]),
    index: -1,
  };
}

/** One thing that an entity reaches, or is reached by. */
export interface PeerRow {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly verdict: 'allowed' | 'unknown' | 'denied';
  readonly ports: PortSummary;
  readonly impact: EdgeImpact | null;
  /** Ports that a draft opens and closes. */
  readonly opened: PortSummary | null;
  readonly closed: PortSummary | null;
}

export interface PeerNamespace {
  readonly name: string;
  /** How many of its workloads are reached, of how many. */
  readonly reached: number;
  readonly of: number;
  readonly ports: PortSummary;
  /** Left empty where the list as a whole would be too long; ask for one namespace then. */
  readonly rows: readonly PeerRow[];
}

export interface ReachList {
  /** Workloads with something allowed, and with something unknown only. */
  readonly workloads: number;
  readonly unknown: number;
  readonly of: number;
  readonly namespaces: readonly PeerNamespace[];
  readonly outside: readonly PeerRow[];
}

export interface DirectionDetails {
  readonly isolation: IsolationState;
  /** For namespaces: how many workloads are isolated, of how many. */
  readonly isolated: number;
  readonly of: number;
  readonly policies: readonly PolicyKey[];
  /** Ports that are open to every pod of the cluster although the entity is isolated. */
  readonly universal: PortSummary | null;
  readonly reach: ReachList;
}

export interface EntityDetails {
  readonly id: string;
  readonly type: EntityType;
  readonly label: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly pods: number;
  readonly mark: DraftMark | null;
  /** Label sets of its pods; several where they differ. */
  readonly labels: readonly Labels[];
  /** Ports that its containers declare: `http TCP 8080`. */
  readonly declaredPorts: readonly string[];
  readonly podNames: readonly {
    readonly name: string;
    readonly ip: string;
    readonly node: string;
    readonly state: string;
  }[];
  readonly hostNetwork: boolean;
  readonly source: string | null;
  /** Ingress: what reaches it. Egress: what it reaches. */
  readonly ingress: DirectionDetails;
  readonly egress: DirectionDetails;
  readonly workloads: readonly {
    readonly id: string;
    readonly label: string;
    readonly kind: string;
    readonly ingress: IsolationState;
    readonly egress: IsolationState;
  }[];
}

/** Lists with more workloads than this come without rows. */
const MAX_ROWS = 2_000;
const MAX_PODS = 200;

/** Everything about one entity; `null` where it does not exist (any more). */
export function entityDetails(lens: Lens, id: string): EntityDetails | null {
  const entity = findEntity(lens, id);
  if (entity === null) return null;
  const { universe } = lens.after;
  const pods =
    entity.type === 'workload'
      ? (universe.workloads[entity.index]?.pods ?? []).flatMap((index) => universe.snapshot.pods[index] ?? [])
      : [];
  const labels = new Map(pods.map((pod) => [JSON.stringify(Object.entries(pod.labels).sort()), pod.labels]));
  const namespace = entity.type === 'namespace' ? universe.namespaces[entity.index] : undefined;
  const inside: number[] = [];
  for (let index = namespace?.firstWorkload ?? 0; index <= (namespace?.lastWorkload ?? -1); index++)
    inside.push(index);
  const source = pods[0]?.source ?? namespace?.record.source;
  return {
    id,
    type: entity.type,
    label: entity.label,
    kind: entity.kind,
    namespace: entity.namespace,
    pods:
      entity.type === 'workload'
        ? workloadPods(lens, entity.index)
        : inside.reduce((sum, index) => sum + workloadPods(lens, index), 0),
    mark:
      entity.type === 'workload'
        ? workloadMark(lens, entity.index)
        : entity.type === 'namespace'
          ? namespaceMark(lens, entity.index)
          : null,
    labels: namespace !== undefined ? [namespace.record.labels] : [...labels.values()].slice(0, 5),
    declaredPorts: [
      ...new Set(
        pods.flatMap((pod) =>
          pod.ports.map(
            (port) => `${port.name === undefined ? '' : `${port.name} `}${port.protocol} ${port.port}`,
          ),
        ),
      ),
    ],
    podNames: pods.slice(0, MAX_PODS).map((pod) => ({
      name: pod.name,
      ip: pod.ips.join(', '),
      node: pod.node ?? '',
      state: pod.state,
    })),
    hostNetwork: pods.some((pod) => pod.hostNetwork),
    source: source === undefined ? null : `${source.file}:${source.line}`,
    ingress: directionDetails(lens, entity, 'ingress', inside),
    egress: directionDetails(lens, entity, 'egress', inside),
    workloads: inside
      .filter((index) => (universe.workloads[index]?.last ?? -1) >= (universe.workloads[index]?.first ?? 0))
      .map((index) => ({
        id: workloadId(universe.workloads[index]?.id ?? ''),
        label: universe.workloads[index]?.name ?? '',
        kind: universe.workloads[index]?.kind ?? '',
        ingress: workloadIsolation(lens, 'ingress', index),
        egress: workloadIsolation(lens, 'egress', index),
      })),
  };
}

function directionDetails(
  lens: Lens,
  entity: Entity,
  direction: 'ingress' | 'egress',
  inside: readonly number[],
): DirectionDetails {
  const { cells } = lens.after;
  const columns = entity.group.members.flat();
  const policies = new Set<string>();
  const seen = new Set<number>();
  for (const column of columns) {
    const row = lens.after.rowIds[direction][column] ?? 0;
    if (seen.has(row)) continue;
    seen.add(row);
    for (const key of policiesSelecting(lens.after, direction, column)) policies.add(key);
  }
  const members = entity.type === 'workload' ? [entity.index] : inside;
  const states = members.map((index) => workloadIsolation(lens, direction, index));
  const isolated = states.filter((state) => state === 'isolated').length;
  const first = columns[0];
  const isolation: IsolationState = states.includes('unknown')
    ? 'unknown'
    : states.length > 0 && isolated === states.length
      ? 'isolated'
      : 'open';
  const universal =
    entity.type === 'workload' && isolation !== 'open' && first !== undefined
      ? universalOf(lens.after, direction, first).allowed
      : cells.space.none;
  return {
    isolation,
    isolated,
    of: states.length,
    policies: [...policies].flatMap((key) =>
      [...lens.after.policies.keys()].filter((known) => known === key),
    ),
    universal: universal === cells.space.none ? null : portSummary(cells.space, universal),
    reach: reachList(lens, entity, direction),
  };
}

function reachList(lens: Lens, entity: Entity, direction: 'ingress' | 'egress'): ReachList {
  const { universe } = lens.after;
  const relate = (peer: Group) =>
    direction === 'egress' ? relationOf(lens, entity.group, peer) : relationOf(lens, peer, entity.group);
  const found: { name: string; index: number; relation: Relation; members: number }[] = [];
  let workloads = 0;
  let of = 0;
  for (const [index, entry] of universe.namespaces.entries()) {
    const members = namespaceMembers(universe, index).filter((member) => member.length > 0);
    const self = entity.type === 'workload' && universe.workloads[entity.index]?.namespace === index;
    const others = members.length - (self ? 1 : 0);
    of += others;
    if (members.length === 0) continue;
    const relation = relate(groupOf(lens, namespaceId(entry.record.name), members));
    // A workload alone in its namespace is no peer of its own, but a draft may change what its pods may send to each other.
    if ((others > 0 && relation.allowedPairs + relation.unknownPairs > 0) || relation.change !== null) {
      found.push({ name: entry.record.name, index, relation, members: others });
      workloads += relation.allowedPairs + relation.unknownPairs;
    }
  }
  const withRows = workloads <= MAX_ROWS;
  let reached = 0;
  let unknown = 0;
  const namespaces = found.map(({ name, index, relation, members }): PeerNamespace => {
    const rows = withRows ? namespaceRows(lens, entity, direction, index) : [];
    const counts = withRows
      ? {
          allowed: rows.filter((row) => row.verdict === 'allowed').length,
          unknown: rows.filter((row) => row.verdict === 'unknown').length,
        }
      : estimate(relation, entity);
    reached += counts.allowed;
    unknown += counts.unknown;
    return {
      name,
      reached: counts.allowed,
      of: members,
      ports: portSummary(lens.after.cells.space, relation.some),
      rows,
    };
  });
  return {
    workloads: reached,
    unknown,
    of,
    namespaces,
    outside: entity.type === 'outside' ? [] : outsideRows(lens, entity, direction),
  };
}

/** For one member, pairs are peers; for a namespace the peers reached by at least one member are not told apart. */
function estimate(relation: Relation, entity: Entity) {
  const members = Math.max(1, entity.group.members.length);
  return {
    allowed: Math.ceil(relation.allowedPairs / members),
    unknown: Math.ceil(relation.unknownPairs / members),
  };
}

/** The workloads of one namespace that an entity reaches or is reached by, changed ones included. */
export function namespaceRows(
  lens: Lens,
  entity: Entity,
  direction: 'ingress' | 'egress',
  namespace: number,
): readonly PeerRow[] {
  const { universe } = lens.after;
  const entry = universe.namespaces[namespace];
  const rows: PeerRow[] = [];
  for (let index = entry?.firstWorkload ?? 0; index <= (entry?.lastWorkload ?? -1); index++) {
    if (entity.type === 'workload' && index === entity.index) continue;
    const peer = workloadEntity(lens, index);
    if (peer === null || peer.group.members.length === 0) continue;
    const row = peerRow(lens, entity, peer, direction);
    if (row !== null) rows.push(row);
  }
  return rows;
}

function peerRow(
  lens: Lens,
  entity: Entity,
  peer: Pick<Entity, 'id' | 'label' | 'kind' | 'group'>,
  direction: 'ingress' | 'egress',
): PeerRow | null {
  const relation =
    direction === 'egress'
      ? relationOf(lens, entity.group, peer.group)
      : relationOf(lens, peer.group, entity.group);
  const { space } = lens.after.cells;
  const verdict =
    relation.some !== space.none ? 'allowed' : relation.unknown !== space.none ? 'unknown' : 'denied';
  if (verdict === 'denied' && relation.change === null) return null;
  const ports = verdict === 'unknown' ? relation.unknown : relation.some;
  const { change } = relation;
  return {
    id: peer.id,
    label: peer.label,
    kind: peer.kind,
    verdict,
    ports: portSummary(space, ports),
    impact: impactOf(lens, relation),
    opened: change === null || change.opened === space.none ? null : portSummary(space, change.opened),
    closed: change === null || change.closed === space.none ? null : portSummary(space, change.closed),
  };
}

function outsideRows(lens: Lens, entity: Entity, direction: 'ingress' | 'egress'): readonly PeerRow[] {
  const rows: PeerRow[] = [];
  const byId = new Map<string, PeerRow>();
  for (const peer of outsidePeers(lens)) {
    const row = peerRow(lens, entity, { ...peer.node, group: peer.group }, direction);
    if (row === null) continue;
    byId.set(peer.node.id, row);
    rows.push(row);
  }
  const peers = new Map(outsidePeers(lens).map((peer) => [peer.node.id, peer.within]));
  return rows.filter((row) => {
    const parent = byId.get(peers.get(row.id) ?? '');
    return parent === undefined || parent.ports.label !== row.ports.label || parent.impact !== row.impact;
  });
}
