import type { Diagnostic } from '../diagnostic.ts';
import { isObject, type JsonObject, ownField } from '../input/reading.ts';
import { DIRECTIONS, type Direction } from '../ir/ir.ts';
import { readYaml } from '../manifests/yaml-values.ts';
import {
  type AcceptedFinding,
  type Assertion,
  type CheckFile,
  type EndSpec,
  FINDING_CODES,
  type Invariant,
  type PortSpec,
} from './model.ts';
import { readEnds } from './parse-ends.ts';
import { readPorts } from './parse-ports.ts';
import { asList, CheckReader, join } from './reader.ts';

export interface ParsedCheckFile {
  /** What could be read; judge by it only where no diagnostic is an error. */
  readonly file: CheckFile;
  readonly diagnostics: readonly Diagnostic[];
}

const FILE_FIELDS = ['version', 'invariants', 'accept'];
const INVARIANT_FIELDS = ['name', 'reason', 'allowEmpty'];
const ACCEPT_FIELDS = ['finding', 'policy', 'in', 'reason'];

/** Far more than anyone writes; a hostile file may have any number. */
const MOST_INVARIANTS = 10_000;

/** Fields of each assertion, by the name it has in a file. */
const ASSERTIONS = {
  mustReach: ['from', 'to', 'ports'],
  mustNeverReach: ['from', 'to', 'ports'],
  onlyMayReach: ['from', 'to', 'ports'],
  mayOnlyReach: ['from', 'to', 'ports'],
  nothingOutsideMayReach: ['to', 'except', 'ports'],
  isolated: ['ends', 'directions'],
  noFindings: ['kinds', 'in'],
} as const;

type AssertionField = keyof typeof ASSERTIONS;
const ASSERTION_FIELDS: readonly AssertionField[] = [
  'mustReach',
  'mustNeverReach',
  'onlyMayReach',
  'mayOnlyReach',
  'nothingOutsideMayReach',
  'isolated',
  'noFindings',
];

/**
 * Parses a check file: YAML or JSON, `version: 1`. Never throws; whatever is not understood is an error with its line, since
 * an assertion that is dropped in silence would seem to hold.
 * @param name of the file, for messages
 */
export function parseCheckFile(name: string, text: string): ParsedCheckFile {
  const reader = new CheckReader(name, text);
  const empty: CheckFile = { version: 1, invariants: [], accept: [] };
  const read = readYaml(text);
  if (!read.ok) {
    const { code, message, hint, line, column } = read.problem;
    return {
      file: empty,
      diagnostics: [{ code, severity: 'error', message, hint, source: { file: name, line, column } }],
    };
  }
  for (const { code, message, hint, line, column } of read.duplicateKeys) {
    reader.diagnostics.push({ code, severity: 'error', message, hint, source: { file: name, line, column } });
  }
  const root = reader.object(read.value, '', 'a mapping with version and invariants');
  if (root === undefined) return { file: empty, diagnostics: reader.diagnostics };
  reader.checkFields(root, '', FILE_FIELDS);
  readVersion(reader, root);
  const invariants = listOf(reader, root, 'invariants').flatMap(
    (item, index) => readInvariant(reader, item, `invariants[${index}]`) ?? [],
  );
  const accept = listOf(reader, root, 'accept').flatMap(
    (item, index) => readAccepted(reader, item, `accept[${index}]`) ?? [],
  );
  checkNames(reader, invariants);
  return { file: { version: 1, invariants, accept }, diagnostics: reader.diagnostics };
}

function readVersion(reader: CheckReader, root: JsonObject): void {
  const version = ownField(root, 'version');
  if (version === 1) return;
  if (version === undefined)
    reader.problem('missing-version', '', 'The file does not say its version.', 'Add version: 1.');
  else {
    reader.problem(
      'unsupported-version',
      'version',
      `Version ${JSON.stringify(version)} of check files is not understood.`,
      'This program understands version 1.',
    );
  }
}

