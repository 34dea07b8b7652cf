import type { SourceRef } from '@bulkhead/policy-engine';

/**
 * What `check` and `lint` have to say, in the one shape that all report formats are made from. Texts are plain, names in them
 * come from the input; each format makes them safe in its own way.
 */
export interface Report {
  /** `bulkhead check`. */
  readonly title: string;
  /** What was looked at: `deploy`, `context prod`. */
  readonly subject: string;
  readonly rules: readonly ReportRule[];
  readonly items: readonly ReportItem[];
  /** Problems of the input, which make the answer less than whole. */
  readonly problems: readonly ReportProblem[];
}

/** What an item is an instance of: a kind of finding, or an invariant. */
export interface ReportRule {
  /** Stable, of letters, digits and dashes. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly level: Level;
}

export type Level = 'error' | 'warning' | 'note';

/**
 * `unknown`: could not be decided. `accepted`: is as described, and somebody accepted it with a reason. Which of them fail the
 * run is said by `fails`.
 */
export type Outcome = 'passed' | 'failed' | 'unknown' | 'accepted';

export interface ReportItem {
  readonly rule: string;
  readonly outcome: Outcome;
  readonly level: Level;
  /** Whether it makes the run fail. */
  readonly fails: boolean;
  /** One line: what is so. */
  readonly message: string;
  /** What it was concluded from, one fact a line. */
  readonly details: readonly string[];
  /** Where to look, the most telling first. */
  readonly locations: readonly ReportLocation[];
  /** Why it matters, or why it is accepted. */
  readonly reason?: string;
  /** The same for the same thing in the next run, also when lines move. */
  readonly fingerprint: string;
}

export interface ReportLocation extends SourceRef {
  /** What is there: `allowed by NetworkPolicy shop/web, ingress rule #1`. */
  readonly label?: string;
}

export interface ReportProblem {
  readonly level: Level;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly location?: SourceRef;
}

/** Letters, digits and dashes of a name; what is left out is made up for by a digest, so that different names stay different. */
export function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return /^[a-z0-9][a-z0-9 -]*$/i.test(name) && name.length <= 60 ? plain : `${plain}-${digest(name)}`;
}

/** A short digest, to tell texts apart; not for security. */
export function digest(text: string): string {
  let a = 2_166_136_261;
  let b = 5381;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 16_777_619);
    b = (Math.imul(b, 33) + code) | 0;
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
