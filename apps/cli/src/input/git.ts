import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { isManifestName, RENDERED_BY, runTool } from '@bulkhead/manifest-files';
import {
  assembleManifests,
  DEFAULT_MAX_FILE_SIZE,
  fileTooLarge,
  type ParsedManifestFile,
} from '@bulkhead/policy-engine';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import { parser, readManifests } from './manifests.ts';
import type { LoadedState, OnFile } from './source.ts';

/** A path at a revision, as Git writes it: `main:deploy`, `HEAD~1:`. */
export interface RevisionPath {
  readonly revision: string;
  readonly path: string;
}

/** `undefined` where the text has no colon, or looks like a Windows drive. */
export function parseRevisionPath(text: string): RevisionPath | undefined {
  const colon = text.indexOf(':');
  if (colon <= 0 || /^[A-Za-z]:[\\/]/.test(text)) return undefined;
  return { revision: text.slice(0, colon), path: text.slice(colon + 1) };
}

/** The code of a failure because the revision is there, but has no such path. */
export const NOT_IN_REVISION = 'path-not-in-revision';

/** CI knows commits by their whole hash, which nobody reads. */
function shortRevision(revision: string): string {
  return /^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 10) : revision;
}

async function typeOf(tree: string, path: string, io: Io): Promise<string | undefined> {
  const result = await runTool('git', ['cat-file', '-t', `${tree}:${path}`], { cwd: io.cwd });
  return result.type === 'done' ? result.stdout.trim() : undefined;
}

/** Files asked of Git at once. */
const BATCH = 500;

/**
 * Reads manifests as they were at a revision, without touching the working tree. A path is relative to the top of the
 * repository, or, with a leading `./`, to the working directory, as everywhere in Git.
 * @throws {Failure} where there is no Git, no repository, no such revision or path
 */
