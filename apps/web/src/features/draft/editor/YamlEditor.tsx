import { spanOf } from '@bulkhead/policy-engine';
import {
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  selectedCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentUnit } from '@codemirror/language';
import {
  type Diagnostic,
  forEachDiagnostic,
  linter,
  lintGutter,
  lintKeymap,
  nextDiagnostic,
  setDiagnostics,
} from '@codemirror/lint';
import { searchKeymap } from '@codemirror/search';
import {
  Annotation,
  Compartment,
  EditorState,
  type Extension,
  type TransactionSpec,
} from '@codemirror/state';
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view';
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { turn } from '../../../worker/queue.ts';
import { plainLineEnds } from '../parts/line-ends.ts';
import { folding } from './folding.ts';
import { newlineInYaml } from './newline.ts';
import { phrases } from './phrases.ts';
import { searching } from './search.ts';
import { textAfter, textOf } from './text-of.ts';
import { editorTheme } from './theme.ts';
import { yamlLanguage } from './yaml-tokens.ts';

export interface EditorHandle {
  readonly focus: () => void;
  /** Puts the cursor on a line, counted from 1, and shows it. */
  readonly goTo: (line: number) => void;
  readonly nextProblem: () => void;
}

interface YamlEditorProps {
  /** The text as it should be; the editor takes over what differs and keeps cursor and scroll. */
  readonly text: string;
  /** Another document: cursor, scroll and folds start anew. */
  readonly document: string;
  readonly label: string;
  /** What to mark, computed for the text that is shown. */
  readonly marks: (text: EditorState['doc']) => Diagnostic[];
  /** Completion and hover; may change with the cluster. */
  readonly assistance?: Extension | undefined;
  readonly onChange: (text: string) => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  /** The cursor moved without typing, or typing paused: undo should stop here. */
  readonly onMark: () => void;
  readonly handle?: Ref<EditorHandle>;
}

/** A change that came from outside and must not be reported back. */
const external = Annotation.define<boolean>();

/** The nonce that lets the editor's style elements pass the page's content security policy. */
function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/** Enter behind a word that is there in full ends the line; the list of completions has nothing to add. */
function newlineWhereTyped(view: EditorView): boolean {
  const chosen = selectedCompletion(view.state);
  const insert = typeof chosen?.apply === 'string' ? chosen.apply : chosen?.label;
  if (insert === undefined) return false;
  const { head } = view.state.selection.main;
  if (view.state.sliceDoc(Math.max(0, head - insert.length), head) !== insert) return false;
  closeCompletion(view);
  return newlineInYaml(view);
}

/** The smallest change that turns one text into another. */
function replaceChanged(old: string, text: string): TransactionSpec {
  const [change = { from: 0, to: 0, insert: '' }] = spanOf(old, text);
  return {
    changes: change,
    selection: { anchor: change.from + change.insert.length },
    annotations: external.of(true),
    scrollIntoView: true,
  };
}

/** Whether just this is marked already: it mostly is, and drawing marks anew at each key costs more than the key itself. */
function isMarked(state: EditorState, wanted: readonly Diagnostic[]): boolean {
  const missing = new Set(wanted.map(({ from, to, ...mark }) => markKey(mark, from, to)));
  let isSame = true;
  forEachDiagnostic(state, (mark, from, to) => {
    isSame &&= missing.delete(markKey(mark, from, to));
  });
  return isSame && missing.size === 0;
}

function markKey(
  { severity, message, source }: Pick<Diagnostic, 'severity' | 'message' | 'source'>,
  from: number,
  to: number,
): string {
  return `${from} ${to} ${severity} ${source} ${message}`;
}

