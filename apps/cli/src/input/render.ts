import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import { stateOfText } from './manifests.ts';
import type { LoadedState } from './source.ts';
import { runTool, type ToolResult } from './tool.ts';

/** Marks a name of text that a tool made: its lines are those of the tool's output, not of a file. */
export const RENDERED = ' (rendered)';

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/**
 * Renders a directory that is a Helm chart or a kustomization with the real tool; `undefined` where it is neither. Only the
 * directory that was given: what lies below it may be bases that are rendered as part of something else.
 * @throws {Failure} where the tool is missing, or refuses
 */
export async function renderDirectory(path: string, io: Io): Promise<LoadedState | undefined> {
  const at = resolve(io.cwd, path);
  if (await exists(join(at, 'Chart.yaml'))) return renderChart(path, at, io);
  for (const name of KUSTOMIZATIONS)
    if (await exists(join(at, name))) return renderKustomization(path, at, io);
  return undefined;
}

async function renderChart(path: string, at: string, io: Io): Promise<LoadedState> {
  const result = await runTool('helm', ['template', 'release', at], { cwd: io.cwd });
  const text = outputOf(result, {
    what: `${path} is a Helm chart`,
    tool: 'helm',
    hint: 'Install helm, or pipe what renders it: helm template CHART -f values.yaml | bulkhead … --dir -',
  });
  return stateOfText(`${path}${RENDERED}`, text, path);
}

async function renderKustomization(path: string, at: string, io: Io): Promise<LoadedState> {
  const whole = {
    what: `${path} is a kustomization`,
    tool: 'kubectl or kustomize',
    hint: 'Install kubectl or kustomize, or pipe what renders it: kustomize build DIR | bulkhead … --dir -',
  };
  const kubectl = await runTool('kubectl', ['kustomize', at], { cwd: io.cwd });
  const result =
    kubectl.type === 'missing' ? await runTool('kustomize', ['build', at], { cwd: io.cwd }) : kubectl;
  return stateOfText(`${path}${RENDERED}`, outputOf(result, whole), path);
}

function outputOf(
  result: ToolResult,
  { what, tool, hint }: { readonly what: string; readonly tool: string; readonly hint: string },
): string {
  switch (result.type) {
    case 'done':
      return result.stdout;
    case 'missing':
      throw new Failure(`${what}, and ${tool} is not installed.`, {
        hint: `${hint}\nOr read it as plain files with --no-render.`,
        code: 'renderer-missing',
      });
    case 'failed':
      throw new Failure(`${what}, and rendering it failed:\n${result.stderr}`, { code: 'rendering-failed' });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
