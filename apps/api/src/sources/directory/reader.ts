import { readFile } from 'node:fs/promises';
import {
  assembleManifests,
  type ClusterSnapshot,
  createSharing,
  DEFAULT_MAX_FILE_SIZE,
  type Diagnostic,
  EMPTY_SNAPSHOT,
  fileTooLarge,
  type ParsedManifestFile,
  parseManifestFile,
} from '@bulkhead/policy-engine';
import { KubeError } from '../../kube/error.ts';
import { type FoundFile, type Scan, scan, unreadable } from './scan.ts';

export interface DirectoryReading {
  readonly snapshot: ClusterSnapshot;
  readonly diagnostics: readonly Diagnostic[];
  /** To be watched for changes; see `Scan`. */
  readonly directories: Scan['directories'];
  /** How many files were parsed this time. */
  readonly parsed: number;
}

export interface DirectoryReader {
  /**
   * Reads the directory as it is now; files that haven't changed since the last time aren't parsed again.
   * @throws {KubeError} when the directory itself can't be read
   */
  read(onProgress?: (done: number, left: number) => void): Promise<DirectoryReading>;
}

interface Kept {
  readonly version: string;
  readonly file: ParsedManifestFile;
}

/** Files parsed between two turns of the event loop. */
const BATCH = 50;

export function createDirectoryReader(root: string): DirectoryReader {
  const sharing = createSharing();
  let kept = new Map<string, Kept>();

  const parse = async (file: FoundFile): Promise<ParsedManifestFile> => {
    const { path } = file;
    const refused = (diagnostic: Diagnostic) => ({ path, parts: [], diagnostics: [diagnostic] });
    if (file.size > DEFAULT_MAX_FILE_SIZE)
      return refused(fileTooLarge(path, file.size, DEFAULT_MAX_FILE_SIZE));
    try {
      return parseManifestFile({ path, text: await readFile(file.absolute, 'utf8') }, { sharing });
    } catch (error) {
      return refused(unreadable(path, error));
    }
  };

  return {
    async read(onProgress) {
      const found: Scan = await scan(root);
      const next = new Map<string, Kept>();
      let parsed = 0;
      for (const [index, file] of found.files.entries()) {
        const known = kept.get(file.path);
        if (known?.version === file.version) {
          next.set(file.path, known);
          continue;
        }
        next.set(file.path, { version: file.version, file: await parse(file) });
        parsed++;
        if (parsed % BATCH === 0) {
          onProgress?.(index + 1, found.files.length - index - 1);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      kept = next;
      const { snapshot, diagnostics } = assembleManifests([...next.values()].map(({ file }) => file));
      return {
        snapshot,
        diagnostics: [...found.diagnostics, ...diagnostics],
        directories: found.directories,
        parsed,
      };
    },
  };
}

/**
 * Reads a directory of manifests (or a single one) once. Whatever can't be read is a diagnostic beside the rest; a
 * directory that can't be read at all is a fatal one, with an empty snapshot.
 */
export async function readDirectory(
  path: string,
): Promise<{ readonly snapshot: ClusterSnapshot; readonly diagnostics: readonly Diagnostic[] }> {
  try {
    const { snapshot, diagnostics } = await createDirectoryReader(path).read();
    return { snapshot, diagnostics };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const { code, title, detail, hint } = error.problem;
    const message = detail === undefined ? title : `${title} (${detail})`;
    return {
      snapshot: EMPTY_SNAPSHOT,
      diagnostics: [{ code, severity: 'fatal', message, ...(hint === undefined ? {} : { hint }) }],
    };
  }
}