/** What every document is edited with. */
const basics: Extension = [
  EditorView.cspNonce.of(cspNonce()),
  EditorState.tabSize.of(2),
  indentUnit.of('  '),
  EditorState.allowMultipleSelections.of(true),
  lineNumbers(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  // Marks come from outside; without this their styles would come with the first of them, while one types.
  linter(null),
  lintGutter(),
  foldGutter({ openText: '⌄', closedText: '›' }),
  codeFolding(),
  drawSelection(),
  dropCursor(),
  rectangularSelection(),
  crosshairCursor(),
  bracketMatching(),
  closeBrackets(),
  searching,
  phrases,
  yamlLanguage,
  folding,
  editorTheme,
];

/**
 * Makes an editor that nobody sees, in steps between which the page can draw: the first one costs several frames, all later
 * ones hardly any.
 */
export async function prepareEditor(): Promise<void> {
  await turn();
  const state = EditorState.create({
    doc: 'kind: NetworkPolicy\nspec:\n  podSelector: {}\n',
    extensions: basics,
  });
  await turn();
  new EditorView({ state }).destroy();
  await turn();
}

/**
 * A YAML editor over CodeMirror. It has no history of its own: undo and redo belong to the draft, so that they cover the
 * form and the list as well.
 */
export function YamlEditor({
  text,
  document: id,
  label,
  marks,
  assistance,
  handle,
  ...events
}: YamlEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const help = useRef(new Compartment());
  const reported = useRef<string>(undefined);
  const current = useRef(events);
  current.current = events;
  const shown = useRef({ text, label, assistance });
  shown.current = { text, label, assistance };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new document is a new editor state; the rest is read when it is made
  useEffect(() => {
    if (host.current === null) return;
    const run = (action: 'onUndo' | 'onRedo') => () => {
      current.current[action]();
      return true;
    };
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: shown.current.text,
        extensions: [
          basics,
          EditorView.contentAttributes.of({
            'aria-label': shown.current.label,
            spellcheck: 'false',
            tabindex: '0',
          }),
          help.current.of(shown.current.assistance ?? []),
          keymap.of([
            { key: 'Mod-z', run: run('onUndo'), preventDefault: true },
            { key: 'Mod-Shift-z', run: run('onRedo'), preventDefault: true },
            { key: 'Mod-y', run: run('onRedo'), preventDefault: true },
            { key: 'Enter', run: newlineWhereTyped },
            ...completionKeymap,
            { key: 'Enter', run: newlineInYaml },
            ...closeBracketsKeymap,
            ...searchKeymap,
            ...foldKeymap,
            ...lintKeymap,
            indentWithTab,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            const outside = update.transactions.some(
              (transaction) => transaction.annotation(external) === true,
            );
            if (!update.docChanged) {
              if (update.selectionSet) current.current.onMark();
              return;
            }
            const text = textAfter(update);
            reported.current = outside ? undefined : text;
            if (!outside) current.current.onChange(text);
          }),
        ],
      }),
    });
    view.current = editor;
    reported.current = undefined;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [id]);

  useEffect(() => {
    const editor = view.current;
    // Mostly it is what was typed here.
    if (editor === null || text === reported.current) return;
    // A draft that came as a file may have other line ends.
    const wanted = plainLineEnds(text);
    const old = textOf(editor.state.doc);
    if (old !== wanted) editor.dispatch(replaceChanged(old, wanted));
  }, [text]);

  useEffect(() => {
    view.current?.dispatch({ effects: help.current.reconfigure(assistance ?? []) });
  }, [assistance]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new editor needs its marks again
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const next = marks(editor.state.doc);
    if (!isMarked(editor.state, next)) editor.dispatch(setDiagnostics(editor.state, next));
  }, [marks, id]);

  useImperativeHandle(
    handle,
    () => ({
      focus: () => view.current?.focus(),
      goTo: (line) => {
        const editor = view.current;
        if (editor === null) return;
        const at = editor.state.doc.line(Math.max(1, Math.min(line, editor.state.doc.lines)));
        editor.dispatch({
          selection: { anchor: at.to },
          effects: EditorView.scrollIntoView(at.from, { y: 'start', yMargin: 24 }),
        });
        editor.focus();
      },
      nextProblem: () => {
        if (view.current === null) return;
        nextDiagnostic(view.current);
        view.current.focus();
      },
    }),
    [],
  );

  return <div ref={host} className="draft-editor" />;
}
