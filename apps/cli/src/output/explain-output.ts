import {
  type Cluster,
  type Connection,
  type ConnectionList,
  connectionText,
  type Diagnostic,
  type DirectionExplanation,
  type ExplanationPart,
  type NearMiss,
  type PolicyKey,
  policySource,
  type SourceRef,
  type UnknownReason,
} from '@bulkhead/policy-engine';
import { plain } from '../terminal/plain.ts';
import type { Style } from '../terminal/style.ts';
import { type ContractPolicy, policyOf, ruleText } from './explanations.ts';
import { type Issue, issueOf } from './issues.ts';

/** One answer, and the pairs of endpoint classes it holds for. */
export interface Answer {
  readonly always?: 'same-pod' | 'own-node';
  readonly parts: readonly ExplanationPart[];
  readonly pairs: readonly (readonly [number, number])[];
}

export interface ExplainResult {
  readonly source: string;
  readonly destination: string;
  /** Absent: every port. */
  readonly connection?: Connection;
  /** More than one where pods of an end differ. */
  readonly answers: readonly Answer[];
}

interface DocumentRule extends ContractPolicy {
  readonly file?: string;
  readonly line?: number;
}

interface DocumentHalf {
  readonly verdict: 'allow' | 'deny' | 'unknown';
  /** Nothing decides; what nothing decides is allowed. */
  readonly default: boolean;
  readonly rules: readonly DocumentRule[];
  readonly isolatedBy: readonly DocumentRule[];
  /** Rules that came close, and what in each did not fit. */
  readonly nearMisses: readonly (DocumentRule & { readonly failed: readonly string[] })[];
}

/** `bulkhead explain -o json`. */
export interface ExplainDocument {
  readonly schemaVersion: 1;
  readonly source: string;
  readonly destination: string;
  readonly port?: { readonly protocol: string; readonly port: number };
  readonly answers: readonly {
    readonly always?: string;
    /** Pods this answer holds for, where those of an end differ. */
    readonly sourcePods?: readonly string[];
    readonly destinationPods?: readonly string[];
    readonly parts: readonly {
      readonly ports: ConnectionList['ports'];
      /** Whether ICMP and other protocols without ports are among them. */
      readonly other: boolean;
      readonly verdict: 'allow' | 'deny' | 'unknown';
      readonly egress: DocumentHalf;
      readonly ingress: DocumentHalf;
      readonly reasons: readonly UnknownReason[];
    }[];
  }[];
  readonly issues: readonly Issue[];
}

export function explainDocument(
  cluster: Cluster,
  result: ExplainResult,
  diagnostics: readonly Diagnostic[],
): ExplainDocument {
  const several = result.answers.length > 1;
  return {
    schemaVersion: 1,
    source: result.source,
    destination: result.destination,
    ...(result.connection === undefined
      ? {}
      : { port: { protocol: result.connection.protocol, port: result.connection.port } }),
    answers: result.answers.map((answer) => ({
      ...(answer.always === undefined ? {} : { always: answer.always }),
      ...(several
        ? {
            sourcePods: podsOf(
              cluster,
              answer.pairs.map(([from]) => from),
            ),
            destinationPods: podsOf(
              cluster,
              answer.pairs.map(([, to]) => to),
            ),
          }
        : {}),
      parts: answer.parts.map((part) => ({
        ports: part.connections.ports,
        other: part.connections.other,
        verdict: word(part.verdict),
        egress: documentHalf(cluster, part.egress),
        ingress: documentHalf(cluster, part.ingress),
        reasons: part.reasons,
      })),
    })),
    issues: diagnostics.map(issueOf),
  };
}

function documentHalf(cluster: Cluster, half: DirectionExplanation): DocumentHalf {
  const placed = (policy: PolicyKey, path: string | undefined): { file?: string; line?: number } => {
    const source = policySource(cluster, policy, path);
    return source === undefined ? {} : { file: source.file, line: source.line };
  };
  return {
    verdict: word(half.verdict),
    default: half.byDefault,
    rules: half.rules.map((rule) => ({
      ...policyOf(rule.origin.policy),
      effect: rule.action,
      rule: ruleText(rule),
      ...placed(rule.origin.policy, rule.origin.path),
    })),
    isolatedBy: half.isolatedBy.map((key) => ({
      ...policyOf(key),
      effect: 'deny',
      ...placed(key, undefined),
    })),
    nearMisses: half.nearMisses.map((miss) => ({
      ...policyOf(miss.origin.policy),
      effect: 'allow',
      rule: ruleText(miss),
      ...placed(miss.origin.policy, miss.origin.path),
      failed: miss.failed,
    })),
  };
}

function word(verdict: ExplanationPart['verdict']): 'allow' | 'deny' | 'unknown' {
  return verdict === 'allowed' ? 'allow' : verdict === 'denied' ? 'deny' : 'unknown';
}

function podsOf(cluster: Cluster, columns: readonly number[]): string[] {
  const names = new Set<string>();
  for (const column of columns) {
    for (const pod of cluster.universe.classes[column]?.pods ?? []) {
      const record = cluster.snapshot.pods[pod];
      if (record !== undefined) names.add(`${record.namespace}/${record.name}`);
    }
  }
  return [...names];
}

