import type { Cluster, CompiledPolicy } from '../compile/compile.ts';
import type { PolicyKey } from '../model/records.ts';

/** What the lint looks for. Each has a page section in docs/findings.md. */
export type FindingCode =
  | 'policy-selects-nothing'
  | 'peers-match-nothing'
  | 'policy-changes-nothing'
  | 'rule-changes-nothing'
  | 'rule-shadowed'
  | 'named-port-unresolved'
  | 'dns-cut'
  | 'label-nobody-has'
  | 'cidr-over-cluster-addresses'
  | 'namespace-not-isolated'
  | 'equal-priority-conflict';

export type FindingSeverity = 'error' | 'warning' | 'info';

/** A change to one policy's object. `path` as in diagnostics: `spec.egress[0]`. */
export type PolicyEdit =
  | { readonly type: 'set'; readonly policy: PolicyKey; readonly path: string; readonly value: unknown }
  | { readonly type: 'append'; readonly policy: PolicyKey; readonly path: string; readonly value: unknown }
  /** Puts a value before the item at `path`: where rules have an order. */
  | { readonly type: 'insert'; readonly policy: PolicyKey; readonly path: string; readonly value: unknown }
  | { readonly type: 'remove'; readonly policy: PolicyKey; readonly path: string }
  | { readonly type: 'remove-policy'; readonly policy: PolicyKey }
  | {
      readonly type: 'add-policy';
      readonly object: {
        readonly apiVersion: string;
        readonly kind: string;
        readonly metadata: { readonly name: string; readonly namespace?: string };
        readonly spec: unknown;
      };
    };

export interface FindingFix {
  /** In the imperative: "Remove the rule". */
  readonly description: string;
  readonly edits: readonly PolicyEdit[];
}

/** A lint result: something that probably isn't as its author meant. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** One sentence: what is so, and why it matters. */
  readonly message: string;
  readonly policy?: PolicyKey;
  /** Field of the policy that it is about. */
  readonly path?: string;
  readonly namespace?: string;
  /** What it was concluded from, one fact a line. */
  readonly evidence: readonly string[];
  /** Ids of the workloads concerned. */
  readonly workloads: readonly string[];
  readonly fix?: FindingFix;
}

/** A kind of finding looks at a whole cluster and yields what it finds, so that a caller can stop or show progress. */
export type FindingRule = (cluster: Cluster) => Iterable<Finding>;

/** `NetworkPolicy shop/allow-web`. */
export function policyText(policy: CompiledPolicy): string {
  const { kind, namespace, name } = policy.record;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** `a, b and 3 more`. */
export function listText(items: readonly string[], atMost = 3): string {
  if (items.length <= atMost) return items.join(', ');
  return `${items.slice(0, atMost).join(', ')} and ${items.length - atMost} more`;
}
