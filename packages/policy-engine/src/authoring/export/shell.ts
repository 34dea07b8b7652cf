import type { PolicyRecord } from '../../model/records.ts';

export interface KubectlTarget {
  /** Context of the kubeconfig; absent: the current one. */
  readonly context?: string;
}

/** One word of a POSIX shell line: as it is where that is safe, else in single quotes. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A kubectl line for a context; every argument is quoted as it needs. */
export function kubectl(target: KubectlTarget, ...args: readonly string[]): string {
  const context = target.context === undefined ? [] : ['--context', target.context];
  return ['kubectl', ...context, ...args].map(shellQuote).join(' ');
}

const RESOURCES = {
  NetworkPolicy: 'networkpolicy',
  ClusterNetworkPolicy: 'clusternetworkpolicies.policy.networking.k8s.io',
  AdminNetworkPolicy: 'adminnetworkpolicies.policy.networking.k8s.io',
  BaselineAdminNetworkPolicy: 'baselineadminnetworkpolicies.policy.networking.k8s.io',
} as const;

/** Resource, name and namespace as arguments. */
export function policyArgument(policy: Pick<PolicyRecord, 'kind' | 'namespace' | 'name'>): readonly string[] {
  const namespace = policy.namespace === undefined ? [] : ['-n', policy.namespace];
  return [RESOURCES[policy.kind], policy.name, ...namespace];
}
