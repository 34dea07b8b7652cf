import type { PolicyRecord } from '../../model/records.ts';
import { shellQuote } from '../export/shell.ts';
import type { Json } from '../json.ts';
import { yaml } from './manifests.ts';
import type { VerificationPlan } from './plan.ts';

const API_FILES = 'https://raw.githubusercontent.com/kubernetes-sigs/network-policy-api';
const ENGINE_FILES = 'https://raw.githubusercontent.com/kubernetes-sigs/kube-network-policies/main';

/** What serves the kinds of policy that a new cluster does not know, with all of their fields, as their project publishes it. */
const DEFINITIONS = {
  ClusterNetworkPolicy: `${API_FILES}/v0.2.0/config/crd/experimental/policy.networking.k8s.io_clusternetworkpolicies.yaml`,
  AdminNetworkPolicy: `${API_FILES}/v0.1.7/config/crd/experimental/policy.networking.k8s.io_adminnetworkpolicies.yaml`,
  BaselineAdminNetworkPolicy: `${API_FILES}/v0.1.7/config/crd/experimental/policy.networking.k8s.io_baselineadminnetworkpolicies.yaml`,
} as const;

/** Steps that make a new cluster serve and enforce the cluster-scoped kinds among these policies. */
function clusterPolicySteps(policies: readonly PolicyRecord[]): readonly Json[] {
  const kinds = new Set(policies.map(({ kind }) => kind));
  const definitions = Object.entries(DEFINITIONS).flatMap(([kind, file]) =>
    policies.some((policy) => policy.kind === kind) ? [file] : [],
  );
  if (definitions.length === 0) return [];
  // Both releases have the same name in a cluster, so there is one of them; see the plan's notes.
  const engine = kinds.has('ClusterNetworkPolicy') ? 'install-cnp.yaml' : 'install-anp.yaml';
  return [
    {
      name: 'Serve cluster-scoped policies',
      run: ['kubectl apply --server-side', ...definitions.map((file) => `-f ${file}`)].join(' '),
    },
    { name: 'Enforce them', run: `kubectl apply --server-side -f ${ENGINE_FILES}/${engine}` },
    {
      name: 'Wait until they are enforced',
      run: 'kubectl rollout status -n kube-system daemonset/kube-network-policies --timeout=180s',
    },
  ];
}

/** Runners share their kernel with the cluster, and come without the module. */
function sctpSteps(probes: VerificationPlan['probes']): readonly Json[] {
  if (!probes.some(({ protocol }) => protocol === 'SCTP')) return [];
  const install = 'sudo apt-get update && sudo apt-get install -y "linux-modules-extra-$(uname -r)"';
  return [{ name: 'Load SCTP', run: `sudo modprobe sctp || (${install} && sudo modprobe sctp)` }];
}

/** The same verification as a workflow of GitHub Actions, on a cluster made for it. `script`: path in the repository. */
export function verificationWorkflow(plan: VerificationPlan, script: string): string {
  return yaml({
    name: 'Verify network policies',
    on: { pull_request: { paths: ['**/*.yaml', '**/*.yml', script] }, workflow_dispatch: {} },
    permissions: { contents: 'read' },
    jobs: {
      verify: {
        'runs-on': 'ubuntu-latest',
        'timeout-minutes': 30,
        steps: [
          { uses: 'actions/checkout@v4' },
          {
            name: 'Make a cluster whose network enforces policies',
            uses: 'helm/kind-action@v1',
            with: { cluster_name: 'verify' },
          },
          ...sctpSteps(plan.probes),
          ...clusterPolicySteps(plan.policies),
          { name: 'Probe', run: `bash ${shellQuote(script)}` },
        ],
      },
    },
  });
}
