import type { Cluster } from '../compile/compile.ts';
import type { WorkloadEntry } from '../compile/endpoint-classes.ts';
import { nearest } from '../input/nearest.ts';
import type { TransportProtocol } from '../model/records.ts';
import { parseAddress } from '../sets/address.ts';
import { forEachMember, type IntervalSet, intersect, interval, members } from '../sets/interval-set.ts';
import { type LocatedEndpoint, locateEndpoint } from './endpoint.ts';
import { addressGroups } from './reachability.ts';
import type { Connection } from './verdict.ts';

/** Why a text names no end or no port. */
export interface QuestionProblem {
  /**
   * `malformed`: it can't name anything. `ambiguous`: it names several things. `not-found`: nothing here is called so, or
   * what is doesn't run.
   */
  readonly code: 'malformed' | 'ambiguous' | 'not-found';
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** One end of a question, found in a cluster: everything it may be, and what to call it. */
export interface QuestionEnd {
  readonly label: string;
  /** One for each group of pods that policies tell apart; a single one otherwise. */
  readonly endpoints: readonly LocatedEndpoint[];
}

/** What was asked for, or why it can't be had. */
export type Found<T> =
  | { readonly found: T; readonly problem?: never }
  | { readonly found?: never; readonly problem: QuestionProblem };

/**
 * Finds what a person calls an end: `shop/web`, `shop/web[Deployment]`, `shop/web-7d9f-x2x`, `10.0.0.1`, `node/n1`,
 * `internet`, `www.example.org`. Nothing is thrown on any text; a problem names the nearest thing there is.
 */
export function findEnd(cluster: Cluster, text: string): Found<QuestionEnd> {
  if (text === 'internet') return end(text, internet(cluster));
  if (text.startsWith('node/')) return nodeEnd(cluster, text.slice('node/'.length));
  if (parseAddress(text) !== undefined) return addressEnd(cluster, text);
  if (!text.includes('/')) {
    if (/^[\w-]+(\.[\w-]+)+\.?$/.test(text)) return domainEnd(cluster, text);
    return problem(
      'malformed',
      `“${text}” is no end of a connection.`,
      'Write NAMESPACE/WORKLOAD, an IP address, node/NAME, internet, or a DNS name.',
    );
  }
  if (/^[0-9a-fA-F.:]+\/\d+$/.test(text)) {
    return problem(
      'malformed',
      `“${text}” is many addresses.`,
      'Name one of them; invariants assert things about whole ranges.',
    );
  }
  return workloadEnd(cluster, text);
}

const PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];

/** Reads `5432`, `5432/tcp`, `udp/53`, `sctp:9999`, `icmp`; without a protocol it is TCP. */
export function parsePort(text: string): Found<Connection> {
  if (text.toLowerCase() === 'icmp') return { found: { protocol: 'other', port: 0 } };
  const match = /^(\d{1,5})(?:\/([A-Za-z]+))?$/.exec(text) ?? /^([A-Za-z]+)[/:](\d{1,5})$/.exec(text);
  if (match === null)
    return problem('malformed', `“${text}” is no port.`, 'Write 5432, 5432/tcp, 53/udp or icmp.');
  const [number, word] = /^\d/.test(text) ? [match[1], match[2]] : [match[2], match[1]];
  const port = Number(number);
  if (port < 1 || port > 65_535) {
    return problem('malformed', `${port} is no port: ports are 1 to 65535.`);
  }
  const name = (word ?? 'TCP').toUpperCase();
  const protocol = PROTOCOLS.find((candidate) => candidate === name);
  if (protocol !== undefined) return { found: { protocol, port } };
  const near = nearest(name, PROTOCOLS);
  const hint = near === undefined ? 'Use tcp, udp or sctp.' : `Did you mean ${near.toLowerCase()}?`;
  return problem('malformed', `There is no protocol ${word}.`, hint);
}

