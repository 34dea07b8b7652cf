import { type ClusterSnapshot, type PodRecord, policyKey } from '@bulkhead/policy-engine';

/**
 * A cluster as it would be after `kubectl apply` of other objects: what both have is taken from `over`, labels of
 * namespaces are merged, and nothing is deleted. Pods of a workload that `over` declares give way to the declared ones if
 * their labels or ports change; where they don't, the running ones stay, whose addresses are known.
 */
export function overlaySnapshot(base: ClusterSnapshot, over: ClusterSnapshot): ClusterSnapshot {
  return {
    namespaces: mergeNamespaces(base, over),
    pods: mergePods(base.pods, over.pods),
    nodes: merge(base.nodes, over.nodes, (node) => node.name),
    services: merge(base.services, over.services, (service) => `${service.namespace}/${service.name}`),
    policies: merge(base.policies, over.policies, policyKey),
    hidden: base.hidden,
    ...(base.unreadPolicies === undefined && over.unreadPolicies === undefined
      ? {}
      : { unreadPolicies: [...(base.unreadPolicies ?? []), ...(over.unreadPolicies ?? [])] }),
  };
}

function merge<T>(base: readonly T[], over: readonly T[], key: (item: T) => string): readonly T[] {
  if (over.length === 0) return base;
  const merged = new Map(base.map((item) => [key(item), item]));
  for (const item of over) merged.set(key(item), item);
  return [...merged.values()];
}

function mergeNamespaces(base: ClusterSnapshot, over: ClusterSnapshot): ClusterSnapshot['namespaces'] {
  // A namespace that only appears by use says nothing about one that exists.
  const known = new Map(base.namespaces.map((namespace) => [namespace.name, namespace]));
  let changed = false;
  for (const namespace of over.namespaces) {
    const before = known.get(namespace.name);
    if (before !== undefined && !namespace.labelsKnown) continue;
    changed = true;
    known.set(
      namespace.name,
      before === undefined
        ? namespace
        : { ...before, ...namespace, labels: { ...before.labels, ...namespace.labels } },
    );
  }
  return changed ? [...known.values()] : base.namespaces;
}

function mergePods(base: readonly PodRecord[], over: readonly PodRecord[]): readonly PodRecord[] {
  if (over.length === 0) return base;
  const key = (pod: PodRecord): string => `${pod.namespace}/${pod.workload.kind}/${pod.workload.name}`;
  const running = new Map<string, PodRecord[]>();
  for (const pod of base) {
    const own = running.get(key(pod));
    if (own === undefined) running.set(key(pod), [pod]);
    else own.push(pod);
  }
  const replaced = new Set<string>();
  const added: PodRecord[] = [];
  for (const pod of over) {
    const before = running.get(key(pod));
    if (before?.every((own) => sameForPolicies(own, pod)) === true) continue;
    replaced.add(key(pod));
    added.push(pod);
  }
  return added.length === 0 ? base : [...base.filter((pod) => !replaced.has(key(pod))), ...added];
}

/** Labels that controllers add to pods are not in templates, so a pod may have more than its template says. */
function sameForPolicies(running: PodRecord, declared: PodRecord): boolean {
  const labels = Object.entries(declared.labels);
  if (!labels.every(([name, value]) => Object.hasOwn(running.labels, name) && running.labels[name] === value))
    return false;
  const own = Object.keys(running.labels).filter((name) => !CONTROLLER_LABELS.has(name));
  if (own.length !== labels.length) return false;
  return running.hostNetwork === declared.hostNetwork && portsText(running) === portsText(declared);
}

const CONTROLLER_LABELS = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'controller-uid',
]);

function portsText(pod: PodRecord): string {
  return pod.ports
    .map((port) => `${port.name ?? ''}/${port.protocol}/${port.port}`)
    .sort()
    .join();
}
