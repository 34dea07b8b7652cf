import type { Enforcement, EnforcementWarning } from '@bulkhead/protocol';
import type { EnforcementEvidence, FoundEngine } from './detect.ts';
import type { EngineName } from './engines.ts';

/** What is wrong, or soon will be, with how policies are enforced. The worst comes first. */
export function warningsOf(
  determination: Enforcement['determination'],
  engines: readonly FoundEngine[],
  evidence: EnforcementEvidence,
): readonly EnforcementWarning[] {
  const enforcing = engines.filter(({ confidence }) => confidence !== 'hint');
  const warnings = [
    ...nothingEnforces(determination, evidence),
    ...conflict(enforcing),
    ...turnedOff(enforcing, evidence),
    ...notReady(enforcing),
    ...notEnforcedKinds(determination, enforcing, evidence),
    ...azureNpm(enforcing, evidence),
  ];
  const rank = { error: 0, warning: 1, info: 2 };
  return warnings.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function nothingEnforces(
  determination: Enforcement['determination'],
  { policies }: EnforcementEvidence,
): EnforcementWarning[] {
  const count = Object.values(policies).reduce((sum, number) => sum + number, 0);
  if (determination === 'undetermined') {
    return [
      {
        code: 'cannot-detect',
        severity: 'info',
        message:
          'Which engine enforces policies can not be told: DaemonSets may not be read, and no agent was seen.',
        hint: 'Ask for the role in deploy/rbac.yaml.',
      },
    ];
  }
  if (determination !== 'none') return [];
  const hint =
    'Install an engine (on AKS: az aks update --network-policy), or check that its agent is running.';
  if (count === 0) {
    return [
      {
        code: 'nothing-enforces',
        severity: 'info',
        message:
          'Nothing in this cluster enforces network policies. There are none yet; they would have no effect.',
        hint,
      },
    ];
  }
  return [
    {
      code: 'nothing-enforces',
      severity: 'error',
      message: `Nothing in this cluster enforces network policies: its ${count} ${count === 1 ? 'policy has' : 'policies have'} no effect, and all traffic is allowed.`,
      hint,
    },
  ];
}

function conflict(enforcing: readonly FoundEngine[]): EnforcementWarning[] {
  if (enforcing.length < 2) return [];
  const names = enforcing.map(({ title }) => title).join(' and ');
  return [
    {
      code: 'engines-conflict',
      severity: 'error',
      message: `${names} enforce policies at the same time; what both let through is allowed, and their differences add up.`,
      hint: 'Finish the migration from one to the other, and remove the old agent.',
    },
  ];
}

function turnedOff(
  enforcing: readonly FoundEngine[],
  { settings }: EnforcementEvidence,
): EnforcementWarning[] {
  const cilium = settings.cilium;
  if (cilium === undefined || !enforcing.some(({ name }) => name === 'cilium')) return [];
  if (cilium['enable-policy'] === 'never') {
    return [
      {
        code: 'enforcement-turned-off',
        severity: 'error',
        message: 'Cilium is set to enforce no policies (enable-policy is "never"): all traffic is allowed.',
        hint: 'Set enable-policy to "default" in the ConfigMap kube-system/cilium-config.',
      },
    ];
  }
  if (cilium['enable-k8s-networkpolicy'] === 'false') {
    return [
      {
        code: 'enforcement-turned-off',
        severity: 'error',
        message: 'Cilium is set to ignore NetworkPolicy objects (enable-k8s-networkpolicy is "false").',
        hint: 'Set it to "true" in the ConfigMap kube-system/cilium-config.',
      },
    ];
  }
  return [];
}

function notReady(enforcing: readonly FoundEngine[]): EnforcementWarning[] {
  return enforcing
    .filter(({ desired, ready }) => ready < desired)
    .map(({ title, desired, ready }) => ({
      code: 'engine-not-ready' as const,
      severity: ready === 0 ? ('error' as const) : ('warning' as const),
      message: `${title} is not ready on ${desired - ready} of ${desired} nodes; policies may not be in force there.`,
      hint: "Look at its agent's pods and their logs.",
    }));
}

const CLUSTER_KINDS = ['ClusterNetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy'] as const;

/** Engines that implement the cluster-scoped policy API in some version (its own list of implementations). */
const IMPLEMENTS: Readonly<Record<(typeof CLUSTER_KINDS)[number], readonly EngineName[]>> = {
  ClusterNetworkPolicy: ['kube-network-policies', 'calico'],
  AdminNetworkPolicy: ['kube-network-policies', 'ovn-kubernetes', 'antrea', 'calico'],
  BaselineAdminNetworkPolicy: ['kube-network-policies', 'ovn-kubernetes', 'antrea', 'calico'],
};

function notEnforcedKinds(
  determination: Enforcement['determination'],
  enforcing: readonly FoundEngine[],
  { policies }: EnforcementEvidence,
): EnforcementWarning[] {
  if (enforcing.length === 0 || determination === 'none') return [];
  return CLUSTER_KINDS.flatMap((kind) => {
    const count = policies[kind] ?? 0;
    if (count === 0 || enforcing.some(({ name }) => IMPLEMENTS[kind].includes(name))) return [];
    const names = enforcing.map(({ title }) => title).join(' and ');
    return [
      {
        code: 'policy-kind-not-enforced' as const,
        severity: 'error' as const,
        message: `${names} does not implement ${kind}: ${count === 1 ? 'the one there is has' : `the ${count} there are have`} no effect.`,
        hint: 'Express it by NetworkPolicy, or use an engine that implements it.',
      },
    ];
  });
}

const AZURE_NPM_ENDS = {
  windows: Date.UTC(2026, 8, 30),
  linux: Date.UTC(2028, 8, 30),
};
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Retirement dates and limits as Microsoft has announced them (AKS documentation, azure-network-policy-manager). */
function azureNpm(enforcing: readonly FoundEngine[], evidence: EnforcementEvidence): EnforcementWarning[] {
  if (!enforcing.some(({ name }) => name === 'azure-npm')) return [];
  const warnings: EnforcementWarning[] = [];
  const windows = evidence.nodes.filter((node) => node.windows).length;
  const linux = evidence.nodes.length === 0 || windows < evidence.nodes.length;
  const ending = (system: 'Windows' | 'Linux', end: number): EnforcementWarning => {
    const past = evidence.today > end;
    const near = end - evidence.today < YEAR_MS;
    const date = new Date(end).toISOString().slice(0, 10);
    return {
      code: 'engine-end-of-life',
      severity: past ? 'error' : near ? 'warning' : 'info',
      message: past
        ? `Azure Network Policy Manager for ${system} nodes was retired on ${date}.`
        : `Azure Network Policy Manager for ${system} nodes is retired on ${date}.`,
      hint: 'Plan the move to Azure CNI powered by Cilium; some policies mean something else there.',
    };
  };
  if (linux) warnings.push(ending('Linux', AZURE_NPM_ENDS.linux));
  if (windows > 0) {
    warnings.push(ending('Windows', AZURE_NPM_ENDS.windows), {
      code: 'windows-nodes',
      severity: 'warning',
      message: `On the ${windows} Windows ${windows === 1 ? 'node' : 'nodes'}, Azure Network Policy Manager ignores policies with named ports, SCTP, "except", or NotIn and DoesNotExist.`,
      hint: 'Keep policies that select Windows pods free of these.',
    });
  }
  if (evidence.settings.azureNpm?.lite === true) {
    warnings.push({
      code: 'enforcement-limited',
      severity: 'error',
      message:
        'Azure Network Policy Manager runs as "NPM Lite": it ignores policies with anything but CIDR peers.',
      hint: 'Use only ipBlock peers, or another engine.',
    });
  }
  return warnings;
}
