import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours are the page's own variables, so that the editor follows the theme without being told. */
const theme = EditorView.theme({
  '&': {
    height: '100%',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    fontSize: 'var(--text-sm)',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '6px 0' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#cfe0ff, #2f4d85)',
  },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text-3)',
    border: 'none',
    borderRight: '1px solid var(--border)',
  },
  '.cm-lineNumbers .cm-gutterElement': {
    padding: '0 6px 0 4px',
    minWidth: '24px',
    fontSize: 'var(--text-xs)',
  },
  '.cm-gutter-lint': { width: '14px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '3px 1px 0 2px' },
  '.cm-lint-marker': { width: '11px', height: '11px' },
  '.cm-foldGutter .cm-gutterElement': { cursor: 'pointer', padding: '0 3px' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--surface-3)',
    border: 'none',
    color: 'var(--text-2)',
    padding: '0 6px',
    margin: '0 4px',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--surface-3) 45%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--text)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warning-soft)', outline: '1px solid var(--warning)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent)' },
  '.cm-panels': { backgroundColor: 'var(--surface-2)', color: 'var(--text)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--border)' },
  '.cm-panel.cm-search': { padding: '6px 34px 4px 8px', fontFamily: 'var(--font)' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '5px',
    margin: '2px 6px 2px 0',
    fontSize: 'var(--text-xs)',
  },
  '.cm-panel.cm-search label input': { margin: '0' },
  '.cm-panel.cm-search .cm-textfield': { width: '150px' },
  '.cm-panel.cm-search [name=close]': {
    top: '6px',
    right: '6px',
    width: '24px',
    height: '24px',
    borderRadius: '4px',
    color: 'var(--text-2)',
    fontSize: '18px',
    lineHeight: '1',
  },
  '.cm-panel.cm-search [name=close]:hover': { backgroundColor: 'var(--surface-3)' },
  '.cm-search-count': {
    display: 'inline-block',
    minWidth: '54px',
    margin: '0 4px 0 2px',
    color: 'var(--text-2)',
    fontSize: 'var(--text-xs)',
  },
  '.cm-textfield': {
    border: '1px solid var(--border-strong)',
    borderRadius: '4px',
    backgroundColor: 'var(--surface)',
    fontSize: 'var(--text-xs)',
  },
  '.cm-button': {
    border: '1px solid var(--border)',
    borderRadius: '4px',
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    fontSize: 'var(--text-xs)',
  },
  '.cm-tooltip': {
    border: '1px solid var(--border)',
    borderRadius: '8px',
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow-2)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '220px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal', marginLeft: '12px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '650' },
  '.cm-completionInfo': {
    fontFamily: 'var(--font)',
    fontSize: 'var(--text-xs)',
    maxWidth: '340px',
    padding: '8px',
  },
  '.cm-tooltip-hover, .cm-tooltip-lint': {
    fontFamily: 'var(--font)',
    fontSize: 'var(--text-sm)',
    maxWidth: '480px',
  },
  '.cm-diagnostic': { padding: '6px 10px', marginLeft: '0', whiteSpace: 'normal' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--denied)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warning)' },
  '.cm-diagnostic-info': { borderLeft: '3px solid var(--accent)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--denied) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warning) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-info': { backgroundImage: 'none', borderBottom: '1px dotted var(--accent)' },
});

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: 'light-dark(#1b4fa8, #8db4ff)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'light-dark(#146a4b, #7fd6ae)' },
  { tag: tags.content, color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#8a3f9d, #d3a4f0)' },
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.separator, tags.squareBracket, tags.brace, tags.punctuation], color: 'var(--text-2)' },
  { tag: tags.meta, color: 'var(--text-3)' },
  { tag: [tags.labelName, tags.typeName], color: 'light-dark(#8a4b00, #f0b35a)' },
  { tag: tags.invalid, color: 'var(--denied)' },
]);

export const editorTheme: Extension = [theme, syntaxHighlighting(highlight)];
