import type { Diagnostic } from '../diagnostic.ts';
import { namespaceNameProblem, objectNameProblem, quotedName } from '../input/names.ts';
import { isRejected, type Reading, reject, startReading } from '../input/reading.ts';
import type { RuleBlock } from '../ir/ir.ts';
import { createLocator } from '../manifests/locate.ts';
import type { PolicyKind, PolicyRecord } from '../model/records.ts';
import { lowerAdminNetworkPolicy, lowerBaselineAdminNetworkPolicy } from './admin-network-policy.ts';
import { lowerClusterNetworkPolicy } from './cluster-network-policy.ts';
import { lowerNetworkPolicy } from './network-policy.ts';

/** A dialect: one kind of policy, which versions of it are understood, and its front end. */
interface Dialect {
  /** An API server serves the kind under these; by the kind alone Antrea's and Calico's would be misread. */
  readonly apiVersions: readonly string[];
  readonly namespaced: boolean;
  readonly nulls: Reading['nulls'];
  readonly lower: (policy: PolicyRecord, reading: Reading) => RuleBlock[];
}

/** Adding a kind of policy is one row here and its front end. */
const DIALECTS: Readonly<Record<PolicyKind, Dialect>> = {
  NetworkPolicy: {
    apiVersions: ['networking.k8s.io/v1'],
    namespaced: true,
    nulls: 'absent',
    lower: lowerNetworkPolicy,
  },
  ClusterNetworkPolicy: {
    apiVersions: ['policy.networking.k8s.io/v1alpha2'],
    namespaced: false,
    nulls: 'rejected',
    lower: lowerClusterNetworkPolicy,
  },
  AdminNetworkPolicy: {
    apiVersions: ['policy.networking.k8s.io/v1alpha1'],
    namespaced: false,
    nulls: 'rejected',
    lower: lowerAdminNetworkPolicy,
  },
  BaselineAdminNetworkPolicy: {
    apiVersions: ['policy.networking.k8s.io/v1alpha1'],
    namespaced: false,
    nulls: 'rejected',
    lower: lowerBaselineAdminNetworkPolicy,
  },
};

export interface LoweredPolicy {
  /** Empty where a diagnostic is an error: no API server would hold the object, so it has no effect. */
  readonly blocks: readonly RuleBlock[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Kinds of policy that are understood, by API version and kind: `networking.k8s.io/v1 NetworkPolicy`. */
export function policyKind(apiVersion: string, kind: string): PolicyKind | undefined {
  return isPolicyKind(kind) && DIALECTS[kind].apiVersions.includes(apiVersion) ? kind : undefined;
}

export function isNamespacedPolicy(kind: PolicyKind): boolean {
  return DIALECTS[kind].namespaced;
}

/**
 * Lowers one policy of any dialect to the intermediate representation, validating it as an API server would. Never
 * throws: whatever `spec` holds, the result is the policy's rule blocks or the errors for which it has none.
 */
export function lowerPolicy(policy: PolicyRecord): LoweredPolicy {
  const { kind, namespace, name } = policy;
  const dialect = DIALECTS[kind];
  const object = namespace === undefined ? { kind, name } : { kind, namespace, name };
  const reading = startReading(object, dialect.nulls);
  if (!dialect.apiVersions.includes(policy.apiVersion)) {
    reject(
      reading,
      'unsupported-policy-kind',
      'apiVersion',
      `${kind} of \`${policy.apiVersion}\` is not understood.`,
      `Understood is ${dialect.apiVersions.join(', ')}.`,
    );
    return { blocks: [], diagnostics: located(policy, reading.diagnostics) };
  }
  checkNames(policy, reading);
  const blocks = dialect.lower(policy, reading);
  return { blocks: isRejected(reading) ? [] : blocks, diagnostics: located(policy, reading.diagnostics) };
}

/** With the lines of the policy's text, where it has one; else with the place of the object, if any. */
function located(policy: PolicyRecord, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const { source, text } = policy;
  if (source === undefined || diagnostics.length === 0) return diagnostics;
  const locator = text === undefined ? undefined : createLocator(text, source.line);
  return diagnostics.map((diagnostic) => {
    const place = diagnostic.path === undefined ? undefined : locator?.locate(diagnostic.path);
    return { ...diagnostic, source: place === undefined ? source : { file: source.file, ...place } };
  });
}

function checkNames(policy: PolicyRecord, reading: Reading): void {
  const problem = objectNameProblem(policy.name);
  if (problem !== undefined) {
    reject(
      reading,
      'invalid-name',
      'metadata.name',
      `${quotedName(policy.name)} is no name: ${problem}.`,
      'Rename the policy.',
    );
  }
  if (policy.namespace === undefined) return;
  const namespaceProblem = namespaceNameProblem(policy.namespace);
  if (namespaceProblem !== undefined) {
    reject(
      reading,
      'invalid-name',
      'metadata.namespace',
      `${quotedName(policy.namespace)} is no namespace: ${namespaceProblem}.`,
      'Use the name of a namespace.',
    );
  }
}

function isPolicyKind(kind: string): kind is PolicyKind {
  return Object.hasOwn(DIALECTS, kind);
}
