import type { Json } from '../json.ts';
import { type EditResult, reconcileYaml } from '../yaml/edit.ts';
import { hasContent, remembering, type TextPiece, textPieces } from '../yaml/pieces.ts';
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

/** The documents of a text in their order; empty ones (`---` twice, comments only) are left out. Never throws. */
export function documentViews(text: string): readonly DocumentView[] {
  return textPieces(text).flatMap((piece, index) => viewsIn(piece, index));
}

/** The document at `index`; `undefined` where there is none, or nothing in it. No other one is read, where that can be. */
export function documentView(text: string, index: number): DocumentView | undefined {
  const pieces = textPieces(text);
  const at = pieces.length === 1 ? 0 : index;
  const piece = pieces[at];
  return piece === undefined ? undefined : viewsIn(piece, at).find((view) => view.index === index);
}

export interface DocumentEntry {
  readonly index: number;
  /** As it seems without reading the document; `undefined` where no name is seen. */
  readonly name: string | undefined;
}

/** The documents of a text to choose from, without what is in them: of thousands one is shown. */
export function documentList(text: string): readonly DocumentEntry[] {
  const pieces = textPieces(text);
  if (pieces.length > 1) return pieces.flatMap((piece, index) => entryOf(piece.text, index));
  return documentViews(text).map(({ index, state }) => ({
    index,
    name: state.type === 'policy' ? state.form.name : undefined,
  }));
}

/** `name` in the map of `metadata`, in a block or in braces on one line. */
const NAME =
  /^["']?metadata["']?:(?:[ \t]*\{[^}\n]*?|[ \t]*(?:#.*)?\r?\n(?:(?:[ \t]+.*)?\r?\n)*?[ \t]+)(?<![\w-])["']?name["']?:[ \t]*["']?([^\s"',}#]+)/m;

function entryOf(piece: string, index: number): readonly DocumentEntry[] {
  return hasContent(piece) ? [{ index, name: NAME.exec(piece)?.[1] }] : [];
}

/** Of several pieces each is one document; a single one may hold any number. */
function viewsIn({ from, text }: TextPiece, first: number): readonly DocumentView[] {
  return readPiece(text).map((view) => ({
    ...view,
    index: view.index + first,
    from: view.from + from,
    to: view.to + from,
  }));
}

const readPiece = remembering((text: string): readonly DocumentView[] => {
  const tree = parseTree(text);
  const ranges = documentRanges(tree);
  return tree.documents.flatMap((document, index): readonly DocumentView[] => {
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
});

/**
 * Writes a form into the document at `index`: only the lines of what differs change, so comments, order and style
 * elsewhere survive. On a problem nothing changes.
 */
export function writeForm(text: string, index: number, form: PolicyForm): EditResult {
  return reconcileYaml(text, index, writePolicy(form));
}
