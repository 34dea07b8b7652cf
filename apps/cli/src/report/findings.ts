import type { FindingCode } from '@bulkhead/policy-engine';
import type { ReportRule } from './report.ts';

/** Each kind of finding in a title and a sentence. */
export const FINDING_TEXTS: Readonly<Record<FindingCode, Omit<ReportRule, 'id'>>> = {
  'policy-selects-nothing': {
    name: 'A policy selects no pod',
    description: 'No pod has the labels that the policy selects, so it protects nobody.',
    level: 'warning',
  },
  'peers-match-nothing': {
    name: 'The peers of a rule match nothing',
    description: 'Nothing in the cluster is what the rule allows or denies, so it has no effect now.',
    level: 'warning',
  },
  'policy-changes-nothing': {
    name: 'A policy changes nothing',
    description: 'Without the policy every connection would be as it is.',
    level: 'note',
  },
  'rule-changes-nothing': {
    name: 'A rule changes nothing',
    description: 'Without the rule every connection would be as it is: others allow or deny the same.',
    level: 'note',
  },
  'rule-shadowed': {
    name: 'A rule is shadowed',
    description: 'A tier of higher precedence decides everything that the rule is about.',
    level: 'warning',
  },
  'named-port-unresolved': {
    name: 'A port name resolves nowhere',
    description:
      'No container that the rule is about declares the port by this name, so the rule matches no port.',
    level: 'warning',
  },
  'dns-cut': {
    name: 'DNS is cut',
    description: 'Egress is isolated and DNS is not allowed, so the pods can not look up names.',
    level: 'warning',
  },
  'label-nobody-has': {
    name: 'A selector uses a label that nothing has',
    description: 'The label is perhaps misspelt; the selector matches nothing because of it.',
    level: 'warning',
  },
  'cidr-over-cluster-addresses': {
    name: 'An ipBlock covers addresses of the cluster',
    description: 'Whether an ipBlock matches pods and nodes depends on the engine; select them by labels.',
    level: 'warning',
  },
  'namespace-not-isolated': {
    name: 'A namespace is not isolated',
    description: 'No policy isolates the pods of the namespace for ingress, so anyone may connect.',
    level: 'warning',
  },
  'equal-priority-conflict': {
    name: 'Policies of equal priority disagree',
    description: 'Their order is not defined, so the outcome is not either.',
    level: 'error',
  },
};
