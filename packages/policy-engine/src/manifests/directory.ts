import type { Diagnostic } from '../diagnostic.ts';
import { assembleSnapshot } from '../model/assemble.ts';
import type { SnapshotPart } from '../model/parts.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { createSharing } from '../model/sharing.ts';
import {
  type ManifestFile,
  type ManifestOptions,
  type ParsedManifestFile,
  parseManifestFile,
} from './file.ts';

export interface ParsedManifests {
  readonly snapshot: ClusterSnapshot;
  /** Problems with files and objects. What is wrong inside a policy is said when it is lowered. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses manifest files into one snapshot. Files are taken one after the other, so a generator that reads them from
 * disk keeps only one text in memory (and the texts of policies, which the records carry).
 */
export function parseManifests(
  files: Iterable<ManifestFile>,
  options: ManifestOptions = {},
): ParsedManifests {
  const sharing = options.sharing ?? createSharing();
  const parsed: ParsedManifestFile[] = [];
  for (const file of files) parsed.push(parseManifestFile(file, { ...options, sharing }));
  return assembleManifests(parsed);
}

/**
 * Puts parsed files together. To follow a directory that changes, keep the parsed files by path, parse again only
 * what changed, and assemble all. Files count in the order of their paths, as kubectl applies a directory, whatever
 * the order they come in.
 */
export function assembleManifests(files: Iterable<ParsedManifestFile>): ParsedManifests {
  const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const assembled = assembleSnapshot(partsOf(ordered));
  const diagnostics = [...ordered.flatMap((file) => file.diagnostics), ...assembled.diagnostics];
  const ignored = ignoredKinds(ordered);
  if (ignored !== undefined) diagnostics.push(ignored);
  if (assembled.snapshot.pods.length === 0) {
    diagnostics.push({
      code: 'no-workloads',
      severity: 'warning',
      message: 'No pods or workloads were found.',
      hint: 'Give a directory with manifests of Deployments, Pods and the like, beside the policies.',
    });
  }
  return { snapshot: assembled.snapshot, diagnostics };
}

function* partsOf(files: readonly ParsedManifestFile[]): Iterable<SnapshotPart> {
  for (const file of files) yield* file.parts;
}

/** Says once for all files what was seen and isn't used, so that nothing is dropped in silence. */
function ignoredKinds(files: readonly ParsedManifestFile[]): Diagnostic | undefined {
  const counts = new Map<string, number>();
  for (const part of partsOf(files)) {
    if (part.type === 'ignored') counts.set(part.kind, (counts.get(part.kind) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const named = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  const rest = counts.size - named.length;
  const list = named.map(([kind, count]) => `${kind} (${count})`).join(', ');
  return {
    code: 'ignored-kinds',
    severity: 'info',
    message: `Objects of kinds that don't decide who reaches whom were not used: ${list}${rest > 0 ? ` and ${rest} more kinds` : ''}.`,
  };
}
