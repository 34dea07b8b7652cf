import { loadAll } from 'js-yaml';
import { parseAllDocuments } from 'yaml';

/**
 * Reads a YAML text by two parsers that have nothing in common, by the rules of YAML 1.2 and of 1.1, which kubectl's parser
 * keeps in part: there `no`, `1e3` and `012` are no strings. All must read the same.
 * @throws {Error} where one of them finds fault with the text, or they differ
 */
export function parseExported(text: string): readonly unknown[] {
  const values = read(text, '1.2');
  for (const [name, others] of [
    ['by the rules of YAML 1.1', read(text, '1.1')],
    ['by another parser', loadAll(text)],
  ] as const) {
    if (JSON.stringify(others) !== JSON.stringify(values))
      throw new Error(`${name} it is ${JSON.stringify(others)} instead of ${JSON.stringify(values)}`);
  }
  return values;
}

function read(text: string, version: '1.1' | '1.2'): readonly unknown[] {
  return parseAllDocuments(text, { strict: true, version }).flatMap((document) => {
    if (!('errors' in document)) return [];
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return [document.toJS()];
  });
}
