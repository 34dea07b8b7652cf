import type { ConnectionSetId } from '@bulkhead/policy-engine';
import type { ChangeKind, Comparison, PairChange } from '../diff/compare.ts';
import { type EndIndex, endIndex, endsText } from '../diff/ends-text.ts';
import { type ChangeGroup, isOwn } from '../diff/group.ts';
import type { PolicyChange } from '../diff/policies.ts';
import { plain } from '../terminal/plain.ts';
import type { Style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import type { GraphNode } from './ends.ts';
import { policyWords } from './explain-output.ts';
import { policyOf } from './explanations.ts';
import type { Issue } from './issues.ts';
import { code, mdTable, prose } from './markdown.ts';
import { type ContractPorts, contractPorts, portsWords } from './ports.ts';

export interface DiffResult {
  readonly from: string;
  readonly to: string;
  readonly comparison: Comparison;
  readonly groups: readonly ChangeGroup[];
  readonly policies: readonly PolicyChange[];
  readonly issues: readonly Issue[];
}

/** A change of the JSON contract. */
export interface DocumentChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly kind: ChangeKind;
  readonly source: string;
  readonly target: string;
  readonly before: ContractPorts;
  readonly after: ContractPorts;
  readonly opened: ContractPorts;
  readonly closed: ContractPorts;
  /** Given where pods of an end differ: what is allowed for every pair. */
  readonly everyPod?: { readonly before: ContractPorts; readonly after: ContractPorts };
  /** Given where something is unknown, before or after. */
  readonly unknown?: { readonly before: ContractPorts; readonly after: ContractPorts };
}

export interface DiffDocument {
  readonly schemaVersion: 1;
  readonly from: string;
  readonly to: string;
  readonly nodes: readonly GraphNode[];
  readonly changes: readonly DocumentChange[];
  /** Changes with an end that is a cluster node, an external name or a namespace that can't be read. */
  readonly otherChanges: readonly DocumentChange[];
  readonly groups: readonly {
    readonly kind: ChangeKind;
    readonly sources: readonly string[];
    readonly targets: readonly string[];
    readonly opened: ContractPorts;
    readonly closed: ContractPorts;
    readonly connections: number;
    /** Among the pods of each of `sources`, which are `targets` too; not from one to another. */
    readonly own?: true;
  }[];
  readonly policies: readonly {
    readonly change: PolicyChange['change'];
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly file?: string;
    readonly line?: number;
  }[];
  readonly summary: Readonly<Record<ChangeKind, number>>;
  readonly issues: readonly Issue[];
}

export function diffDocument(result: DiffResult): DiffDocument {
  const { comparison } = result;
  const { space } = comparison.before.cells;
  const ports = (id: ConnectionSetId): ContractPorts => contractPorts(space, id);
  const changes: DocumentChange[] = [];
  const otherChanges: DocumentChange[] = [];
  for (const change of comparison.changes) {
    const ends = [comparison.nodes.get(change.source), comparison.nodes.get(change.target)];
    const inContract = ends.every((end) => end?.type === 'workload' || end?.type === 'ip');
    (inContract ? changes : otherChanges).push(documentChange(comparison, change));
  }
  const used = new Set(comparison.changes.flatMap((change) => [change.source, change.target]));
  return {
    schemaVersion: 1,
    from: result.from,
    to: result.to,
    nodes: [...comparison.nodes.values()].filter((node) => node.type === 'workload' || used.has(node.id)),
    changes,
    otherChanges,
    groups: result.groups.map((group) => ({
      kind: group.kind,
      sources: group.sources,
      targets: group.targets,
      opened: ports(group.opened),
      closed: ports(group.closed),
      connections: group.pairs.length,
      ...(group.own ? { own: true as const } : {}),
    })),
    policies: result.policies.map(({ change, policy, source }) => ({
      change,
      ...policyOf(policy),
      ...(source === undefined ? {} : { file: source.file, line: source.line }),
    })),
    summary: countKinds(comparison.changes),
    issues: result.issues,
  };
}

function documentChange(comparison: Comparison, change: PairChange): DocumentChange {
  const { space } = comparison.before.cells;
  const { before, after } = change;
  const ports = (id: ConnectionSetId): ContractPorts => contractPorts(space, id);
  const partial = before.some !== before.every || after.some !== after.every;
  const unknown = before.unknown !== space.none || after.unknown !== space.none;
  return {
    change: before.some === space.none ? 'added' : after.some === space.none ? 'removed' : 'changed',
    kind: change.kind,
    source: change.source,
    target: change.target,
    before: ports(before.some),
    after: ports(after.some),
    opened: ports(change.opened),
    closed: ports(change.closed),
    ...(partial ? { everyPod: { before: ports(before.every), after: ports(after.every) } } : {}),
    ...(unknown ? { unknown: { before: ports(before.unknown), after: ports(after.unknown) } } : {}),
  };
}

