import type { ClusterSnapshot, Labels, PodRecord, PolicyRecord } from '@bulkhead/policy-engine';
import { networkPolicyRecord } from './policies/network-policies.ts';
import type {
  EgressRule,
  IngressRule,
  LabelSelector,
  NetworkPolicySpec,
  Peer,
  Port,
} from './policies/spec.ts';
import { namespaceNamed } from './policies/spec.ts';
import type { Rng } from './random.ts';

/** One step of a draft. `what` says it in a few words, for a failing test's message. */
export type DraftEdit =
  | { readonly type: 'changed' | 'added'; readonly policy: PolicyRecord; readonly what: string }
  | { readonly type: 'removed'; readonly policy: PolicyRecord; readonly what: string };

/** What edits are drawn from; made once per snapshot. */
export interface EditSources {
  readonly snapshot: ClusterSnapshot;
  /** NetworkPolicies that can be edited: those whose spec has the expected shape. */
  readonly editable: readonly PolicyRecord[];
  /** One pod per workload, by namespace. */
  readonly podsOf: ReadonlyMap<string, readonly PodRecord[]>;
  readonly inhabited: readonly string[];
}

export function editSources(snapshot: ClusterSnapshot): EditSources {
  const podsOf = new Map<string, PodRecord[]>();
  const seen = new Set<string>();
  for (const pod of snapshot.pods) {
    const key = `${pod.namespace}/${pod.workload.kind}/${pod.workload.name}`;
    if (pod.hostNetwork || seen.has(key)) continue;
    seen.add(key);
    const pods = podsOf.get(pod.namespace);
    if (pods) pods.push(pod);
    else podsOf.set(pod.namespace, [pod]);
  }
  const editable = snapshot.policies.filter(
    ({ kind, spec }) => kind === 'NetworkPolicy' && isNetworkPolicySpec(spec),
  );
  return { snapshot, editable, podsOf, inhabited: [...podsOf.keys()] };
}

function isNetworkPolicySpec(spec: unknown): spec is NetworkPolicySpec {
  return (
    typeof spec === 'object' && spec !== null && 'podSelector' in spec && typeof spec.podSelector === 'object'
  );
}

/** Labels that a controller adds; nobody selects by them. */
const MACHINE_LABEL =
  /^(pod-template-hash|controller-revision-hash|statefulset\.|apps\.kubernetes\.io|batch\.)/;

function someLabel(rng: Rng, labels: Labels): LabelSelector {
  const keys = Object.keys(labels).filter((key) => !MACHINE_LABEL.test(key));
  if (keys.length === 0) return {};
  const key = rng.pick(keys);
  return { matchLabels: { [key]: labels[key] ?? '' } };
}

function somePod(rng: Rng, sources: EditSources, namespace: string): PodRecord | undefined {
  const pods = sources.podsOf.get(namespace) ?? [];
  return pods.length > 0 ? rng.pick(pods) : undefined;
}

function newCidr(rng: Rng): string {
  return `${rng.pick([31, 66, 91, 198])}.${rng.int(0, 255)}.${rng.int(0, 255)}.${rng.int(0, 255)}/${rng.pick([32, 28, 24])}`;
}

function newPeer(rng: Rng, sources: EditSources, namespace: string): Peer {
  const elsewhere = rng.chance(0.4) && sources.inhabited.length > 0 ? rng.pick(sources.inhabited) : namespace;
  const labels = somePod(rng, sources, elsewhere)?.labels ?? {};
  const podSelector = someLabel(rng, labels);
  return elsewhere === namespace
    ? { podSelector }
    : { namespaceSelector: namespaceNamed(elsewhere), podSelector };
}

function newPort(rng: Rng): Port {
  return {
    protocol: rng.pick(['TCP', 'TCP', 'UDP']),
    port: rng.pick([80, 443, 5432, 6379, 8080, 8081, 9090, 9092]),
  };
}

