import type { Diagnostic } from '../diagnostic.ts';
import { type LoweredPolicy, lowerPolicy } from '../dialects/index.ts';
import { DIRECTIONS, type Direction, type PeerTerm, type RuleBlock } from '../ir/ir.ts';
import { type ClusterSnapshot, type PolicyKey, type PolicyRecord, policyKey } from '../model/records.ts';
import { ConnectionSpace } from '../sets/connection-set.ts';
import { forEachMember, type IntervalSet, subtract, unionAll } from '../sets/interval-set.ts';
import { blocksOfCidr } from './address-blocks.ts';
import { alignUniverse } from './align.ts';
import { type Relabelling, relabel } from './relabel.ts';
import { Resolver } from './resolve.ts';
import { cellAt, type ListId, type Row, type RowInput, RowSolver } from './rows.ts';
import { Selecting } from './selecting.ts';
import { buildUniverse, refineUniverse, type Universe } from './universe.ts';
import { unreadInputs } from './unread-tiers.ts';
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
  policies: Policies,
  solver: RowSolver,
): Cluster {
  return {
    snapshot,
    universe,
    solver,
    cells: solver.cells,
    policies,
    diagnostics: diagnosticsOf(policies),
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

type Policies = ReadonlyMap<PolicyKey, CompiledPolicy>;

/** Lists of policies are never changed in place, and one is asked for by each step of compiling it. */
const loweredLists = new WeakMap<readonly PolicyRecord[], Policies>();

function lowerAll(records: readonly PolicyRecord[]): Policies {
  const known = loweredLists.get(records);
  if (known !== undefined) return known;
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
  loweredLists.set(records, out);
  return out;
}

/** Policies that one state has and another has not, or has otherwise. */
interface PolicyDelta {
  readonly gone: readonly CompiledPolicy[];
  readonly come: readonly CompiledPolicy[];
}

const deltas = new WeakMap<Policies, { readonly base: Policies; readonly delta: PolicyDelta }>();

function policyDelta(base: Policies, policies: Policies): PolicyDelta {
  const known = deltas.get(policies);
  if (known?.base === base) return known.delta;
  const gone: CompiledPolicy[] = [];
  const come: CompiledPolicy[] = [];
  for (const [key, policy] of base) if (policies.get(key) !== policy) gone.push(policy);
  for (const [key, policy] of policies) if (base.get(key) !== policy) come.push(policy);
  const delta = { gone, come };
  deltas.set(policies, { base, delta });
  return delta;
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
function newNeeds(base: Cluster, policies: Policies): Needs {
  return needsOf(policyDelta(base.policies, policies).come);
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
  const relabelling = relabel(base.universe, changed);
  if (relabelling !== undefined) {
    const after = recompile(relabelled(base, relabelling), changed, lowerAll(changed.policies));
    return { before: base, after };
  }
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

/** The same policies over other labels: only what selects otherwise then is resolved and laid out anew. */
function relabelled(base: Cluster, { universe, meansTheSame }: Relabelling): Cluster {
  const resolver = new Resolver(universe, base.cells.space, new Selecting(universe));
  const solver = base.solver.forState(resolver, meansTheSame);
  const blocks: RuleBlock[] = [];
  for (const policy of base.policies.values()) {
    for (const block of policy.blocks) if (!meansTheSame(block)) blocks.push(block);
  }
  const rowIds = exchangeBlocks(base, { gone: blocks }, { solver, come: blocks });
  return { ...base, snapshot: universe.snapshot, universe, solver, rowIds };
}

/**
 * The same cluster under other compiled policies (a rule left out, say). They may name no CIDR, domain or per-pod label
 * that the cluster's own policies don't. `snapshot` stays as it is.
 */
export function withPolicies(base: Cluster, policies: Policies): Cluster {
  return recompile(base, base.snapshot, policies);
}

/** The same universe with other policies: only the columns that changed policies select get new rows. */
function recompile(base: Cluster, snapshot: ClusterSnapshot, policies: Policies): Cluster {
  const { solver, universe } = base;
  const delta = policyDelta(base.policies, policies);
  const rowIds = exchangeBlocks(
    base,
    { gone: delta.gone.flatMap(({ blocks }) => blocks) },
    { solver, come: delta.come.flatMap(({ blocks }) => blocks) },
  );
  return {
    snapshot,
    universe,
    solver,
    cells: base.cells,
    policies,
    diagnostics: diagnosticsOf(policies),
    rowIds,
  };
}

/** Row numbers once some blocks went and others came, which mean what `solver` says: only what one of them selects has others. */
function exchangeBlocks(
  base: Cluster,
  { gone }: { readonly gone: readonly RuleBlock[] },
  { solver, come }: { readonly solver: RowSolver; readonly come: readonly RuleBlock[] },
): Cluster['rowIds'] {
  const { universe } = base;
  const rowIds = { ingress: base.rowIds.ingress, egress: base.rowIds.egress };
  for (const direction of DIRECTIONS) {
    const removed = new Set(ownIds(base.solver, gone, direction));
    const added = ownIds(solver, come, direction);
    if (removed.size === 0 && added.length === 0) continue;
    const ids = base.rowIds[direction].slice();
    const selecting = inputsByColumn(solver, added);
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
      const inputs = [...kept, ...(selecting.get(column) ?? [])];
      let list = solver.noInputs(direction);
      for (const input of solver.sort(inputs)) list = solver.withInput(list, input);
      ids[column] = solver.rowId(list, portsOf(universe, column));
    });
    rowIds[direction] = ids;
  }
  return rowIds;
}

function diagnosticsOf(policies: Policies): readonly Diagnostic[] {
  const all: Diagnostic[] = [];
  for (const { diagnostics } of policies.values()) if (diagnostics.length > 0) all.push(...diagnostics);
  return all;
}

function ownIds(solver: RowSolver, blocks: readonly RuleBlock[], direction: Direction): number[] {
  return blocks.filter((block) => block.direction === direction).map((block) => solver.blockId(block));
}

/** By column, the inputs of blocks that select it, in the order of the blocks. */
function inputsByColumn(solver: RowSolver, ids: readonly number[]): ReadonlyMap<number, readonly RowInput[]> {
  const inputs = new Map<number, RowInput[]>();
  const add = (columns: IntervalSet, input: RowInput): void => {
    forEachMember(columns, (column) => {
      const own = inputs.get(column);
      if (own === undefined) inputs.set(column, [input]);
      else own.push(input);
    });
  };
  for (const id of ids) {
    const { sure, maybe } = solver.resolved(id).subject;
    add(sure, solver.input(id, true));
    add(subtract(maybe, sure), solver.input(id, false));
  }
  return inputs;
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
