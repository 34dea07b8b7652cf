import { CHART_FILE, splitBySource } from './chart.ts';
import { RENDERED_SUFFIX } from './names.ts';
import { ManifestsError } from './problem.ts';
import type { FoundSource } from './scan.ts';
import { runTool, type ToolResult } from './tool.ts';

/** A text of manifests, and how to name it. */
export interface RenderedText {
  readonly name: string;
  readonly text: string;
}

/**
 * Renders a Helm chart or a kustomization with the real tool.
 * @param shown the directory as the user would name it
 * @throws {ManifestsError} where the tool is missing, or refuses
 */
export async function renderSource(source: FoundSource, shown: string): Promise<readonly RenderedText[]> {
  switch (source.type) {
    case 'chart': {
      const output = await renderChart(source.absolute, shown);
      return splitBySource(output).map(({ path, text }) => ({
        name: `${joined(shown, path === '' ? CHART_FILE : path)}${RENDERED_SUFFIX}`,
        text,
      }));
    }
    case 'kustomization': {
      const text = await renderKustomization(source.absolute, shown);
      return [{ name: `${shown}${RENDERED_SUFFIX}`, text }];
    }
  }
}

function joined(directory: string, path: string): string {
  return directory === '' || directory === '.' ? path : `${directory.replace(/\/$/, '')}/${path}`;
}

async function renderChart(at: string, shown: string): Promise<string> {
  return outputOf(await runTool('helm', ['template', 'release', at], { cwd: at }), {
    what: `${shown} is a Helm chart`,
    tool: 'helm',
    hint: 'Install helm, or pipe what renders it: helm template CHART -f values.yaml | bulkhead … --dir -',
  });
}

async function renderKustomization(at: string, shown: string): Promise<string> {
  const whole = {
    what: `${shown} is a kustomization`,
    tool: 'neither kubectl nor kustomize',
    hint: 'Install one of them, or pipe what renders it: kustomize build DIR | bulkhead … --dir -',
  };
  const kubectl = await runTool('kubectl', ['kustomize', at], { cwd: at });
  return outputOf(
    kubectl.type === 'missing' ? await runTool('kustomize', ['build', at], { cwd: at }) : kubectl,
    whole,
  );
}

function outputOf(
  result: ToolResult,
  { what, tool, hint }: { readonly what: string; readonly tool: string; readonly hint: string },
): string {
  switch (result.type) {
    case 'done':
      return result.stdout;
    case 'missing':
      throw new ManifestsError(
        'renderer-missing',
        `${what}, and ${tool === 'helm' ? 'helm is not' : `${tool} is`} installed.`,
        `${hint}\nOr read it as plain files with --no-render.`,
      );
    case 'failed':
      throw new ManifestsError('rendering-failed', `${what}, and rendering it failed:\n${result.stderr}`);
  }
}
