import { usageFailure } from '../failure.ts';
import { plain } from '../terminal/plain.ts';
import type { Style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { csvLine } from './csv.ts';
import { endLabel, type GraphNode } from './ends.ts';
import type { GraphDocument, UndecidedEdge } from './graph-document.ts';
import { jsonChunks } from './json.ts';
import { portsWords } from './ports.ts';

export type GraphFormat = 'table' | 'json' | 'csv' | 'dot' | 'mermaid';

/**
 * Renders the graph in one of its formats; those for programs in pieces, however long.
 * @throws {Failure} where there is more than a person could look at
 */
export function renderGraph(
  format: GraphFormat,
  document: GraphDocument,
  style: Style,
): string | Iterable<string> {
  switch (format) {
    case 'json':
      return jsonChunks(document);
    case 'csv':
      return graphCsv(document);
    case 'dot':
      return graphDot(document);
    case 'mermaid':
      return graphMermaid(document);
    case 'table':
      return graphTable(document, style);
  }
}

interface Row {
  readonly source: string;
  readonly target: string;
  readonly ports: string;
  readonly verdict: 'allowed' | 'partly' | 'unknown';
  readonly edge: { readonly source: string; readonly target: string };
}

/** Lines of a table or a picture that are held in memory, and that anyone could make something of. */
const MOST_ROWS = 200_000;

/**
 * Every edge with names for people, by source, then target.
 * @throws {Failure} where there are too many
 */
function rowsOf(document: GraphDocument): readonly Row[] {
  const labels = new Map(document.nodes.map((node) => [node.id, endLabel(node)]));
  const label = (id: string): string => labels.get(id) ?? id;
  const rows: Row[] = [];
  const add = (edge: UndecidedEdge, verdict: Row['verdict']): void => {
    if (rows.length === MOST_ROWS) {
      throw usageFailure(
        `There are more than ${MOST_ROWS} connections, too many for a table or a picture.`,
        'Take -o csv or -o json, or one namespace with -n.',
      );
    }
    const { source, target } = edge;
    rows.push({ source: label(source), target: label(target), ports: portsWords(edge.ports), verdict, edge });
  };
  for (const edges of [document.edges, document.otherEdges])
    for (const edge of edges) add(edge, edge.everyPod === undefined ? 'allowed' : 'partly');
  for (const edge of document.undecided) add(edge, 'unknown');
  return rows.sort(
    (a, b) => compare(a.source, b.source) || compare(a.target, b.target) || compare(a.ports, b.ports),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function graphTable(document: GraphDocument, style: Style): string {
  const rows = rowsOf(document);
  const silent = silentText(document);
  if (rows.length === 0) return `No connection is allowed.\n${silent}`;
  const parts = [
    table(
      [{ title: 'SOURCE' }, { title: 'DESTINATION' }, { title: 'PORTS' }, { title: 'VERDICT' }],
      rows.map((row) => [row.source, row.target, row.ports, row.verdict]),
      style,
      (text, column, row) => (column === 3 && rows[row]?.verdict !== 'allowed' ? style.yellow(text) : text),
    ),
  ];
  if (silent !== '') parts.push('\n', silent);
  if (document.exposure !== undefined) parts.push('\n', exposureTable(document, style));
  return parts.join('');
}

const MOST_SILENT = 5;

/** Workloads that no line of the table is about would seem to be missing. */
function silentText({ nodes, edges, otherEdges, undecided }: GraphDocument): string {
  const ends = new Set(
    [...edges, ...otherEdges, ...undecided].flatMap(({ source, target }) => [source, target]),
  );
  const silent = nodes.flatMap((node) => (node.type === 'workload' && !ends.has(node.id) ? [node.id] : []));
  if (silent.length === 0) return '';
  const names = silent.slice(0, silent.length > MOST_SILENT ? MOST_SILENT - 1 : MOST_SILENT).map(plain);
  const more = silent.length > names.length ? [`${silent.length - names.length} more`] : [];
  const noun = silent.length === 1 ? 'workload has' : 'workloads have';
  return `${silent.length} ${noun} no allowed connection: ${[...names, ...more].join(', ')}.\n`;
}

function exposureTable(document: GraphDocument, style: Style): string {
  const rows = (document.exposure ?? []).flatMap((exposure) =>
    exposure.peers.map(({ peer, ports }) => [
      exposure.workload,
      exposure.direction,
      exposure.protected ? 'yes' : 'no',
      peer.type === 'entire-cluster'
        ? 'any pod'
        : `pods ${selectorText(peer.pod)} in namespaces ${selectorText(peer.namespace)}`,
      typeof ports === 'string'
        ? ports
        : ports
            .map((port) =>
              'name' in port ? `${port.protocol ?? ''} ${port.name}`.trim() : portsWords([port]),
            )
            .join(', '),
    ]),
  );
  return table(
    [
      { title: 'WORKLOAD' },
      { title: 'DIRECTION' },
      { title: 'PROTECTED' },
      { title: 'PEERS THAT MAY EXIST' },
      { title: 'PORTS' },
    ],
    rows,
    style,
  );
}

function selectorText(selector: {
  readonly all?: true;
  readonly name?: string;
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}): string {
  if (selector.all === true) return '*';
  if (selector.name !== undefined) return selector.name;
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values }) =>
      values === undefined ? `${key} ${operator}` : `${key} ${operator} (${values.join(', ')})`,
    ),
  ].join(', ');
}

