import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export const CHART_FILE = 'Chart.yaml';

/** Library charts are parts of others; helm renders none by itself. */
export async function isLibraryChart(directory: string): Promise<boolean> {
  try {
    const content: unknown = parse(await readFile(join(directory, CHART_FILE), 'utf8'));
    return typeof content === 'object' && content !== null && 'type' in content && content.type === 'library';
  } catch {
    // Whatever is wrong with it, helm says it better.
    return false;
  }
}

/** A part of what helm prints: what one template became. */
export interface RenderedTemplate {
  /** Below the chart's directory; empty where the text comes before the first template. */
  readonly path: string;
  readonly text: string;
}

const SOURCE = /^# Source: (.+?)\r?$/;

/** Cuts what `helm template` prints at the comments that name the template, so that each document has its origin. */
export function splitBySource(output: string): readonly RenderedTemplate[] {
  const parts: { path: string; lines: string[] }[] = [{ path: '', lines: [] }];
  const lines = output.split('\n');
  lines.forEach((line, at) => {
    const source = lines[at - 1]?.startsWith('---') === true ? SOURCE.exec(line)?.[1] : undefined;
    const last = parts.at(-1);
    if (source === undefined || last === undefined) {
      last?.lines.push(line);
      return;
    }
    // The chart's own name comes first, which may differ from its directory's.
    const path = source.slice(source.indexOf('/') + 1);
    if (path === last.path) last.lines.push(line);
    else parts.push({ path, lines: [line] });
  });
  return parts.map(({ path, lines: own }) => ({ path, text: own.join('\n') }));
}
