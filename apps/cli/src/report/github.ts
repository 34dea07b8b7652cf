import type { Report, ReportItem, ReportLocation } from './report.ts';
import { type RepositoryFile, repositoryFiles } from './repository.ts';

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** Workflow commands of GitHub Actions: each makes an annotation, in the lines of a pull request where the file is in it. */
export function githubAnnotations(report: Report, options: { readonly cwd: string }): string {
  const fileOf = repositoryFiles(options.cwd);
  const lines = report.items
    .filter((item) => item.fails || (item.outcome !== 'passed' && item.outcome !== 'accepted'))
    .map((item) => annotation(report, item, fileOf));
  for (const problem of report.problems) {
    if (problem.level === 'note') continue;
    lines.push(
      command(COMMANDS[problem.level], whereOf(problem.location, fileOf), problem.code, [
        problem.message,
        ...(problem.hint === undefined ? [] : [problem.hint]),
      ]),
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

function annotation(report: Report, item: ReportItem, fileOf: FileOf): string {
  const rule = report.rules.find((candidate) => candidate.id === item.rule);
  const level = item.fails ? 'error' : item.level;
  const body = [item.message, ...item.details, ...(item.reason === undefined ? [] : [`Why: ${item.reason}`])];
  return command(COMMANDS[level], whereOf(item.locations[0], fileOf), rule?.name ?? item.rule, body);
}

type FileOf = (name: string) => RepositoryFile;

/** Properties of the place: the runner takes files from the top of the repository. */
function whereOf(place: ReportLocation | undefined, fileOf: FileOf): string {
  if (place === undefined) return '';
  const { path, isRendered } = fileOf(place.file);
  const line = isRendered ? '' : `line=${place.line},`;
  const end = isRendered || place.endLine === undefined ? '' : `endLine=${place.endLine},`;
  return `file=${property(path)},${line}${end}`;
}

function command(name: string, where: string, title: string, body: readonly string[]): string {
  return `::${name} ${where}title=${property(title)}::${data(body.join('\n'))}`;
}

/** Escaping of the runner (actions/toolkit, command.ts): whatever could end the line or a property. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
