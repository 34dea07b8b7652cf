import type { Draft } from '@bulkhead/policy-engine';
import { parseDraft } from '@bulkhead/policy-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShareLink, MAX_LINK, readShareLink, shareFragment } from './share.ts';

describe('share links', () => {
  it('carry a draft in a fragment and give it back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const draft: Draft = {
          id: 'a',
          name: 'Dräft',
          items: [{ id: '1', type: 'policies', text: text.toWellFormed() }],
        };
        const { fragment, fits } = await shareFragment(draft);
        expect(fits).toBe(true);
        expect(fragment).toMatch(/^#draft=[A-Za-z0-9_-]+$/);
        const link = await readShareLink(fragment);
        expect(link.state === 'draft' && parseDraft(link.text)).toEqual({ ok: true, draft, dropped: 0 });
      }),
      { numRuns: 20 },
    );
  });

  it('say when a draft is too big, and read no rubbish', async () => {
    const text = Array.from({ length: 60_000 }, (_, i) => ((i * 7_919) % 997).toString(36)).join('');
    const random = Array.from({ length: 60_000 }, () => Math.random().toString(36)).join('');
    const draft: Draft = { id: 'a', name: 'b', items: [{ id: '1', type: 'policies', text: text + random }] };
    const { fragment, fits } = await shareFragment(draft);
    expect(fits).toBe(false);
    expect(fragment.length).toBeGreaterThan(MAX_LINK);
    expect(isShareLink('#x=1')).toBe(false);
    expect(isShareLink('')).toBe(false);
    expect(isShareLink('#draft=%%%')).toBe(true);
    expect(await readShareLink('#draft=%%%')).toEqual({ state: 'damaged' });
    expect(await readShareLink('#draft=AAAA')).toEqual({ state: 'damaged' });
  });
});
