import type { Io } from '../io.ts';
import type { OutputTarget } from '../output/outputs.ts';
import { styleFor } from '../terminal/style.ts';
import { packageVersion } from '../version.ts';
import { githubAnnotations } from './github.ts';
import { junit } from './junit.ts';
import { reportMarkdown } from './markdown.ts';
import type { Report } from './report.ts';
import { sarif } from './sarif.ts';
import { reportText } from './text.ts';

export type ReportFormat = 'text' | 'json' | 'junit' | 'sarif' | 'github' | 'markdown';

/** Renders a report in any format but JSON, which each command has its own of. */
export function renderReport(
  target: OutputTarget<ReportFormat>,
  report: Report,
  io: Io,
  options: { readonly summary: string; readonly showPassed: boolean; readonly json: () => string },
): string {
  switch (target.format) {
    case 'json':
      return options.json();
    case 'junit':
      return junit(report);
    case 'sarif':
      return sarif(report, { cwd: io.cwd, version: packageVersion() });
    case 'github':
      return githubAnnotations(report, { cwd: io.cwd });
    case 'markdown':
      return reportMarkdown(report, options.summary);
    case 'text': {
      const style = styleFor(target.file === undefined ? io.stdout : {}, io.env);
      return `${reportText(report, style, options)}${options.summary}\n`;
    }
  }
}
