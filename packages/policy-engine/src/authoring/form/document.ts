import type { Json } from '../json.ts';
import { type EditResult, reconcileYaml } from '../yaml/edit.ts';
import { remembering, textPieces } from '../yaml/pieces.ts';
import { documentJson, documentRanges, type EditProblem, parseTree } from '../yaml/tree.ts';
import type { PolicyForm } from './model.ts';
import { readPolicy, writePolicy } from './policy.ts';

/** One document of a text, as the form view needs it. */
export interface DocumentView {
  readonly index: number;
  /** Offsets of the document in the text. */
  readonly from: number;
  readonly to: number;
  readonly state:
    | { readonly type: 'policy'; readonly form: PolicyForm }
    /** Well-formed, but nothing the form can show: another kind, or a skeleton without name or spec. */
    | { readonly type: 'other'; readonly value: Json }
    | { readonly type: 'problem'; readonly problem: EditProblem };
}

/**
 * The documents of a text in their order; empty ones (`---` twice, comments only) are left out. Never throws. What of the
 * text is as it was when it was last asked about is not read again.
 */
export function documentViews(text: string): readonly DocumentView[] {
  let first = 0;
  return textPieces(text).flatMap((piece) => {
    const { count, views } = readPiece(piece.text);
    const before = first;
    first += count;
    return views.map((view) => ({
      ...view,
      index: view.index + before,
      from: view.from + piece.from,
      to: view.to + piece.from,
    }));
  });
}

const readPiece = remembering(
  (text: string): { readonly count: number; readonly views: readonly DocumentView[] } => {
    const tree = parseTree(text);
    const ranges = documentRanges(tree);
    const views = tree.documents.flatMap((document, index): readonly DocumentView[] => {
      const at = { index, from: ranges[index]?.from ?? 0, to: ranges[index]?.to ?? text.length };
      const json = documentJson(document);
      if ('code' in json) return [{ ...at, state: { type: 'problem', problem: json } }];
      if (json.value === null) return [];
      const form = readPolicy(json.value);
      return [
        {
          ...at,
          state: form === undefined ? { type: 'other', value: json.value } : { type: 'policy', form },
        },
      ];
    });
    return { count: tree.documents.length, views };
  },
);

/**
 * Writes a form into the document at `index`: only the lines of what differs change, so comments, order and style
 * elsewhere survive. On a problem nothing changes.
 */
export function writeForm(text: string, index: number, form: PolicyForm): EditResult {
  return reconcileYaml(text, index, writePolicy(form));
}
