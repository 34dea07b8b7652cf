import { EditorSelection, type EditorState, type StateCommand } from '@codemirror/state';

/** Columns by which a new line after `text` is indented, as people write YAML: deeper after a key without a value. */
export function indentAfter(text: string): number {
  const [, lead = ''] = /^((?:\s*-\s+)*\s*)/.exec(text) ?? [];
  const rest = text.slice(lead.length);
  const bare = rest.replace(/\s+#.*$/, '').trimEnd();
  // Behind a dash alone the item is still to come.
  if (/^\s*-$/.test(text.trimEnd()) && rest.trim() === '-') return text.indexOf('-') + 2;
  if (/^[^\s#'"[\]{}][^#]*:$|^(["']).*\1:$/.test(bare)) return lead.length + 2;
  return lead.length;
}

/** Enter: a new line, indented for what comes next. */
export const newlineInYaml: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const changes = state.changeByRange((range) => {
    const line = state.doc.lineAt(range.from);
    const before = line.text.slice(0, range.from - line.from);
    const insert = `${state.lineBreak}${' '.repeat(indentAfter(before))}`;
    return {
      changes: { from: range.from, to: skipSpaces(state, range.to), insert },
      range: EditorSelection.cursor(range.from + insert.length),
    };
  });
  dispatch(state.update(changes, { scrollIntoView: true, userEvent: 'input' }));
  return true;
};

/** Spaces behind the cursor would be added to the indentation. */
function skipSpaces(state: EditorState, offset: number): number {
  const line = state.doc.lineAt(offset);
  const spaces = /^ */.exec(line.text.slice(offset - line.from))?.[0].length ?? 0;
  return offset + spaces;
}
