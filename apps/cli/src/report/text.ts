import { plain } from '../terminal/plain.ts';
import type { Style } from '../terminal/style.ts';
import type { Report, ReportItem } from './report.ts';

/** For a terminal: what fails comes last, where the eye is; then one line that sums up. */
export function reportText(report: Report, style: Style, options: { readonly showPassed: boolean }): string {
  const rank = (item: ReportItem): number => (item.outcome === 'passed' ? 0 : item.fails ? 2 : 1);
  const items = [...report.items].sort((a, b) => rank(a) - rank(b));
  const lines: string[] = [];
  for (const item of items) {
    if (item.outcome === 'passed' && !options.showPassed) continue;
    lines.push(...itemLines(report, item, style));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function itemLines(report: Report, item: ReportItem, style: Style): string[] {
  const rule = report.rules.find((candidate) => candidate.id === item.rule);
  const name = plain(rule?.name ?? item.rule);
  if (item.outcome === 'passed') return [`${style.green('✓')} ${name}`];
  const mark = item.fails ? style.red('✗') : item.outcome === 'accepted' ? style.dim('○') : style.yellow('?');
  if (item.outcome === 'accepted')
    return [
      `${mark} ${name}: ${plain(item.message)} ${style.dim(`(accepted: ${plain(item.reason ?? '')})`)}`,
    ];
  return [
    `${mark} ${style.bold(name)}`,
    `    ${plain(item.message)}`,
    ...item.details.map((detail) => `    ${plain(detail)}`),
    ...item.locations.map(
      ({ file, line, label }) =>
        `    ${style.dim(`${plain(file)}:${line}`)}${label === undefined ? '' : `  ${plain(label)}`}`,
    ),
    ...(item.reason === undefined ? [] : [`    ${style.dim(`why: ${plain(item.reason)}`)}`]),
  ];
}