/** The answer for people. */
export function explainText(cluster: Cluster, result: ExplainResult, style: Style): string {
  const lines: string[] = [];
  for (const answer of result.answers) {
    if (result.answers.length > 1) {
      const from = podsOf(
        cluster,
        answer.pairs.map(([column]) => column),
      );
      const to = podsOf(
        cluster,
        answer.pairs.map(([, column]) => column),
      );
      lines.push(
        style.dim(
          `Pods differ. ${[...(from.length ? [`From ${some(from)}`] : []), ...(to.length ? [`to ${some(to)}`] : [])].join(' ')}:`,
        ),
      );
    }
    for (const part of answer.parts) lines.push(...partLines(cluster, result, answer, part, style));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function partLines(
  cluster: Cluster,
  result: ExplainResult,
  answer: Answer,
  part: ExplanationPart,
  style: Style,
): string[] {
  const verdict = {
    allowed: style.green('ALLOWED'),
    denied: style.red('DENIED'),
    unknown: style.yellow('UNKNOWN'),
  }[part.verdict];
  const ports = portText(result.connection, part.connections);
  const head = `${verdict}  ${plain(result.source)} → ${plain(result.destination)}  ${ports}`;
  if (answer.always !== undefined) {
    const why =
      answer.always === 'same-pod'
        ? 'A pod always reaches itself.'
        : 'A pod and its own node always reach each other.';
    return [head, `  ${why}`, ''];
  }
  return [
    head,
    ...part.reasons.map((reason) => `  ${style.yellow(REASONS[reason])}`),
    ...halfLines(cluster, result.source, part.egress, style),
    ...halfLines(cluster, result.destination, part.ingress, style),
    '',
  ];
}

function portText(connection: Connection | undefined, connections: ConnectionList): string {
  if (connection === undefined) return connectionText({ ports: connections.ports, other: false });
  return connection.protocol === 'other'
    ? 'ICMP and other protocols'
    : `${connection.protocol} ${connection.port}`;
}

function halfLines(cluster: Cluster, end: string, half: DirectionExplanation, style: Style): string[] {
  const title = `  ${half.direction} of ${plain(end)}: `;
  const at = (policy: PolicyKey, path?: string): string =>
    placeText(policySource(cluster, policy, path), style);
  const ruleLines = half.rules.map(
    (rule) =>
      `      ${ACTIONS[rule.action]} ${plain(`${policyWords(rule.origin.policy)}, ${lower(ruleText(rule))}`)}${at(rule.origin.policy, rule.origin.path)}${rule.certain ? '' : style.yellow('  (may not match)')}`,
  );
  if (half.verdict === 'allowed') {
    if (!half.policed) return [`${title}not policed`];
    if (half.byDefault && half.rules.length === 0) return [`${title}allowed, since no policy says otherwise`];
    return [`${title}allowed${half.byDefault ? ', since nothing else decides' : ''}`, ...ruleLines];
  }
  const lines = [`${title}${half.verdict}`, ...ruleLines];
  const byIsolation = half.verdict === 'denied' && !half.rules.some((rule) => rule.action === 'deny');
  if (byIsolation || half.verdict === 'unknown') {
    for (const key of half.isolatedBy) lines.push(`      isolated by ${plain(policyWords(key))}${at(key)}`);
  }
  if (half.nearMisses.length > 0) {
    lines.push('      rules that came close:');
    for (const miss of half.nearMisses.slice(0, MOST_NEAR_MISSES)) {
      lines.push(
        `        ${plain(`${policyWords(miss.origin.policy)}, ${lower(ruleText(miss))}`)}${at(miss.origin.policy, miss.origin.path)}: ${missText(miss)}`,
      );
    }
    const more = half.nearMisses.length - MOST_NEAR_MISSES;
    if (more > 0) lines.push(`        … and ${more} more`);
  }
  return lines;
}

const MOST_NEAR_MISSES = 5;

const ACTIONS = { allow: 'allowed by', deny: 'denied by', pass: 'passed on by' } as const;

const REASONS: Readonly<Record<UnknownReason, string>> = {
  'host-network': 'A hostNetwork pod: it may be policed like a pod, or count as its node.',
  'other-protocols': 'What NetworkPolicy does to ICMP and other protocols is not defined.',
  'policies-unread': 'Policies that may decide this can not be read.',
  'equal-priority': 'Policies of equal priority decide this differently, and their order is not defined.',
  'peer-labels-unknown': "The labels of the other end's namespace are not known.",
  'domain-name': 'A rule names a DNS name, and which addresses it has is not known.',
  'address-family': 'Some addresses of the other end match, and some do not.',
  'address-unknown': "The other end's address, and so its family, is not known.",
  'ambiguous-named-port': 'A port name does not have one certain number.',
  'subject-labels-unknown': 'Whether a policy selects this end is not known.',
};

const CAUSES: Readonly<Record<NearMiss['failed'][number], string>> = {
  peer: 'the other end does not match',
  port: 'the port does not match',
  protocol: 'the protocol does not match',
  direction: 'it is about the other direction',
};

const MISMATCHES: Readonly<Record<NearMiss['peers'][number]['because'], string>> = {
  namespace: 'another namespace',
  labels: 'other labels',
  address: 'another address',
  'address-unknown': 'its address is not known, and blocks are taken to lie outside of the cluster',
  excepted: 'excepted',
  'not-a-pod': 'not a pod',
  'not-a-node': 'not a node',
  name: 'another name',
};

function missText(miss: NearMiss): string {
  const peers = [...new Set(miss.peers.map((peer) => MISMATCHES[peer.because]))];
  return miss.failed
    .map((cause) =>
      cause === 'peer' && peers.length > 0 ? `${CAUSES.peer} (${peers.join(', ')})` : CAUSES[cause],
    )
    .join(', and ');
}

/** `NetworkPolicy shop/web`. */
export function policyWords(key: PolicyKey | string): string {
  const { kind, namespace, name } = policyOf(key);
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function placeText(source: SourceRef | undefined, style: Style): string {
  return source === undefined ? '' : style.dim(`  ${plain(source.file)}:${source.line}`);
}

function some(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
