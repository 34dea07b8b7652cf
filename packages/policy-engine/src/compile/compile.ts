import type { Diagnostic } from '../diagnostic.ts';
import { type LoweredPolicy, lowerPolicy } from '../dialects/index.ts';
import { DIRECTIONS, type Direction, type PeerTerm, type RuleBlock, TIERS } from '../ir/ir.ts';
import { type ClusterSnapshot, type PolicyKey, type PolicyRecord, policyKey } from '../model/records.ts';
import { ConnectionSpace } from '../sets/connection-set.ts';
import {
  forEachMember,
  has,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  subtract,
  unionAll,
} from '../sets/interval-set.ts';
import { blocksOfCidr } from './address-blocks.ts';
import { alignUniverse } from './align.ts';
import { Resolver } from './resolve.ts';
import { cellAt, type ListId, type Row, type RowInput, RowSolver, unreadTierInput } from './rows.ts';
import { Selecting } from './selecting.ts';
import { buildUniverse, refineUniverse, type Universe } from './universe.ts';
import { type CellId, VerdictCells } from './verdict-cells.ts';

/** A policy of the snapshot with what it was lowered to. */
export interface CompiledPolicy {
  readonly key: PolicyKey;
  readonly record: PolicyRecord;
  readonly blocks: readonly RuleBlock[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A snapshot ready for questions. Clusters that share a universe and a solver (a snapshot and the drafts over it) have the
 * same columns and can be compared row by row.
 */
export interface Cluster {
  readonly snapshot: ClusterSnapshot;
  readonly universe: Universe;
  readonly solver: RowSolver;
  readonly cells: VerdictCells;
  readonly policies: ReadonlyMap<PolicyKey, CompiledPolicy>;
  /** Diagnostics of all policies. */
  readonly diagnostics: readonly Diagnostic[];
  /** Row number of every column, by direction. */
  readonly rowIds: { readonly [direction in Direction]: Int32Array };
}

export interface CompileOptions {
  /**
   * A cluster over (nearly) the same snapshot, such as the one a draft is laid over. Whatever is still right is shared
   * with it; the result is the same as without.
   */
  readonly base?: Cluster;
  /** Snapshots this one will be compared with: the address space and the labels are cut for their policies too. */
  readonly alongside?: readonly ClusterSnapshot[];
  /** What questions need told apart, beside what policies do: the address space is cut there, these labels count. */
  readonly tellApart?: { readonly cidrs: readonly string[]; readonly labelKeys: readonly string[] };
}

/** A solver that has remembered this many blocks and rows beyond its start is not reused. */
const REMEMBER_AT_MOST = 200_000;

/** Compiles a snapshot. Never throws on input: policies that can't be used have diagnostics and no effect. */
export function compile(snapshot: ClusterSnapshot, options: CompileOptions = {}): Cluster {
  const policies = lowerAll(snapshot.policies);
  const { base, tellApart } = options;
  const asked: Needs = {
    cidrs: new Set(tellApart?.cidrs),
    domains: new Set(),
    labelKeys: new Set(tellApart?.labelKeys),
  };
  if (base !== undefined) {
    const more = newNeeds(base, policies);
    addNeeds(more, asked);
    if (canShare(base, snapshot, more)) return recompile(base, snapshot, policies);
  }
  const needs = needsOf(policies.values());
  addNeeds(needs, asked);
  for (const other of options.alongside ?? []) {
    addNeeds(needs, needsOf(lowerAll(other.policies).values()));
  }
  const universe = buildUniverse(snapshot, {
    cidrs: needs.cidrs,
    domains: needs.domains,
    selectorLabelKeys: needs.labelKeys,
  });
  const space = base?.cells.space ?? new ConnectionSpace();
  const cells = base?.cells ?? new VerdictCells(space);
  const solver = new RowSolver(new Resolver(universe, space, new Selecting(universe)), cells);
  return assemble(snapshot, universe, policies, solver);
}

function assemble(
  snapshot: ClusterSnapshot,
  universe: Universe,
  policies: ReadonlyMap<PolicyKey, CompiledPolicy>,
  solver: RowSolver,
): Cluster {
  return {
    snapshot,
    universe,
    solver,
    cells: solver.cells,
    policies,
    diagnostics: [...policies.values()].flatMap((policy) => policy.diagnostics),
    rowIds: selectRows(snapshot, universe, solver, policies.values()),
  };
}

/** The row of a column: what it gets from (ingress) or to (egress) every column. */
export function rowOf(cluster: Cluster, direction: Direction, column: number): Row {
  return cluster.solver.row(cluster.rowIds[direction][column] as number);
}

/** The inputs that decide a column's row, in evaluation order. */
export function rowInputs(cluster: Cluster, direction: Direction, column: number): readonly RowInput[] {
  return cluster.solver.inputsOf(cluster.rowIds[direction][column] as number);
}

/** Whether two clusters are states over the same columns, so that they can be compared row by row. */
export function shareColumns(a: Cluster, b: Cluster): boolean {
  return a.universe.layout === b.universe.layout && a.cells === b.cells;
}

/** What a source column may send to a destination column: both directions must allow (semantics 0.1). */
export function pairCell(cluster: Cluster, source: number, destination: number): CellId {
  const { universe, cells } = cluster;
  const cell = pairReading(cluster, source, destination);
  const sourceReading = universe.readingOf[source] ?? -1;
  const destinationReading = universe.readingOf[destination] ?? -1;
  if (sourceReading < 0 && destinationReading < 0) return cell;
  return cells.either(
    cell,
    pairReading(
      cluster,
      sourceReading < 0 ? source : sourceReading,
      destinationReading < 0 ? destination : destinationReading,
    ),
  );
}

function pairReading(cluster: Cluster, source: number, destination: number): CellId {
  return cluster.cells.both(
    cellAt(rowOf(cluster, 'egress', source), destination),
    cellAt(rowOf(cluster, 'ingress', destination), source),
  );
}

/** Evaluates every row. Rows are otherwise evaluated when first asked for. */
export function evaluateAllRows(cluster: Cluster): { readonly rows: number } {
  const seen = new Set<number>();
  for (const direction of DIRECTIONS) {
    for (const id of cluster.rowIds[direction]) {
      if (!seen.has(id)) {
        seen.add(id);
        cluster.solver.row(id);
      }
    }
  }
  return { rows: seen.size };
}

const lowered = new WeakMap<PolicyRecord, CompiledPolicy>();

function lowerAll(records: readonly PolicyRecord[]): Map<PolicyKey, CompiledPolicy> {
  const out = new Map<PolicyKey, CompiledPolicy>();
  for (const record of records) {
    let policy = lowered.get(record);
    if (policy === undefined) {
      const result: LoweredPolicy = lowerPolicy(record);
      policy = { key: policyKey(record), record, ...result };
      lowered.set(record, policy);
    }
    out.set(policy.key, policy);
  }
  return out;
}

/** What the policies need told apart. */
interface Needs {
  readonly cidrs: Set<string>;
  readonly domains: Set<string>;
  readonly labelKeys: Set<string>;
}

function needsOf(policies: Iterable<CompiledPolicy>): Needs {
  const needs: Needs = { cidrs: new Set(), domains: new Set(), labelKeys: new Set() };
  for (const policy of policies) {
    for (const block of policy.blocks) {
      for (const requirement of block.subject.pods) needs.labelKeys.add(requirement.key);
      for (const rule of block.rules) for (const peer of rule.peers) addPeerNeeds(needs, peer);
    }
  }
  return needs;
}

/** Needs of the policies that a cluster doesn't have; its universe meets those of its own. */
function newNeeds(base: Cluster, policies: ReadonlyMap<PolicyKey, CompiledPolicy>): Needs {
  return needsOf([...policies.values()].filter((policy) => base.policies.get(policy.key) !== policy));
}

function addPeerNeeds(needs: Needs, peer: PeerTerm): void {
  if (peer.type === 'pods') {
    for (const requirement of peer.set.pods) needs.labelKeys.add(requirement.key);
  } else if (peer.type === 'cidr') {
    needs.cidrs.add(peer.cidr);
    for (const hole of peer.except) needs.cidrs.add(hole);
  } else if (peer.type === 'domain') {
    needs.domains.add(peer.pattern);
  }
}

function addNeeds(needs: Needs, more: Needs): void {
  for (const cidr of more.cidrs) needs.cidrs.add(cidr);
  for (const domain of more.domains) needs.domains.add(domain);
  for (const key of more.labelKeys) needs.labelKeys.add(key);
}

function canShare(base: Cluster, snapshot: ClusterSnapshot, needs: Needs): boolean {
  const { universe } = base;
  const before = base.snapshot;
  if (
    before.pods !== snapshot.pods ||
    before.namespaces !== snapshot.namespaces ||
    before.nodes !== snapshot.nodes ||
    before.hidden !== snapshot.hidden ||
    before.unreadPolicies !== snapshot.unreadPolicies ||
    base.solver.remembered > REMEMBER_AT_MOST
  ) {
    return false;
  }
  for (const key of needs.labelKeys) if (universe.ignoredLabelKeys.has(key)) return false;
  for (const domain of needs.domains) if (!universe.domains.includes(domain)) return false;
  for (const cidr of needs.cidrs) if (blocksOfCidr(universe.blocks, cidr) === undefined) return false;
  return true;
}

/**
 * A cluster over the same snapshot and policies as `base` whose universe is fine enough for the policies of `snapshot` too:
 * `base` itself, or one with more blocks of addresses. `undefined` where only compiling both anew can tell enough apart.
 */
export function sharedBase(base: Cluster, snapshot: ClusterSnapshot): Cluster | undefined {
  const needs = newNeeds(base, lowerAll(snapshot.policies));
  if (canShare(base, snapshot, needs)) return base;
  if (!canShare(base, snapshot, { ...needs, cidrs: new Set() })) return undefined;
  const refinement = refineUniverse(base.universe, needs.cidrs);
  if (refinement === undefined) return undefined;
  const { universe, spread, origins } = refinement;
  const resolver = new Resolver(universe, base.cells.space, new Selecting(universe));
  const rowIds = (ids: Int32Array): Int32Array => origins.map((column) => ids[column] as number);
  return {
    ...base,
    universe,
    solver: base.solver.refined(resolver, spread),
    rowIds: { ingress: rowIds(base.rowIds.ingress), egress: rowIds(base.rowIds.egress) },
  };
}

/**
 * Compiles a cluster and a changed state of it over the same columns (see `alignUniverse`): what is the same in both is
 * solved once. Costs about as much as compiling, or half of it where only labels changed. `base` must tell enough apart for the
 * policies of `changed` (see `sharedBase`).
 */
export function compileAligned(
  base: Cluster,
  changed: ClusterSnapshot,
): { readonly before: Cluster; readonly after: Cluster } {
  const { cells, snapshot, policies } = base;
  const universes = alignUniverse(base.universe, changed);
  const resolverOf = (universe: Universe): Resolver =>
    new Resolver(universe, cells.space, new Selecting(universe));
  const before =
    universes.before === base.universe
      ? base
      : assemble(snapshot, universes.before, policies, new RowSolver(resolverOf(universes.before), cells));
  const solver = before.solver.forState(resolverOf(universes.after));
  return { before, after: assemble(changed, universes.after, lowerAll(changed.policies), solver) };
}

/**
 * The same cluster under other compiled policies (a rule left out, say). They may name no CIDR, domain or per-pod label
 * that the cluster's own policies don't. `snapshot` stays as it is.
 */
export function withPolicies(base: Cluster, policies: ReadonlyMap<PolicyKey, CompiledPolicy>): Cluster {
  return recompile(base, base.snapshot, policies);
}

/** The same universe with other policies: only the columns that changed policies select get new rows. */
function recompile(
  base: Cluster,
  snapshot: ClusterSnapshot,
  policies: ReadonlyMap<PolicyKey, CompiledPolicy>,
): Cluster {
  const { solver, universe } = base;
  const gone: RuleBlock[] = [];
  const come: RuleBlock[] = [];
  for (const [key, policy] of base.policies) if (policies.get(key) !== policy) gone.push(...policy.blocks);
  for (const [key, policy] of policies) if (base.policies.get(key) !== policy) come.push(...policy.blocks);

  const rowIds = { ingress: base.rowIds.ingress, egress: base.rowIds.egress };
  for (const direction of DIRECTIONS) {
    const removed = new Set(ownIds(solver, gone, direction));
    const added = ownIds(solver, come, direction);
    if (removed.size === 0 && added.length === 0) continue;
    const ids = base.rowIds[direction].slice();
    const touched = unionAll(
      [...removed, ...added].flatMap((id) => {
        const { subject } = solver.resolved(id);
        return [subject.sure, subject.maybe];
      }),
    );
    forEachMember(subtract(touched, universe.absent), (column) => {
      const kept = rowInputs(base, direction, column).filter(
        (input) => input < 0 || !removed.has(input >> 1),
      );
      const inputs = [...kept, ...inputsSelecting(solver, added, column)];
      let list = solver.noInputs(direction);
      for (const input of solver.sort(inputs)) list = solver.withInput(list, input);
      ids[column] = solver.rowId(list, portsOf(universe, column));
    });
    rowIds[direction] = ids;
  }
  return {
    snapshot,
    universe,
    solver,
    cells: base.cells,
    policies,
    diagnostics: [...policies.values()].flatMap((policy) => policy.diagnostics),
    rowIds,
  };
}

function ownIds(solver: RowSolver, blocks: readonly RuleBlock[], direction: Direction): number[] {
  return blocks.filter((block) => block.direction === direction).map((block) => solver.blockId(block));
}

function inputsSelecting(solver: RowSolver, ids: readonly number[], column: number): RowInput[] {
  const out: RowInput[] = [];
  for (const id of ids) {
    const { subject } = solver.resolved(id);
    if (has(subject.sure, column)) out.push(solver.input(id, true));
    else if (has(subject.maybe, column)) out.push(solver.input(id, false));
  }
  return out;
}

function selectRows(
  snapshot: ClusterSnapshot,
  universe: Universe,
  solver: RowSolver,
  policies: Iterable<CompiledPolicy>,
): { ingress: Int32Array; egress: Int32Array } {
  const inputs: { readonly [direction in Direction]: RowInput[] } = { ingress: [], egress: [] };
  for (const policy of policies) {
    for (const block of policy.blocks) {
      inputs[block.direction].push(solver.input(solver.blockId(block), true));
    }
  }
  const unread = unreadInputs(snapshot, universe);
  const select = (direction: Direction): Int32Array => {
    const lists = new Int32Array(universe.columnCount).fill(solver.noInputs(direction));
    const add = (set: IntervalSet, input: RowInput): void => {
      // Neighbours mostly have the same list, and then get the same longer one.
      let list = -1;
      let longer = -1;
      for (let i = 0; i < set.length; i += 2) {
        const last = set[i + 1] as number;
        for (let column = set[i] as number; column <= last; column++) {
          if (lists[column] !== list) {
            list = lists[column] as number;
            longer = solver.withInput(list as ListId, input);
          }
          lists[column] = longer;
        }
      }
    };
    for (const { columns, input } of unread) add(columns, input);
    for (const input of solver.sort(inputs[direction])) {
      const { subject } = solver.resolved(input >> 1);
      add(subject.sure, input);
      add(subject.maybe, solver.input(input >> 1, false));
    }
    forEachMember(universe.absent, (column) => {
      lists[column] = solver.absent(direction);
    });
    let list = -1;
    let ports = -1;
    let row = -1;
    for (let column = 0; column < lists.length; column++) {
      const own = lists[column] as number;
      const ownPorts = portsOf(universe, column);
      if (own !== list || ownPorts !== ports) {
        list = own;
        ports = ownPorts;
        row = solver.rowId(list as ListId, ports);
      }
      lists[column] = row;
    }
    return lists;
  };
  return { ingress: select('ingress'), egress: select('egress') };
}

/** Which named ports a column declares, as a number of `universe.namedPorts`. */
export function portsOf(universe: Universe, column: number): number {
  const owner =
    column < universe.firstHidden ? column : universe.readingClasses[column - universe.firstReading];
  return owner === undefined ? 0 : (universe.classes[owner]?.namedPorts ?? 0);
}

/** Cluster-scoped policy resources and the tiers they act in. */
const CLUSTER_POLICY_RESOURCES: readonly { readonly resource: string; readonly tiers: readonly string[] }[] =
  [
    { resource: 'clusternetworkpolicies', tiers: ['admin', 'baseline'] },
    { resource: 'adminnetworkpolicies', tiers: ['admin'] },
    { resource: 'baselineadminnetworkpolicies', tiers: ['baseline'] },
  ];

/** For every tier that could not be read somewhere: on which columns its outcome is unknown (semantics 7.2, 8.12). */
function unreadInputs(
  snapshot: ClusterSnapshot,
  universe: Universe,
): { readonly columns: IntervalSet; readonly input: RowInput }[] {
  const out: { columns: IntervalSet; input: RowInput }[] = [];
  const policed = unionAll([universe.plainPods, universe.regions.hidden, universe.regions.readings]);
  for (const tier of TIERS) {
    const parts: IntervalSet[] = [];
    if (tier.id === 'network-policy') {
      universe.namespaces.forEach(({ record }, index) => {
        if (record.hidden === true || isHidden(snapshot, 'networkpolicies', record.name)) {
          parts.push(namespaceColumns(universe, index));
        }
      });
    } else {
      const hidden = CLUSTER_POLICY_RESOURCES.some(
        ({ resource, tiers }) => tiers.includes(tier.id) && isHidden(snapshot, resource, undefined),
      );
      if (hidden) parts.push(unionAll([universe.plainPods, universe.regions.hidden]));
    }
    // A policy that no dialect reads may decide anything before the kinds that are read (Calico and Cilium order theirs so).
    if (tier.id === 'admin') parts.push(unreadPolicyColumns(snapshot, universe));
    const columns = unionAll(parts);
    if (isEmptySet(columns)) continue;
    out.push({ columns: intersect(columns, policed), input: unreadTierInput(tier) });
  }
  return out;
}

/** Columns that policies of kinds no dialect reads may select. */
function unreadPolicyColumns(snapshot: ClusterSnapshot, universe: Universe): IntervalSet {
  const parts: IntervalSet[] = [];
  for (const policy of snapshot.unreadPolicies ?? []) {
    // Staged policies are never enforced (semantics 4.1).
    if (policy.kind.startsWith('Staged')) continue;
    if (policy.namespace === undefined) return universe.everything;
    const namespace = universe.namespaceIndex.get(policy.namespace);
    if (namespace !== undefined) parts.push(namespaceColumns(universe, namespace));
  }
  return unionAll(parts);
}

function isHidden(snapshot: ClusterSnapshot, resource: string, namespace: string | undefined): boolean {
  return snapshot.hidden.some(
    (record) =>
      record.resource.split('.')[0] === resource &&
      (record.namespaces === undefined || (namespace !== undefined && record.namespaces.includes(namespace))),
  );
}

function namespaceColumns(universe: Universe, namespace: number): IntervalSet {
  const entry = universe.namespaces[namespace];
  if (entry === undefined) return [];
  const parts: IntervalSet[] = [interval(entry.first, entry.last)];
  universe.hiddenNamespaces.forEach((hidden, index) => {
    if (hidden === namespace)
      parts.push(interval(universe.firstHidden + index, universe.firstHidden + index));
  });
  universe.readingClasses.forEach((owner, index) => {
    if (owner >= entry.first && owner <= entry.last) {
      parts.push(interval(universe.firstReading + index, universe.firstReading + index));
    }
  });
  return unionAll(parts);
}
