import type { ExportFile } from '@bulkhead/policy-engine';

/** A zip of text files. The same files give the same bytes: no entry carries the time of export. */
export async function zipOf(files: readonly ExportFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const { strToU8, zipSync } = await import('fflate');
  const entries = files.map(({ path, text }) => [path, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: new Date('1980-01-01T00:00:00Z'), level: 6 });
}
