import type { HalfVerdict, NearMissRef, PeerMismatch, UnknownReason } from '@bulkhead/policy-engine';

/* Text for what the engine says in codes. */

const REASONS: Readonly<Record<UnknownReason, string>> = {
  'host-network':
    'A hostNetwork pod is policed like a pod by some network plugins, and treated as its node by others.',
  'other-protocols':
    'NetworkPolicy does not define what isolation means for ICMP and protocols without ports.',
  'policies-unread': 'Policies that could decide this may not be read.',
  'equal-priority':
    'Policies of the same tier and priority decide this differently, and their order is not defined.',
  'peer-labels-unknown': "The labels of the other end's namespace could not be read.",
  'domain-name': 'A rule goes by external name; which addresses that is, is only known when it is looked up.',
  'address-unknown': 'Its address is not known, and a rule’s CIDR holds every address of one family.',
  'address-family': 'Some of its addresses are inside of a rule’s CIDR and some are not.',
  'ambiguous-named-port': 'The port’s name is declared with several numbers, or by an init container only.',
  'subject-labels-unknown':
    'The labels of its namespace could not be read, so whether a policy selects it is open.',
};

export function reasonText(reason: UnknownReason): string {
  return REASONS[reason];
}

const MISMATCHES: Readonly<Record<PeerMismatch, string>> = {
  namespace: 'the namespace does not match',
  labels: 'the pod labels do not match',
  address: 'the address is outside of the block',
  'address-unknown': 'the address is not known, and blocks are taken to lie outside of the cluster',
  excepted: 'the address is in an excepted block',
  'not-a-pod': 'the peer is not a pod',
  'not-a-node': 'the peer is not a node',
  name: 'the name does not match',
};

/** Why a rule that came close does not allow it. */
export function nearMissText(miss: NearMissRef): string {
  const parts: string[] = [];
  if (miss.failed.includes('direction')) parts.push('it is for the other direction');
  if (miss.failed.includes('peer')) {
    parts.push(
      miss.mismatches.length === 0
        ? 'no peer matches'
        : miss.mismatches.map((entry) => MISMATCHES[entry]).join(', '),
    );
  }
  if (miss.failed.includes('port')) parts.push('the port is not in its list');
  if (miss.failed.includes('protocol')) parts.push('the protocol differs');
  return parts.join('; ');
}

/** One sentence for one half of a verdict. */
export function halfText(half: HalfVerdict, name: string): string {
  if (!half.policed) return `Policies do not apply to ${name}.`;
  const what = half.direction === 'egress' ? 'sending' : 'receiving';
  if (half.byDefault) return `No policy isolates the ${half.direction} of ${name}, so ${what} is allowed.`;
  if (half.verdict === 'allowed')
    return half.rules.length === 1 ? 'Allowed by this rule:' : 'Allowed by each of these rules:';
  if (half.verdict === 'unknown') return 'This can not be known:';
  if (half.rules.length > 0) return 'Denied by this rule:';
  return `Isolated, and no rule allows it. ${half.isolatedBy.length === 1 ? 'This policy isolates it:' : 'These policies isolate it:'}`;
}
