import { lowerSelector } from '../dialects/selectors.ts';
import { isObject, type JsonObject, ownField, startReading } from '../input/reading.ts';
import type { Selector } from '../ir/ir.ts';
import { parseAddress, parseCidr } from '../sets/address.ts';
import { parseSelectorText } from '../views/selector-text.ts';
import type { EndSpec } from './model.ts';
import { asList, type CheckReader, join } from './reader.ts';

/** Words that stand for whole sets. */
const WORDS: Readonly<Record<string, EndSpec>> = {
  cluster: { type: 'cluster' },
  internet: { type: 'internet' },
  outside: { type: 'outside' },
  everyone: { type: 'everyone' },
  nodes: { type: 'nodes' },
};

const POD_FIELDS = ['namespace', 'namespaces', 'namespaceLabels', 'labels'];
const SINGLE_FIELDS = [
  ...new Set(['workload', 'workloads', 'cidr', 'cidrs', 'node', 'dns', 'anyOf', ...Object.keys(WORDS)]),
];
const FIELDS = [...new Set([...POD_FIELDS, ...SINGLE_FIELDS, 'except'])];

/**
 * Reads a set of ends: `shop/web`, `shop/*`, `10.0.0.0/8`, `internet`, an object such as `{namespace: shop, labels: app=web}`
 * with an optional `except`, or a list, which means any of them.
 */
export function readEnds(reader: CheckReader, value: unknown, path: string): EndSpec | undefined {
  if (Array.isArray(value)) return readList(reader, value, path);
  if (typeof value === 'string') return readText(reader, value, path);
  if (isObject(value)) return readObject(reader, value, path);
  return reader.wrongType(
    path,
    'a workload, an address or the like',
    value,
    'Write shop/web, 10.0.0.0/8, internet, or {namespace: shop}.',
  );
}

function readList(reader: CheckReader, value: readonly unknown[], path: string): EndSpec | undefined {
  if (value.length === 0)
    return reader.problem('empty-list', path, 'The list is empty.', 'Name at least one end.');
  const ends = value.map((item, index) => readEnds(reader, item, `${path}[${index}]`));
  return ends.some((end) => end === undefined) ? undefined : anyOf(ends.flatMap((end) => end ?? []));
}

function anyOf(ends: readonly EndSpec[]): EndSpec {
  const [first] = ends;
  return ends.length === 1 && first !== undefined ? first : { type: 'any-of', ends };
}

function readText(reader: CheckReader, text: string, path: string): EndSpec | undefined {
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
  if (word !== undefined) return word;
  if (parseCidr(text) !== undefined || parseAddress(text) !== undefined) return cidrEnd(text);
  if (text.startsWith('node/')) return { type: 'nodes', name: text.slice('node/'.length) };
  if (text.includes('/')) return readWorkload(reader, text, path);
  if (/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)) return { type: 'domain', name: text };
  return reader.problem(
    'unknown-end',
    path,
    `“${text}” is no end of a connection.`,
    `Write NAMESPACE/WORKLOAD, NAMESPACE/*, an address or CIDR, node/NAME, a DNS name, or one of ${Object.keys(WORDS).join(', ')}.`,
  );
}

function cidrEnd(text: string): EndSpec {
  const address = parseAddress(text);
  if (address === undefined) return { type: 'cidr', cidr: text };
  return { type: 'cidr', cidr: `${text}/${address.family === 4 ? 32 : 128}` };
}

/** `shop/web`, `shop/web[Deployment]`, `shop/*`. */
function readWorkload(reader: CheckReader, text: string, path: string): EndSpec | undefined {
  const match = /^([a-z0-9][a-z0-9-]*)\/(?:(\*)|([^\s/[\]*]+)(?:\[([A-Za-z]+)\])?)$/.exec(text);
  if (match === null) {
    return reader.problem(
      'unknown-end',
      path,
      `“${text}” is neither a workload nor a CIDR.`,
      'Write NAMESPACE/NAME, NAMESPACE/NAME[Kind], NAMESPACE/*, or a CIDR such as 10.0.0.0/8.',
    );
  }
  const [, namespace = '', star, name = '', kind] = match;
  if (star !== undefined) return { type: 'pods', namespaces: [namespace] };
  return { type: 'workload', namespace, name, ...(kind === undefined ? {} : { kind }) };
}

function readObject(reader: CheckReader, value: JsonObject, path: string): EndSpec | undefined {
  const before = reader.diagnostics.length;
  reader.checkFields(value, path, FIELDS);
  const singles = SINGLE_FIELDS.filter((field) => Object.hasOwn(value, field));
  const pods = POD_FIELDS.some((field) => Object.hasOwn(value, field));
  if (singles.length + (pods ? 1 : 0) > 1) {
    return reader.problem(
      'ambiguous-end',
      path,
      `It is not clear how ${[...singles, ...(pods ? ['the pods'] : [])].join(' and ')} go together.`,
      'For any of several, write a list with an item for each.',
    );
  }
  const [single] = singles;
  const ends =
    single !== undefined
      ? readSingle(reader, value, single, path)
      : pods
        ? readPods(reader, value, path)
        : Object.hasOwn(value, 'except')
          ? reader.problem(
              'missing-field',
              path,
              '“except” needs something that it is excepted from.',
              'Add everyone: true, cluster: true, or a namespace.',
            )
          : reader.problem('missing-field', path, 'This names no end.', `Fields here: ${FIELDS.join(', ')}.`);
  const except = Object.hasOwn(value, 'except')
    ? readEnds(reader, ownField(value, 'except'), join(path, 'except'))
    : undefined;
  if (ends === undefined || reader.diagnostics.length > before) return undefined;
  return except === undefined ? ends : { type: 'except', ends, except };
}