function countKinds(changes: readonly PairChange[]): Record<ChangeKind, number> {
  const counts: Record<ChangeKind, number> = { opened: 0, closed: 0, widened: 0, narrowed: 0, rearranged: 0 };
  for (const change of changes) counts[change.kind]++;
  return counts;
}

const WORDS: Readonly<Record<ChangeKind, string>> = {
  opened: 'opens',
  widened: 'widens',
  rearranged: 'opens and closes ports of',
  narrowed: 'narrows',
  closed: 'closes',
};

/** `opens 3 connections, closes 41, closes ports among the pods of 2 workloads`. */
export function summaryText(changes: readonly PairChange[]): string {
  const parts = [
    ...betweenParts(countKinds(changes.filter((change) => !isOwn(change)))),
    ...ownParts(countKinds(changes.filter(isOwn))),
  ];
  return parts.length === 0 ? 'changes no connection' : parts.join(', ');
}

function ownParts(counts: Readonly<Record<ChangeKind, number>>): readonly string[] {
  const part = (verb: string, count: number): readonly string[] =>
    count === 0 ? [] : [`${verb} ports among the pods of ${count} ${count === 1 ? 'workload' : 'workloads'}`];
  return [
    ...part('opens', counts.opened + counts.widened),
    ...part('opens and closes', counts.rearranged),
    ...part('closes', counts.closed + counts.narrowed),
  ];
}

function betweenParts(counts: Readonly<Record<ChangeKind, number>>): readonly string[] {
  const parts: string[] = [];
  for (const kind of ['opened', 'widened', 'rearranged', 'narrowed', 'closed'] as const) {
    const count = counts[kind];
    if (count === 0) continue;
    const noun = parts.length > 0 ? '' : count === 1 ? ' connection' : ' connections';
    parts.push(`${WORDS[kind]} ${count}${noun}`);
  }
  return parts;
}

const OWN_PODS = 'its own pods';

/** Where the changes of a group lead. */
function targetsText({ own, sources, targets }: ChangeGroup, index: EndIndex): string {
  if (!own) return endsText(targets, index);
  return sources.length === 1 ? OWN_PODS : 'the own pods of each';
}

function targetText(change: PairChange, index: EndIndex): string {
  return isOwn(change) ? OWN_PODS : (index.names.get(change.target) ?? change.target);
}

/** Ports that a group is about: what opens, what closes. */
function portsOfGroup(
  result: DiffResult,
  group: Pick<ChangeGroup, 'opened' | 'closed' | 'uncertain'>,
): string {
  const { space } = result.comparison.before.cells;
  const words = (id: ConnectionSetId): string => portsWords(contractPorts(space, id));
  const parts = [
    ...(group.opened === space.none ? [] : [`+ ${words(group.opened)}`]),
    ...(group.closed === space.none ? [] : [`− ${words(group.closed)}`]),
    ...(group.uncertain ? ['(partly unknown)'] : []),
  ];
  return parts.join('  ');
}

/** How many connections a group stands for, and of how many that its ends could have, where it isn't all of them. */
function countText(group: ChangeGroup, gap: string): string {
  const { pairs, sources, targets, coarse } = group;
  if (pairs.length < 2) return '';
  if (group.own) return `${gap}(${pairs.length} workloads${coarse ? ', ports differ' : ''})`;
  if (!coarse) return `${gap}(${pairs.length} connections)`;
  const to = new Set(targets);
  const possible = sources.length * targets.length - sources.filter((source) => to.has(source)).length;
  const of = possible > pairs.length ? ` of ${possible}` : '';
  return `${gap}(${pairs.length}${of} connections, ports differ)`;
}

