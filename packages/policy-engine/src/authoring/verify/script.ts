// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the curly braces are the shell's
import type { PolicyKind, PolicyRecord } from '../../model/records.ts';
import { shellQuote } from '../export/shell.ts';
import { documents, namespaceManifest, OWNER_LABEL, podManifest, policyManifest } from './manifests.ts';
import type { Probe, VerificationPlan } from './plan.ts';

/** Serves and probes TCP, UDP and SCTP, and tells a refused connection from one that is dropped. */
const PROBE_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53';

export interface ScriptOptions {
  /** Name of the draft, for the head of the script. */
  readonly name: string;
}

/**
 * A script for bash 3.2 and later that proves a draft on a test cluster: makes the namespaces and stand-ins for the workloads,
 * checks that everything connects without policies, applies them, probes, and cleans up. It refuses to run where one of
 * the namespaces exists already, so that it never touches what it did not make. Its exit status tells a draft that does
 * not hold (1) from a cluster that can't be used (2) or can't show it (3).
 */
export function verificationScript(plan: VerificationPlan, { name }: ScriptOptions): string {
  const clusterScoped = plan.policies.filter((policy) => policy.namespace === undefined);
  const fill = 'sed -e "s|PROBE_IMAGE|$PROBE_IMAGE|" -e "s|RUN_ID|$RUN_ID|" | k create -f - >/dev/null';
  return [
    ...head(plan, name),
    ...cleanUp(clusterScoped),
    PROBING,
    ...probeList(plan.probes),
    ...preflight(clusterScoped),
    'made=yes',
    'results=$(mktemp -d)',
    "echo '# making namespaces and pods'",
    ...withInput(
      `${fill} || stop 3 'The namespaces could not be made.'`,
      documents(plan.namespaces.map(namespaceManifest)),
    ),
    '# No pod is admitted before its namespace has its service account.',
    'for namespace in "${NAMESPACES[@]}"; do',
    '  for _ in {1..30}; do',
    '    k get serviceaccount -n "$namespace" default >/dev/null 2>&1 && break',
    '    sleep 1',
    '  done',
    'done',
    ...withInput(
      `${fill} || stop 3 'The pods could not be made.'`,
      documents(plan.pods.map((pod) => podManifest(pod))),
    ),
    'for namespace in "${NAMESPACES[@]}"; do',
    '  k wait -n "$namespace" --for=condition=Ready pod --all "--timeout=${READY}s" >/dev/null || not_ready "$namespace"',
    'done',
    '',
    '# Without policies everything must connect; else a closed port would prove nothing.',
    'probe_all without',
    'if [ "$passed" -lt "$TOTAL" ]; then',
    ...(plan.probes.some(({ protocol }) => protocol === 'SCTP') ? [NO_SCTP] : []),
    "  stop 3 'Connections fail even without policies: the cluster, not the draft, is at fault.'",
    'fi',
    '',
    "echo '# applying the policies'",
    ...(clusterScoped.length === 0 ? [] : ['policed=yes']),
    ...withInput(
      "k create -f - >/dev/null || stop 1 'The API server does not take the policies of this draft.'",
      plan.policies.map(policyManifest).join('---\n'),
    ),
    '# Waited for, not run: a signal ends the wait at once.',
    'sleep "$SETTLE" &',
    'wait',
    'probe_all with',
    'echo "# $passed as expected, $((TOTAL - passed)) not"',
    ...conclusion(plan.probes, clusterScoped),
    '[ "$passed" -eq "$TOTAL" ]',
    '',
  ].join('\n');
}

function head(plan: VerificationPlan, name: string): readonly string[] {
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
    '#   READY         seconds for the pods to become ready (default: 180)',
    '#   SETTLE        seconds to wait after applying the policies (default: 10)',
    '#   PATIENCE      seconds in which connections that are not as expected are tried again (default: 30)',
    '#   PAUSE         seconds between tries of one connection (default: 2)',
    '#   AT_ONCE       connections that are tried at the same time (default: 8)',
    '#',
    '# Exit status: 0 all is as expected, 1 something is not, 2 nothing was done, 3 this cluster could not show it.',
    'set -euo pipefail',
    '',
    'KUBECTL=${KUBECTL:-kubectl}',
    `PROBE_IMAGE=\${PROBE_IMAGE:-${PROBE_IMAGE}}`,
    'READY=${READY:-180}',
    'SETTLE=${SETTLE:-10}',
    'PATIENCE=${PATIENCE:-30}',
    'PAUSE=${PAUSE:-2}',
    'AT_ONCE=${AT_ONCE:-8}',
    'RUN_ID=run-$$-$(date +%s)',
    `NAMESPACES=(${plan.namespaces.map((namespace) => shellQuote(namespace.name)).join(' ')})`,
    `TOTAL=${plan.probes.length}`,
    'made=no',
    ...(plan.policies.some((policy) => policy.namespace === undefined) ? ['policed=no'] : []),
    "results=''",
    'passed=0',
    '',
    '# Unquoted on purpose: KUBECTL may hold options.',
    '# shellcheck disable=SC2086',
    'k() { $KUBECTL "$@"; }',
    '',
    'stop() { # status message',
    '  echo "$2" >&2',
    '  exit "$1"',
    '}',
    '',
  ];
}

