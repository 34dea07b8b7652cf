import { jsonText } from '../output/json.ts';
import type { Level, Report, ReportItem, ReportLocation } from './report.ts';
import { type RepositoryFile, repositoryFiles } from './repository.ts';

/**
 * SARIF 2.1.0 (OASIS), as code scanning reads it. Paths are relative to the top of the repository, so that results turn up in
 * the lines of a pull request.
 */
export function sarif(report: Report, options: { readonly cwd: string; readonly version: string }): string {
  const locate = locator(repositoryFiles(options.cwd));
  const indexes = new Map(report.rules.map((rule, index) => [rule.id, index]));
  const shown = report.items.filter((item) => item.outcome !== 'passed');
  return jsonText({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'bulkhead',
            semanticVersion: options.version,
            rules: report.rules.map((rule) => ({
              id: rule.id,
              name: rule.name,
              shortDescription: { text: rule.name },
              fullDescription: { text: rule.description },
              defaultConfiguration: { level: rule.level },
            })),
          },
        },
        automationDetails: { id: `${report.title.replaceAll(' ', '/')}/` },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          REPOSITORY: { description: { text: 'The top of the repository.' } },
        },
        invocations: [
          {
            executionSuccessful: !report.problems.some((problem) => problem.level === 'error'),
            toolExecutionNotifications: report.problems.map((problem) => ({
              level: problem.level,
              descriptor: { id: problem.code },
              message: {
                text: problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`,
              },
              ...(problem.location === undefined ? {} : { locations: [locate(problem.location)] }),
            })),
          },
        ],
        results: shown.map((item) => resultOf(item, indexes.get(item.rule), locate)),
      },
    ],
  });
}

function resultOf(item: ReportItem, ruleIndex: number | undefined, locate: Locate): unknown {
  const [first, ...others] = item.locations;
  const text = [
    item.message,
    ...item.details,
    ...(item.reason === undefined ? [] : [`Why: ${item.reason}`]),
  ].join('\n');
  return {
    ruleId: item.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    kind: item.outcome === 'unknown' ? 'open' : 'fail',
    // A result that is not of kind "fail" must have the level "none".
    level: item.outcome === 'unknown' ? 'none' : levelOf(item),
    message: { text },
    ...(first === undefined ? {} : { locations: [locate(first)] }),
    ...(others.length === 0
      ? {}
      : {
          relatedLocations: others.map((location, index) => ({ id: index + 1, ...locate(location) })),
        }),
    partialFingerprints: { 'bulkhead/v1': item.fingerprint },
    ...(item.outcome === 'accepted'
      ? {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              ...(item.reason === undefined ? {} : { justification: item.reason }),
            },
          ],
        }
      : {}),
  };
}

function levelOf(item: ReportItem): Level {
  return item.level;
}

type Locate = (place: ReportLocation) => Readonly<Record<string, unknown>>;

function locator(fileOf: (name: string) => RepositoryFile): Locate {
  return (place) => {
    const file = fileOf(place.file);
    const uri = file.path.split('/').map(uriPart).join('/');
    return {
      physicalLocation: {
        artifactLocation: file.isInside ? { uri, uriBaseId: 'REPOSITORY' } : { uri: `file://${uri}` },
        ...(file.isRendered
          ? {}
          : {
              region: {
                startLine: place.line,
                ...(place.column === undefined ? {} : { startColumn: place.column }),
                ...(place.endLine === undefined ? {} : { endLine: Math.max(place.endLine, place.line) }),
              },
            }),
      },
      ...(place.label === undefined ? {} : { message: { text: place.label } }),
    };
  };
}

/** A lone half of a character outside the basic plane has no encoding in a URI. */
function uriPart(text: string): string {
  return encodeURIComponent(
    text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd'),
  );
}