/** For a terminal: a sentence, then a line per group, or per pair with `all`. */
export function diffText(result: DiffResult, style: Style, options: { readonly all: boolean }): string {
  const { changes } = result.comparison;
  const lines = [`From ${plain(result.from)} to ${plain(result.to)}: ${summaryText(changes)}.\n`];
  const index = endIndex(result.comparison);
  const paint = (kind: ChangeKind | undefined, text: string): string => {
    if (kind === 'opened' || kind === 'widened') return style.red(text);
    return kind === 'closed' || kind === 'narrowed' ? style.green(text) : style.yellow(text);
  };
  if (changes.length > 0) {
    const rows = options.all
      ? changes.map((change) => ({
          kind: change.kind,
          cells: [
            change.kind.toUpperCase(),
            index.names.get(change.source) ?? change.source,
            targetText(change, index),
            portsOfGroup(result, change),
          ],
        }))
      : result.groups.map((group) => ({
          kind: group.kind,
          cells: [
            group.kind.toUpperCase(),
            endsText(group.sources, index),
            targetsText(group, index),
            `${portsOfGroup(result, group)}${countText(group, '  ')}`,
          ],
        }));
    lines.push(
      '\n',
      table(
        [{ title: 'CHANGE' }, { title: 'FROM' }, { title: 'TO' }, { title: 'PORTS' }],
        rows.map((row) => row.cells),
        style,
        (text, column, row) => (column === 0 ? paint(rows[row]?.kind, text) : text),
      ),
    );
  }
  if (result.policies.length > 0) {
    lines.push('\n', style.bold('Policies'), '\n');
    const sign = { added: '+', removed: '−', changed: '~' };
    for (const { change, text, place } of policyLines(result.policies, options.all))
      lines.push(
        `  ${sign[change]} ${plain(text)}${place === undefined ? '' : style.dim(`  ${plain(place)}`)}\n`,
      );
  }
  return lines.join('');
}

/** More policies than this are put together by namespace. */
const MOST_POLICIES = 12;
const MOST_NAMES = 3;

interface PolicyLine {
  readonly change: PolicyChange['change'];
  readonly text: string;
  /** File and line, or the file alone where several policies are in it. */
  readonly place?: string;
}

/** A line for each policy; of many, a line for each namespace and kind. */
function policyLines(policies: readonly PolicyChange[], all: boolean): readonly PolicyLine[] {
  const single = ({ change, policy, source }: PolicyChange): PolicyLine => ({
    change,
    text: policyWords(policy),
    ...(source === undefined ? {} : { place: `${source.file}:${source.line}` }),
  });
  if (all || policies.length <= MOST_POLICIES) return policies.map(single);
  const groups = new Map<string, PolicyChange[]>();
  for (const entry of policies) {
    const { kind, namespace } = policyOf(entry.policy);
    const key = `${entry.change}|${kind}|${namespace ?? ''}`;
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [entry]);
    else own.push(entry);
  }
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined || own.length <= MOST_NAMES) return own.map(single);
    const { kind, namespace } = policyOf(first.policy);
    const names = own.slice(0, MOST_NAMES).map(({ policy }) => policyOf(policy).name);
    const where = namespace === undefined ? '' : ` in ${namespace}`;
    const files = new Set(own.map(({ source }) => source?.file));
    const text = `${own.length} ${kind} objects${where}: ${names.join(', ')}, ${own.length - names.length} more`;
    const place = files.size === 1 ? first.source?.file : undefined;
    return [{ change: first.change, text, ...(place === undefined ? {} : { place }) }];
  });
}

const MOST_PAIRS = 200;

/** For a pull request: a sentence, a table of groups, and every pair folded away. */
export function diffMarkdown(result: DiffResult): string {
  const { changes } = result.comparison;
  const index = endIndex(result.comparison);
  const out = [`### Network policies: this ${summaryText(changes)}\n`];
  if (changes.length > 0) {
    out.push(
      mdTable(
        ['', 'From', 'To', 'Ports'],
        result.groups.map((group) => [
          `**${group.kind}**`,
          prose(endsText(group.sources, index)),
          prose(targetsText(group, index)),
          prose(`${portsOfGroup(result, group)}${countText(group, ' ')}`),
        ]),
      ),
    );
    const shown = changes.slice(0, MOST_PAIRS);
    out.push(
      `<details><summary>Every connection that changes (${changes.length})</summary>\n`,
      mdTable(
        ['', 'From', 'To', 'Ports'],
        shown.map((change) => [
          change.kind,
          code(index.names.get(change.source) ?? change.source),
          isOwn(change) ? OWN_PODS : code(targetText(change, index)),
          prose(portsOfGroup(result, change)),
        ]),
      ),
      ...(changes.length > shown.length ? [`… and ${changes.length - shown.length} more.\n`] : []),
      '</details>\n',
    );
  }
  if (result.policies.length > 0) {
    out.push(
      'Policies:\n',
      policyLines(result.policies, false)
        .map(
          ({ change, text, place }) =>
            `- ${change}: ${code(text)}${place === undefined ? '' : ` (${code(place)})`}\n`,
        )
        .join(''),
    );
  }
  const errors = result.issues.filter((issue) => issue.severity === 'error');
  if (errors.length > 0) {
    out.push(
      `> [!WARNING]\n> ${errors.length === 1 ? 'A document was' : `${errors.length} documents were`} left out because of errors; what is said above is without them.\n`,
    );
  }
  out.push(`<sub>Compared: ${code(result.from)} with ${code(result.to)}.</sub>\n`);
  return out.join('\n');
}