function listOf(reader: CheckReader, root: JsonObject, field: string): readonly unknown[] {
  const value = ownField(root, field);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    reader.wrongType(field, 'a list', value, 'Start each item on its own line with “- ”.');
    return [];
  }
  if (value.length <= MOST_INVARIANTS) return value;
  reader.problem('too-many-items', field, `There are more than ${MOST_INVARIANTS} items.`, 'Split the file.');
  return [];
}

function readInvariant(reader: CheckReader, value: unknown, path: string): Invariant | undefined {
  const object = reader.object(value, path, 'an invariant');
  if (object === undefined) return undefined;
  const before = reader.diagnostics.length;
  reader.checkFields(object, path, [...INVARIANT_FIELDS, ...ASSERTION_FIELDS]);
  const name = reader.text(object, 'name', path, { required: true });
  const reason = reader.text(object, 'reason', path);
  const allowEmpty = reader.flag(object, 'allowEmpty', path);
  const present = ASSERTION_FIELDS.filter((field) => Object.hasOwn(object, field));
  const [field] = present;
  if (field === undefined) {
    return reader.problem(
      'missing-assertion',
      path,
      'The invariant asserts nothing.',
      `Add one of ${ASSERTION_FIELDS.join(', ')}.`,
    );
  }
  if (present.length > 1) {
    return reader.problem(
      'two-assertions',
      path,
      `The invariant asserts ${present.join(' and ')}.`,
      'Write an invariant for each.',
    );
  }
  const assertion = readAssertion(reader, ownField(object, field), field, join(path, field));
  if (assertion === undefined || name === undefined || reader.diagnostics.length > before) return undefined;
  return {
    name,
    ...(reason === undefined ? {} : { reason }),
    assertion,
    ...(allowEmpty ? { allowEmpty } : {}),
    source: reader.source(path),
  };
}

function readAssertion(
  reader: CheckReader,
  value: unknown,
  field: AssertionField,
  path: string,
): Assertion | undefined {
  // `isolated: shop/web` and `isolated: {namespace: shop}` name the ends themselves.
  if (
    field === 'isolated' &&
    !(isObject(value) && ASSERTIONS.isolated.some((own) => Object.hasOwn(value, own)))
  ) {
    const ends = readEnds(reader, value, path);
    return ends === undefined ? undefined : { type: 'isolated', ends, directions: DIRECTIONS };
  }
  if (field === 'noFindings' && (typeof value === 'string' || Array.isArray(value))) {
    const kinds = readKinds(reader, value, path);
    return kinds === undefined ? undefined : { type: 'no-findings', kinds };
  }
  const object = reader.object(value, path, `a mapping with ${ASSERTIONS[field].join(', ')}`);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, ASSERTIONS[field]);
  const ends = (name: string): EndSpec | undefined => {
    if (!Object.hasOwn(object, name)) return undefined;
    return readEnds(reader, ownField(object, name), join(path, name));
  };
  const needed = (name: string): EndSpec | undefined =>
    Object.hasOwn(object, name)
      ? ends(name)
      : reader.problem('missing-field', path, `There is no “${name}”.`, `Add ${name}: …`);
  const ports = portsIn(reader, object, path);
  switch (field) {
    case 'mustReach':
    case 'mustNeverReach':
    case 'onlyMayReach':
    case 'mayOnlyReach': {
      const from = needed('from');
      const to = needed('to');
      return from === undefined || to === undefined ? undefined : { type: TYPES[field], from, to, ...ports };
    }
    case 'nothingOutsideMayReach': {
      const to = needed('to');
      const except = ends('except');
      if (to === undefined) return undefined;
      return { type: 'nothing-outside-may-reach', to, ...(except === undefined ? {} : { except }), ...ports };
    }
    case 'isolated': {
      const own = needed('ends');
      const directions = readDirections(reader, object, path);
      return own === undefined || directions === undefined
        ? undefined
        : { type: 'isolated', ends: own, directions };
    }
    case 'noFindings': {
      const kinds = Object.hasOwn(object, 'kinds')
        ? readKinds(reader, ownField(object, 'kinds'), join(path, 'kinds'))
        : undefined;
      const within = ends('in');
      return {
        type: 'no-findings',
        ...(kinds === undefined ? {} : { kinds }),
        ...(within === undefined ? {} : { ends: within }),
      };
    }
  }
}

