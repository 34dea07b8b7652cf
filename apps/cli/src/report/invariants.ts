import {
  assertionText,
  type Cluster,
  type Connection,
  connectionText,
  type Diagnostic,
  type DirectionExplanation,
  endsText,
  type InvariantResult,
  type PairViolation,
  policySource,
  type Violation,
} from '@bulkhead/policy-engine';
import { policyWords } from '../output/explain-output.ts';
import { ruleText } from '../output/explanations.ts';
import {
  digest,
  type ReportItem,
  type ReportLocation,
  type ReportProblem,
  type ReportRule,
  slug,
} from './report.ts';

/** The rule and the item that an invariant's result is in a report. */
export function invariantRule(result: InvariantResult): ReportRule {
  const { invariant } = result;
  const sentence = `${capital(assertionText(invariant.assertion))}.`;
  return {
    id: slug(invariant.name),
    name: invariant.name,
    description: invariant.reason === undefined ? sentence : `${sentence} ${invariant.reason}`,
    level: 'error',
  };
}

export function invariantItem(
  cluster: Cluster,
  result: InvariantResult,
  options: { readonly allowUnknown: boolean },
): ReportItem {
  const { invariant, status, violations } = result;
  const fails =
    status === 'fails' || status === 'matches-nothing' || (status === 'unknown' && !options.allowUnknown);
  const [first] = violations;
  const ownPlace: readonly ReportLocation[] =
    invariant.source === undefined ? [] : [{ ...invariant.source, label: 'the invariant' }];
  return {
    rule: slug(invariant.name),
    outcome: status === 'holds' ? 'passed' : status === 'unknown' ? 'unknown' : 'failed',
    level: 'error',
    fails,
    message: messageOf(result, first),
    details: detailsOf(result, first),
    // The rule that is to blame first: that is the line a reviewer looks at.
    locations: [...(first === undefined ? [] : locationsOf(cluster, first)), ...ownPlace],
    ...(invariant.reason === undefined ? {} : { reason: invariant.reason }),
    fingerprint: digest(
      `${invariant.name}\n${first?.type === 'pair' ? `${first.source}\n${first.target}` : ''}`,
    ),
  };
}

/** Parts of an invariant's ends that match nothing, where the invariant can be judged all the same. */
export function emptyProblems(result: InvariantResult): ReportProblem[] {
  if (result.status === 'matches-nothing') return [];
  return result.empty.map(({ ends, role, suggestion }) => ({
    level: 'warning',
    code: 'matches-nothing',
    message: `In “${result.invariant.name}”, “${role}” names ${endsText(ends)}, which nothing matches.`,
    ...(suggestion === undefined ? {} : { hint: `Did you mean ${suggestion}?` }),
    ...(result.invariant.source === undefined ? {} : { location: result.invariant.source }),
  }));
}

export function problemOf(diagnostic: Diagnostic): ReportProblem {
  const { severity, code, message, hint, source } = diagnostic;
  return {
    level: severity === 'info' ? 'note' : severity === 'warning' ? 'warning' : 'error',
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(source === undefined ? {} : { location: source }),
  };
}

function messageOf(result: InvariantResult, first: Violation | undefined): string {
  const { invariant, status } = result;
  const sentence = assertionText(invariant.assertion);
  if (status === 'holds') return `${capital(sentence)}.`;
  if (status === 'matches-nothing') {
    const parts = result.empty.map(({ ends, role, suggestion }) => {
      const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
      return `“${role}” names ${endsText(ends)}, which nothing matches${hint}`;
    });
    return `${parts.length === 0 ? 'An end matches nothing' : capital(parts.join('. '))}${parts.at(-1)?.endsWith('?') === true ? '' : '.'}`;
  }
  const may = status === 'unknown' ? 'It can not be decided: ' : '';
  if (first === undefined) return `${may}${capital(sentence)}: what is there can not be read.`;
  switch (first.type) {
    case 'pair':
      return `${may}${pairSentence(first)}`;
    case 'not-isolated':
      return `${may}${first.workload} is ${first.state === 'partial' ? 'only partly' : 'not'} isolated for ${first.direction}.`;
    case 'finding':
      return first.finding.message;
  }
}

