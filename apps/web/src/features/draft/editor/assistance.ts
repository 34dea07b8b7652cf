import { type ClusterValues, complete, helpAt } from '@bulkhead/policy-engine';
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import { textOf } from './text-of.ts';

const TYPES = {
  field: 'property',
  value: 'enum',
  label: 'text',
  namespace: 'namespace',
  port: 'constant',
} as const;

/** Completion and hover help for policies, with the names and labels of a cluster. */
export function assistance(values: () => ClusterValues | undefined): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const text = textOf(context.state.doc);
    const found = complete(text, context.pos, values());
    if (found === undefined) return null;
    // An empty line asks for nothing by itself; a value after a colon or dash does.
    const before = context.state.doc
      .lineAt(context.pos)
      .text.slice(0, context.pos - context.state.doc.lineAt(context.pos).from);
    if (!context.explicit && before.trim() === '') return null;
    return {
      from: found.from,
      options: found.options.map(
        (option): Completion => ({
          label: option.label,
          apply: option.insert,
          type: TYPES[option.kind],
          ...(option.detail === '' ? {} : { detail: option.detail }),
          ...(option.help === undefined ? {} : { info: option.help }),
          boost: Math.max(-99, Math.min(99, option.rank / 20)),
        }),
      ),
      validFor: /^[\w./-]*$/,
    };
  };
  return [
    // The editor's own keymap has the keys, behind what Enter means after a whole word.
    autocompletion({
      override: [source],
      activateOnTypingDelay: 60,
      icons: false,
      defaultKeymap: false,
      // More than are in sight; a hundred take longer to lay out than a key may.
      maxRenderedOptions: 30,
    }),
    hoverTooltip(
      (view, position) => {
        const help = helpAt(textOf(view.state.doc), position, values());
        if (help === undefined) return null;
        return { pos: position, above: true, create: () => ({ dom: helpCard(help) }) };
      },
      { hoverTime: 350, hideOnChange: true },
    ),
  ];
}

function helpCard(help: {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly matches?: string;
}): HTMLElement {
  const root = document.createElement('div');
  root.className = 'draft-help';
  const add = (className: string, text: string) => {
    const part = document.createElement('div');
    part.className = className;
    part.textContent = text;
    root.append(part);
  };
  add('draft-help-name', `${help.name}: ${help.type}`);
  add('draft-help-text', help.help);
  if (help.matches !== undefined) add('draft-help-matches', `Matches ${help.matches}`);
  return root;
}
