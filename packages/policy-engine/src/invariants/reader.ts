import type { Diagnostic, SourceRef } from '../diagnostic.ts';
import { nearest } from '../input/nearest.ts';
import { describe, isObject, type JsonObject, ownField } from '../input/reading.ts';
import { createLocator, type Locator } from '../manifests/locate.ts';

/**
 * Reads a check file's values. Unlike a manifest, where a field that nobody knows is dropped, a check file must mean what its
 * author thinks it does: whatever isn't understood is an error.
 */
export class CheckReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;
  readonly #locator: Locator;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#locator = createLocator(text, 1);
  }

  source(path: string): SourceRef {
    const place = this.#locator.locate(path);
    return place === undefined ? { file: this.#file, line: 1 } : { file: this.#file, ...place };
  }

  problem(code: string, path: string, message: string, hint?: string): undefined {
    this.diagnostics.push({
      code,
      severity: 'error',
      message,
      ...(hint === undefined ? {} : { hint }),
      source: this.source(path),
      ...(path === '' ? {} : { path }),
    });
    return undefined;
  }

  wrongType(path: string, wanted: string, value: unknown, hint?: string): undefined {
    return this.problem('wrong-type', path, `This must be ${wanted}, not ${describe(value)}.`, hint);
  }

  object(value: unknown, path: string, wanted: string): JsonObject | undefined {
    return isObject(value) ? value : this.wrongType(path, wanted, value);
  }

  /** Reports fields that are not known. */
  checkFields(value: JsonObject, path: string, known: readonly string[]): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const similar = nearest(key, known);
      this.problem(
        'unknown-field',
        join(path, key),
        `There is no field “${key}” here.`,
        similar === undefined ? `Fields here: ${known.join(', ')}.` : `Did you mean ${similar}?`,
      );
    }
  }

  /** A text that isn't empty; absent: `undefined`, and nothing reported unless `required`. */
  text(
    parent: JsonObject,
    key: string,
    path: string,
    options: { readonly required?: boolean } = {},
  ): string | undefined {
    const value = ownField(parent, key);
    if (value === undefined) {
      if (options.required === true)
        this.problem('missing-field', path, `There is no “${key}”.`, `Add ${key}: …`);
      return undefined;
    }
    if (typeof value === 'string' && value.trim() !== '') return value;
    return this.wrongType(join(path, key), 'a text', value, 'Put it in quotes.');
  }

  flag(parent: JsonObject, key: string, path: string): boolean {
    const value = ownField(parent, key);
    if (value === undefined || typeof value === 'boolean') return value === true;
    this.wrongType(join(path, key), 'true or false', value);
    return false;
  }

  /** One of a list of words. */
  word<Word extends string>(
    value: unknown,
    path: string,
    words: readonly Word[],
    what: string,
  ): Word | undefined {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const similar = typeof value === 'string' ? nearest(value, words) : undefined;
    return this.problem(
      'unknown-word',
      path,
      typeof value === 'string'
        ? `There is no ${what} “${value}”.`
        : `This must be a ${what}, not ${describe(value)}.`,
      similar === undefined ? `There are ${words.join(', ')}.` : `Did you mean ${similar}?`,
    );
  }
}

/** `invariants[0]` + `name` → `invariants[0].name`. */
export function join(path: string, key: string): string {
  const step = /^[\w-]+$/.test(key) ? key : `[${key}]`;
  return path === '' || step.startsWith('[') ? `${path}${step}` : `${path}.${step}`;
}

/** A value as a list: a single one is a list of one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
