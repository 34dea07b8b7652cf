// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the curly braces are the shell's
import { policyYaml } from '../../manifests/policy-yaml.ts';
import type { PolicyRecord } from '../../model/records.ts';
import { shellQuote } from '../export/shell.ts';
import { isObject, type Json } from '../json.ts';
import { documentText } from '../yaml/document-text.ts';
import { DEFAULT_STYLE, renderBlock } from '../yaml/render.ts';
import type { Probe, StandInPod, VerificationPlan } from './plan.ts';

/** Serves and probes TCP, UDP and SCTP, and tells a refused connection from one that is dropped. */
const PROBE_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53';

/** Marks what the script made, so that it removes nothing else. */
const OWNER_LABEL = 'bulkhead-verify';

function yaml(value: Json): string {
  return `${renderBlock(value, DEFAULT_STYLE).join('\n')}\n`;
}

function serverContainer({ name, protocol, port }: StandInPod['listens'][number], index: number): Json {
  const command: Json =
    protocol === 'SCTP'
      ? ['/agnhost', 'porter']
      : [
          '/agnhost',
          'serve-hostname',
          protocol === 'TCP' ? '--tcp' : '--udp',
          '--http=false',
          '--port',
          String(port),
        ];
  return {
    name: `listen-${index}`,
    image: 'PROBE_IMAGE',
    command,
    ...(protocol === 'SCTP' ? { env: [{ name: `SERVE_SCTP_PORT_${port}`, value: 'ok' }] } : {}),
    ports: [{ ...(name === undefined ? {} : { name }), protocol, containerPort: port }],
    securityContext: CONTAINER_SECURITY,
  };
}

/*
 * As little as the `restricted` pod security standard asks for: the namespaces may have labels that enforce it. Ports below
 * 1024 are opened to a user that is not root by a sysctl that the standard allows.
 */
const CONTAINER_SECURITY = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: 65_534,
  seccompProfile: { type: 'RuntimeDefault' },
  sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
};

function podManifest(pod: StandInPod): Json {
  const servers = pod.listens.map(serverContainer);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace: pod.namespace, labels: pod.labels },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: POD_SECURITY,
      containers: [
        {
          name: 'probe',
          image: 'PROBE_IMAGE',
          command: ['/agnhost', 'pause'],
          securityContext: CONTAINER_SECURITY,
        },
        ...servers,
      ],
    },
  };
}

function namespaceManifest({ name, labels }: VerificationPlan['namespaces'][number]): Json {
  const own = Object.fromEntries(
    Object.entries(labels).filter(([key]) => key !== 'kubernetes.io/metadata.name'),
  );
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...own, [OWNER_LABEL]: 'RUN_ID' } },
  };
}

function policyText(policy: PolicyRecord): string {
  const { text = '' } = policy;
  return text.trim() === '' ? policyYaml(policy) : documentText(text);
}

/** A here-document whose end can't stand in its text. */
function hereDocument(text: string): readonly string[] {
  let end = 'END_OF_YAML';
  while (text.split('\n').includes(end)) end += '_';
  return [`<<'${end}'`, ...text.replace(/\n$/, '').split('\n'), end];
}

function probeLine({ from, to, protocol, port, expect }: Probe): string {
  const [fromNamespace = '', fromPod = ''] = from.split('/');
  const [toNamespace = '', toPod = ''] = to.split('/');
  return ['probe', fromNamespace, fromPod, toNamespace, toPod, protocol.toLowerCase(), String(port), expect]
    .map(shellQuote)
    .join(' ');
}

export interface ScriptOptions {
  /** Name of the draft, for the head of the script. */
  readonly name: string;
}

/**
 * A bash script that proves a draft on a test cluster: makes the namespaces and stand-ins for the workloads, checks that
 * everything connects without policies, applies them, probes, and cleans up. It refuses to run where one of the
 * namespaces exists already, so that it never touches what it did not make.
 */
