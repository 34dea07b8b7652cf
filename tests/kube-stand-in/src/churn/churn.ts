import type { JsonObject, KubeObject } from '../json.ts';
import { buildCluster } from '../objects/cluster.ts';
import { adminPolicyDefinitions } from '../objects/definitions.ts';
import { CREATED_AT } from '../objects/metadata.ts';
import { liveAdminPolicy, liveNetworkPolicy } from '../objects/network.ts';
import { liveNamespace } from '../objects/nodes.ts';
import { livePod } from '../objects/pods.ts';
import type { StandIn } from '../stand-in.ts';
import { createRandom, keysOf, type Random, weighted } from './random.ts';

export interface ChurnOptions {
  readonly seed: number;
  readonly namespaces?: number;
  readonly deploymentsPerNamespace?: number;
  readonly podsPerDeployment?: number;
}

/** What one step can do. Most of a real cluster's changes mean nothing to a policy, and so do most of these. */
export type ChurnKind =
  | 'pod-status'
  | 'node-heartbeat'
  | 'other-write'
  | 'pod-replaced'
  | 'pod-started'
  | 'pod-pending'
  | 'pod-finished'
  | 'pod-relabelled'
  | 'policy-created'
  | 'policy-changed'
  | 'policy-removed'
  | 'namespace-relabelled'
  | 'namespace-created'
  | 'namespace-removed'
  | 'admin-policy';

const WEIGHTS: Readonly<Record<ChurnKind, number>> = {
  'pod-status': 58,
  'node-heartbeat': 8,
  'other-write': 6,
  'pod-replaced': 8,
  'pod-pending': 3,
  'pod-started': 3,
  'pod-finished': 2,
  'pod-relabelled': 3,
  'policy-created': 2,
  'policy-changed': 3,
  'policy-removed': 2,
  'namespace-relabelled': 1,
  'namespace-created': 0.4,
  'namespace-removed': 0.4,
  'admin-policy': 0.2,
};

export interface Churn {
  /** Makes one change; says which. */
  step(): ChurnKind;
  readonly counts: Readonly<Record<ChurnKind, number>>;
}

const TIERS = ['web', 'api', 'db', 'cache', 'batch'];

/** What is changed: a stand-in, or something that does to another cluster what is done to one. */
export type ChurnTarget = Pick<
  StandIn,
  'seed' | 'all' | 'get' | 'apply' | 'update' | 'touchStatus' | 'remove' | 'skipRevisions'
>;

/** Fills a stand-in with a cluster and then changes it step by step, always the same way for the same seed. */
export function createChurn(standIn: ChurnTarget, options: ChurnOptions): Churn {
  const random = createRandom(options.seed);
  const counts = zeroCounts();
  const cluster = buildCluster();
  for (let index = 0; index < (options.namespaces ?? 10); index += 1) {
    const namespace = `team-${index}`;
    cluster.namespace(namespace, { team: namespace, tier: TIERS[index % TIERS.length] ?? 'web' });
    for (let number = 0; number < (options.deploymentsPerNamespace ?? 5); number += 1) {
      const name = `app-${number}`;
      const labels = { app: name, tier: TIERS[number % TIERS.length] ?? 'web' };
      const ports = [{ name: 'http', port: 8080 }];
      cluster.deployment({ namespace, name, labels, replicas: options.podsPerDeployment ?? 4, ports });
    }
    cluster.networkPolicy({ namespace, name: 'policy-0', spec: policySpec(random) });
  }
  standIn.seed(cluster.objects);
  const step = createSteps(standIn, random);
  return {
    counts,
    step: () => {
      const wanted = weighted(random, WEIGHTS, 'pod-status');
      const done = step(wanted) ? wanted : 'other-write';
      counts[done] += 1;
      if (done !== wanted) standIn.skipRevisions(1);
      return done;
    },
  };
}

function zeroCounts(): Record<ChurnKind, number> {
  const counts = { ...WEIGHTS };
  for (const kind of keysOf(counts)) counts[kind] = 0;
  return counts;
}