function cleanUp(clusterScoped: readonly PolicyRecord[]): readonly string[] {
  const removal = clusterScoped.map(
    ({ kind, name }) =>
      `    k delete ${resource(kind)} ${shellQuote(name)} --ignore-not-found --wait=false || true`,
  );
  return [
    'clean_up() {',
    '  # An impatient second Ctrl-C ends a wait, not the cleaning.',
    '  trap : INT TERM HUP',
    '  for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done',
    '  [ -z "$results" ] || rm -rf "$results"',
    '  [ "$made" = yes ] || return 0',
    "  echo '# removing what was made'",
    ...(removal.length === 0 ? [] : ['  if [ "$policed" = yes ]; then', ...removal, '  fi']),
    `  if ! k delete namespace -l "${OWNER_LABEL}=$RUN_ID" --ignore-not-found --timeout=180s; then`,
    `    echo "Not all is gone yet. To remove the rest: $KUBECTL delete namespace -l ${OWNER_LABEL}=$RUN_ID" >&2`,
    '  fi',
    '}',
    'trap clean_up EXIT',
    "trap 'exit 130' INT",
    "trap 'exit 143' TERM",
    "trap 'exit 129' HUP",
    '',
  ];
}

const PROBING = `# Tries one connection; prints open, closed and how, or what went wrong. All ports that are tried have a listener, so a
# refusal is the work of the network as well: some engines reject what others drop.
try() { # from-namespace from-pod address port protocol
  local answer
  if answer=$(k exec -n "$1" "$2" -c probe -- /agnhost connect "$3:$4" --timeout=3s "--protocol=$5" 2>&1); then
    echo open
    return
  fi
  answer=$(printf '%s' "$answer" | tr '\\n' ' ' | sed -e 's/ command terminated.*//' -e 's/ *$//')
  case $answer in
    *TIMEOUT*) echo 'closed (no answer)' ;;
    *REFUSED*) echo 'closed (refused)' ;;
    *OTHER:* | *UNKNOWN:*) echo "closed (\${answer##*: })" ;;
    *) echo "error: $answer" ;;
  esac
}

address() { # namespace pod
  local ip
  ip=$(k get pod -n "$1" "$2" -o 'jsonpath={.status.podIP}')
  case $ip in
    '') return 1 ;;
    *:*) echo "[$ip]" ;;
    *) echo "$ip" ;;
  esac
}

check() { # from-namespace from-pod to-namespace to-pod protocol port expected
  local title="$1/$2 -> $3/$4 $5 $6" want=$7 got ip
  [ "$phase" = with ] || want=open
  ip=$(address "$3" "$4")
  while true; do
    got=$(try "$1" "$2" "$ip" "$6" "$5")
    if [ "\${got%% *}" = "$want" ] || [ "$SECONDS" -ge "$deadline" ]; then break; fi
    sleep "$PAUSE"
  done
  if [ "\${got%% *}" = "$want" ]; then
    echo "ok - $phase policies: $title is $got"
  else
    echo "not ok - $phase policies: $title is $got, expected $want"
  fi
}

probe() {
  count=$((count + 1))
  check "$@" >"$results/$(printf '%03d' "$count")" 2>&1 &
  if [ $((count % AT_ONCE)) -eq 0 ]; then collect; fi
}

collect() {
  wait
  cat "$results"/[0-9]* 2>/dev/null | tee -a "$results/$phase" || true
  rm -f "$results"/[0-9]*
}

probe_all() { # phase
  phase=$1
  count=0
  deadline=$((SECONDS + PATIENCE))
  probes
  collect
  passed=$(grep -c '^ok ' "$results/$phase") || true
}

not_ready() { # namespace
  k get pods -n "$1" >&2 || true
  k get events -n "$1" --field-selector type=Warning >&2 || true
  stop 3 "Pods of $1 did not become ready within $READY seconds. Can the nodes pull $PROBE_IMAGE?"
}
`;

