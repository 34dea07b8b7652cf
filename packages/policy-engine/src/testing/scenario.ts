import { expect } from 'vitest';
import { parse } from 'yaml';
import type {
  ClusterSnapshot,
  Labels,
  NamespaceRecord,
  NodeRecord,
  PodRecord,
  PolicyRecord,
} from '../model/records.ts';
import { EMPTY_SNAPSHOT } from '../model/records.ts';
import { diagnosticsOf, engineFor } from './engine-adapter.ts';
import { type EndpointRef, evaluate, type Protocol, type Traffic, type Verdict } from './spec-evaluator.ts';
import { problemOf } from './spec-validity.ts';

/** Small clusters and questions in the notation of the semantics' test vectors. */

export function namespace(name: string, labels: Labels = { ns: name }): NamespaceRecord {
  return { name, labels: { ...labels, 'kubernetes.io/metadata.name': name }, labelsKnown: true };
}

export function node(name: string, ips: readonly string[], labels: Labels = {}): NodeRecord {
  return { name, labels: { 'kubernetes.io/hostname': name, ...labels }, ips };
}

/** A running pod on no particular node; `path` is `namespace/name`, and its label is `pod=<name>`. */
export function pod(path: string, overrides: Partial<PodRecord> = {}): PodRecord {
  const [namespaceName = '', name = ''] = path.split('/');
  return {
    namespace: namespaceName,
    name,
    labels: { pod: name },
    workload: { kind: 'Pod', name },
    ports: [],
    ips: [],
    hostNetwork: false,
    state: 'running',
    replicas: 1,
    ...overrides,
  };
}

/** A NetworkPolicy from the YAML of its spec. */
export function networkPolicy(namespaceName: string, spec: string, name = 'policy'): PolicyRecord {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace: namespaceName,
    name,
    spec: parse(spec),
  };
}

export function clusterNetworkPolicy(spec: string, name = 'policy'): PolicyRecord {
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    name,
    spec: parse(spec),
  };
}

export function adminNetworkPolicy(spec: string, name = 'policy'): PolicyRecord {
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    name,
    spec: parse(spec),
  };
}

export function baselineAdminNetworkPolicy(spec: string, name = 'default'): PolicyRecord {
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'BaselineAdminNetworkPolicy',
    name,
    spec: parse(spec),
  };
}

export function cluster(parts: Partial<ClusterSnapshot>): ClusterSnapshot {
  return { ...EMPTY_SNAPSHOT, ...parts };
}

const LETTERS: Readonly<Record<'A' | 'D' | 'U', Verdict>> = { A: 'allowed', D: 'denied', U: 'unknown' };

/**
 * Asks the spec-literal evaluator and the engine the same questions and expects the same answers of both.
 *
 * @param questions from `source -> destination:port/protocol` (TCP where left out; ICMP and OTHER take any port) to
 *   A, D or U. An end is `namespace/pod`, `node:name`, `domain:name`, or an address (`[…]` around IPv6).
 */
export function expectVerdicts(
  snapshot: ClusterSnapshot,
  questions: Readonly<Record<string, 'A' | 'D' | 'U'>>,
): void {
  const engine = engineFor(snapshot);
  const expected: Record<string, Verdict> = {};
  const ofSpec: Record<string, Verdict> = {};
  const ofEngine: Record<string, Verdict> = {};
  for (const [question, letter] of Object.entries(questions)) {
    const { from, to, traffic } = parseQuestion(question);
    expected[question] = LETTERS[letter];
    ofSpec[question] = evaluate(snapshot, from, to, traffic);
    ofEngine[question] = engine.verdict(from, to, traffic);
  }
  expect(Object.keys(expected)).not.toHaveLength(0);
  expect(ofSpec, 'the spec-literal evaluator').toEqual(expected);
  expect(ofEngine, 'the engine').toEqual(expected);
}

/** Both the evaluator's validity rules and the engine's reader object to the same field of the policy. */
export function expectRejected(policy: PolicyRecord, path: string): void {
  expect(problemOf(policy), 'the spec-literal validity rules').toBe(path);
  const errors = diagnosticsOf(policy).filter(({ severity }) => severity === 'error');
  // The engine may point deeper: at one of the fields that don't go together, say.
  const inside = errors.filter((diagnostic) => diagnostic.path?.startsWith(path));
  expect(inside, `${JSON.stringify(errors)} at ${path}`).not.toHaveLength(0);
}

export function expectAccepted(policy: PolicyRecord): void {
  expect(problemOf(policy), 'the spec-literal validity rules').toBeUndefined();
  expect(diagnosticsOf(policy).filter(({ severity }) => severity === 'error')).toEqual([]);
}

function parseQuestion(question: string): { from: EndpointRef; to: EndpointRef; traffic: Traffic } {
  const [source = '', target = ''] = question.split(' -> ');
  const match = /^(.*):(\d+)(?:\/([A-Z]+))?$/.exec(target);
  const [, destination, port, protocol = 'TCP'] = match ?? [];
  if (destination === undefined || !isProtocol(protocol)) throw new Error(`not a question: ${question}`);
  return {
    from: parseEndpoint(source),
    to: parseEndpoint(destination),
    traffic: { protocol, port: Number(port) },
  };
}

function isProtocol(text: string): text is Protocol {
  return ['TCP', 'UDP', 'SCTP', 'ICMP', 'OTHER'].includes(text);
}

function parseEndpoint(text: string): EndpointRef {
  if (text.startsWith('node:')) return { kind: 'node', name: text.slice('node:'.length) };
  if (text.startsWith('domain:')) return { kind: 'domain', name: text.slice('domain:'.length) };
  const slash = text.indexOf('/');
  if (slash >= 0) return { kind: 'pod', namespace: text.slice(0, slash), name: text.slice(slash + 1) };
  return { kind: 'ip', address: text.replace(/^\[(.*)\]$/, '$1') };
}
