import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const KEY_BYTES = 32;

/**
 * The key that session cookies are signed with, from a file that only the user can read; written if it isn't there.
 * @returns a key for this run only, when the file can't be read or written: sessions then end with the process
 */
export async function loadSessionKey(file: string): Promise<Uint8Array> {
  const existing = await readFile(file).catch(() => undefined);
  if (existing?.length === KEY_BYTES) {
    await chmod(file, 0o600).catch(() => undefined);
    return existing;
  }
  const key = randomBytes(KEY_BYTES);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, key, { mode: 0o600 });
  } catch {
    // A read-only home is no reason not to start.
  }
  return key;
}
