import {
  type AcceptedFinding,
  acceptedBy,
  type Cluster,
  compileForEnds,
  type Finding,
  findings,
  policySource,
} from '@bulkhead/policy-engine';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { FORMATS, SEVERITIES } from '../formats.ts';
import { findCheckFile, readCheckFiles } from '../input/check-file.ts';
import { loadSource } from '../input/load.ts';
import type { SourceOptions } from '../input/source.ts';
import type { Io } from '../io.ts';
import { policyOf } from '../output/explanations.ts';
import { jsonText } from '../output/json.ts';
import { outputTargets, writeOutputs } from '../output/outputs.ts';
import { FINDING_TEXTS } from '../report/findings.ts';
import { problemOf } from '../report/invariants.ts';
import { renderReport } from '../report/render.ts';
import { digest, type Level, type Report, type ReportItem, type ReportProblem } from '../report/report.ts';
import { startProgress } from '../terminal/progress.ts';
import { printProblems } from './problems.ts';
import { judgeUnreadable } from './unreadable.ts';

export interface LintOptions extends SourceOptions {
  readonly output: readonly string[];
  readonly failOn: (typeof SEVERITIES)[number] | 'none';
  readonly accept?: string;
  readonly thorough?: boolean;
  readonly allowUnreadable?: boolean;
}

/** `bulkhead lint`. */
export async function lint(options: LintOptions, io: Io): Promise<ExitCode> {
  const targets = outputTargets(options.output, FORMATS.lint);
  const file = options.accept ?? (await findCheckFile(options.dir, io));
  const accept = file === undefined ? [] : (await readCheckFiles([file], io)).accept;
  const state = await loadSource(options, io);
  const cluster = compileForEnds(
    state.snapshot,
    accept.flatMap((entry) => entry.ends ?? []),
  );
  const progress = startProgress(io, 'Looking for findings …');
  const found: Finding[] = [];
  const redundancy = options.thorough === true || cluster.policies.size <= MOST_COMPARED;
  for (const finding of findings(cluster, { redundancy })) {
    found.push(finding);
    progress.update(`Looking for findings … ${found.length}`);
  }
  progress.done();
  const used = new Set<AcceptedFinding>();
  const items = found.map((finding) => {
    const entry = acceptedBy(cluster, finding, accept);
    if (entry !== undefined) used.add(entry);
    return itemOf(cluster, finding, entry, options.failOn);
  });
  const report: Report = {
    title: 'bulkhead lint',
    subject: state.title,
    rules: [...new Set(found.map((finding) => finding.code))].map((code) => ({
      id: code,
      ...FINDING_TEXTS[code],
    })),
    items,
    problems: [
      ...[...state.diagnostics, ...cluster.diagnostics].map(problemOf),
      // Of kinds that were not looked for nothing can be said.
      ...accept
        .filter((entry) => !used.has(entry) && (redundancy || !isRedundancy(entry)))
        .map(unusedProblem),
      ...(redundancy ? [] : [notThorough(cluster.policies.size)]),
    ],
  };
  await writeOutputs(targets, io, (_, target) =>
    renderReport(target, report, io, {
      summary: summaryOf(items),
      showPassed: false,
      json: () => lintDocument(state.title, found, report),
    }),
  );
  await printProblems(targets, report, io);
  if (items.some((item) => item.fails)) return EXIT.failed;
  if (options.failOn === 'none') return EXIT.ok;
  return judgeUnreadable([...state.diagnostics, ...cluster.diagnostics], options.allowUnreadable, io);
}

/** Each policy and rule is left out in turn and the rest compared, which takes the square of their number. */
const MOST_COMPARED = 2_000;

function isRedundancy(entry: AcceptedFinding): boolean {
  return entry.finding.endsWith('-changes-nothing') || entry.finding === 'rule-shadowed';
}

function notThorough(policies: number): ReportProblem {
  return {
    level: 'warning',
    code: 'not-thorough',
    message: `With ${policies} policies, those and their rules that change nothing were not looked for.`,
    hint: '--thorough looks for them too, which takes minutes.',
  };
}

const LEVELS: Readonly<Record<Finding['severity'], Level>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

function itemOf(
  cluster: Cluster,
  finding: Finding,
  accepted: AcceptedFinding | undefined,
  failOn: LintOptions['failOn'],
): ReportItem {
  const place =
    finding.policy === undefined ? undefined : policySource(cluster, finding.policy, finding.path);
  const severe = failOn !== 'none' && SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(failOn);
  return {
    rule: finding.code,
    outcome: accepted === undefined ? 'failed' : 'accepted',
    level: LEVELS[finding.severity],
    fails: accepted === undefined && severe,
    message: finding.message,
    details: [
      ...finding.evidence,
      ...(finding.fix === undefined ? [] : [`Fix: ${finding.fix.description}.`]),
    ],
    locations: place === undefined ? namespaceLocation(cluster, finding) : [place],
    ...(accepted === undefined ? {} : { reason: accepted.reason }),
    fingerprint: digest(
      [finding.code, finding.policy, finding.path, finding.namespace, finding.message].join('\n'),
    ),
  };
}

/** A finding about a namespace stands where the namespace does, or else something in it. */
function namespaceLocation(cluster: Cluster, finding: Finding): ReportItem['locations'] {
  const { namespaces, pods } = cluster.snapshot;
  const namespace = namespaces.find((record) => record.name === finding.namespace)?.source;
  const place =
    namespace ?? pods.find((pod) => pod.namespace === finding.namespace && pod.source !== undefined)?.source;
  return place === undefined ? [] : [place];
}

function unusedProblem(entry: AcceptedFinding): ReportProblem {
  return {
    level: 'warning',
    code: 'accepted-finding-gone',
    message: `No finding ${entry.finding} is accepted by this entry any more.`,
    hint: 'Remove it, so that it does not hide the next one.',
    ...(entry.source === undefined ? {} : { location: entry.source }),
  };
}

function summaryOf(items: readonly ReportItem[]): string {
  const open = items.filter((item) => item.outcome !== 'accepted');
  const accepted = items.length - open.length;
  const tail = accepted === 0 ? '' : `, ${accepted} accepted`;
  if (open.length === 0) return `No findings${tail}`;
  const counts = (['error', 'warning', 'note'] as const).flatMap((level) => {
    const count = open.filter((item) => item.level === level).length;
    return count === 0 ? [] : [`${count} ${level}${count === 1 ? '' : 's'}`];
  });
  return `${open.length} ${open.length === 1 ? 'finding' : 'findings'} (${counts.join(', ')})${tail}`;
}

/** `bulkhead lint -o json`. */
function lintDocument(subject: string, found: readonly Finding[], report: Report): string {
  return jsonText({
    schemaVersion: 1,
    subject,
    passed: !report.items.some((item) => item.fails),
    findings: found.map((finding, index) => {
      const item = report.items[index];
      const { policy, path, namespace, fix } = finding;
      return {
        code: finding.code,
        severity: finding.severity,
        message: finding.message,
        ...(policy === undefined ? {} : { policy: policyOf(policy) }),
        ...(path === undefined ? {} : { path }),
        ...(namespace === undefined ? {} : { namespace }),
        evidence: finding.evidence,
        workloads: finding.workloads,
        ...(fix === undefined ? {} : { fix: fix.description }),
        accepted: item?.outcome === 'accepted',
        ...(item?.reason === undefined ? {} : { reason: item.reason }),
        fails: item?.fails === true,
        locations: (item?.locations ?? []).map(({ file, line }) => ({ file, line })),
        fingerprint: item?.fingerprint,
      };
    }),
    problems: report.problems,
  });
}
