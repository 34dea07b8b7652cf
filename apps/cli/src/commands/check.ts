import {
  compileForEnds,
  endsOfInvariants,
  evaluateInvariants,
  type InvariantResult,
} from '@bulkhead/policy-engine';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import { FORMATS } from '../formats.ts';
import { findCheckFile, readCheckFiles } from '../input/check-file.ts';
import { loadSource } from '../input/load.ts';
import type { SourceOptions } from '../input/source.ts';
import type { Io } from '../io.ts';
import { outputTargets, writeOutputs } from '../output/outputs.ts';
import { checkDocument } from '../output/report-documents.ts';
import { emptyProblems, invariantItem, invariantRule, problemOf } from '../report/invariants.ts';
import { renderReport } from '../report/render.ts';
import type { Report } from '../report/report.ts';
import { startProgress } from '../terminal/progress.ts';
import { printProblems } from './problems.ts';
import { judgeUnreadable } from './unreadable.ts';

export interface CheckOptions extends SourceOptions {
  readonly output: readonly string[];
  readonly allowUnknown?: boolean;
  readonly allowUnreadable?: boolean;
}

/** `bulkhead check`. */
export async function check(files: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> {
  const targets = outputTargets(options.output, FORMATS.check);
  const checks = await readCheckFiles(files.length > 0 ? files : [await defaultFile(options, io)], io);
  if (checks.invariants.length === 0) {
    throw usageFailure(
      `There is no invariant in ${checks.files.join(', ')}.`,
      'bulkhead check --help shows one.',
    );
  }
  const state = await loadSource(options, io);
  const progress = startProgress(io, `Checking ${checks.invariants.length} invariants …`);
  const cluster = compileForEnds(state.snapshot, endsOfInvariants(checks.invariants));
  const results = evaluateInvariants(cluster, checks.invariants);
  progress.done();
  const diagnostics = [...state.diagnostics, ...cluster.diagnostics];
  const allowUnknown = options.allowUnknown === true;
  const report: Report = {
    title: 'bulkhead check',
    subject: state.title,
    rules: results.map(invariantRule),
    items: results.map((result) => invariantItem(cluster, result, { allowUnknown })),
    problems: [...diagnostics.map(problemOf), ...results.flatMap(emptyProblems)],
  };
  await writeOutputs(targets, io, (_, target) =>
    renderReport(target, report, io, {
      summary: summaryOf(results, allowUnknown),
      showPassed: true,
      json: () => checkDocument(cluster, state.title, results, report, { allowUnknown }),
    }),
  );
  await printProblems(targets, report, io);
  if (report.items.some((item) => item.fails)) return EXIT.failed;
  return judgeUnreadable(diagnostics, options.allowUnreadable, io);
}

async function defaultFile(options: CheckOptions, io: Io): Promise<string> {
  const found = await findCheckFile(options.dir, io);
  if (found !== undefined) return found;
  throw usageFailure(
    'There is no check file.',
    'Name one, or write bulkhead.yaml. “bulkhead check --help” shows its form.',
  );
}

function summaryOf(results: readonly InvariantResult[], allowUnknown: boolean): string {
  const count = (status: InvariantResult['status']): number =>
    results.filter((result) => result.status === status).length;
  const parts = [
    ...(count('fails') > 0 ? [`${count('fails')} failed`] : []),
    ...(count('matches-nothing') > 0 ? [`${count('matches-nothing')} matched nothing`] : []),
    ...(count('unknown') > 0
      ? [`${count('unknown')} could not be decided${allowUnknown ? ' (allowed)' : ''}`]
      : []),
  ];
  const held = `${count('holds')} of ${results.length} ${results.length === 1 ? 'invariant' : 'invariants'} hold${results.length === 1 ? 's' : ''}`;
  return [held, ...parts].join(', ');
}
