import type { PolicyRecord } from '../../model/records.ts';
import { textPieces } from '../yaml/pieces.ts';
import type { PolicyText } from './model.ts';
import { type PolicyDocument, readPolicyText, type TextDiagnostic } from './policies.ts';

export interface EffectivePolicies {
  /** What the draft puts into the cluster now. */
  readonly policies: readonly PolicyRecord[];
  /** Those of them that stand for documents which can't be used as they are now written. */
  readonly lastGood: readonly PolicyRecord[];
  /** Of the text as it stands. */
  readonly diagnostics: readonly TextDiagnostic[];
  /** Documents that can't be used as they stand; for those listed in `kept` their last good state is used. */
  readonly broken: readonly number[];
  readonly kept: readonly number[];
}

/** What diagnostics and rules of a draft's text call the file they stand in. */
const DRAFT_FILE = 'draft';

/** A copy of the item with a new text, remembering the last usable state of what in it can't be used. */
export function withText(item: PolicyText, text: string): PolicyText {
  const broken = brokenPieces(text, readPolicyText(text, DRAFT_FILE).documents);
  return remember(item, text, lastStates(item), (index) => broken.has(index));
}

/** What somebody else has read of an item: how it was, and which of its documents could not be used. */
export interface ReadText {
  readonly item: PolicyText;
  readonly broken: readonly number[];
}

/**
 * The same for a text that is too long to be read at every keystroke. What differs from the text that was read last is
 * remembered even where it can be used, which makes no difference then.
 */
export function withUnreadText(item: PolicyText, text: string, read: ReadText | undefined): PolicyText {
  const states = statesOf(read?.item ?? item);
  // A piece is a document, unless there is but one.
  const broken = new Set(states.length === 1 && read?.broken.length !== 0 ? [0] : read?.broken);
  const known = states.map((state, index) =>
    read === undefined || broken.has(index) ? state : same(state.text),
  );
  const usable = new Set(known.flatMap(({ text: own, last }) => (own === last ? [own] : [])));
  const pieces = textPieces(text);
  return remember(item, text, known, (index) => !usable.has(pieces[index]?.text ?? ''));
}

/** A piece of a text as it was, and the last state of it that could be used; '' where there was none. */
interface PieceState {
  readonly text: string;
  readonly last: string;
}

function same(text: string): PieceState {
  return { text, last: text };
}

function remember(
  item: PolicyText,
  text: string,
  before: readonly PieceState[],
  isBroken: (index: number) => boolean,
): PolicyText {
  const { good: _good, ...rest } = item;
  const good = movedStates(
    before,
    textPieces(text).map((piece) => piece.text),
    isBroken,
  );
  return good.every((last) => last === '') ? { ...rest, text } : { ...rest, text, good };
}

/**
 * The last states of a text's pieces after an edit. What is edited stands between pieces that are the same; where it became
 * more or fewer pieces, the first that can't be used stands for all that was there.
 */
function movedStates(
  before: readonly PieceState[],
  now: readonly string[],
  isBroken: (index: number) => boolean,
): readonly string[] {
  let start = 0;
  const fewer = Math.min(before.length, now.length);
  while (start < fewer && before[start]?.text === now[start]) start++;
  let end = 0;
  while (end < fewer - start && before.at(-1 - end)?.text === now.at(-1 - end)) end++;
  const edited = before.slice(start, before.length - end);
  const aligned = before.length === now.length;
  const all = edited.flatMap(({ last }) => (last === '' ? [] : [last])).join('\n---\n');
  const stands = now.findIndex((_, index) => index >= start && index < now.length - end && isBroken(index));
  return now.map((_, index) => {
    if (!isBroken(index)) return '';
    if (aligned || index < start) return before[index]?.last ?? '';
    if (index >= now.length - end) return before[index + before.length - now.length]?.last ?? '';
    return index === stands ? all : '';
  });
}

/** What of an item's text can't be used, by indices of its pieces. */
function brokenPieces(text: string, documents: readonly PolicyDocument[]): ReadonlySet<number> {
  const pieces = piecesOf(text, documents);
  return new Set(documents.flatMap(({ policy }, at) => (policy === undefined ? (pieces[at] ?? []) : [])));
}

/** For each document of a text the index of the piece that it stands in. */
function piecesOf(text: string, documents: readonly PolicyDocument[]): readonly number[] {
  const pieces = textPieces(text);
  let index = 0;
  return documents.map(({ from }) => {
    while ((pieces[index + 1]?.from ?? Number.POSITIVE_INFINITY) <= from) index++;
    return index;
  });
}

/** The pieces of an item's text with their last usable states. */
function lastStates(item: PolicyText): readonly PieceState[] {
  const broken = brokenPieces(item.text, readPolicyText(item.text, DRAFT_FILE).documents);
  return statesOf(item).map((state, index) => (broken.has(index) ? state : same(state.text)));
}

function statesOf({ text, good }: PolicyText): readonly PieceState[] {
  const pieces = textPieces(text);
  const states = good?.length === pieces.length ? good : [];
  return pieces.map((piece, index) => ({ text: piece.text, last: states[index] ?? '' }));
}

/** The policies a text stands for. While a document is half-typed, its last good state counts. */
export function effectivePolicies(item: PolicyText): EffectivePolicies {
  const { documents, diagnostics } = readPolicyText(item.text, DRAFT_FILE);
  const broken = documents.filter(({ policy }) => policy === undefined).map(({ index }) => index);
  const usable = documents.flatMap(({ policy }) => policy ?? []);
  if (broken.length === 0 || item.good === undefined) {
    return { policies: usable, lastGood: [], diagnostics, broken, kept: [] };
  }
  const pieces = piecesOf(item.text, documents);
  const states = statesOf(item);
  const taken = new Set(usable.map(keyOf));
  const policies: PolicyRecord[] = [];
  const lastGood: PolicyRecord[] = [];
  const kept: number[] = [];
  let told = -1;
  for (const [at, { index, policy }] of documents.entries()) {
    const piece = pieces[at] ?? 0;
    if (policy !== undefined) {
      policies.push(policy);
      continue;
    }
    if (told === piece) continue;
    told = piece;
    const was = readPolicyText(states[piece]?.last ?? '', DRAFT_FILE).documents.flatMap(
      (document) => document.policy ?? [],
    );
    for (const old of was) {
      if (taken.has(keyOf(old))) continue;
      taken.add(keyOf(old));
      policies.push(old);
      lastGood.push(old);
    }
    if (was.some((old) => lastGood.includes(old))) kept.push(index);
  }
  return { policies, lastGood, diagnostics, broken, kept };
}

function keyOf(policy: PolicyRecord): string {
  return `${policy.kind}/${policy.namespace ?? ''}/${policy.name}`;
}