function pairSentence(violation: PairViolation): string {
  const verb = { allowed: 'may reach', denied: 'may not reach', unknown: 'may perhaps reach' }[
    violation.verdict
  ];
  return `${violation.source} ${verb} ${violation.target} on ${connectionWords(violation.example)}.`;
}

function connectionWords({ protocol, port }: Connection): string {
  return protocol === 'other' ? 'ICMP and other protocols' : `${port}/${protocol.toLowerCase()}`;
}

function detailsOf(result: InvariantResult, first: Violation | undefined): string[] {
  const out: string[] = [];
  if (first?.type === 'pair') {
    const all = connectionText(first.connections);
    out.push(`All that goes against it there: ${all}.`);
    if (first.explanation !== undefined) {
      for (const half of [first.explanation.egress, first.explanation.ingress]) {
        const why = halfText(half);
        if (why !== undefined) out.push(why);
      }
    }
  }
  if (first?.type === 'finding') out.push(...first.finding.evidence);
  const more = result.violationCount - 1;
  if (more > 0) {
    const others = result.violations.slice(1, 4).map(shortText);
    const rest = more - others.length;
    out.push(
      `And ${more >= 99_999 ? 'at least ' : ''}${more} more: ${others.join('; ')}${rest > 0 ? '; …' : ''}.`,
    );
  }
  return out;
}

/** What one direction says, where it has something to say. */
function halfText(half: DirectionExplanation): string | undefined {
  const side = half.direction === 'egress' ? 'Egress' : 'Ingress';
  const rules = half.rules
    .filter((rule) => rule.action !== 'pass')
    .map((rule) => `${policyWords(rule.origin.policy)}, ${ruleText(rule)}`);
  if (half.verdict === 'allowed') {
    if (rules.length > 0) return `${side} is allowed by ${rules.join('; ')}.`;
    return half.policed ? `${side} is open: no policy has a say.` : undefined;
  }
  if (rules.length > 0) return `${side} is ${half.verdict}: ${rules.join('; ')}.`;
  if (half.isolatedBy.length === 0) return undefined;
  return `${side} is ${half.verdict}: isolated by ${half.isolatedBy.map(policyWords).join(', ')}, and no rule allows it.`;
}

function shortText(violation: Violation): string {
  switch (violation.type) {
    case 'pair':
      return `${violation.source} → ${violation.target}`;
    case 'not-isolated':
      return `${violation.workload} (${violation.direction})`;
    case 'finding':
      return violation.finding.message.replace(/\.$/, '');
  }
}

/** The lines of the rules that decide, and of the policies that isolate. */
function locationsOf(cluster: Cluster, violation: Violation): ReportLocation[] {
  const out: ReportLocation[] = [];
  const seen = new Set<string>();
  const add = (place: ReturnType<typeof policySource>, label: string): void => {
    if (place === undefined || seen.has(`${place.file}:${place.line}`)) return;
    seen.add(`${place.file}:${place.line}`);
    out.push({ ...place, label });
  };
  if (violation.type === 'finding') {
    const { policy, path, code } = violation.finding;
    if (policy !== undefined) add(policySource(cluster, policy, path), code);
  }
  if (violation.type === 'pair' && violation.explanation !== undefined) {
    for (const half of [violation.explanation.egress, violation.explanation.ingress]) {
      for (const rule of half.rules) {
        const words = { allow: 'allowed by', deny: 'denied by', pass: 'passed on by' }[rule.action];
        add(
          policySource(cluster, rule.origin.policy, rule.origin.path),
          `${words} ${policyWords(rule.origin.policy)}, ${ruleText(rule)}`,
        );
      }
      if (half.verdict === 'allowed') continue;
      for (const policy of half.isolatedBy)
        add(policySource(cluster, policy), `isolated by ${policyWords(policy)}`);
    }
  }
  return out;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