function readSingle(
  reader: CheckReader,
  value: JsonObject,
  field: string,
  path: string,
): EndSpec | undefined {
  const at = join(path, field);
  const own = ownField(value, field);
  switch (field) {
    case 'anyOf':
      return Array.isArray(own) ? readList(reader, own, at) : reader.wrongType(at, 'a list', own);
    case 'workload':
    case 'workloads':
      return eachText(reader, own, at, (text, where) => readWorkload(reader, text, where));
    case 'cidr':
    case 'cidrs':
      return eachText(reader, own, at, (text, where) =>
        parseCidr(text) === undefined && parseAddress(text) === undefined
          ? reader.problem('invalid-cidr', where, `“${text}” is no CIDR.`, 'Write it as 10.0.0.0/8.')
          : cidrEnd(text),
      );
    case 'node':
      return eachText(reader, own, at, (text) => ({ type: 'nodes', name: text }));
    case 'dns':
      return eachText(reader, own, at, (text) => ({ type: 'domain', name: text }));
    case 'nodes': {
      if (own === true) return { type: 'nodes' };
      const labels = readSelector(reader, own, at);
      return labels === undefined ? undefined : { type: 'nodes', labels };
    }
    default: {
      if (own !== true) return reader.wrongType(at, 'true', own, `Write ${field}: true.`);
      return WORDS[field];
    }
  }
}

function eachText(
  reader: CheckReader,
  value: unknown,
  path: string,
  read: (text: string, path: string) => EndSpec | undefined,
): EndSpec | undefined {
  const list = asList(value);
  if (list.length === 0)
    return reader.problem('empty-list', path, 'The list is empty.', 'Name at least one.');
  const ends = list.map((item, index) => {
    const at = Array.isArray(value) ? `${path}[${index}]` : path;
    return typeof item === 'string'
      ? read(item, at)
      : reader.wrongType(at, 'a text', item, 'Put it in quotes.');
  });
  return ends.some((end) => end === undefined) ? undefined : anyOf(ends.flatMap((end) => end ?? []));
}

function readPods(reader: CheckReader, value: JsonObject, path: string): EndSpec | undefined {
  const namespaces = [
    ...namesIn(reader, value, 'namespace', path),
    ...namesIn(reader, value, 'namespaces', path),
  ];
  const selector = (field: string): Selector | undefined =>
    Object.hasOwn(value, field) ? readSelector(reader, ownField(value, field), join(path, field)) : undefined;
  const namespaceLabels = selector('namespaceLabels');
  const labels = selector('labels');
  return {
    type: 'pods',
    ...(namespaces.length === 0 ? {} : { namespaces }),
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
    ...(labels === undefined ? {} : { labels }),
  };
}

function namesIn(reader: CheckReader, value: JsonObject, field: string, path: string): readonly string[] {
  if (!Object.hasOwn(value, field)) return [];
  const own = ownField(value, field);
  const at = join(path, field);
  const names = asList(own);
  if (names.length === 0)
    reader.problem('empty-list', at, 'The list of namespaces is empty.', 'Name at least one.');
  return names.flatMap((name) =>
    typeof name === 'string' && name !== ''
      ? [name]
      : (reader.wrongType(at, 'the name of a namespace', name) ?? []),
  );
}

/**
 * Reads a label selector: text as kubectl takes it (`app=web,tier!=db`), a map of labels, or an object with `matchLabels` and
 * `matchExpressions`.
 */
function readSelector(reader: CheckReader, value: unknown, path: string): Selector | undefined {
  if (typeof value === 'string') {
    const read = parseSelectorText(value);
    return 'selector' in read
      ? read.selector
      : reader.problem(
          'invalid-selector',
          path,
          `${read.problem}.`,
          'Write it as for kubectl -l: app=web,tier!=db.',
        );
  }
  const object = reader.object(value, path, 'a label selector such as app=web');
  if (object === undefined) return undefined;
  const isSelector = Object.hasOwn(object, 'matchLabels') || Object.hasOwn(object, 'matchExpressions');
  const reading = startReading({ kind: 'selector', name: path }, 'rejected');
  const selector = lowerSelector(reading, isSelector ? object : { matchLabels: object }, '');
  for (const { code, message, hint, path: inner } of reading.diagnostics) {
    const below = inner === undefined || inner === '' ? '' : inner.replace(/^\.?/, '.');
    reader.problem(code, isSelector ? `${path}${below}` : path, message, hint);
  }
  return reading.diagnostics.length > 0 ? undefined : selector;
}
