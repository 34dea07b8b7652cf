/** Ends the name of text that a tool made: its lines are those of the tool's output, not of a file. */
export const RENDERED_SUFFIX = ' (rendered)';

/** The file or directory behind a name, and whether its lines are those of rendered text. */
export function originOf(name: string): { readonly path: string; readonly isRendered: boolean } {
  const isRendered = name.endsWith(RENDERED_SUFFIX);
  return { path: isRendered ? name.slice(0, -RENDERED_SUFFIX.length) : name, isRendered };
}
