import { isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { JsonValue } from '../json.ts';
import { badRequest, StatusError, unsupportedMediaType } from '../status.ts';
import { MEDIA_TYPES } from './negotiate.ts';

export interface ParsedBody {
  readonly value: JsonValue;
  /** Paths of keys that occur twice in one object, such as `spec.podSelector`. */
  readonly duplicates: readonly string[];
}

/** Reads a JSON or YAML body. Throws 415 for another media type and 400 for text that does not parse. */
export function parseBody(contentType: string | undefined, text: string): ParsedBody {
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  const json = type === 'application/json' || type.endsWith('+json');
  if (!json && type !== 'application/yaml' && !type.endsWith('+yaml')) {
    throw new StatusError(unsupportedMediaType(MEDIA_TYPES));
  }
  if (json) {
    try {
      JSON.parse(text);
    } catch (error) {
      throw new StatusError(badRequest(error instanceof Error ? error.message : 'invalid JSON'));
    }
  }
  // JSON is YAML as well, and only the tree shows keys that occur twice.
  const document = parseDocument(text, { uniqueKeys: false });
  const problem = document.errors[0];
  if (problem !== undefined)
    throw new StatusError(badRequest(`error converting YAML to JSON: yaml: ${problem.message}`));
  const duplicates: string[] = [];
  findDuplicates(document.contents, '', duplicates);
  const value: JsonValue = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null));
  return { value, duplicates };
}

function findDuplicates(node: Node | null | unknown, path: string, found: string[]): void {
  if (isMap(node)) {
    const seen = new Set<string>();
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const key = String(pair.key.value);
      const here = path === '' ? key : `${path}.${key}`;
      if (seen.has(key)) found.push(here);
      seen.add(key);
      findDuplicates(pair.value, here, found);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      findDuplicates(item, `${path}[${index}]`, found);
    });
  }
}