export async function readRevision(
  { revision, path }: RevisionPath,
  io: Io,
  options: { readonly render: boolean; readonly onFile: OnFile },
): Promise<LoadedState> {
  const shown = shortRevision(revision);
  const title = `${shown}:${path}`;
  if (revision.startsWith('-')) throw new Failure(`${revision} is no revision.`, { code: 'no-revision' });
  const gitBytes = async (args: readonly string[], input?: string): Promise<Buffer> => {
    const result = await runTool('git', args, { cwd: io.cwd, ...(input === undefined ? {} : { input }) });
    if (result.type === 'done') return result.bytes;
    if (result.type === 'missing')
      throw new Failure(`Reading ${title} needs git, which is not installed.`, { code: 'git-missing' });
    throw new Failure(`Git can't read ${title}: ${firstLine(result.stderr)}`, {
      hint: 'Give REVISION:PATH, such as main:deploy. In CI, fetch enough history (fetch-depth: 0).',
      code: 'no-revision',
    });
  };
  const git = async (args: readonly string[]): Promise<string> => (await gitBytes(args)).toString('utf8');
  const tree = (
    await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{tree}`])
  ).trim();
  const prefix = path.startsWith('.') ? (await git(['rev-parse', '--show-prefix'])).trim() : '';
  const inside = posix.normalize(posix.join(prefix, path === '' ? '.' : path)).replace(/^\.\/?$|\/$/, '');
  const type = inside === '' ? 'tree' : await typeOf(tree, inside, io);
  if (type === undefined) {
    throw new Failure(`There is no ${inside} in ${shown}.`, {
      hint: 'The path is from the top of the repository; write ./PATH for one from here.',
      code: NOT_IN_REVISION,
    });
  }
  const listing =
    type === 'blob'
      ? [{ name: inside, size: 0, isLink: false }]
      : parseListing(
          await git([
            'ls-tree',
            '-r',
            '-z',
            '-l',
            '--full-tree',
            tree,
            ...(inside === '' ? [] : [`${inside}/`]),
          ]),
        );
  const below = inside === '' ? '' : `${inside}/`;
  const needsFiles = listing.some(({ name, isLink }) => {
    const parts = name.slice(below.length).split('/');
    return isLink || (options.render && RENDERED_BY.has(parts.at(-1) ?? ''));
  });
  if (needsFiles) return readLaidOut(tree, inside, title, io, { ...options, revision: shown });

  const parse = parser();
  const parsed: ParsedManifestFile[] = [];
  const wanted: string[] = [];
  for (const { name, size } of listing) {
    if (type !== 'blob' && !isManifestName(name.slice(below.length).split('/'))) continue;
    const label = `${shown}:${name}`;
    if (size <= DEFAULT_MAX_FILE_SIZE) wanted.push(name);
    else
      parsed.push({
        path: label,
        parts: [],
        diagnostics: [fileTooLarge(label, size, DEFAULT_MAX_FILE_SIZE)],
      });
  }
  for (let at = 0; at < wanted.length; at += BATCH) {
    const names = wanted.slice(at, at + BATCH);
    const request = names.map((name) => `${tree}:${name}\n`).join('');
    const texts = parseBatch(await gitBytes(['cat-file', '--batch'], request), names.length);
    for (const [index, text] of texts.entries()) parsed.push(parse(`${shown}:${names[index] ?? ''}`, text));
    options.onFile(parsed.length);
  }
  return { ...assembleManifests(parsed), title };
}

interface Listed {
  readonly name: string;
  readonly size: number;
  /** A symbolic link, whose content is where it leads to. */
  readonly isLink: boolean;
}

function parseListing(text: string): Listed[] {
  return text.split('\0').flatMap((entry) => {
    const match = /^(\d+) blob [0-9a-f]+ +(\d+)\t([^\n]+)$/.exec(entry);
    return match?.[2] === undefined || match[3] === undefined
      ? []
      : [{ name: match[3], size: Number(match[2]), isLink: match[1] === '120000' }];
  });
}

/** The contents in what `git cat-file --batch` prints: a line that ends with the size, as many bytes, and a line break. */
function parseBatch(bytes: Buffer, count: number): string[] {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < count && at < bytes.length) {
    const lineEnd = bytes.indexOf(10, at);
    if (lineEnd < 0) break;
    const size = Number(/ (\d+)$/.exec(bytes.toString('utf8', at, lineEnd))?.[1] ?? Number.NaN);
    // A name with a line break in it is no manifest that anyone misses.
    const length = Number.isNaN(size) ? 0 : size + 1;
    texts.push(bytes.toString('utf8', lineEnd + 1, lineEnd + 1 + Math.max(0, length - 1)));
    at = lineEnd + 1 + length;
  }
  return texts;
}

/**
 * Renderers and links need files: the whole tree of the revision is laid out in a temporary directory, since bases may be
 * anywhere.
 */
async function readLaidOut(
  tree: string,
  path: string,
  title: string,
  io: Io,
  options: { readonly render: boolean; readonly onFile: OnFile; readonly revision: string },
): Promise<LoadedState> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-'));
  try {
    const archive = join(folder, 'tree.tar');
    const files = join(folder, 'tree');
    await mkdir(files);
    const top = await runTool('git', ['rev-parse', '--show-toplevel'], { cwd: io.cwd });
    const cwd = top.type === 'done' ? top.stdout.trim() : io.cwd;
    const packed = await runTool('git', ['archive', '--format=tar', '-o', archive, tree], { cwd });
    const laidOut = packed.type === 'done' ? await runTool('tar', ['-xf', archive], { cwd: files }) : packed;
    if (laidOut.type !== 'done') {
      throw new Failure(`Can't lay out ${title} to read it.`, {
        hint: 'Check it out yourself (git worktree add), and give the directory.',
        code: 'rendering-failed',
      });
    }
    const name = (below: string): string =>
      `${options.revision}:${[path, below].filter((part) => part !== '').join('/')}`;
    const state = await readManifests(join(files, path), io, { ...options, name });
    return { ...state, title };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line === '' ? 'no such revision.' : line.replace(/^fatal: /, '');
}
