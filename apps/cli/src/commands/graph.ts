import { type Cluster, compile, type Diagnostic, nearest } from '@bulkhead/policy-engine';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { Failure, usageFailure } from '../failure.ts';
import { FORMATS } from '../formats.ts';
import { loadSource } from '../input/load.ts';
import type { SourceOptions } from '../input/source.ts';
import { type Io, write } from '../io.ts';
import { type GraphDocument, graphDocument } from '../output/graph-document.ts';
import { printIssues } from '../output/issues.ts';
import { jsonText } from '../output/json.ts';
import { outputTargets, writeOutputs } from '../output/outputs.ts';
import { styleFor } from '../terminal/style.ts';

export interface GraphOptions extends SourceOptions {
  readonly output: readonly string[];
  readonly exposure?: boolean;
  readonly explain?: boolean;
  readonly namespace: readonly string[];
  readonly strict?: boolean;
}

/** `bulkhead graph`. */
export async function graph(options: GraphOptions, io: Io): Promise<ExitCode> {
  const targets = outputTargets(options.output, FORMATS.graph);
  const state = await loadSource(options, io).catch(async (error: unknown) => {
    // Who asked for JSON gets JSON, also about what went wrong.
    if (!(error instanceof Failure) || error.exitCode === EXIT.usage) throw error;
    if (!targets.some((target) => target.format === 'json')) throw error;
    await writeOutputs(
      targets.filter((target) => target.format === 'json'),
      io,
      () => jsonText(fatalDocument(error)),
    );
    throw error;
  });
  const cluster = compile(state.snapshot);
  for (const name of options.namespace) requireNamespace(cluster, name);
  const diagnostics = [...state.diagnostics, ...cluster.diagnostics];
  const document = graphDocument(cluster, diagnostics, {
    namespaces: options.namespace,
    exposure: options.exposure === true,
    explain: options.explain === true,
  });
  const { renderGraph } = await import('../output/graph-text.ts');
  await writeOutputs(targets, io, (format, target) =>
    renderGraph(format, document, styleFor(target.file === undefined ? io.stdout : {}, io.env)),
  );
  const json = targets.some((target) => target.format === 'json' && target.file === undefined);
  if (!json) await printIssues(diagnostics, io);
  return strictly(options.strict === true, diagnostics, io);
}

function requireNamespace({ universe }: Cluster, name: string): void {
  const names = universe.namespaces.map((namespace) => namespace.record.name);
  if (names.includes(name)) return;
  const similar = nearest(name, names);
  throw usageFailure(
    `There is no namespace ${name}.`,
    similar === undefined ? undefined : `Did you mean ${similar}?`,
  );
}

/** The document that says there is no result. */
export function fatalDocument(
  error: Failure,
): Pick<GraphDocument, 'schemaVersion' | 'nodes' | 'edges' | 'issues'> {
  return {
    schemaVersion: 1,
    nodes: [],
    edges: [],
    issues: [
      {
        severity: 'fatal',
        code: error.code,
        message: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      },
    ],
  };
}

async function strictly(strict: boolean, diagnostics: readonly Diagnostic[], io: Io): Promise<ExitCode> {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  if (!strict || errors === 0) return EXIT.ok;
  await write(
    io.stderr,
    `${errors === 1 ? 'A document' : `${errors} documents`} could not be used, and --strict is set.\n`,
  );
  return EXIT.unreadable;
}
