import type { Report, ReportItem } from './report.ts';

/** JUnit XML, as CI systems read it: a suite, a case for each item. */
export function junit(report: Report): string {
  const cases = report.items.map((item) => testCase(report, item));
  const unreadable = report.problems.filter((problem) => problem.level === 'error');
  const errors = unreadable.map(
    (problem) =>
      `    <testcase classname="${attribute(report.title)}" name="${attribute(`input: ${problem.code}`)}">\n` +
      `      <error type="${attribute(problem.code)}" message="${attribute(problem.message)}">${content(placed(problem))}</error>\n` +
      '    </testcase>\n',
  );
  const failures = report.items.filter((item) => item.fails).length;
  const skipped = report.items.filter((item) => !item.fails && item.outcome !== 'passed').length;
  const counts = `tests="${cases.length + errors.length}" failures="${failures}" errors="${errors.length}" skipped="${skipped}"`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<testsuites name="bulkhead" ${counts}>\n` +
    `  <testsuite name="${attribute(`${report.title} ${report.subject}`)}" ${counts}>\n` +
    `${cases.join('')}${errors.join('')}` +
    '  </testsuite>\n' +
    '</testsuites>\n'
  );
}

function testCase(report: Report, item: ReportItem): string {
  const rule = report.rules.find((candidate) => candidate.id === item.rule);
  const [place] = item.locations;
  const file = place === undefined ? '' : ` file="${attribute(place.file)}" line="${place.line}"`;
  const head = `    <testcase classname="${attribute(report.title)}" name="${attribute(nameOf(report, item, rule?.name))}"${file}`;
  if (item.outcome === 'passed') return `${head}/>\n`;
  if (!item.fails) {
    return `${head}>\n      <skipped message="${attribute(item.reason ?? item.message)}"/>\n    </testcase>\n`;
  }
  return (
    `${head}>\n` +
    `      <failure type="${attribute(item.rule)}" message="${attribute(item.message)}">${content(bodyOf(item))}</failure>\n` +
    '    </testcase>\n'
  );
}

/** Findings of one kind are many cases, which need different names. */
function nameOf(report: Report, item: ReportItem, name: string | undefined): string {
  const own = name ?? item.rule;
  return report.items.filter((other) => other.rule === item.rule).length > 1
    ? `${own}: ${item.message}`
    : own;
}

function bodyOf(item: ReportItem): string {
  const places = item.locations.map(
    ({ file, line, label }) => `${file}:${line}${label === undefined ? '' : ` ${label}`}`,
  );
  return [
    item.message,
    ...item.details,
    ...places,
    ...(item.reason === undefined ? [] : [`Why: ${item.reason}`]),
  ].join('\n');
}

function placed(problem: Report['problems'][number]): string {
  const place = problem.location === undefined ? '' : `${problem.location.file}:${problem.location.line}: `;
  return `${place}${problem.message}${problem.hint === undefined ? '' : `\n${problem.hint}`}`;
}

/** XML 1.0 has no place for most control characters and lone surrogates, not even escaped. */
function xmlCharacters(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML can't hold
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
  );
}

function attribute(text: string): string {
  return content(text)
    .replaceAll('"', '&quot;')
    .replace(/[\n\r\t]/g, ' ');
}

function content(text: string): string {
  return xmlCharacters(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
