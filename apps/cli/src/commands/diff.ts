import { posix } from 'node:path';
import { EMPTY_SNAPSHOT } from '@bulkhead/policy-engine';
import { compareStates, type PairChange } from '../diff/compare.ts';
import { groupChanges } from '../diff/group.ts';
import { policyChanges } from '../diff/policies.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { Failure, usageFailure } from '../failure.ts';
import { FORMATS } from '../formats.ts';
import { NOT_IN_REVISION, parseRevisionPath } from '../input/git.ts';
import { loadSource, loadState } from '../input/load.ts';
import type { LoadedState, SourceOptions } from '../input/source.ts';
import { type Io, write } from '../io.ts';
import { type DiffResult, diffDocument, diffMarkdown, diffText } from '../output/diff-output.ts';
import { issueOf, printIssues } from '../output/issues.ts';
import { jsonChunks, jsonText } from '../output/json.ts';
import { outputTargets, writeOutputs } from '../output/outputs.ts';
import { styleFor } from '../terminal/style.ts';
import { judgeUnreadable } from './unreadable.ts';

export interface DiffOptions extends SourceOptions {
  readonly from?: string;
  readonly to?: string;
  readonly output: readonly string[];
  readonly all?: boolean;
  readonly failOn: readonly string[];
  readonly allowUnreadable?: boolean;
}

/** `bulkhead diff`. */
export async function diff(options: DiffOptions, io: Io): Promise<ExitCode> {
  const targets = outputTargets(options.output, FORMATS.diff);
  const { before, after } = await loadBoth(options, io).catch(async (error: unknown) => {
    if (error instanceof Failure && error.exitCode !== EXIT.usage) {
      const json = targets.filter((target) => target.format === 'json');
      const issue = { severity: 'fatal', code: error.code, message: error.message, hint: error.hint };
      await writeOutputs(json, io, () =>
        jsonText({ schemaVersion: 1, nodes: [], changes: [], issues: [issue] }),
      );
    }
    throw error;
  });
  const comparison = compareStates(before.snapshot, after.snapshot);
  const diagnostics = [
    ...before.diagnostics,
    ...comparison.before.diagnostics,
    ...after.diagnostics,
    ...comparison.after.diagnostics,
  ];
  const result: DiffResult = {
    from: before.title,
    to: after.title,
    comparison,
    groups: groupChanges(comparison),
    policies: policyChanges(comparison.before, comparison.after),
    issues: diagnostics.map(issueOf),
  };
  await writeOutputs(targets, io, (format, target) => {
    switch (format) {
      case 'json':
        return jsonChunks(diffDocument(result));
      case 'markdown':
        return diffMarkdown(result);
      case 'table': {
        const style = styleFor(target.file === undefined ? io.stdout : {}, io.env);
        return diffText(result, style, { all: options.all === true });
      }
    }
  });
  if (!targets.some((target) => target.format === 'json' && target.file === undefined)) {
    await printIssues(
      diagnostics.filter(({ severity, code }) => severity === 'error' || code === NOT_IN_REVISION),
      io,
    );
  }
  const code = await judge(options.failOn, comparison.changes, io);
  // What is wrong with the state before is nothing that the change could be blamed for.
  if (code !== EXIT.ok || options.failOn.length === 0) return code;
  return judgeUnreadable(
    [...after.diagnostics, ...comparison.after.diagnostics],
    options.allowUnreadable,
    io,
  );
}

async function loadBoth(
  options: DiffOptions,
  io: Io,
): Promise<{ readonly before: LoadedState; readonly after: LoadedState }> {
  const { from, to } = options;
  if (from !== undefined && to !== undefined) {
    if (options.dir !== undefined || options.context !== undefined) {
      throw usageFailure(
        'Give --from and --to, or --context and --dir.',
        'A cluster as an end is --from context:NAME.',
      );
    }
    return { before: await loadBefore(from, to, options, io), after: await loadState(to, options, io) };
  }
  if (from !== undefined || to !== undefined) {
    throw usageFailure(
      `--${from === undefined ? 'to' : 'from'} needs --${from === undefined ? 'from' : 'to'}.`,
    );
  }
  if (options.dir === undefined || (options.context === undefined && options.kubeconfig === undefined)) {
    throw usageFailure(
      'Say what to compare: --from STATE --to STATE, or --context NAME --dir PATH.',
      'For example: bulkhead diff --from main:deploy --to deploy',
    );
  }
  const { dir, ...live } = options;
  const before = await loadSource(live, io);
  // The cluster is read once, so that both sides are of one moment.
  const { overlaid, readPath } = await import('../input/load.ts');
  return { before, after: overlaid(before, await readPath(dir, options, io)) };
}

/** A directory that the revision before doesn't have yet, as in the change that adds it, is empty there. */
async function loadBefore(from: string, to: string, options: DiffOptions, io: Io): Promise<LoadedState> {
  try {
    return await loadState(from, options, io);
  } catch (error) {
    const path = pathOf(from);
    if (!(error instanceof Failure) || error.code !== NOT_IN_REVISION || path !== pathOf(to)) throw error;
    const diagnostic = {
      code: NOT_IN_REVISION,
      severity: 'warning' as const,
      message: `${error.message.replace(/\.$/, '')} yet: everything in it is new.`,
    };
    return { snapshot: EMPTY_SNAPSHOT, diagnostics: [diagnostic], title: from };
  }
}

function pathOf(state: string): string {
  return posix.normalize(parseRevisionPath(state)?.path ?? state).replace(/\/$/, '');
}

async function judge(failOn: readonly string[], changes: readonly PairChange[], io: Io): Promise<ExitCode> {
  const failing = changes.filter(
    ({ kind }) =>
      failOn.includes('any') ||
      failOn.includes(kind) ||
      // Opening some ports and closing others is both.
      (kind === 'rearranged' && (failOn.includes('widened') || failOn.includes('narrowed'))),
  );
  if (failing.length === 0) return EXIT.ok;
  const noun = failing.length === 1 ? 'connection is' : 'connections are';
  await write(io.stderr, `${failing.length} ${noun} of a kind that --fail-on names.\n`);
  return EXIT.failed;
}
