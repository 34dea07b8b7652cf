import { type Draft, serializeDraft } from '@bulkhead/policy-engine';

/** Longest fragment a link may have: browsers take more, but chats and mail cut longer links. */
export const MAX_LINK = 32_000;

const MARK = 'draft=';

/** A link's fragment that holds a whole draft, and whether it is short enough to survive being passed around. */
export async function shareFragment(
  draft: Draft,
): Promise<{ readonly fragment: string; readonly fits: boolean }> {
  const { deflateSync, strToU8 } = await import('fflate');
  const bytes = deflateSync(strToU8(serializeDraft(draft)), { level: 9 });
  const fragment = `#${MARK}${toBase64Url(bytes)}`;
  return { fragment, fits: fragment.length <= MAX_LINK };
}

/** What a fragment holds. `damaged`: a draft that was cut or garbled on its way. */
export type SharedDraft = { readonly state: 'damaged' } | { readonly state: 'draft'; readonly text: string };

/** Whether a link's fragment holds a draft, whole or damaged. */
export function isShareLink(hash: string): boolean {
  return hash.includes(MARK);
}

/**
 * Reads the draft in a fragment for which `isShareLink` holds.
 * @throws only where the part of the app that unpacks it can't be loaded
 */
export async function readShareLink(hash: string): Promise<SharedDraft> {
  const bytes = fromBase64Url(hash.slice(hash.indexOf(MARK) + MARK.length));
  if (bytes === null) return { state: 'damaged' };
  const { inflateSync, strFromU8 } = await import('fflate');
  try {
    // Bounded: a few kilobytes must not become gigabytes.
    return { state: 'draft', text: strFromU8(inflateSync(bytes, { out: new Uint8Array(MAX_INFLATED) })) };
  } catch {
    return { state: 'damaged' };
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