const TYPES = {
  mustReach: 'must-reach',
  mustNeverReach: 'must-never-reach',
  onlyMayReach: 'only-may-reach',
  mayOnlyReach: 'may-only-reach',
} as const;

function portsIn(
  reader: CheckReader,
  object: JsonObject,
  path: string,
): { readonly ports?: readonly PortSpec[] } {
  if (!Object.hasOwn(object, 'ports')) return {};
  const ports = readPorts(reader, ownField(object, 'ports'), join(path, 'ports'));
  return ports === undefined ? {} : { ports };
}

function readDirections(
  reader: CheckReader,
  object: JsonObject,
  path: string,
): readonly Direction[] | undefined {
  if (!Object.hasOwn(object, 'directions')) return DIRECTIONS;
  const value = ownField(object, 'directions');
  const at = join(path, 'directions');
  const list = asList(value);
  if (list.length === 0)
    return reader.problem('empty-list', at, 'The list is empty.', 'Leave it out to mean both.');
  const words = list.map((item, index) =>
    reader.word(item, Array.isArray(value) ? `${at}[${index}]` : at, DIRECTIONS, 'direction'),
  );
  return words.some((word) => word === undefined) ? undefined : words.flatMap((word) => word ?? []);
}

function readKinds(
  reader: CheckReader,
  value: unknown,
  path: string,
): Extract<Assertion, { type: 'no-findings' }>['kinds'] {
  const list = asList(value);
  if (list.length === 0)
    return reader.problem('empty-list', path, 'The list is empty.', 'Leave it out to mean every kind.');
  const words = list.map((item, index) =>
    reader.word(item, Array.isArray(value) ? `${path}[${index}]` : path, FINDING_CODES, 'kind of finding'),
  );
  return words.some((word) => word === undefined) ? undefined : words.flatMap((word) => word ?? []);
}

function readAccepted(reader: CheckReader, value: unknown, path: string): AcceptedFinding | undefined {
  const object = reader.object(value, path, 'an accepted finding');
  if (object === undefined) return undefined;
  const before = reader.diagnostics.length;
  reader.checkFields(object, path, ACCEPT_FIELDS);
  const finding = Object.hasOwn(object, 'finding')
    ? reader.word(ownField(object, 'finding'), join(path, 'finding'), FINDING_CODES, 'kind of finding')
    : reader.problem('missing-field', path, 'There is no “finding”.', 'Name the kind that is accepted.');
  const reason = reader.text(object, 'reason', path, { required: true });
  const policy = reader.text(object, 'policy', path);
  const ends = Object.hasOwn(object, 'in')
    ? readEnds(reader, ownField(object, 'in'), join(path, 'in'))
    : undefined;
  if (finding === undefined || reason === undefined || reader.diagnostics.length > before) return undefined;
  return {
    finding,
    reason,
    ...(policy === undefined ? {} : { policy }),
    ...(ends === undefined ? {} : { ends }),
    source: reader.source(path),
  };
}

function checkNames(reader: CheckReader, invariants: readonly Invariant[]): void {
  const seen = new Map<string, Invariant>();
  for (const invariant of invariants) {
    const first = seen.get(invariant.name);
    if (first === undefined) {
      seen.set(invariant.name, invariant);
      continue;
    }
    reader.diagnostics.push({
      code: 'duplicate-name',
      severity: 'error',
      message: `Another invariant is called “${invariant.name}” too, in line ${first.source?.line ?? 1}.`,
      hint: 'Give each its own name: reports know it by that.',
      ...(invariant.source === undefined ? {} : { source: invariant.source }),
    });
  }
}
