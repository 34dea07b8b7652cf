import { plain } from '../terminal/plain.ts';
import type { Style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { csv } from './csv.ts';
import { endLabel, type GraphNode } from './ends.ts';
import type { GraphDocument, GraphEdge } from './graph-document.ts';
import { jsonText } from './json.ts';
import { type ContractPorts, portsWords } from './ports.ts';

export type GraphFormat = 'table' | 'json' | 'csv' | 'dot' | 'mermaid';

/** Renders the graph in one of its formats. */
export function renderGraph(format: GraphFormat, document: GraphDocument, style: Style): string {
  switch (format) {
    case 'json':
      return jsonText(document);
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

/** Every edge with names for people, by source, then target. */
function rowsOf(document: GraphDocument): readonly Row[] {
  const labels = new Map(document.nodes.map((node) => [node.id, endLabel(node)]));
  const label = (id: string): string => labels.get(id) ?? id;
  const allowed = [...document.edges, ...document.otherEdges].map((edge: GraphEdge): Row => {
    const partial = edge.everyPod !== undefined;
    return {
      source: label(edge.source),
      target: label(edge.target),
      ports: portsWords(edge.ports),
      verdict: partial ? 'partly' : 'allowed',
      edge,
    };
  });
  const undecided = document.undecided.map(
    (edge): Row => ({
      source: label(edge.source),
      target: label(edge.target),
      ports: portsWords(edge.ports),
      verdict: 'unknown',
      edge,
    }),
  );
  return [...allowed, ...undecided].sort(
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

function graphCsv(document: GraphDocument): string {
  const header = ['source', 'target', 'protocol', 'from', 'to', 'verdict'];
  const rows: string[][] = [];
  const add = (
    edge: { readonly source: string; readonly target: string },
    ports: ContractPorts,
    verdict: string,
  ): void => {
    if (ports === 'none') return;
    if (ports === 'all') rows.push([edge.source, edge.target, 'all', '1', '65535', verdict]);
    else {
      for (const { protocol, from, to } of ports) {
        rows.push([edge.source, edge.target, protocol, String(from), String(to), verdict]);
      }
    }
  };
  for (const edge of [...document.edges, ...document.otherEdges]) {
    add(edge, edge.ports, edge.everyPod === undefined ? 'allowed' : 'partly');
  }
  for (const edge of document.undecided) add(edge, edge.ports, 'unknown');
  return csv([header, ...rows]);
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
