/**
 * Three-valued truth (Kleene) and plain-JSON access for the spec-literal evaluator.
 * Nothing here is shared with the engine: the two are compared in the tests.
 */

/** `maybe`: can't be decided from what is known. */
export type Truth = 'yes' | 'no' | 'maybe';

/** Conjunction: one `no` decides; an empty list is `yes`. */
export function all(values: readonly Truth[]): Truth {
  if (values.includes('no')) return 'no';
  return values.includes('maybe') ? 'maybe' : 'yes';
}

/** Disjunction: one `yes` decides; an empty list is `no`. */
export function some(values: readonly Truth[]): Truth {
  if (values.includes('yes')) return 'yes';
  return values.includes('maybe') ? 'maybe' : 'no';
}

export function truth(value: boolean): Truth {
  return value ? 'yes' : 'no';
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field's value; `undefined` where it is missing or null, which the API server reads as missing. */
export function field(value: unknown, key: string): unknown {
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
  const found = value[key];
  return found === null ? undefined : found;
}

export function has(value: unknown, key: string): boolean {
  return field(value, key) !== undefined;
}

/** The field as a list; a missing one is empty. Callers that tell the two apart use {@link has}. */
export function list(value: unknown, key: string): readonly unknown[] {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
}

export function text(value: unknown, key: string): string | undefined {
  const found = field(value, key);
  return typeof found === 'string' ? found : undefined;
}

export function number(value: unknown, key: string): number | undefined {
  const found = field(value, key);
  return typeof found === 'number' ? found : undefined;
}
