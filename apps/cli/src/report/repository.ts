import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { originOf } from '@bulkhead/manifest-files';

/** A file as platforms name it that show results in the files of a repository. */
export interface RepositoryFile {
  /** With forward slashes: below the top of the repository, or absolute where it is not inside. */
  readonly path: string;
  readonly isInside: boolean;
  /** Lines are those of what a tool rendered, not of any file. */
  readonly isRendered: boolean;
}

/** Names files relative to the top of the repository that the working directory is in. */
export function repositoryFiles(cwd: string): (name: string) => RepositoryFile {
  const root = repositoryRoot(cwd);
  return (name) => {
    const origin = originOf(name);
    const absolute = resolve(cwd, origin.path);
    const below = relative(root, absolute);
    const isInside = !below.startsWith('..') && !isAbsolute(below);
    const path = (isInside ? below : absolute).split(sep).join('/');
    return { path: path === '' ? '.' : path, isInside, isRendered: origin.isRendered };
  };
}

/** The nearest directory upwards that holds a `.git`; else the working directory. */
function repositoryRoot(cwd: string): string {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return cwd;
  }
}