const NO_SCTP = `  if grep -q 'protocol not supported' "$results/without"; then
    stop 3 'The nodes do not speak SCTP: their kernel needs its module (modprobe sctp).'
  fi`;

/** What is closed comes first: while it is still open, the network has yet to catch up with the policies. */
function probeList(probes: readonly Probe[]): readonly string[] {
  const lines = (outcome: Probe['expect']) =>
    probes.filter((probe) => probe.expect === outcome).map((probe) => `  ${probeLine(probe)}`);
  const [closed, open] = [lines('closed'), lines('open')];
  return [
    'probes() {',
    ...closed,
    ...(closed.length > 0 && open.length > 0 ? ['  collect'] : []),
    ...open,
    ...(probes.length === 0 ? ['  :'] : []),
    '}',
    '',
  ];
}

function probeLine({ from, to, protocol, port, expect }: Probe): string {
  const [fromNamespace = '', fromPod = ''] = from.split('/');
  const [toNamespace = '', toPod = ''] = to.split('/');
  return ['probe', fromNamespace, fromPod, toNamespace, toPod, protocol.toLowerCase(), String(port), expect]
    .map(shellQuote)
    .join(' ');
}

function preflight(clusterScoped: readonly PolicyRecord[]): readonly string[] {
  const kinds = [...new Set(clusterScoped.map(({ kind }) => kind))];
  const rights = [
    'create namespaces',
    'delete namespaces',
    'create pods',
    'create pods --subresource=exec',
    'create networkpolicies.networking.k8s.io',
    ...kinds.flatMap((kind) => [`create ${resource(kind)}`, `delete ${resource(kind)}`]),
  ];
  return [
    'for namespace in "${NAMESPACES[@]}"; do',
    `  found=$(k get namespace "$namespace" --ignore-not-found -o 'jsonpath={.metadata.name} {.metadata.labels.${OWNER_LABEL}}') ||`,
    "    stop 2 'The cluster could not be asked; nothing was changed.'",
    '  case $found in',
    "    '') ;;",
    "    *' run-'*)",
    `      stop 2 "Namespace $namespace is another run's of such a script. If none is under way, remove what it left with: $KUBECTL delete namespace -l ${OWNER_LABEL}"`,
    '      ;;',
    '    *) stop 2 "Namespace $namespace exists in this cluster. Run this on a test cluster; nothing was changed." ;;',
    '  esac',
    'done',
    ...kinds.flatMap((kind) => [
      `if ! k get ${resource(kind)} >/dev/null 2>&1; then`,
      `  stop 2 'This cluster does not serve ${kind}; nothing was changed.'`,
      'fi',
    ]),
    ...clusterScoped.flatMap(({ kind, name }) => [
      `if k get ${resource(kind)} ${shellQuote(name)} >/dev/null 2>&1; then`,
      `  stop 2 ${shellQuote(`${kind} ${name} exists in this cluster. Run this on a test cluster; nothing was changed.`)}`,
      'fi',
    ]),
    `for right in ${rights.map(shellQuote).join(' ')}; do`,
    '  # shellcheck disable=SC2086',
    '  if ! k auth can-i $right --all-namespaces >/dev/null 2>&1; then',
    '    stop 2 "You may not $right in this cluster; nothing was changed."',
    '  fi',
    'done',
    '',
  ];
}

/** What a failure that is not the draft's looks like. */
function conclusion(probes: readonly Probe[], clusterScoped: readonly PolicyRecord[]): readonly string[] {
  const kinds = [...new Set(clusterScoped.map(({ kind }) => kind))];
  return [
    ...(probes.some((probe) => probe.expect === 'closed')
      ? [
          `if ! grep -q '^ok .* is closed' "$results/with"; then`,
          "  stop 3 'Nothing is closed that should be: the network of this cluster seems not to enforce policies.'",
          'fi',
        ]
      : []),
    ...(kinds.length === 0
      ? []
      : [
          'if [ "$passed" -lt "$TOTAL" ]; then',
          `  echo 'Not every network that enforces NetworkPolicy enforces ${kinds.join(' and ')} as well.' >&2`,
          'fi',
        ]),
  ];
}

/** A command with a here-document for its input, whose end can't stand in its text. */
function withInput(command: string, text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.replace(/\n$/, '').split('\n');
  let end = 'END_OF_YAML';
  while (lines.includes(end)) end += '_';
  return [`cat <<'${end}' | ${command}`, ...lines, end];
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').replaceAll('"', "'");
}

function resource(kind: PolicyKind): string {
  return `${kind.toLowerCase()}.policy.networking.k8s.io`;
}
