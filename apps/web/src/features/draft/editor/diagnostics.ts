import type { TextDiagnostic } from '@bulkhead/policy-engine';
import type { Diagnostic as LintDiagnostic } from '@codemirror/lint';
import type { DraftNotice } from '../worker/requests.ts';

/** What is marked in the editor; positions are clamped to the text, which may have moved on since they were found. */
export function lintDiagnostics(
  text: {
    readonly length: number;
    lineAt(position: number): { from: number; to: number };
    line(number: number): { from: number; to: number };
    readonly lines: number;
  },
  diagnostics: readonly TextDiagnostic[],
  notices: readonly DraftNotice[],
): LintDiagnostic[] {
  const marks = diagnostics.map(({ from, to, diagnostic }): LintDiagnostic => {
    const start = Math.min(from, text.length);
    const end = Math.min(Math.max(to, start), text.length);
    // An empty range would have no underline: take what is left of its line.
    const range = start === end ? wholeLine(text.lineAt(start), start) : { from: start, to: end };
    return {
      ...range,
      severity: severityOf(diagnostic.severity),
      message: diagnostic.message,
      renderMessage: () => message(diagnostic.message, diagnostic.hint),
      source: diagnostic.code,
    };
  });
  for (const notice of notices) {
    const line = text.line(Math.max(1, Math.min(notice.line ?? 1, text.lines)));
    marks.push({
      from: line.from,
      to: line.to,
      severity: notice.severity,
      message: notice.message,
      renderMessage: () => message(notice.message, notice.hint),
      source: notice.code,
    });
  }
  return marks.sort((a, b) => a.from - b.from || a.to - b.to);
}

function wholeLine(line: { readonly from: number; readonly to: number }, at: number) {
  return line.from === line.to ? { from: at, to: at } : { from: Math.min(at, line.to - 1), to: line.to };
}

function severityOf(severity: TextDiagnostic['diagnostic']['severity']): 'error' | 'warning' | 'info' {
  return severity === 'fatal' ? 'error' : severity;
}

function message(text: string, hint: string | undefined): HTMLElement {
  const root = document.createElement('div');
  root.className = 'draft-lint';
  const first = document.createElement('div');
  first.textContent = text;
  root.append(first);
  if (hint !== undefined) {
    const second = document.createElement('div');
    second.className = 'draft-lint-hint';
    second.textContent = hint;
    root.append(second);
  }
  return root;
}