export function verificationScript(plan: VerificationPlan, { name }: ScriptOptions): string {
  const namespaces = plan.namespaces.map((namespace) => namespace.name);
  const clusterScoped = plan.policies.filter((policy) => policy.namespace === undefined);
  const documents = (values: readonly Json[]) => values.map(yaml).join('---\n');
  const fill = 'sed -e "s|PROBE_IMAGE|$PROBE_IMAGE|" -e "s|RUN_ID|$RUN_ID|" | k apply -f - >/dev/null';
  const policies = plan.policies.map(policyText).join('---\n');
  const remove = clusterScoped.map(
    ({ kind, name: policy }) =>
      `  k delete ${resource(kind)} ${shellQuote(policy)} --ignore-not-found --wait=false || true`,
  );
  return [
    '#!/usr/bin/env bash',
    `# Proves the draft "${oneLine(name)}" on a test cluster with real connections between real pods.`,
    '#',
    '# It makes namespaces with the names and labels of the real ones, pods with the labels and ports of the real',
    '# workloads, applies the policies, tries each connection, and removes all it made. Run it on a cluster of its own',
    '# (kind, k3d, a scratch cluster) whose network plugin enforces NetworkPolicy: where one of the namespaces exists',
    '# already, it stops before it has done anything.',
    '#',
    '#   KUBECTL       kubectl to use, with options such as --context (default: kubectl)',
    '#   PROBE_IMAGE   image with agnhost (default below)',
    '#   SETTLE        seconds to wait after applying the policies (default: 10)',
    '#   PAUSE         seconds between tries of one connection (default: 2)',
    'set -euo pipefail',
    '',
    'KUBECTL=${KUBECTL:-kubectl}',
    `PROBE_IMAGE=\${PROBE_IMAGE:-${PROBE_IMAGE}}`,
    'SETTLE=${SETTLE:-10}',
    'PAUSE=${PAUSE:-2}',
    'RUN_ID=run-$$-$(date +%s)',
    `NAMESPACES=(${namespaces.map(shellQuote).join(' ')})`,
    'made=no',
    'passed=0',
    'failed=0',
    '',
    '# Unquoted on purpose: KUBECTL may hold options.',
    '# shellcheck disable=SC2086',
    'k() { $KUBECTL "$@"; }',
    '',
    'clean_up() {',
    '  [ "$made" = yes ] || return 0',
    "  echo '# removing what was made'",
    ...remove,
    `  k delete namespace -l "${OWNER_LABEL}=$RUN_ID" --ignore-not-found --timeout=180s || true`,
    '}',
    'trap clean_up EXIT',
    "trap 'exit 130' INT",
    "trap 'exit 143' TERM",
    '',
    '# Tries one connection; prints open, closed, or what went wrong. All ports that are tried have a listener, so a',
    '# refusal is the work of the network as well: some engines reject what others drop.',
    'try() { # from-namespace from-pod address port protocol',
    '  local answer',
    '  if answer=$(k exec -n "$1" "$2" -c probe -- /agnhost connect "$3:$4" --timeout=3s "--protocol=$5" 2>&1); then',
    '    echo open',
    '  else',
    '    case $answer in',
    '      *TIMEOUT* | *REFUSED*) echo closed ;;',
    '      *) echo "error: ${answer//$\'\\n\'/ }" ;;',
    '    esac',
    '  fi',
    '}',
    '',
    'address() {',
    '  local ip',
    '  ip=$(k get pod -n "$1" "$2" -o \'jsonpath={.status.podIP}\')',
    '  case $ip in',
    '    *:*) echo "[$ip]" ;;',
    '    *) echo "$ip" ;;',
    '  esac',
    '}',
    '',
    'probe() { # from-namespace from-pod to-namespace to-pod protocol port expected',
    '  local title="$1/$2 -> $3/$4 $5 $6" want=$7 got="" attempt ip',
    '  [ "$phase" = without ] && want=open',
    '  ip=$(address "$3" "$4")',
    '  for attempt in 1 2 3; do',
    '    got=$(try "$1" "$2" "$ip" "$6" "$5")',
    '    if [ "$got" = "$want" ] || [ "$attempt" = 3 ]; then break; fi',
    '    sleep "$PAUSE"',
    '  done',
    '  if [ "$got" = "$want" ]; then',
    '    passed=$((passed + 1))',
    '    echo "ok - $phase policies: $title is $got"',
    '  else',
    '    failed=$((failed + 1))',
    '    echo "not ok - $phase policies: $title is $got, expected $want"',
    '  fi',
    '}',
    '',
    'probes() {',
    ...plan.probes.map((probe) => `  ${probeLine(probe)}`),
    ...(plan.probes.length === 0 ? ['  :'] : []),
    '}',
    '',
    'for namespace in "${NAMESPACES[@]}"; do',
    '  if k get namespace "$namespace" >/dev/null 2>&1; then',
    '    echo "Namespace $namespace exists in this cluster. Run this on a test cluster; nothing was changed." >&2',
    '    exit 2',
    '  fi',
    'done',
    ...clusterScoped.flatMap(({ kind, name: policy }) => [
      `if ! k get ${resource(kind)} >/dev/null 2>&1; then`,
      `  echo 'This cluster does not serve ${kind}; nothing was changed.' >&2`,
      '  exit 2',
      'fi',
      `if k get ${resource(kind)} ${shellQuote(policy)} >/dev/null 2>&1; then`,
      `  echo ${shellQuote(`${kind} ${policy} exists in this cluster. Run this on a test cluster; nothing was changed.`)} >&2`,
      '  exit 2',
      'fi',
    ]),
    '',
    'made=yes',
    "echo '# making namespaces and pods'",
    ...withHead(fill, documents(plan.namespaces.map(namespaceManifest))),
    '# No pod is admitted before its namespace has its service account.',
    'for namespace in "${NAMESPACES[@]}"; do',
    '  for _ in {1..30}; do',
    '    k get serviceaccount -n "$namespace" default >/dev/null 2>&1 && break',
    '    sleep 1',
    '  done',
    'done',
    ...withHead(fill, documents(plan.pods.map(podManifest))),
    'for namespace in "${NAMESPACES[@]}"; do',
    '  k wait -n "$namespace" --for=condition=Ready pod --all --timeout=180s >/dev/null',
    'done',
    '',
    '# Without policies everything must connect; else a closed port would prove nothing.',
    'phase=without',
    'probes',
    'if [ "$failed" -gt 0 ]; then',
    "  echo 'Connections fail even without policies: the cluster, not the draft, is at fault.' >&2",
    '  exit 3',
    'fi',
    '',
    "echo '# applying the policies'",
    ...withHead('k apply -f - >/dev/null', policies),
    'sleep "$SETTLE"',
    'phase=with',
    'passed=0',
    'probes',
    '',
    'echo "# $passed as expected, $failed not"',
    '[ "$failed" -eq 0 ]',
    '',
  ].join('\n');
}

function withHead(command: string, text: string): readonly string[] {
  if (text === '') return [];
  const [start = '', ...rest] = hereDocument(text);
  return [`cat ${start} | ${command}`, ...rest];
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').replaceAll('"', "'");
}

function resource(kind: PolicyRecord['kind']): string {
  return `${kind.toLowerCase()}.policy.networking.k8s.io`;
}

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

/** The same verification as a workflow of GitHub Actions, on a cluster made for it. `script`: path in the repository. */
export function verificationWorkflow(plan: VerificationPlan, script: string): string {
  const value: Json = {
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
          ...clusterPolicySteps(plan.policies),
          { name: 'Probe', run: `bash ${shellQuote(script)}` },
        ],
      },
    },
  };
  return isObject(value) ? yaml(value) : '';
}
