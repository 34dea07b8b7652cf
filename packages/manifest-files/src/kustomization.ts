import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Names that kustomize looks for, in its order. */
export const KUSTOMIZATION_FILES: readonly string[] = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
];

/** What a kustomization file says that matters here; all of it is `undefined` where it can't be read as YAML. */
interface Kustomization {
  readonly isComponent: boolean;
  /** As written: files, directories and addresses elsewhere. */
  readonly uses: readonly string[];
}

/** Whether kustomize would build a directory; Flux has objects of the same kind, which are manifests like others. */
export async function isKustomization(directory: string, names: ReadonlySet<string>): Promise<boolean> {
  if (!KUSTOMIZATION_FILES.some((name) => names.has(name))) return false;
  return (await kustomizationOf(directory)) !== undefined;
}

/** `undefined` where there is none, or it is an object of another API. */
export async function kustomizationOf(directory: string): Promise<Kustomization | undefined> {
  for (const name of KUSTOMIZATION_FILES) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const content = parsed(text);
    const version = content['apiVersion'];
    if (typeof version === 'string' && !version.startsWith('kustomize.config.k8s.io/')) return undefined;
    const uses = ['resources', 'bases', 'components'].flatMap((field) => {
      const list = content[field];
      return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
    });
    return { isComponent: content['kind'] === 'Component', uses };
  }
  return undefined;
}

/** A file that is no mapping says nothing; the tool will tell what is wrong with it. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = parse(text, { logLevel: 'silent' });
    return typeof content === 'object' && content !== null ? { ...content } : {};
  } catch {
    return {};
  }
}

export interface BuildDirectory {
  readonly path: string;
  /** Without links. */
  readonly real: string;
}

/** One that is built by itself, and every directory that goes into it, wherever that is. */
export interface BuildRoot extends BuildDirectory {
  readonly parts: readonly string[];
}

/** Those that no other one uses: what people apply. Bases and components only count as parts of them. */
export async function rootsOf(found: readonly BuildDirectory[]): Promise<readonly BuildRoot[]> {
  const used = new Set<string>();
  const roots: BuildRoot[] = [];
  for (const directory of found) {
    const parts = await partsOf(directory.real);
    for (const part of parts.slice(1)) used.add(part);
    roots.push({ ...directory, parts });
  }
  // Where they use each other in a circle, one is enough for the tool to say so.
  const candidates = roots.filter(({ real }) => !used.has(real));
  if (candidates.length === 0) return roots.slice(0, 1);
  if (roots.length === 1) return roots;
  const chosen: BuildRoot[] = [];
  for (const root of candidates)
    if ((await kustomizationOf(root.real))?.isComponent !== true) chosen.push(root);
  return chosen;
}

/** The directory itself, then those that it uses, directly or not. */
async function partsOf(directory: string): Promise<readonly string[]> {
  const parts = new Set([directory]);
  // A set is walked in the order of insertion, additions included.
  for (const part of parts) {
    for (const use of (await kustomizationOf(part))?.uses ?? []) {
      const target = await realpath(join(part, use)).catch(() => undefined);
      if (target !== undefined && (await stat(target)).isDirectory()) parts.add(target);
    }
  }
  return [...parts];
}
