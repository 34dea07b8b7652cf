import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';

/** The shape of a Go API type, as far as decoding JSON into it matters. */
export type Schema =
  | {
      readonly type: 'string' | 'int32' | 'int64' | 'bool' | 'int-or-string' | 'anything';
      readonly go: string;
    }
  | { readonly type: 'list'; readonly go: string; readonly items: Schema }
  | { readonly type: 'map'; readonly go: string; readonly values: Schema }
  | {
      readonly type: 'object';
      readonly go: string;
      readonly fields: Readonly<Record<string, Schema>>;
      /** Fields whose Go type can't be left out when empty, because they are neither pointer nor list. */
      readonly always?: readonly string[];
    };

export interface Decoded {
  /** The value as the server would keep and print it: empty lists, maps and strings are gone (`omitempty`). */
  readonly value: JsonValue;
  /** Paths of fields the type does not have, such as `spec.ingres`. */
  readonly unknown: readonly string[];
}

/** What Go's JSON decoder says about a value of the wrong type. */
export class DecodeError extends Error {
  /** The same as server-side apply says it: `.spec.podSelector: expected map, got &{all}`. */
  readonly typed: string;

  constructor(message: string, typed: string) {
    super(message);
    this.typed = typed;
  }
}

/** structured-merge-diff's words for the types. */
const TYPED: Readonly<Record<Schema['type'], string>> = {
  string: 'string',
  int32: 'numeric (int or float)',
  int64: 'numeric (int or float)',
  bool: 'boolean',
  'int-or-string': 'scalar',
  anything: 'anything',
  list: 'list',
  map: 'map',
  object: 'map',
};

/**
 * Decodes as kube-apiserver does. Throws `DecodeError` for a value of the wrong JSON type. `keepUnknown` leaves fields
 * that the type does not have in the value, for objects of a server newer than the type.
 */
export function decode(
  value: JsonValue,
  schema: Schema,
  options: { readonly keepUnknown?: boolean } = {},
): Decoded {
  const context: Context = { unknown: [], keepUnknown: options.keepUnknown ?? false };
  const decoded = step(value, schema, { path: '', goPath: '', struct: '' }, context);
  return { value: decoded ?? {}, unknown: context.unknown };
}

interface Context {
  readonly unknown: string[];
  readonly keepUnknown: boolean;
}

interface Where {
  /** With indexes, for the strict decoder's messages. */
  readonly path: string;
  /** Without them, for Go's. */
  readonly goPath: string;
  /** The innermost struct. */
  readonly struct: string;
}

function jsonType(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return typeof value;
}

function mismatch(value: JsonValue, schema: Schema, where: Where): DecodeError {
  return new DecodeError(
    `json: cannot unmarshal ${jsonType(value)} into Go struct field ${where.struct}.${where.goPath} of type ${schema.go}`,
    `.${where.path}: expected ${TYPED[schema.type]}, got &{${String(value)}}`,
  );
}

/** `undefined`: the value is what the type prints nothing for. */
function step(value: JsonValue, schema: Schema, where: Where, context: Context): JsonValue | undefined {
  // Go leaves a field at its zero value for null.
  if (value === null) return undefined;
  switch (schema.type) {
    case 'anything':
      return value;
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, schema, where);
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(value, schema, where);
      return value;
    case 'int32':
    case 'int64':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw mismatch(value, schema, where);
      return value;
    case 'int-or-string':
      if (typeof value === 'string') return value;
      if (typeof value !== 'number' || !Number.isInteger(value)) throw mismatch(value, schema, where);
      return value;
    case 'list': {
      if (!Array.isArray(value)) throw mismatch(value, schema, where);
      const items = value.map(
        (item, index) =>
          step(item, schema.items, { ...where, path: `${where.path}[${index}]` }, context) ?? {},
      );
      return items.length === 0 ? undefined : items;
    }
    case 'map': {
      if (!isJsonObject(value)) throw mismatch(value, schema, where);
      const entries = Object.entries(value).map(
        ([key, child]) => [key, step(child ?? null, schema.values, where, context) ?? ''] as const,
      );
      return entries.length === 0 ? undefined : Object.fromEntries(entries);
    }
    case 'object': {
      if (!isJsonObject(value)) throw mismatch(value, schema, where);
      return object(value, schema, where, context);
    }
  }
}

function object(
  value: JsonObject,
  schema: Extract<Schema, { type: 'object' }>,
  where: Where,
  context: Context,
): JsonObject {
  const result: JsonObject = {};
  const join = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(schema.fields, key)) continue;
    context.unknown.push(join(where.path, key));
    if (context.keepUnknown) result[key] = value[key];
  }
  // In the order of the type's fields, as the server prints them.
  for (const [key, fieldSchema] of Object.entries(schema.fields)) {
    const child = Object.hasOwn(value, key) ? value[key] : undefined;
    const inner: Where = {
      path: join(where.path, key),
      goPath: join(where.goPath, key),
      struct: schema.go.replace(/^.*\./, ''),
    };
    const decoded = child === undefined ? undefined : step(child, fieldSchema, inner, context);
    if (decoded !== undefined && decoded !== '') result[key] = decoded;
    else if (schema.always?.includes(key)) result[key] = fieldSchema.type === 'string' ? '' : {};
  }
  return result;
}
