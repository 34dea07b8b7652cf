import type { Report, ReportItem } from './report.ts';

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** Workflow commands of GitHub Actions: each makes an annotation, in the lines of a pull request where the file is in it. */
export function githubAnnotations(report: Report): string {
  const lines = report.items
    .filter((item) => item.fails || (item.outcome !== 'passed' && item.outcome !== 'accepted'))
    .map((item) => annotation(report, item));
  for (const problem of report.problems) {
    if (problem.level === 'note') continue;
    lines.push(
      command(COMMANDS[problem.level], problem.location, problem.code, [
        problem.message,
        ...(problem.hint === undefined ? [] : [problem.hint]),
      ]),
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

function annotation(report: Report, item: ReportItem): string {
  const rule = report.rules.find((candidate) => candidate.id === item.rule);
  const level = item.fails ? 'error' : item.level;
  const body = [item.message, ...item.details, ...(item.reason === undefined ? [] : [`Why: ${item.reason}`])];
  return command(COMMANDS[level], item.locations[0], rule?.name ?? item.rule, body);
}

function command(
  name: string,
  place: { readonly file: string; readonly line: number; readonly endLine?: number } | undefined,
  title: string,
  body: readonly string[],
): string {
  const where =
    place === undefined
      ? ''
      : `file=${property(place.file)},line=${place.line}${place.endLine === undefined ? '' : `,endLine=${place.endLine}`},`;
  return `::${name} ${where}title=${property(title)}::${data(body.join('\n'))}`;
}

/** Escaping of the runner (actions/toolkit, command.ts): whatever could end the line or a property. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
