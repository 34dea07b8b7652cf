import { code, mdTable, prose } from '../output/markdown.ts';
import type { Report } from './report.ts';

/** For a pull request comment or a job summary. */
export function reportMarkdown(report: Report, summary: string): string {
  const out = [`### ${prose(report.title)}: ${prose(summary)}\n`];
  const shown = report.items.filter((item) => item.outcome !== 'passed');
  if (shown.length > 0) {
    out.push(
      mdTable(
        ['', 'What', 'Where'],
        shown.map((item) => {
          const rule = report.rules.find((candidate) => candidate.id === item.rule);
          const [place] = item.locations;
          const reason = item.reason === undefined ? '' : `<br>_${prose(item.reason)}_`;
          return [
            item.fails ? '❌' : item.outcome === 'accepted' ? '☑️' : '❔',
            `**${prose(rule?.name ?? item.rule)}**<br>${prose(item.message)}${item.details.map((detail) => `<br>${prose(detail)}`).join('')}${reason}`,
            place === undefined ? '' : code(`${place.file}:${place.line}`),
          ];
        }),
      ),
    );
  }
  const problems = report.problems.filter((problem) => problem.level === 'error');
  if (problems.length > 0) {
    out.push(
      `> [!WARNING]\n> ${problems.length === 1 ? 'A document was' : `${problems.length} documents were`} left out because of errors.\n`,
    );
  }
  out.push(`<sub>Looked at: ${code(report.subject)}.</sub>\n`);
  return out.join('\n');
}
