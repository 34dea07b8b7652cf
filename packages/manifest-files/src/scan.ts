import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '@bulkhead/policy-engine';
import { CHART_FILE, isLibraryChart } from './chart.ts';
import { type BuildDirectory, isKustomization, KUSTOMIZATION_FILES, rootsOf } from './kustomization.ts';
import { errorCode, reasonOf, rootProblem } from './problem.ts';

/** A manifest on disk. */
export interface FoundFile {
  readonly type: 'file';
  /** Relative to the directory, with forward slashes; empty where it is the single file that was named. */
  readonly path: string;
  readonly absolute: string;
  readonly size: number;
  /** Changes whenever the file's content may have. */
  readonly version: string;
}

/** A directory that a tool makes manifests of. */
export interface FoundSource {
  readonly type: 'chart' | 'kustomization';
  /** As for files; empty where it is the directory itself. */
  readonly path: string;
  readonly absolute: string;
  /** Changes whenever what the tool reads may have. */
  readonly version: string;
}

export interface Scan {
  /** By path, which is the order they count in. */
  readonly found: readonly (FoundFile | FoundSource)[];
  /** Every directory that was looked into, by its real path, with what tells it from another at the same path. */
  readonly directories: ReadonlyMap<string, string>;
  /** What could not be looked into. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ScanOptions {
  /** Whether charts and kustomizations are to be rendered; else they are directories like others. */
  readonly render: boolean;
  /** Names a path in messages, as the user would. */
  readonly name: (path: string) => string;
}

const MANIFEST = /\.(ya?ml|json)$/i;
/** Check files lie beside the manifests that they are about. */
const CHECK_FILE = /^bulkhead\.ya?ml$/;
/** Never manifests of the cluster, and sometimes enormous. */
const SKIPPED = new Set(['node_modules', 'vendor', '__pycache__']);
/** Names of files that make their directory one for a tool to render. */
export const RENDERED_BY: ReadonlySet<string> = new Set([CHART_FILE, ...KUSTOMIZATION_FILES]);
const MOST_FILES = 200_000;
const DEEPEST = 40;

/** Whether a name below the top is that of a manifest; the parts of its path are its directories and itself. */
export function isManifestName(parts: readonly string[]): boolean {
  const file = parts.at(-1) ?? '';
  return MANIFEST.test(file) && !CHECK_FILE.test(file) && parts.every((part) => !isPassedOver(part));
}

/** Entries that begin with a dot are left alone, as kubectl does, and so are dependencies. */
function isPassedOver(name: string): boolean {
  return name.startsWith('.') || SKIPPED.has(name);
}

/**
 * Finds the manifests below a directory, following symbolic links as kubectl does, but never in circles, and each file
 * once; a single file is a directory of one. A Helm chart is one thing to be rendered, and so is a kustomization that no
 * other one uses; the files that kustomizations are made of are no manifests themselves.
 * @throws {ManifestsError} when the directory is missing or can't be read
 */