function workloadEnd(cluster: Cluster, text: string): Found<QuestionEnd> {
  const { universe } = cluster;
  const slash = text.indexOf('/');
  const namespace = text.slice(0, slash);
  const kinded = /^(.+)\[(.+)\]$/.exec(text.slice(slash + 1));
  const name = kinded?.[1] ?? text.slice(slash + 1);
  const kind = kinded?.[2];
  const index = universe.namespaceIndex.get(namespace);
  if (index === undefined) {
    return problem(
      'not-found',
      `There is no namespace ${namespace}.`,
      suggestion(namespace, [...universe.namespaceIndex.keys()]) ?? 'It has no pods and no policies here.',
    );
  }
  const own = universe.workloads.filter((workload) => workload.namespace === index);
  const matching = own.filter(
    (workload) =>
      workload.name === name && (kind === undefined || workload.kind.toLowerCase() === kind.toLowerCase()),
  );
  const [only, another] = matching;
  if (only !== undefined && another !== undefined) {
    return problem(
      'ambiguous',
      `${text} is the name of several workloads.`,
      `Say which: ${matching.map((workload) => workload.id).join(', ')}.`,
    );
  }
  if (only !== undefined) return podsOf(only);
  const pod = locateEndpoint(universe, { type: 'pod', namespace, name });
  if (pod !== undefined) return end(`${namespace}/${name}[Pod]`, pod);
  return problem(
    'not-found',
    `There is no ${kind ?? 'workload'} ${name} in the namespace ${namespace}.`,
    suggestion(
      text,
      own.map((workload) => `${namespace}/${workload.name}`),
    ) ??
      elsewhere(cluster, name) ??
      listOf(own.map((workload) => workload.name)),
  );
}

function podsOf(workload: WorkloadEntry): Found<QuestionEnd> {
  if (workload.last < workload.first) {
    return problem(
      'not-found',
      `${workload.id} has no pod that runs.`,
      'Its pods are pending or finished, so nothing can be said about them.',
    );
  }
  const columns = members(interval(workload.first, workload.last));
  return { found: { label: workload.id, endpoints: columns.map((column) => ({ column, isNode: false })) } };
}

function nodeEnd(cluster: Cluster, name: string): Found<QuestionEnd> {
  const located = locateEndpoint(cluster.universe, { type: 'node', name });
  if (located !== undefined) return end(`node/${name}`, located);
  const names = cluster.snapshot.nodes.map((node) => node.name);
  return problem(
    'not-found',
    `There is no node ${name}.`,
    suggestion(name, names) ?? (names.length === 0 ? 'No Node objects were read.' : listOf(names)),
  );
}

function addressEnd(cluster: Cluster, text: string): Found<QuestionEnd> {
  const located = locateEndpoint(cluster.universe, { type: 'address', ip: text });
  if (located === undefined) return problem('malformed', `“${text}” is no address.`);
  const pod = located.pod === undefined ? undefined : cluster.snapshot.pods[located.pod];
  const owner = pod === undefined ? located.node : `${pod.namespace}/${pod.name}`;
  return end(owner === undefined ? text : `${text} (${owner})`, located);
}

function domainEnd(cluster: Cluster, text: string): Found<QuestionEnd> {
  const name = text.replace(/\.$/, '').toLowerCase();
  const located = locateEndpoint(cluster.universe, { type: 'domain', name });
  if (located === undefined) return problem('malformed', `“${text}” is no DNS name.`);
  return end(name, located);
}

/** Any address that no policy singles out: one of the largest group of addresses that are treated alike. */
function internet(cluster: Cluster): LocatedEndpoint {
  const { universe } = cluster;
  const v4 = interval(universe.firstBlock, universe.firstBlock + universe.blocks.v4.length - 1);
  let best: { readonly size: number; readonly columns: IntervalSet } | undefined;
  for (const columns of addressGroups(cluster)) {
    const own = intersect(columns, v4);
    let size = 0;
    forEachMember(own, (column) => {
      const block = column - universe.firstBlock;
      size += (universe.blocks.v4[block + 1] ?? 2 ** 32) - (universe.blocks.v4[block] ?? 0);
    });
    if (best === undefined || size > best.size) best = { size, columns: own };
  }
  return { column: best?.columns[0] ?? universe.firstBlock, isNode: false };
}

function end(label: string, endpoint: LocatedEndpoint): Found<QuestionEnd> {
  return { found: { label, endpoints: [endpoint] } };
}

function problem(
  code: QuestionProblem['code'],
  message: string,
  hint?: string,
): { readonly problem: QuestionProblem } {
  return { problem: { code, message, ...(hint === undefined ? {} : { hint }) } };
}

function suggestion(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

function elsewhere(cluster: Cluster, name: string): string | undefined {
  const others = cluster.universe.workloads.filter((workload) => workload.name === name);
  return others.length === 0
    ? undefined
    : `Did you mean ${others.map((workload) => workload.id).join(' or ')}?`;
}

function listOf(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return `It has ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}.`;
}
