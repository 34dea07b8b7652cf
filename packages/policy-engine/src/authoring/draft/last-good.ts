import type { PolicyRecord } from '../../model/records.ts';
import type { PolicyText } from './model.ts';
import { isError, type PolicyTextReading, readPolicyText, type TextDiagnostic } from './policies.ts';

export interface EffectivePolicies {
  /** What the draft puts into the cluster now. */
  readonly policies: readonly PolicyRecord[];
  /** Of the text as it stands. */
  readonly diagnostics: readonly TextDiagnostic[];
  /** Documents that can't be used as they stand; for those listed in `kept` their last good state is used. */
  readonly broken: readonly number[];
  readonly kept: readonly number[];
}

/** What diagnostics and rules of a draft's text call the file they stand in. */
const DRAFT_FILE = 'draft';

/** A copy of the item with a new text, remembering the last text that could be used as a whole. */
export function withText(item: PolicyText, text: string): PolicyText {
  const { good: _good, ...rest } = item;
  if (isGood(readPolicyText(text, DRAFT_FILE))) return { ...rest, text };
  const good = item.good ?? (isGood(readPolicyText(item.text, DRAFT_FILE)) ? item.text : undefined);
  return { ...rest, text, ...(good === undefined ? {} : { good }) };
}

/**
 * The same for a text that is too long to be read at every keystroke: `good` is the last text that somebody else has found
 * to be usable as a whole, if any. Kept even where the new text can be used, which makes no difference then.
 */
export function withUnreadText(item: PolicyText, text: string, good: string | undefined): PolicyText {
  const kept = good ?? item.good;
  return { ...item, text, ...(kept === undefined ? {} : { good: kept }) };
}

function isGood(reading: PolicyTextReading): boolean {
  return !reading.diagnostics.some(({ diagnostic }) => isError(diagnostic));
}

/**
 * The policies a text stands for. While a document is half-typed, its last good state counts: by its place in the
 * text where the number of documents is the same, else by name.
 */
export function effectivePolicies(item: PolicyText): EffectivePolicies {
  const reading = readPolicyText(item.text, DRAFT_FILE);
  const { documents, diagnostics } = reading;
  const policies = documents.flatMap(({ policy }) => policy ?? []);
  const broken = documents.filter(({ policy }) => policy === undefined).map(({ index }) => index);
  const none = { policies, diagnostics, broken, kept: [] };
  if (broken.length === 0 || item.good === undefined) return none;
  const old = readPolicyText(item.good, DRAFT_FILE).documents;
  const taken = new Set(policies.map(keyOf));
  const kept: number[] = [];
  const result: PolicyRecord[] = [];
  const aligned = old.length === documents.length;
  for (const [position, document] of documents.entries()) {
    const was = aligned ? old[position]?.policy : undefined;
    if (document.policy !== undefined) result.push(document.policy);
    else if (was !== undefined && !taken.has(keyOf(was))) {
      kept.push(document.index);
      result.push(was);
    }
  }
  if (aligned) return { policies: result, diagnostics, broken, kept };
  const rest = old.flatMap(({ policy }) =>
    policy !== undefined && !taken.has(keyOf(policy)) ? [policy] : [],
  );
  return { policies: [...policies, ...rest], diagnostics, broken, kept: rest.length > 0 ? broken : [] };
}

function keyOf(policy: PolicyRecord): string {
  return `${policy.kind}/${policy.namespace ?? ''}/${policy.name}`;
}
