import { isNamespacedPolicy, policyKind } from '../dialects/index.ts';
import { checkFields, isObject, type JsonObject, ownField, type Reading, warn } from '../input/reading.ts';
import type { InputObject, ReadContext } from './context.ts';
import { readMetadata } from './metadata.ts';
import type { SnapshotPart } from './parts.ts';
import type { Labels, PolicyRecord, TextFrame } from './records.ts';

const POLICY_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

/** Kinds that decide who reaches whom, in any API group, beside those whose name says NetworkPolicy. */
const OTHER_POLICY_KINDS: ReadonlySet<string> = new Set(['EgressFirewall', 'AdminPolicyBasedExternalRoute']);

/** Calico's staged policies are never enforced (semantics 4.1), and lists are taken apart before. */
const NOT_ENFORCED = /^Staged|List$/;

/** Whether a kind of any API group is a policy, so that not reading one must be said. */
export function looksLikePolicy(kind: string): boolean {
  return (kind.endsWith('NetworkPolicy') || OTHER_POLICY_KINDS.has(kind)) && !NOT_ENFORCED.test(kind);
}

/**
 * Reads a policy. Its spec is kept as written and validated when it is lowered. A policy of an API group or version
 * that no dialect reads is reported and kept by name, never read by its kind alone (semantics 2.3: Antrea's
 * ClusterNetworkPolicy and Calico's NetworkPolicy are other APIs).
 */
export function readPolicy(
  reading: Reading,
  raw: JsonObject,
  apiVersion: string,
  kind: string,
  context: ReadContext,
  input: InputObject,
): SnapshotPart | undefined {
  const known = policyKind(apiVersion, kind);
  const namespaced = known === undefined ? hasNamespace(raw) : isNamespacedPolicy(known);
  const metadata = readMetadata(reading, raw, namespaced ? 'namespaced' : 'cluster', context);
  if (metadata === undefined) return undefined;
  const place = namespaced ? { namespace: metadata.namespace } : {};
  const source = input.source === undefined ? {} : { source: input.source };
  if (known === undefined) {
    warn(
      reading,
      'unsupported-policy-kind',
      'apiVersion',
      `${kind} of \`${apiVersion}\` is not read here, so verdicts leave out what it allows or denies.`,
      hintFor(apiVersion),
    );
    return { type: 'unread-policy', record: { apiVersion, kind, ...place, name: metadata.name, ...source } };
  }
  if (context.origin === 'files') checkFields(reading, raw, '', POLICY_FIELDS);
  const spec = ownField(raw, 'spec');
  return {
    type: 'policy',
    record: {
      apiVersion,
      kind: known,
      ...place,
      name: metadata.name,
      ...(input.text === undefined ? ownMetadata(raw, metadata.labels) : {}),
      spec,
      ...source,
      ...(input.text === undefined ? {} : { text: detached(input.text) }),
      ...(input.frame === undefined ? {} : { frame: detachedFrame(input.frame) }),
    },
  };
}

/** What `kubectl apply` itself writes on an object; the next apply writes it anew. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function ownMetadata(raw: JsonObject, labels: Labels): Pick<PolicyRecord, 'labels' | 'annotations'> {
  const metadata = ownField(raw, 'metadata');
  const annotations = isObject(metadata) ? ownField(metadata, 'annotations') : undefined;
  const kept = Object.entries(isObject(annotations) ? annotations : {}).flatMap(([key, value]) =>
    key === LAST_APPLIED || typeof value !== 'string' ? [] : [[key, value] as const],
  );
  return {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
  };
}

function hasNamespace(raw: JsonObject): boolean {
  const metadata = ownField(raw, 'metadata');
  return typeof metadata === 'object' && metadata !== null && Object.hasOwn(metadata, 'namespace');
}

function hintFor(apiVersion: string): string {
  const retired = apiVersion === 'extensions/v1beta1' || apiVersion.startsWith('networking.k8s.io/');
  return retired
    ? 'API servers no longer serve this version: use `networking.k8s.io/v1`.'
    : 'Read its verdicts with care, and check it with the tool that enforces it.';
}

/**
 * A copy that doesn't keep the text alive from which it was cut: engines represent a part of a string by a pointer
 * into the whole, so a policy of ten lines would hold the file of a megabyte it stood in.
 */
function detached(text: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(text));
  return typeof copy === 'string' ? copy : text;
}

function detachedFrame({ before, head, after }: TextFrame): TextFrame {
  return {
    before: detached(before),
    after: detached(after),
    ...(head === undefined ? {} : { head: detached(head) }),
  };
}
