import type { Cluster, Labels } from '@bulkhead/policy-engine';
import { endLabel } from '../output/ends.ts';
import type { Comparison } from './compare.ts';

/** What ends there are, to say "all of them" where it is all of them. */
export interface EndIndex {
  readonly workloads: readonly string[];
  readonly namespaces: ReadonlyMap<string, readonly string[]>;
  readonly addresses: readonly string[];
  /** Of a workload's pods, as they are after the change where it is still there. */
  readonly podLabels: ReadonlyMap<string, Labels>;
  /** Names of ends for people, by id. */
  readonly names: ReadonlyMap<string, string>;
}

export function endIndex(comparison: Comparison): EndIndex {
  const workloads: string[] = [];
  const addresses: string[] = [];
  const namespaces = new Map<string, string[]>();
  const names = new Map<string, string>();
  for (const node of comparison.nodes.values()) {
    names.set(node.id, endLabel(node));
    if (node.type === 'ip') addresses.push(node.id);
    if (node.type !== 'workload') continue;
    workloads.push(node.id);
    const own = namespaces.get(node.namespace);
    if (own === undefined) namespaces.set(node.namespace, [node.id]);
    else own.push(node.id);
  }
  const podLabels = new Map([...labelsOf(comparison.before), ...labelsOf(comparison.after)]);
  return { workloads, namespaces, addresses, podLabels, names };
}

function labelsOf({ universe }: Cluster): [string, Labels][] {
  return universe.workloads.flatMap(({ id, pods }) => {
    const pod = universe.snapshot.pods[pods[0] ?? -1];
    return pod === undefined ? [] : [[id, pod.labels]];
  });
}

/** More than so many names are counted. */
const MOST_NAMED = 4;

/**
 * Ends in few words: `every workload`, `every workload but namespace ci (3)`, `namespace shop (12 workloads)`,
 * `namespace shop with tier=front (5 workloads)`, `shop/web[Deployment], internet`.
 */
export function endsText(ends: readonly string[], all: EndIndex): string {
  const chosen = new Set(ends);
  const parts = [...workloadParts(chosen, all)];
  // What is outside is few and matters, so it is never among the ones that are only counted.
  if (all.addresses.length > 1 && all.addresses.every((id) => chosen.has(id))) {
    parts.push('every address');
    for (const id of all.addresses) chosen.delete(id);
  }
  const rest = ends.filter((id) => chosen.has(id) && !all.podLabels.has(id));
  parts.push(...firstOf(rest.map((id) => all.names.get(id) ?? id)));
  return parts.join(', ');
}

function workloadParts(chosen: ReadonlySet<string>, all: EndIndex): string[] {
  const count = all.workloads.filter((id) => chosen.has(id)).length;
  if (count === all.workloads.length && count > 2) return ['every workload'];
  const whole: [string, number][] = [];
  const missing: [string, number][] = [];
  const parts: string[] = [];
  const single: string[] = [];
  for (const [namespace, own] of all.namespaces) {
    const inside = own.filter((id) => chosen.has(id));
    if (inside.length === 0) missing.push([namespace, own.length]);
    else if (inside.length === own.length && own.length > 1) whole.push([namespace, own.length]);
    else if (inside.length <= MOST_NAMED) single.push(...inside);
    else parts.push(someOf(namespace, inside, own, all));
  }
  if (whole.length > missing.length + 2 && missing.length <= 2 && parts.length + single.length === 0) {
    return [`every workload but ${missing.map(namespaceText).join(' and ')}`];
  }
  if (whole.length <= MOST_NAMED)
    parts.unshift(...whole.map(([name, size]) => `namespace ${namespaceText([name, size])}`));
  else {
    const size = whole.reduce((sum, [, own]) => sum + own, 0);
    parts.unshift(`namespaces ${firstOf(whole.map(([name]) => name)).join(', ')} (${size} workloads)`);
  }
  return [...parts, ...firstOf(single)];
}

function namespaceText([name, size]: readonly [string, number]): string {
  return `${name} (${size} ${size === 1 ? 'workload' : 'workloads'})`;
}

/** Some workloads of a namespace: by a label that they have and the others have not, where there is one. */
function someOf(namespace: string, some: readonly string[], own: readonly string[], all: EndIndex): string {
  const inside = new Set(some);
  const others = own.filter((id) => !inside.has(id));
  const has = (id: string, key: string, value: string): boolean => all.podLabels.get(id)?.[key] === value;
  const common = (ids: readonly string[], apart: readonly string[]): string | undefined => {
    const [first = '', ...rest] = ids;
    for (const [key, value] of Object.entries(all.podLabels.get(first) ?? {})) {
      if (rest.every((id) => has(id, key, value)) && !apart.some((id) => has(id, key, value)))
        return `${key}=${value}`;
    }
    return undefined;
  };
  const label = common(some, others);
  if (label !== undefined) return `namespace ${namespace} with ${label} (${some.length} workloads)`;
  const otherLabel = common(others, some);
  if (otherLabel !== undefined) return `namespace ${namespace} but ${otherLabel} (${some.length} workloads)`;
  if (others.length <= 2) return `namespace ${namespace} but ${others.join(', ')} (${some.length} workloads)`;
  return `${some.length} of ${own.length} workloads of namespace ${namespace}`;
}

function firstOf(names: readonly string[]): string[] {
  if (names.length <= MOST_NAMED) return [...names];
  return [...names.slice(0, MOST_NAMED - 1), `${names.length - MOST_NAMED + 1} more`];
}