function* graphCsv(document: GraphDocument): Generator<string, void> {
  yield csvLine(['source', 'target', 'protocol', 'from', 'to', 'verdict']);
  for (const edges of [document.edges, document.otherEdges]) {
    for (const edge of edges) yield csvLines(edge, edge.everyPod === undefined ? 'allowed' : 'partly');
  }
  for (const edge of document.undecided) yield csvLines(edge, 'unknown');
}

/** A line for each range of ports. */
function csvLines({ source, target, ports }: UndecidedEdge, verdict: string): string {
  if (ports === 'none') return '';
  const ranges = ports === 'all' ? [{ protocol: 'all', from: 1, to: 65_535 }] : ports;
  return ranges
    .map(({ protocol, from, to }) => csvLine([source, target, protocol, String(from), String(to), verdict]))
    .join('');
}

/** Nodes by namespace, in the order of the document; those of no namespace under the empty name. */
function byNamespace(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly GraphNode[]> {
  const groups = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const namespace = node.type === 'workload' ? node.namespace : '';
    const group = groups.get(namespace);
    if (group === undefined) groups.set(namespace, [node]);
    else group.push(node);
  }
  return groups;
}

function nodeText(node: GraphNode): string {
  return node.type === 'workload' ? `${node.name}\n${node.kind}` : endLabel(node);
}

function graphDot(document: GraphDocument): string {
  const lines = [
    'digraph bulkhead {',
    '  rankdir=LR;',
    '  node [shape=box, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
  ];
  let cluster = 0;
  for (const [namespace, nodes] of byNamespace(document.nodes)) {
    const indent = namespace === '' ? '  ' : '    ';
    if (namespace !== '') lines.push(`  subgraph cluster_${cluster++} {`, `    label=${dotText(namespace)};`);
    for (const node of nodes) {
      const shape = node.type === 'workload' ? '' : `, shape=${node.type === 'ip' ? 'ellipse' : 'hexagon'}`;
      lines.push(`${indent}${dotText(node.id)} [label=${dotText(nodeText(node))}${shape}];`);
    }
    if (namespace !== '') lines.push('  }');
  }
  for (const { edge, ports, verdict } of rowsOf(document)) {
    const look = verdict === 'allowed' ? '' : `, style=dashed, tooltip=${dotText(verdict)}`;
    lines.push(`  ${dotText(edge.source)} -> ${dotText(edge.target)} [label=${dotText(ports)}${look}];`);
  }
  return `${lines.join('\n')}\n}\n`;
}

/** A quoted string of the DOT language: only quotes and backslashes are special, `\n` centres a line. */
function dotText(text: string): string {
  const safe = text.split('\n').map((line) => plain(line).replace(/[\\"]/g, '\\$&'));
  return `"${safe.join('\\n')}"`;
}

function graphMermaid(document: GraphDocument): string {
  const ids = new Map(document.nodes.map((node, index) => [node.id, `n${index}`]));
  const lines = ['flowchart LR'];
  let group = 0;
  for (const [namespace, nodes] of byNamespace(document.nodes)) {
    const indent = namespace === '' ? '  ' : '    ';
    if (namespace !== '') lines.push(`  subgraph g${group++}[${mermaidText(namespace)}]`);
    for (const node of nodes) {
      const [open, close] = node.type === 'workload' ? ['[', ']'] : ['([', '])'];
      lines.push(`${indent}${ids.get(node.id)}${open}${mermaidText(nodeText(node))}${close}`);
    }
    if (namespace !== '') lines.push('  end');
  }
  for (const { edge, ports, verdict } of rowsOf(document)) {
    const arrow = verdict === 'allowed' ? '-->' : '-.->';
    lines.push(`  ${ids.get(edge.source)} ${arrow}|${mermaidText(ports)}| ${ids.get(edge.target)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A quoted label of Mermaid; what has a meaning there or in HTML is written as an entity. */
function mermaidText(text: string): string {
  const safe = text
    .split('\n')
    .map((line) => plain(line).replace(/[^\w .,:/*()+=-]/g, (character) => `#${character.codePointAt(0)};`));
  return `"${safe.join('<br/>')}"`;
}
