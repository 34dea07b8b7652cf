import { opendir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A manifest file that was found, and how to name it. */
export interface FoundFile {
  /** Where it is. */
  readonly path: string;
  /** Below the directory that was given, with `/` between the parts. */
  readonly name: string;
  readonly size: number;
}

const MANIFEST = /\.(ya?ml|json)$/i;
/** Check files lie beside the manifests that they are about. */
const CHECK_FILE = /^bulkhead\.ya?ml$/;
/** Never manifests of the cluster, and sometimes enormous. */
const SKIPPED = new Set(['node_modules', 'vendor', '__pycache__']);

/**
 * Finds the manifests below a directory, in the order of their names, which is the order they count in. Hidden directories
 * and dependencies are passed over. A link counts if it leads to a file inside the directory.
 */
export async function* walk(root: string): AsyncGenerator<FoundFile, void> {
  const top = await realpath(root);
  yield* walkBelow(top, top);
}

async function* walkBelow(root: string, folder: string): AsyncGenerator<FoundFile, void> {
  const entries: { readonly name: string; readonly kind: 'file' | 'folder' | 'link' }[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.isDirectory()) entries.push({ name: entry.name, kind: 'folder' });
    else if (entry.isFile()) entries.push({ name: entry.name, kind: 'file' });
    else if (entry.isSymbolicLink()) entries.push({ name: entry.name, kind: 'link' });
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, kind } of entries) {
    const path = join(folder, name);
    if (kind === 'folder') {
      if (!name.startsWith('.') && !SKIPPED.has(name)) yield* walkBelow(root, path);
      continue;
    }
    if (!MANIFEST.test(name) || CHECK_FILE.test(name)) continue;
    const file = kind === 'link' ? await linkedFile(root, path) : path;
    if (file === undefined) continue;
    const { size } = await stat(file);
    yield { path: file, name: relative(root, path).split(sep).join('/'), size };
  }
}

/** The file a link leads to, where that is a file inside the root: links elsewhere could show anything of this machine. */
async function linkedFile(root: string, link: string): Promise<string | undefined> {
  try {
    const target = await realpath(link);
    const inside = target.startsWith(root + sep);
    return inside && (await stat(target)).isFile() ? target : undefined;
  } catch {
    return undefined;
  }
}
