import { type Draft, serializeDraft } from '@bulkhead/policy-engine';

/** Longest fragment a link may have: browsers take more, but chats and mail cut longer links. */
export const MAX_LINK = 32_000;

const MARK = 'draft=';

/** A link's fragment that holds a whole draft; null where it would be too long to survive being passed around. */
export async function shareFragment(
  draft: Draft,
): Promise<{ readonly fragment: string; readonly fits: boolean }> {
  const { deflateSync, strToU8 } = await import('fflate');
  const bytes = deflateSync(strToU8(serializeDraft(draft)), { level: 9 });
  const fragment = `#${MARK}${toBase64Url(bytes)}`;
  return { fragment, fits: fragment.length <= MAX_LINK };
}

/** The text of the draft in a fragment; null where there is none, or it was cut or garbled on its way. */
export async function readShareLink(hash: string): Promise<string | null> {
  const at = hash.indexOf(MARK);
  if (at === -1) return null;
  const bytes = fromBase64Url(hash.slice(at + MARK.length));
  if (bytes === null) return null;
  const { inflateSync, strFromU8 } = await import('fflate');
  try {
    // Bounded: a few kilobytes must not become gigabytes.
    return strFromU8(inflateSync(bytes, { out: new Uint8Array(MAX_INFLATED) }));
  } catch {
    return null;
  }
}

const MAX_INFLATED = 4_000_000;

function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
