export type ManifestsProblem =
  | 'path-not-found'
  | 'path-forbidden'
  | 'path-unreadable'
  | 'renderer-missing'
  | 'rendering-failed';

/** Why nothing at all could be read, in words for the user. */
export class ManifestsError extends Error {
  override readonly name = 'ManifestsError';
  readonly code: ManifestsProblem;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(code: ManifestsProblem, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** The `code` of a Node error: `ENOENT`, `EACCES`, … */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you have no permission to read it',
  EPERM: 'you have no permission to read it',
  ENOENT: 'it points to something that does not exist',
  ELOOP: 'it is a symbolic link to itself',
  EISDIR: 'it is a directory',
  ENAMETOOLONG: 'its path is too long',
  ERR_STRING_TOO_LONG: 'it is larger than a text may be',
};

/** What a user can make of an error of the file system: half a sentence. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error) ?? 'unknown';
  return REASONS[code] ?? `reading it failed (${code})`;
}

/** @param shown the path as the user gave it */
export function rootProblem(shown: string, error: unknown): ManifestsError {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ManifestsError(
        'path-not-found',
        `There is no ${shown}.`,
        'Check the path; it is relative to where the command was started.',
      );
    case 'EACCES':
    case 'EPERM':
      return new ManifestsError('path-forbidden', `You may not read ${shown}.`, 'Check its permissions.');
    default:
      return new ManifestsError('path-unreadable', `Can't read ${shown}: ${reasonOf(error)}.`);
  }
}
