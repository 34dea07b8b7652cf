import { copyJson, isJsonObject, type JsonObject, type JsonValue, sameJson } from '../json.ts';
import { failure, StatusError } from '../status.ts';

/** RFC 7386. For a NetworkPolicy a strategic merge is the same, since none of its lists has a merge key. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** RFC 6902. Throws 422 for an operation that can't be done, as the server answers. */
export function jsonPatch(target: JsonObject, operations: JsonValue): JsonValue {
  if (!Array.isArray(operations)) throw refuse('a JSON patch is a list of operations');
  let document: JsonValue = copyJson(target);
  for (const operation of operations) {
    if (!isJsonObject(operation)) throw refuse('an operation is an object');
    document = applyOperation(document, operation);
  }
  return document;
}

function refuse(message: string): StatusError {
  return new StatusError(
    failure(422, 'Invalid', `the server rejected our request due to an error in our request: ${message}`),
  );
}

function pointer(value: JsonValue | undefined): string[] {
  if (typeof value !== 'string' || (value !== '' && !value.startsWith('/')))
    throw refuse(`no JSON pointer: ${value}`);
  return value
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOperation(document: JsonValue, operation: JsonObject): JsonValue {
  const path = pointer(operation.path);
  switch (operation.op) {
    case 'add':
      return edit(document, path, 'add', operation.value ?? null);
    case 'replace':
      return edit(document, path, 'replace', operation.value ?? null);
    case 'remove':
      return edit(document, path, 'remove', null);
    case 'copy':
      return edit(document, path, 'add', copyJson(lookUp(document, pointer(operation.from))));
    case 'move': {
      const from = pointer(operation.from);
      return edit(edit(document, from, 'remove', null), path, 'add', lookUp(document, from));
    }
    case 'test':
      if (!sameJson(lookUp(document, path), operation.value ?? null)) {
        throw refuse(`testing value ${String(operation.path)} failed`);
      }
      return document;
    default:
      throw refuse(`unexpected kind: ${String(operation.op)}`);
  }
}

function lookUp(document: JsonValue, path: readonly string[]): JsonValue {
  let here: JsonValue = document;
  for (const part of path) {
    const next: JsonValue | undefined = Array.isArray(here)
      ? here[Number(part)]
      : isJsonObject(here) && Object.hasOwn(here, part)
        ? here[part]
        : undefined;
    if (next === undefined) throw refuse(`missing value at /${path.join('/')}`);
    here = next;
  }
  return here;
}

function edit(
  document: JsonValue,
  path: readonly string[],
  how: 'add' | 'replace' | 'remove',
  value: JsonValue,
): JsonValue {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (Array.isArray(document)) {
    const copy = [...document];
    const index = part === '-' ? copy.length : Number(part);
    if (!Number.isInteger(index) || index < 0 || index > copy.length)
      throw refuse(`invalid index /${path.join('/')}`);
    if (rest.length > 0) copy[index] = edit(copy[index] ?? null, rest, how, value);
    else if (how === 'add') copy.splice(index, 0, value);
    else if (how === 'replace') copy[index] = value;
    else copy.splice(index, 1);
    return copy;
  }
  if (!isJsonObject(document)) throw refuse(`missing value at /${path.join('/')}`);
  const copy = { ...document };
  if (rest.length > 0 || how !== 'add') {
    if (!Object.hasOwn(copy, part)) throw refuse(`missing path /${path.join('/')}`);
  }
  if (rest.length > 0) copy[part] = edit(copy[part] ?? null, rest, how, value);
  else if (how === 'remove') delete copy[part];
  else copy[part] = value;
  return copy;
}
