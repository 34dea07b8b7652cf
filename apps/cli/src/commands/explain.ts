import {
  type Cluster,
  compile,
  connectionPoint,
  connectionSetOf,
  type ExplanationPart,
  explain as explainPair,
  type QuestionEnd,
} from '@bulkhead/policy-engine';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { FORMATS } from '../formats.ts';
import { requireEnd } from '../input/ends.ts';
import { loadSource } from '../input/load.ts';
import { requirePort } from '../input/port.ts';
import type { SourceOptions } from '../input/source.ts';
import type { Io } from '../io.ts';
import { type Answer, type ExplainResult, explainDocument, explainText } from '../output/explain-output.ts';
import { printIssues } from '../output/issues.ts';
import { jsonText } from '../output/json.ts';
import { outputTargets, writeOutputs } from '../output/outputs.ts';
import { styleFor } from '../terminal/style.ts';

export interface ExplainOptions extends SourceOptions {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
  readonly output: readonly string[];
}

/** `bulkhead explain`. */
export async function explain(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const connection = options.port === undefined ? undefined : requirePort(options.port);
  const targets = outputTargets(options.output, FORMATS.explain);
  const state = await loadSource(options, io);
  const cluster = compile(state.snapshot);
  const source = requireEnd(cluster, options.from);
  const destination = requireEnd(cluster, options.to);
  const result: ExplainResult = {
    source: source.label,
    destination: destination.label,
    ...(connection === undefined ? {} : { connection }),
    answers: answersOf(cluster, source, destination, (part) => {
      if (connection === undefined) return part.connections.ports.length > 0;
      const point = connectionPoint(connection.protocol, connection.port);
      const { space } = cluster.cells;
      return space.has(space.intern(connectionSetOf(part.connections)), point);
    }),
  };
  const diagnostics = [...state.diagnostics, ...cluster.diagnostics];
  await writeOutputs(targets, io, (format, target) =>
    format === 'json'
      ? jsonText(explainDocument(cluster, result, diagnostics))
      : explainText(cluster, result, styleFor(target.file === undefined ? io.stdout : {}, io.env)),
  );
  if (!targets.some((target) => target.format === 'json' && target.file === undefined)) {
    await printIssues(
      diagnostics.filter((diagnostic) => diagnostic.severity === 'error' || diagnostic.severity === 'fatal'),
      io,
    );
  }
  return EXIT.ok;
}

/** Every different answer that a pair of ends has, each with the pods it holds for. */
function answersOf(
  cluster: Cluster,
  source: QuestionEnd,
  destination: QuestionEnd,
  wanted: (part: ExplanationPart) => boolean,
): Answer[] {
  const answers = new Map<string, { answer: Answer; readonly pairs: [number, number][] }>();
  for (const from of source.endpoints) {
    for (const to of destination.endpoints) {
      const explanation = explainPair(cluster, from, to);
      const parts = explanation.parts.filter(wanted);
      const key = JSON.stringify([explanation.always, parts]);
      const known = answers.get(key);
      if (known !== undefined) known.pairs.push([from.column, to.column]);
      else {
        const answer: Answer = {
          ...(explanation.always === undefined ? {} : { always: explanation.always }),
          parts,
          pairs: [],
        };
        answers.set(key, { answer, pairs: [[from.column, to.column]] });
      }
    }
  }
  return [...answers.values()].map(({ answer, pairs }) => ({ ...answer, pairs }));
}