/** Does a step of a kind; `false` where there is nothing to do it to. */
function createSteps(standIn: ChurnTarget, random: Random): (kind: ChurnKind) => boolean {
  let made = 0;
  const pods = (test: (pod: KubeObject) => boolean = () => true) =>
    standIn.all('v1', 'Pod').filter((pod) => isTeam(pod.metadata.namespace) && test(pod));
  const phase = (pod: KubeObject) => statusOf(pod).phase;
  const namespaces = () =>
    standIn.all('v1', 'Namespace').filter((namespace) => isTeam(namespace.metadata.name));
  const policies = () => standIn.all('networking.k8s.io/v1', 'NetworkPolicy');
  const podsAtFirst = pods().length;
  const nextIp = () =>
    `10.${128 + (Math.floor(made / 64_000) % 64)}.${Math.floor(made / 250) % 256}.${(made % 250) + 2}`;

  const newPod = (like: KubeObject, newPhase: 'Pending' | 'Running') => {
    made += 1;
    const owner = like.metadata.ownerReferences?.[0];
    const pod = livePod({
      namespace: like.metadata.namespace ?? 'default',
      name: `${owner?.name ?? 'pod'}-c${made.toString(36)}`,
      labels: { ...like.metadata.labels },
      ports: [{ name: 'http', port: 8080 }],
      phase: newPhase,
      node: `aks-nodepool1-31415926-vmss00000${random.below(3)}`,
      hostIp: '10.224.0.4',
      ips: newPhase === 'Pending' ? [] : [nextIp()],
    });
    return standIn.apply(
      owner === undefined ? pod : { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } },
    );
  };

  const steps: Readonly<Record<ChurnKind, () => boolean>> = {
    'other-write': () => {
      standIn.skipRevisions(1 + random.below(3));
      return true;
    },
    'pod-status': () => {
      const pod = random.pick(pods());
      if (pod === undefined) return false;
      made += 1;
      const conditions = [
        {
          type: 'Ready',
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: CREATED_AT,
          message: `probe ${made}`,
        },
      ];
      standIn.touchStatus(pod, { conditions });
      return true;
    },
    'node-heartbeat': () => {
      const node = random.pick(standIn.all('v1', 'Node'));
      if (node === undefined) return false;
      made += 1;
      standIn.touchStatus(node, { volumesInUse: [`heartbeat-${made}`] });
      return true;
    },
    'pod-replaced': () => {
      const pod = random.pick(pods());
      if (pod === undefined) return false;
      newPod(pod, 'Running');
      standIn.remove(pod);
      return true;
    },
    'pod-pending': () => {
      const all = pods();
      const pod = random.pick(all);
      if (pod === undefined) return false;
      // The cluster neither grows nor shrinks for good, so that memory can be compared over time.
      if (all.length > podsAtFirst * 1.1) return standIn.remove(pod);
      newPod(pod, 'Pending');
      return true;
    },
    'pod-started': () => {
      const pod = random.pick(pods((one) => phase(one) === 'Pending'));
      if (pod === undefined) return false;
      made += 1;
      const ip = nextIp();
      standIn.touchStatus(pod, { phase: 'Running', podIP: ip, podIPs: [{ ip }] });
      return true;
    },
    'pod-finished': () => {
      const finished = pods((one) => phase(one) === 'Succeeded');
      const pod = random.pick(finished.length > 5 ? finished : pods((one) => phase(one) === 'Running'));
      if (pod === undefined) return false;
      if (finished.length > 5) standIn.remove(pod);
      else standIn.touchStatus(pod, { phase: 'Succeeded' });
      return true;
    },
    'pod-relabelled': () => {
      const pod = random.pick(pods());
      if (pod === undefined) return false;
      const labels = {
        ...pod.metadata.labels,
        tier: random.pick(TIERS) ?? 'web',
        colour: `c${random.below(4)}`,
      };
      standIn.update(pod, (object) => ({ ...object, metadata: { ...object.metadata, labels } }));
      return true;
    },
    'policy-created': () => {
      const namespace = random.pick(namespaces());
      if (namespace === undefined || policies().length > 100) return false;
      made += 1;
      standIn.apply(
        liveNetworkPolicy({
          namespace: namespace.metadata.name,
          name: `policy-${made}`,
          spec: policySpec(random),
        }),
      );
      return true;
    },
    'policy-changed': () => {
      const policy = random.pick(policies());
      if (policy === undefined) return false;
      standIn.update(policy, (object) => ({ ...object, spec: policySpec(random) }));
      return true;
    },
    'policy-removed': () => {
      const policy = random.pick(policies());
      return policy !== undefined && standIn.remove(policy);
    },
    'namespace-relabelled': () => {
      const namespace = random.pick(namespaces());
      if (namespace === undefined) return false;
      const labels = { ...namespace.metadata.labels, tier: random.pick(TIERS) ?? 'web' };
      standIn.update(namespace, (object) => ({ ...object, metadata: { ...object.metadata, labels } }));
      return true;
    },
    'namespace-created': () => {
      if (namespaces().length > 30) return false;
      made += 1;
      const name = `team-x${made}`;
      standIn.apply(liveNamespace(name, { team: name }));
      const like = random.pick(pods());
      if (like !== undefined) newPod({ ...like, metadata: { ...like.metadata, namespace: name } }, 'Running');
      return true;
    },
    'namespace-removed': () => {
      const namespace = random.pick(namespaces().filter((one) => one.metadata.name.startsWith('team-x')));
      return namespace !== undefined && standIn.remove(namespace);
    },
    'admin-policy': () => {
      const [definition] = adminPolicyDefinitions.v1alpha1;
      if (definition === undefined) return false;
      if (standIn.get(definition) === undefined) {
        standIn.seed(adminPolicyDefinitions.v1alpha1);
        return true;
      }
      if (random.below(4) === 0) {
        for (const one of adminPolicyDefinitions.v1alpha1) standIn.remove(one);
        return true;
      }
      made += 1;
      const subject = { namespaces: { matchLabels: { tier: random.pick(TIERS) ?? 'web' } } };
      const ingress = [
        { action: 'Deny', name: 'deny', from: [{ namespaces: { matchLabels: { team: 'team-1' } } }] },
      ];
      standIn.apply(
        liveAdminPolicy('AdminNetworkPolicy', `admin-${made % 3}`, {
          priority: made % 1000,
          subject,
          ingress,
        }),
      );
      return true;
    },
  };
  return (kind) => steps[kind]();
}

function isTeam(namespace: string | undefined): boolean {
  return namespace?.startsWith('team-') === true;
}

function statusOf(object: KubeObject): JsonObject {
  const { status } = object;
  return typeof status === 'object' && status !== null && !Array.isArray(status) ? status : {};
}

function policySpec(random: Random): JsonObject {
  const tier = () => random.pick(TIERS) ?? 'web';
  const from: JsonObject[] = [{ podSelector: { matchLabels: { tier: tier() } } }];
  if (random.below(3) === 0) from.push({ namespaceSelector: { matchLabels: { tier: tier() } } });
  if (random.below(4) === 0)
    from.push({ ipBlock: { cidr: '10.0.0.0/8', except: [`10.${random.below(200)}.0.0/16`] } });
  return {
    podSelector: random.below(4) === 0 ? {} : { matchLabels: { tier: tier() } },
    policyTypes: ['Ingress'],
    ingress: [{ from, ports: [{ protocol: 'TCP', port: random.below(2) === 0 ? 8080 : 'http' }] }],
  };
}
