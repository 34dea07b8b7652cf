import { type Io, write } from '../io.ts';
import type { OutputTarget } from '../output/outputs.ts';
import type { ReportFormat } from '../report/render.ts';
import type { Report } from '../report/report.ts';
import { plain } from '../terminal/plain.ts';
import { styleFor } from '../terminal/style.ts';

const MOST = 20;

/** Says on standard error what is wrong with the input, unless standard output holds a format that says it itself. */
export async function printProblems(
  targets: readonly OutputTarget<ReportFormat>[],
  report: Report,
  io: Io,
): Promise<void> {
  if (
    targets.some(
      (target) => target.file === undefined && target.format !== 'text' && target.format !== 'markdown',
    )
  )
    return;
  const shown = report.problems.filter((problem) => problem.level !== 'note');
  const style = styleFor(io.stderr, io.env);
  const lines = shown.slice(0, MOST).map(({ level, message, hint, location }) => {
    const place = location === undefined ? '' : `${plain(location.file)}:${location.line}: `;
    const word = level === 'warning' ? style.yellow('warning:') : style.red('error:');
    return `${place}${word} ${plain(message)}${hint === undefined ? '' : style.dim(` ${plain(hint)}`)}\n`;
  });
  if (shown.length > MOST) lines.push(style.dim(`… and ${shown.length - MOST} more.\n`));
  if (lines.length > 0) await write(io.stderr, lines.join(''));
}
