import {
  addressGroups,
  type Cluster,
  type IntervalSet,
  intervalSet,
  type LocatedEndpoint,
  locateEndpoint,
  nearest,
  parseAddress,
} from '@bulkhead/policy-engine';
import { usageFailure } from '../failure.ts';

/** An end of a question, found in a cluster: everything it may be, and what to call it. */
export interface FoundEnd {
  readonly label: string;
  /** One for each group of pods that policies tell apart; a single one otherwise. */
  readonly endpoints: readonly LocatedEndpoint[];
}

/**
 * Finds what a user calls an end: `shop/web`, `shop/web[Deployment]`, `shop/web-7d9f-x2x`, `10.0.0.1`, `node/n1`, `internet`,
 * `www.example.org`.
 * @throws {Failure} with the nearest name where nothing is called so, or with the choices where several things are
 */
export function findEnd(cluster: Cluster, text: string): FoundEnd {
  if (text === 'internet') return { label: text, endpoints: [internet(cluster)] };
  if (text.startsWith('node/')) return nodeEnd(cluster, text.slice('node/'.length));
  if (parseAddress(text) !== undefined) return addressEnd(cluster, text);
  if (!text.includes('/')) {
    if (/^[\w-]+(\.[\w-]+)+\.?$/.test(text)) return domainEnd(cluster, text);
    throw usageFailure(
      `“${text}” is no end of a connection.`,
      'Write NAMESPACE/WORKLOAD, an IP address, node/NAME, internet, or a DNS name.',
    );
  }
  if (/^[0-9a-fA-F.:]+\/\d+$/.test(text)) {
    throw usageFailure(
      `“${text}” is many addresses.`,
      'Name one of them; "check" asserts things about whole ranges.',
    );
  }
  return workloadEnd(cluster, text);
}

function workloadEnd(cluster: Cluster, text: string): FoundEnd {
  const { universe } = cluster;
  const slash = text.indexOf('/');
  const namespace = text.slice(0, slash);
  const kinded = /^(.+)\[(.+)\]$/.exec(text.slice(slash + 1));
  const name = kinded?.[1] ?? text.slice(slash + 1);
  const kind = kinded?.[2];
  const index = universe.namespaceIndex.get(namespace);
  if (index === undefined) {
    throw usageFailure(
      `There is no namespace ${namespace}.`,
      suggestion(namespace, [...universe.namespaceIndex.keys()]) ?? 'It has no pods and no policies here.',
    );
  }
  const own = universe.workloads.filter((workload) => workload.namespace === index);
  const matching = own.filter(
    (workload) =>
      workload.name === name && (kind === undefined || workload.kind.toLowerCase() === kind.toLowerCase()),
  );
  const [found, another] = matching;
  if (found !== undefined && another !== undefined) {
    throw usageFailure(
      `${text} is the name of several workloads.`,
      `Say which: ${matching.map((workload) => workload.id).join(', ')}.`,
    );
  }
  if (found !== undefined) {
    if (found.last < found.first) {
      throw usageFailure(
        `${found.id} has no pod that runs.`,
        'Its pods are pending or finished, so nothing can be said about them.',
      );
    }
    const columns = intervalSet.members(intervalSet.interval(found.first, found.last));
    return { label: found.id, endpoints: columns.map((column) => ({ column, isNode: false })) };
  }
  const pod = locateEndpoint(universe, { type: 'pod', namespace, name });
  if (pod !== undefined) return { label: `${namespace}/${name}[Pod]`, endpoints: [pod] };
  throw usageFailure(
    `There is no ${kind ?? 'workload'} ${name} in the namespace ${namespace}.`,
    suggestion(
      text,
      own.map((workload) => `${namespace}/${workload.name}`),
    ) ??
      elsewhere(cluster, name) ??
      listOf(own.map((workload) => workload.name)),
  );
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

function nodeEnd(cluster: Cluster, name: string): FoundEnd {
  const located = locateEndpoint(cluster.universe, { type: 'node', name });
  if (located === undefined) {
    const names = cluster.snapshot.nodes.map((node) => node.name);
    throw usageFailure(
      `There is no node ${name}.`,
      suggestion(name, names) ?? (names.length === 0 ? 'No Node objects were read.' : listOf(names)),
    );
  }
  return { label: `node/${name}`, endpoints: [located] };
}

function addressEnd(cluster: Cluster, text: string): FoundEnd {
  const located = locateEndpoint(cluster.universe, { type: 'address', ip: text });
  if (located === undefined) throw usageFailure(`“${text}” is no address.`);
  const pod = located.pod === undefined ? undefined : cluster.snapshot.pods[located.pod];
  const owner = pod === undefined ? located.node : `${pod.namespace}/${pod.name}`;
  return { label: owner === undefined ? text : `${text} (${owner})`, endpoints: [located] };
}

function domainEnd(cluster: Cluster, text: string): FoundEnd {
  const name = text.replace(/\.$/, '');
  const located = locateEndpoint(cluster.universe, { type: 'domain', name });
  if (located === undefined) throw usageFailure(`“${text}” is no DNS name.`);
  return { label: name, endpoints: [located] };
}

/** Any address that no policy singles out: one of the largest group of addresses that are treated alike. */
function internet(cluster: Cluster): LocatedEndpoint {
  const { universe } = cluster;
  const v4 = intervalSet.interval(universe.firstBlock, universe.firstBlock + universe.blocks.v4.length - 1);
  let best: { readonly size: number; readonly columns: IntervalSet } | undefined;
  for (const columns of addressGroups(cluster)) {
    const own = intervalSet.intersect(columns, v4);
    let size = 0;
    intervalSet.forEachMember(own, (column) => {
      const block = column - universe.firstBlock;
      size += (universe.blocks.v4[block + 1] ?? 2 ** 32) - (universe.blocks.v4[block] ?? 0);
    });
    if (best === undefined || size > best.size) best = { size, columns: own };
  }
  return { column: best?.columns[0] ?? universe.firstBlock, isNode: false };
}