/** What a person does to a policy: mostly labels, ports and peers, sometimes a new CIDR or a whole rule. */
function editSpec(
  rng: Rng,
  sources: EditSources,
  namespace: string,
  spec: NetworkPolicySpec,
): readonly [NetworkPolicySpec, string] {
  const subject = (): readonly [NetworkPolicySpec, string] => [
    { ...spec, podSelector: someLabel(rng, somePod(rng, sources, namespace)?.labels ?? {}) },
    'subject',
  ];
  const direction = spec.ingress?.length && (!spec.egress?.length || rng.chance(0.6)) ? 'ingress' : 'egress';
  const rules: readonly (IngressRule & EgressRule)[] = spec[direction] ?? [];
  if (rules.length === 0) {
    if (rng.chance(0.5)) return subject();
    const rule = { from: [newPeer(rng, sources, namespace)], ports: [newPort(rng)] };
    return [{ ...spec, ingress: [rule] }, 'first rule'];
  }
  const at = rng.int(0, rules.length - 1);
  const rule = rules[at] ?? {};
  const field = direction === 'ingress' ? 'from' : 'to';
  const peers = rule[field] ?? [];
  const withRule = (changed: IngressRule & EgressRule): NetworkPolicySpec => ({
    ...spec,
    [direction]: rules.map((other, index) => (index === at ? changed : other)),
  });
  return rng.weighted<() => readonly [NetworkPolicySpec, string]>([
    [subject, 3],
    [() => [withRule({ ...rule, ports: [newPort(rng)] }), `${direction}[${at}] port`], 4],
    [
      () => [
        withRule({ ...rule, ports: [...(rule.ports ?? []), newPort(rng)] }),
        `${direction}[${at}] another port`,
      ],
      2,
    ],
    [
      () => [
        withRule({ ...rule, [field]: [newPeer(rng, sources, namespace), ...peers.slice(1)] }),
        `${direction}[${at}] peer`,
      ],
      4,
    ],
    [
      () => [
        withRule({ ...rule, [field]: [...peers, newPeer(rng, sources, namespace)] }),
        `${direction}[${at}] another peer`,
      ],
      3,
    ],
    [
      () =>
        peers.length > 1
          ? [withRule({ ...rule, [field]: peers.slice(1) }), `${direction}[${at}] peer removed`]
          : [
              { ...spec, [direction]: rules.filter((_, index) => index !== at) },
              `${direction}[${at}] removed`,
            ],
      2,
    ],
    [
      () => [
        withRule({ ...rule, [field]: [...peers, { ipBlock: { cidr: newCidr(rng) } }] }),
        `${direction}[${at}] new CIDR`,
      ],
      1,
    ],
  ])();
}

function newPolicy(rng: Rng, sources: EditSources): DraftEdit {
  const namespace = rng.pick(sources.inhabited);
  const taken = new Set(
    sources.snapshot.policies.filter((policy) => policy.namespace === namespace).map(({ name }) => name),
  );
  let name = 'drafted';
  for (let n = 2; taken.has(name); n++) name = `drafted-${n}`;
  const pod = somePod(rng, sources, namespace);
  const spec: NetworkPolicySpec = rng.chance(0.3)
    ? { podSelector: {}, policyTypes: [rng.pick(['Ingress', 'Egress'])] }
    : {
        podSelector: someLabel(rng, pod?.labels ?? {}),
        policyTypes: ['Ingress'],
        ingress: [{ from: [newPeer(rng, sources, namespace)], ports: [newPort(rng)] }],
      };
  return { type: 'added', policy: networkPolicyRecord(namespace, name, spec), what: `new in ${namespace}` };
}

/**
 * A random edit of a NetworkPolicy: most change one, some add or remove one.
 *
 * @param sources of the snapshot the edit is for; {@link editSources} makes them
 */
export function randomEdit(sources: EditSources, rng: Rng): DraftEdit {
  if (sources.editable.length === 0 || rng.chance(0.12)) return newPolicy(rng, sources);
  const policy = rng.pick(sources.editable);
  const { namespace, spec } = policy;
  if (rng.chance(0.1)) return { type: 'removed', policy, what: `${namespace}/${policy.name} removed` };
  if (namespace === undefined || !isNetworkPolicySpec(spec)) return newPolicy(rng, sources);
  const [edited, what] = editSpec(rng, sources, namespace, spec);
  const { source: _source, text: _text, ...rest } = policy;
  return { type: 'changed', policy: { ...rest, spec: edited }, what: `${namespace}/${policy.name} ${what}` };
}

/** The snapshot with one edit applied; shares everything else with the one before. */
export function applyEdit(snapshot: ClusterSnapshot, edit: DraftEdit): ClusterSnapshot {
  const isEdited = (policy: PolicyRecord) =>
    policy.name === edit.policy.name &&
    policy.namespace === edit.policy.namespace &&
    policy.kind === edit.policy.kind;
  switch (edit.type) {
    case 'added':
      return { ...snapshot, policies: [...snapshot.policies, edit.policy] };
    case 'changed':
      return {
        ...snapshot,
        policies: snapshot.policies.map((policy) => (isEdited(policy) ? edit.policy : policy)),
      };
    case 'removed':
      return { ...snapshot, policies: snapshot.policies.filter((policy) => !isEdited(policy)) };
  }
}
