/** `{{ … }}`, which Helm replaces; not in a comment of its own line. */
const TEMPLATE = /^(?![ \t]*#).*?(\{\{.*?\}\})/m;

/** What is said of a document that is no YAML, or not that of an object, since it is still to be rendered. */
export const TEMPLATE_PROBLEM = {
  code: 'helm-template',
  severity: 'error',
  message: 'This is a template (`{{ … }}`), not a manifest yet; it was left out.',
  hint: 'Render it first, such as with `helm template`, and give the output.',
} as const;

/** Where the first thing stands that a template engine would replace; `undefined` where there is none. */
export function findTemplate(text: string): { readonly from: number; readonly to: number } | undefined {
  const match = TEMPLATE.exec(text);
  const [line = '', placeholder = ''] = match ?? [];
  if (match === null) return undefined;
  const from = match.index + line.length - placeholder.length;
  return { from, to: from + placeholder.length };
}
