import { ManifestsError, type ManifestsProblem } from '@bulkhead/manifest-files';
import type { SourceProblem, SourceProblemCode } from '@bulkhead/protocol';
import { problemOf } from '../../kube/error.ts';

const CODES: Readonly<Record<ManifestsProblem, SourceProblemCode>> = {
  'path-not-found': 'directory-not-found',
  'path-forbidden': 'directory-unreadable',
  'path-unreadable': 'directory-unreadable',
  'renderer-missing': 'directory-not-rendered',
  'rendering-failed': 'directory-not-rendered',
};

/** Why a directory could not be read at all, for the web app. */
export function directoryProblem(error: unknown): SourceProblem {
  if (!(error instanceof ManifestsError)) return problemOf(error);
  const [title = '', ...rest] = error.message.split('\n');
  const detail = rest.join('\n');
  return {
    code: CODES[error.code],
    title,
    ...(detail === '' ? {} : { detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}
