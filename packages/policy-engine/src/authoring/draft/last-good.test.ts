import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectivePolicies, withText, withUnreadText } from './last-good.ts';
import type { PolicyText } from './model.ts';
import { readPolicyText } from './policies.ts';

const EMPTY: PolicyText = { id: '1', type: 'policies', text: '' };
/** Can never be used. */
const NEVER = 'kind: Deployment\n';

function policy(name: string): string {
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\n  namespace: shop\nspec:\n  podSelector: {}\n`;
}

function half(text: string): string {
  return text.replace('podSelector: {}', 'podSelector: {');
}

/** The item after it has had these texts. */
function after(...texts: readonly string[]): PolicyText {
  return texts.reduce(withText, EMPTY);
}

function names(item: PolicyText): readonly string[] {
  return effectivePolicies(item).policies.map(({ name }) => name);
}

describe('the last good state of a document', () => {
  const [a, b, c] = [policy('a'), policy('b'), policy('c')];

  it('counts while it is half-typed, whatever else in the text can never be used', () => {
    const item = after(`${a}---\n${NEVER}`, `${half(a)}---\n${NEVER}`);
    expect(names(item)).toEqual(['a']);
    expect(effectivePolicies(item)).toMatchObject({ broken: [0, 1], kept: [0] });
    expect(effectivePolicies(item).lastGood.map(({ name }) => name)).toEqual(['a']);
    // Also of what was added meanwhile.
    const before = `${a}---\n${NEVER}`;
    expect(names(after(before, `${before}---\n${c}`, `${before}---\n${half(c)}`))).toEqual(['a', 'c']);
  });

  it('counts where a marker was deleted or typed, and no longer where the document was deleted', () => {
    expect(names(after(`${a}---\n${b}`, `${a}--\n${b}`))).toEqual(['a', 'b']);
    expect(names(after(`${a}---\n${b}`, `${a}--\n${b}`, `${a}---\n${b}`))).toEqual(['a', 'b']);
    expect(names(after(a, a.replace('spec:', '---\nspec:')))).toEqual(['a']);
    const broken = [`${a}---\n${b}---\n${NEVER}`, `${a}---\n${half(b)}---\n${NEVER}`];
    expect(names(after(...broken))).toEqual(['a', 'b']);
    expect(names(after(...broken, `${a}---\n${NEVER}`))).toEqual(['a']);
  });

  it('counts while it has the name of another', () => {
    const renamed = b.replace('name: b', 'name: a');
    expect(names(after(`${a}---\n${b}`, `${a}---\n${renamed}`))).toEqual(['a', 'b']);
  });

  it('counts in texts that are read elsewhere, also where the answer to the last key is still to come', () => {
    const texts = [
      `${a}---\n${NEVER}---\n${b}`,
      `${half(a)}---\n${NEVER}---\n${b}`,
      `${half(a)}---\n${NEVER}---\n${half(b)}`,
    ];
    let item = EMPTY;
    for (const text of texts) {
      item = withUnreadText(item, text, { item, broken: effectivePolicies(item).broken });
      expect(names(item)).toEqual(['a', 'b']);
    }
    const [first = '', ...keys] = texts;
    const read = { item: { ...EMPTY, text: first }, broken: [1] };
    const late = keys.reduce((last, text) => withUnreadText(last, text, read), read.item);
    expect(names(late)).toEqual(['a', 'b']);
  });

  it('is never of a document that was not there, and changes nothing of those that can be used', () => {
    const document = fc.constantFrom(a, b, c, half(a), half(c), NEVER, '# nothing\n', '');
    const text = fc.array(document, { maxLength: 5 }).map((documents) => documents.join('---\n'));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (texts) => {
        const item = after(...texts);
        const last = texts.at(-1) ?? '';
        const usable = readPolicyText(last, 'draft').documents.flatMap((each) => each.policy ?? []);
        const ever = texts.flatMap((each) =>
          readPolicyText(each, 'draft').documents.flatMap(({ policy: own }) => own?.name ?? []),
        );
        const { policies, lastGood, broken } = effectivePolicies(item);
        expect(policies.filter((each) => !lastGood.includes(each))).toEqual(usable);
        for (const { name } of lastGood) expect(ever).toContain(name);
        expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
        if (broken.length === 0) expect(item).toEqual({ ...EMPTY, text: last });
      }),
    );
  });
});
