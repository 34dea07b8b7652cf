import type { Json } from '../json.ts';
import { type EditResult, reconcileYaml } from '../yaml/edit.ts';
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
  const tree = parseTree(text);
  const ranges = documentRanges(tree);
  return tree.documents.flatMap((document, index): readonly DocumentView[] => {
    const at = { index, from: ranges[index]?.from ?? 0, to: ranges[index]?.to ?? text.length };
    const json = documentJson(document);
    if ('code' in json) return [{ ...at, state: { type: 'problem', problem: json } }];
    if (json.value === null) return [];
    const form = readPolicy(json.value);
    return [
      { ...at, state: form === undefined ? { type: 'other', value: json.value } : { type: 'policy', form } },
    ];
  });
}

/**
 * Writes a form into the document at `index`: only the lines of what differs change, so comments, order and style
 * elsewhere survive. On a problem nothing changes.
 */
export function writeForm(text: string, index: number, form: PolicyForm): EditResult {
  return reconcileYaml(text, index, writePolicy(form));
}
