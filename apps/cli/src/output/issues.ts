import type { Diagnostic } from '@bulkhead/policy-engine';
import { type Io, write } from '../io.ts';
import { plain } from '../terminal/plain.ts';
import { styleFor } from '../terminal/style.ts';

/** An issue of the JSON contract. */
export interface Issue {
  readonly severity: Diagnostic['severity'];
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly file?: string;
  readonly line?: number;
  readonly object?: Diagnostic['object'];
  readonly path?: string;
}

export function issueOf(diagnostic: Diagnostic): Issue {
  const { severity, code, message, hint, source, object, path } = diagnostic;
  return {
    severity,
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(source === undefined ? {} : { file: source.file, line: source.line }),
    ...(object === undefined ? {} : { object }),
    ...(path === undefined ? {} : { path }),
  };
}

/** Prints what was wrong with the input on standard error, worst first; of many, as many as anyone reads. */
export async function printIssues(diagnostics: readonly Diagnostic[], io: Io): Promise<void> {
  const shown = diagnostics.filter((diagnostic) => diagnostic.severity !== 'info');
  if (shown.length === 0) return;
  const style = styleFor(io.stderr, io.env);
  const ordered = [...shown].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const lines = ordered.slice(0, MOST_PRINTED).map((diagnostic) => {
    const { severity, message, hint, source, object } = diagnostic;
    const word = severity === 'warning' ? style.yellow('warning:') : style.red(`${severity}:`);
    const place = source === undefined ? '' : `${plain(source.file)}:${source.line}: `;
    const named = source === undefined && object !== undefined ? `${objectText(object)}: ` : '';
    return `${place}${word} ${plain(named + message)}${hint === undefined ? '' : style.dim(` ${plain(hint)}`)}\n`;
  });
  const more = ordered.length - lines.length;
  if (more > 0) lines.push(style.dim(`… and ${more} more; -o json lists them all.\n`));
  await write(io.stderr, lines.join(''));
}

const SEVERITIES: readonly Diagnostic['severity'][] = ['fatal', 'error', 'warning', 'info'];
const MOST_PRINTED = 20;

/** `NetworkPolicy shop/web`. */
export function objectText(object: NonNullable<Diagnostic['object']>): string {
  return `${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`;
}
