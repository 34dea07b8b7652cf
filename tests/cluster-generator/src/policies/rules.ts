import { NODE_NETWORK, POD_NETWORK } from '../addresses.ts';
import type { NamespacePlan, WorkloadPlan } from '../plan.ts';
import type { Rng } from '../random.ts';
import {
  type EgressRule,
  type IngressRule,
  type LabelSelector,
  namespaceNamed,
  type Peer,
  type Port,
} from './spec.ts';

/** What rules are drawn from. */
export interface RuleSources {
  readonly namespaces: readonly NamespacePlan[];
  readonly cidrs: readonly string[];
}

/** A selector for a workload's pods as people write it: by name, by component, by tier, or with an expression. */
export function podSelector(rng: Rng, workload: WorkloadPlan): LabelSelector {
  const { app, tier } = workload.labels;
  const component = workload.labels['app.kubernetes.io/component'];
  if (app === undefined || tier === undefined || component === undefined)
    return { matchLabels: workload.labels };
  return rng.weighted<LabelSelector>([
    [{ matchLabels: { app } }, 8],
    [{ matchLabels: { 'app.kubernetes.io/component': component } }, 3],
    [{ matchLabels: { tier } }, 2],
    [{ matchLabels: { app, tier } }, 1],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: [app, `${app}-canary`] }] }, 1],
    [
      {
        matchExpressions: [
          { key: 'app.kubernetes.io/component', operator: 'NotIn', values: ['db', 'cache'] },
        ],
      },
      0.5,
    ],
    [{ matchExpressions: [{ key: 'example.com/egress', operator: 'Exists' }] }, 0.3],
    [{ matchExpressions: [{ key: 'example.com/egress', operator: 'DoesNotExist' }] }, 0.3],
  ]);
}

function namespaceSelector(rng: Rng, namespace: NamespacePlan): LabelSelector {
  const team = namespace.labels['example.com/team'] ?? '';
  const env = namespace.labels['example.com/env'] ?? '';
  return rng.weighted<LabelSelector>([
    [namespaceNamed(namespace.name), 8],
    [{ matchLabels: { 'example.com/team': team, 'example.com/env': env } }, 3],
    [{ matchLabels: { 'example.com/team': team } }, 2],
    [{ matchLabels: { 'example.com/env': env } }, 0.4],
    [{ matchExpressions: [{ key: 'example.com/pci', operator: 'Exists' }] }, 0.3],
    [{ matchExpressions: [{ key: 'example.com/env', operator: 'NotIn', values: ['dev', 'stage'] }] }, 0.3],
    [{}, 0.2],
  ]);
}

/** Ports of a workload as a rule lists them: by number, by name, a range, or none at all (every port). */
export function portsOf(rng: Rng, workload: WorkloadPlan): { readonly ports?: readonly Port[] } {
  const chosen = rng.sample(workload.ports, rng.int(1, 2));
  if (chosen.length === 0 || rng.chance(0.1)) return {};
  if (rng.chance(0.04)) {
    const from = rng.pick([8_000, 30_000, 32_768]);
    return { ports: [{ protocol: rng.pick(['TCP', 'UDP']), port: from, endPort: from + rng.int(9, 999) }] };
  }
  return {
    ports: chosen.map(({ name, protocol, port }) => ({
      protocol,
      port: name !== undefined && rng.chance(0.35) ? name : port,
    })),
  };
}

/** Pods somewhere in the cluster, more often near than far. */
export function podPeer(rng: Rng, near: NamespacePlan, sources: RuleSources): Peer {
  const there = rng.chance(0.6) ? near : rng.pick(sources.namespaces);
  const workload = there.workloads.length > 0 ? rng.pick(there.workloads) : undefined;
  const pods = workload && !rng.chance(0.15) ? podSelector(rng, workload) : {};
  if (there === near) return { podSelector: pods };
  if (rng.chance(0.25)) return { namespaceSelector: namespaceSelector(rng, there) };
  return { namespaceSelector: namespaceSelector(rng, there), podSelector: pods };
}

/** Addresses outside: a partner or a few, or the internet without the rest. */
export function addressPeers(rng: Rng, sources: RuleSources): Peer[] {
  if (rng.chance(0.15)) {
    const except = rng.sample(
      [POD_NETWORK, NODE_NETWORK, '172.16.0.0/12', '192.168.0.0/16', '169.254.169.254/32'],
      4,
    );
    return [{ ipBlock: { cidr: '0.0.0.0/0', ...(except.length > 0 ? { except } : {}) } }];
  }
  return rng.sample(sources.cidrs, rng.int(1, 4)).map((cidr) => ({ ipBlock: { cidr } }));
}

/** A whole allow list, as partners and scanners come in: hundreds of ranges. */
export function allowList(rng: Rng, sources: RuleSources): Peer[] {
  return rng.sample(sources.cidrs, rng.int(100, 400)).map((cidr) => ({ ipBlock: { cidr } }));
}

export function randomPeers(rng: Rng, near: NamespacePlan, sources: RuleSources): Peer[] {
  if (rng.chance(0.18)) return addressPeers(rng, sources);
  return Array.from(
    {
      length: rng.weighted([
        [1, 6],
        [2, 2],
        [3, 1],
      ]),
    },
    () => podPeer(rng, near, sources),
  );
}

export function ingressRule(
  rng: Rng,
  near: NamespacePlan,
  subject: WorkloadPlan,
  sources: RuleSources,
): IngressRule {
  return { from: randomPeers(rng, near, sources), ...portsOf(rng, subject) };
}

export function egressRule(rng: Rng, near: NamespacePlan, sources: RuleSources): EgressRule {
  const toPods = near.workloads.length > 0 && rng.chance(0.6) ? rng.pick(near.workloads) : undefined;
  if (toPods) return { to: [{ podSelector: podSelector(rng, toPods) }], ...portsOf(rng, toPods) };
  return {
    to: randomPeers(rng, near, sources),
    ports: [{ protocol: 'TCP', port: rng.pick([443, 443, 443, 5432, 9092]) }],
  };
}