export async function scan(root: string, { render, name }: ScanOptions): Promise<Scan> {
  const found: (FoundFile | FoundSource)[] = [];
  const kustomizations: BuildDirectory[] = [];
  const diagnostics: Diagnostic[] = [];
  const directories = new Map<string, string>();
  const seen = new Set<string>();
  let left = 0;

  const addFile = (path: string, absolute: string, info: Stats): void => {
    if (found.length < MOST_FILES)
      found.push({ type: 'file', path, absolute, size: info.size, version: versionOf(info) });
    else left++;
  };

  const visit = async (directory: string, path: string, depth: number, isBuilt: boolean): Promise<void> => {
    const real = await realpath(directory);
    if (directories.has(real)) return;
    directories.set(real, identityOf(await stat(real)));
    if (depth > DEEPEST) {
      diagnostics.push(leftOut(name(path), `it is nested more than ${DEEPEST} directories deep`));
      return;
    }
    const entries = await readdir(directory, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    const names = new Set(entries.map((entry) => entry.name));
    if (render && names.has(CHART_FILE)) {
      if (!isBuilt && !(await isLibraryChart(directory)))
        found.push({ type: 'chart', path, absolute: real, version: await treeVersion([real], directories) });
      return;
    }
    let ownBuilt = isBuilt;
    if (render && (await isKustomization(directory, names))) {
      kustomizations.push({ path, real });
      found.push({ type: 'kustomization', path, absolute: real, version: '' });
      // The directory that was named is the one that is meant, whatever uses it or lies below.
      if (depth === 0) return;
      ownBuilt = true;
    }
    for (const entry of entries) {
      if (isPassedOver(entry.name)) continue;
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      const absolute = join(directory, entry.name);
      const isManifest = isManifestName([entry.name]) && !KUSTOMIZATION_FILES.includes(entry.name);
      if (!isManifest && !entry.isDirectory() && !entry.isSymbolicLink()) continue;
      try {
        const info = await stat(absolute);
        if (info.isDirectory()) await visit(absolute, below, depth + 1, ownBuilt);
        else if (!isManifest || ownBuilt) continue;
        else if (!info.isFile()) diagnostics.push(leftOut(name(below), 'it is not a regular file'));
        else {
          const target = entry.isSymbolicLink() ? await realpath(absolute) : join(real, entry.name);
          if (seen.has(target)) continue;
          seen.add(target);
          addFile(below, absolute, info);
        }
      } catch (error) {
        // A name that isn't a manifest's may be a link to nowhere; that is nobody's problem.
        if (isManifest || !isMissing(error)) diagnostics.push(leftOut(name(below), reasonOf(error)));
      }
    }
  };

  const top = await stat(root).catch((error: unknown) => {
    throw rootProblem(name(''), error);
  });
  if (!top.isDirectory()) {
    addFile('', root, top);
    return { found, directories, diagnostics };
  }
  await visit(root, '', 0, false).catch((error: unknown) => {
    throw rootProblem(name(''), error);
  });
  if (left > 0) {
    diagnostics.push({
      code: 'too-many-files',
      severity: 'error',
      message: `The directory has ${left + MOST_FILES} manifests; only the first ${MOST_FILES} were read.`,
      hint: 'Name a directory further down.',
    });
  }
  const builds = new Map((await rootsOf(kustomizations)).map((build) => [build.path, build.parts]));
  const chosen: (FoundFile | FoundSource)[] = [];
  for (const item of found) {
    const parts = item.type === 'kustomization' ? builds.get(item.path) : undefined;
    if (parts !== undefined) chosen.push({ ...item, version: await treeVersion(parts, directories) });
    else if (item.type !== 'kustomization') chosen.push(item);
  }
  return { found: chosen, directories, diagnostics };
}

/** Changes with any file below the directories, which are added to those that were looked into. */
async function treeVersion(roots: readonly string[], directories: Map<string, string>): Promise<string> {
  const parts: string[] = [];
  const looked = new Set<string>();
  const add = async (directory: string): Promise<void> => {
    const real = await realpath(directory);
    if (looked.has(real)) return;
    looked.add(real);
    directories.set(real, identityOf(await stat(real)));
    for (const entry of await readdir(real)) {
      const path = join(real, entry);
      const info = await stat(path).catch(() => undefined);
      if (info?.isDirectory() === true) {
        if (!isPassedOver(entry)) await add(path);
      } else if (info !== undefined) parts.push(`${path}:${versionOf(info)}`);
    }
  };
  // What can't be looked into is the tool's to complain about.
  for (const root of roots) await add(root).catch(() => undefined);
  return parts.join('\n');
}

function versionOf(info: Stats): string {
  return [info.dev, info.ino, info.size, info.mtimeMs, info.ctimeMs].join(':');
}

function identityOf({ dev, ino, birthtimeMs }: Stats): string {
  return [dev, ino, birthtimeMs].join(':');
}

/** The diagnostic for something that was found and could not be read. */
export function leftOut(file: string, reason: string): Diagnostic {
  return {
    code: 'file-unreadable',
    severity: 'error',
    message: `${file} was left out: ${reason}.`,
    hint: 'Check that it exists and that you may read it.',
    source: { file, line: 1 },
  };
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ELOOP';
}
