import type { Diagnostic, ObjectRef, Severity } from '../diagnostic.ts';
import { nearest } from './nearest.ts';

/**
 * Reading one object's untrusted JSON field by field. Readers return `undefined` for a value that can't be used and
 * have then reported why, so a caller goes on and collects every problem of an object in one pass.
 */
export interface Reading {
  readonly object: ObjectRef;
  /**
   * What `null` means. `absent`: built-in kinds, whose decoder reads null as the zero value, which is worth a warning
   * where people write the object by hand; `silent`: the same, without. `rejected`: custom resources, whose schema
   * has no nullable field.
   */
  readonly nulls: 'absent' | 'silent' | 'rejected';
  readonly diagnostics: Diagnostic[];
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A hostile object could have a problem per field; nobody reads more than these. */
const MOST_DIAGNOSTICS = 100;

export function startReading(object: ObjectRef, nulls: Reading['nulls']): Reading {
  return { object, nulls, diagnostics: [] };
}

/** `true`: an API server would have rejected the object, so it has no effect in any cluster. */
export function isRejected(reading: Reading): boolean {
  return reading.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** Reports what an API server rejects. */
export function reject(reading: Reading, code: string, path: string, message: string, hint?: string): void {
  report(reading, 'error', code, path, message, hint);
}

/** Reports what is accepted but probably not what its author meant. */
export function warn(reading: Reading, code: string, path: string, message: string, hint?: string): void {
  report(reading, 'warning', code, path, message, hint);
}

function report(
  reading: Reading,
  severity: Severity,
  code: string,
  path: string,
  message: string,
  hint: string | undefined,
): void {
  const { diagnostics, object } = reading;
  if (diagnostics.length > MOST_DIAGNOSTICS) return;
  if (diagnostics.length === MOST_DIAGNOSTICS) {
    // As severe as any problem it stands for may be: an unreported error must still reject the object.
    diagnostics.push({
      code: 'too-many-problems',
      severity: 'error',
      message: `There are more than ${MOST_DIAGNOSTICS} problems; the rest are not listed.`,
      object,
    });
    return;
  }
  diagnostics.push({ code, severity, message, ...(hint === undefined ? {} : { hint }), object, path });
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property: `constructor` and `__proto__` of a literal are not fields of the input. */
export function ownField(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

const PLAIN_NAME = /^[\w-]+$/;

/**
 * `spec.ingress` + `from` → `spec.ingress.from`; the index of an item, or a key that is no plain name, goes in brackets, as
 * kubectl does.
 */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!PLAIN_NAME.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Own field of an object; null as `Reading.nulls` says. */
export function readField(reading: Reading, parent: JsonObject, key: string, path: string): unknown {
  const value = ownField(parent, key);
  if (value !== null) return value;
  const at = childPath(path, key);
  if (reading.nulls === 'rejected') {
    reject(reading, 'wrong-type', at, `\`${key}\` is null.`, `Give \`${key}\` a value or remove the line.`);
  } else if (reading.nulls === 'absent') {
    warn(
      reading,
      'null-field',
      at,
      `\`${key}\` has no value, which means the same as leaving it out.`,
      `Give \`${key}\` a value, write \`{}\` or \`[]\` if empty is meant, or remove the line.`,
    );
  }
  return undefined;
}

/** An object-valued field. Absent: `undefined`, nothing reported. */
export function readObject(
  reading: Reading,
  parent: JsonObject,
  key: string,
  path: string,
): JsonObject | undefined {
  const value = readField(reading, parent, key, path);
  // Nearly every value is what it should be, and then its path is not needed.
  if (value === undefined || isObject(value)) return value;
  return asObject(reading, value, childPath(path, key));
}

/** A list-valued field. Absent: `undefined`, nothing reported. */
export function readList(
  reading: Reading,
  parent: JsonObject,
  key: string,
  path: string,
): readonly unknown[] | undefined {
  const value = readField(reading, parent, key, path);
  if (value === undefined || Array.isArray(value)) return value;
  wrongType(reading, childPath(path, key), 'a list', value, 'Start each item on its own line with `- `.');
  return undefined;
}

/** A string-valued field. Absent: `undefined`, nothing reported. */
export function readString(
  reading: Reading,
  parent: JsonObject,
  key: string,
  path: string,
): string | undefined {
  const value = readField(reading, parent, key, path);
  if (value === undefined || typeof value === 'string') return value;
  wrongType(reading, childPath(path, key), 'a string', value, 'Put the value in quotes.');
  return undefined;
}

/** A whole number within bounds. Absent: `undefined`, nothing reported. */
export function readInteger(
  reading: Reading,
  parent: JsonObject,
  key: string,
  path: string,
  bounds: { readonly min: number; readonly max: number; readonly code: string },
): number | undefined {
  const value = readField(reading, parent, key, path);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    wrongType(
      reading,
      childPath(path, key),
      'a whole number',
      value,
      `Write a number from ${bounds.min} to ${bounds.max}, unquoted.`,
    );
    return undefined;
  }
  if (value < bounds.min || value > bounds.max) {
    reject(
      reading,
      bounds.code,
      childPath(path, key),
      `\`${key}\` is ${value}; it must be from ${bounds.min} to ${bounds.max}.`,
      `Write a number from ${bounds.min} to ${bounds.max}.`,
    );
    return undefined;
  }
  return value;
}

/** An item of a list of objects. A null item is the empty object to a built-in kind's decoder. */
export function asObject(reading: Reading, value: unknown, path: string): JsonObject | undefined {
  if (isObject(value)) return value;
  if (value === null && reading.nulls !== 'rejected') {
    if (reading.nulls === 'absent') {
      warn(
        reading,
        'null-field',
        path,
        'The item has no value, which means the same as `{}`.',
        'Write `{}` or remove the item.',
      );
    }
    return {};
  }
  wrongType(reading, path, 'an object', value, 'Write it as `field: value` lines.');
  return undefined;
}

export function wrongType(
  reading: Reading,
  path: string,
  wanted: string,
  value: unknown,
  hint: string,
): void {
  reject(reading, 'wrong-type', path, `This must be ${wanted}, not ${describe(value)}.`, hint);
}

/** Bounds on the length of a list, as a custom resource's schema sets them. */
export function checkLength(
  reading: Reading,
  list: readonly unknown[],
  path: string,
  bounds: { readonly min: number; readonly max: number },
): void {
  if (list.length < bounds.min) {
    reject(
      reading,
      'too-few-items',
      path,
      'The list is empty; it needs at least one item.',
      'Add an item, or remove the field if it is optional.',
    );
  } else if (list.length > bounds.max) {
    reject(
      reading,
      'too-many-items',
      path,
      `The list has ${list.length} items; at most ${bounds.max} are allowed.`,
      'Split the policy in two.',
    );
  }
}

const NOWHERE: ReadonlyMap<string, string> = new Map();

/**
 * Warns about fields that the kind doesn't have. An API server drops them, so the object then means what is left
 * (`kubectl apply` with its default strict validation refuses it).
 * @param elsewhere where a field that was put on the wrong level belongs.
 */
export function checkFields(
  reading: Reading,
  value: JsonObject,
  path: string,
  known: readonly string[],
  elsewhere: ReadonlyMap<string, string> = NOWHERE,
): void {
  for (const key in value) {
    if (known.includes(key) || !Object.hasOwn(value, key)) continue;
    const place = elsewhere.get(key);
    const similar = nearest(key, known);
    const hint =
      similar !== undefined
        ? `Did you mean \`${similar}\`?`
        : place !== undefined
          ? `\`${key}\` belongs ${place}.`
          : `Fields here: ${known.map((field) => `\`${field}\``).join(', ')}.`;
    warn(
      reading,
      'unknown-field',
      childPath(path, key),
      `There is no field \`${key}\` here; API servers drop it, and kubectl refuses the object.`,
      hint,
    );
  }
}

/** How a value of the wrong type is named in a message; never its content at length. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return `the string "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return `${value}`;
    default:
      return typeof value;
  }
}
