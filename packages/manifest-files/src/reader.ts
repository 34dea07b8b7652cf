import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  assembleManifests,
  type ClusterSnapshot,
  createSharing,
  DEFAULT_MAX_FILE_SIZE,
  type Diagnostic,
  fileTooLarge,
  type ParsedManifestFile,
  parseManifestFile,
} from '@bulkhead/policy-engine';
import { ManifestsError, reasonOf } from './problem.ts';
import { renderSource } from './render.ts';
import { type FoundFile, type FoundSource, leftOut, type Scan, scan } from './scan.ts';

export interface DirectoryReading {
  readonly snapshot: ClusterSnapshot;
  readonly diagnostics: readonly Diagnostic[];
  /** To be watched for changes; see `Scan`. */
  readonly directories: Scan['directories'];
  /** How many files were parsed, and charts and kustomizations rendered, this time. */
  readonly parsed: number;
}

export interface DirectoryReader {
  /**
   * Reads the directory as it is now; what hasn't changed since the last time isn't parsed or rendered again. Files are
   * read one after the other and only what matters of them is kept, so memory follows the number of objects.
   * @throws {ManifestsError} when the directory itself can't be read or rendered
   */
  read(onProgress?: (done: number, left: number) => void): Promise<DirectoryReading>;
}

export interface ReaderOptions {
  /** Default: `true`. See `ScanOptions`. */
  readonly render?: boolean;
  /**
   * Names a path below the directory in messages and as the source of objects. The empty path is the directory or single
   * file itself. Default: the path as it is, and the last part of the directory's own.
   */
  readonly name?: (path: string) => string;
}

interface Kept {
  readonly version: string;
  readonly files: readonly ParsedManifestFile[];
}

/** Files parsed between two turns of the event loop. */
const BATCH = 50;

/** @param root a directory of manifests, a Helm chart, a kustomization, or a single file */
export function createDirectoryReader(root: string, options: ReaderOptions = {}): DirectoryReader {
  const { render = true, name = (path) => (path === '' ? basename(root) : path) } = options;
  const sharing = createSharing();
  let kept = new Map<string, Kept>();

  const parse = async (file: FoundFile, isNamed: boolean): Promise<ParsedManifestFile> => {
    const path = name(file.path);
    // A file that somebody names is meant, whatever its size: a dump of a cluster, say.
    const maxFileSize = isNamed ? Number.POSITIVE_INFINITY : DEFAULT_MAX_FILE_SIZE;
    const refused = (diagnostic: Diagnostic) => ({ path, parts: [], diagnostics: [diagnostic] });
    if (file.size > maxFileSize) return refused(fileTooLarge(path, file.size, maxFileSize));
    try {
      const text = await readFile(file.absolute, 'utf8');
      return parseManifestFile({ path, text }, { sharing, maxFileSize });
    } catch (error) {
      return refused(leftOut(path, reasonOf(error)));
    }
  };

  const parseRendered = async (source: FoundSource): Promise<readonly ParsedManifestFile[]> => {
    const shown = name(source.path);
    try {
      const texts = await renderSource(source, shown);
      return texts.map((text) =>
        parseManifestFile(
          { path: text.name, text: text.text },
          { sharing, maxFileSize: Number.POSITIVE_INFINITY },
        ),
      );
    } catch (error) {
      if (!(error instanceof ManifestsError) || source.path === '') throw error;
      return [{ path: shown, parts: [], diagnostics: [notRendered(error, shown)] }];
    }
  };

  return {
    async read(onProgress) {
      const { found, directories, diagnostics: unseen } = await scan(root, { render, name });
      const isSingle = directories.size === 0;
      const next = new Map<string, Kept>();
      let parsed = 0;
      for (const [index, item] of found.entries()) {
        const key = `${item.type} ${item.path}`;
        const known = kept.get(key);
        if (known?.version === item.version) {
          next.set(key, known);
          continue;
        }
        const files = item.type === 'file' ? [await parse(item, isSingle)] : await parseRendered(item);
        next.set(key, { version: item.version, files });
        parsed++;
        if (parsed % BATCH === 0 || item.type !== 'file') {
          onProgress?.(index + 1, found.length - index - 1);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      kept = next;
      const files = [...next.values()].flatMap((own) => own.files);
      const { snapshot, diagnostics } = assembleManifests(files);
      const none = found.length === 0 && unseen.length === 0 ? [noManifests(name(''))] : [];
      return { snapshot, diagnostics: [...none, ...unseen, ...diagnostics], directories, parsed };
    },
  };
}

function noManifests(shown: string): Diagnostic {
  return {
    code: 'no-manifests',
    severity: 'warning',
    message: `There are no YAML or JSON files in ${shown}.`,
    hint: 'Give the directory that holds the manifests.',
  };
}

/** One chart that can't be rendered doesn't hide the rest, but what it would make is missing. */
function notRendered({ code, message, hint }: ManifestsError, shown: string): Diagnostic {
  return {
    code,
    severity: 'error',
    message: oneLine(message),
    ...(hint === undefined ? {} : { hint: oneLine(hint) }),
    source: { file: shown, line: 1 },
  };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
