import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { zipOf } from './zip.ts';

describe('zipOf', () => {
  it('holds the files as they are, the same bytes each time', async () => {
    const files = [
      { path: 'shop/a.yaml', text: 'a: 1\n' },
      { path: 'kustomization.yaml', text: 'é\n' },
    ];
    const bytes = await zipOf(files);
    const back = unzipSync(bytes);
    expect(Object.entries(back).map(([path, text]) => ({ path, text: strFromU8(text) }))).toEqual(files);
    expect(await zipOf(files)).toEqual(bytes);
  });
});
