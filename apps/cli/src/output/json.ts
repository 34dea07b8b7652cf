/** JSON as this program prints it: two blanks, a line break at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * The same text in pieces, for documents that may be longer than a text can be. Values at the top that can be iterated are
 * arrays, of which one item is held at a time.
 */
export function* jsonChunks(document: object): Generator<string, void> {
  let separator = '{';
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined) continue;
    yield `${separator}\n  ${JSON.stringify(name)}: `;
    separator = ',';
    if (isIterable(value)) yield* arrayChunks(value);
    else yield indented(value, '  ');
  }
  yield separator === '{' ? '{}\n' : '\n}\n';
}

function* arrayChunks(items: Iterable<unknown>): Generator<string, void> {
  let separator = '[';
  for (const item of items) {
    yield `${separator}\n    ${indented(item, '    ')}`;
    separator = ',';
  }
  yield separator === '[' ? '[]' : '\n  ]';
}

function indented(value: unknown, indent: string): string {
  return (JSON.stringify(value, undefined, 2) ?? 'null').replaceAll('\n', `\n${indent}`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
