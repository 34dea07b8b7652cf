import { describe, expect, it } from 'vitest';
import { lowerPolicy } from '../../dialects/index.ts';
import { apiVersionOf, POLICY_KINDS } from '../form/model.ts';
import type { Json } from '../json.ts';
import { documentSchema, type FieldSchema, type Schema, schemaAt } from './schema.ts';

/** Every path to an object in a schema, lists by their first item. */
function* objects(
  schema: Schema,
  path: readonly (string | number)[] = [],
): Iterable<{
  path: readonly (string | number)[];
  fields: readonly FieldSchema[];
}> {
  if (schema.type === 'list') yield* objects(schema.item, [...path, 0]);
  if (schema.type !== 'object') return;
  yield { path, fields: schema.fields };
  for (const { name, schema: inner } of schema.fields) yield* objects(inner, [...path, name]);
}

/** A document that holds just `value` at a path. */
function at(path: readonly (string | number)[], value: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  return typeof step === 'number' ? [at(rest, value)] : { [step]: at(rest, value) };
}

function specOf(document: Json): unknown {
  return typeof document === 'object' && document !== null && 'spec' in document
    ? document['spec']
    : undefined;
}

const ALL_NAMES = new Set(
  POLICY_KINDS.flatMap((kind) =>
    [...objects(documentSchema(kind))].flatMap(({ fields }) => fields.map(({ name }) => name)),
  ),
);

describe('the schema of the editor', () => {
  for (const kind of POLICY_KINDS) {
    it(`knows exactly the fields of ${kind} that the dialect knows`, () => {
      for (const { path, fields } of objects(documentSchema(kind))) {
        if (path[0] !== 'spec') continue;
        for (const name of ALL_NAMES) {
          const spec = specOf(at(path, { [name]: null }));
          const { diagnostics } = lowerPolicy({ apiVersion: apiVersionOf(kind), kind, name: 'x', spec });
          const where = path
            .slice(0)
            .reduce<string>(
              (text, step) =>
                typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`,
              '',
            );
          // A peer of an unknown kind is reported where the peer stands: it changes what the whole rule means.
          const unknown = diagnostics.some(
            ({ code, path: found }) =>
              /unknown|misplaced/.test(code) && (found === `${where}.${name}` || found === where),
          );
          expect(unknown, `${where}.${name}`).toBe(!fields.some((field) => field.name === name));
        }
      }
    });
  }

  it('finds the place of a path', () => {
    const root = documentSchema('NetworkPolicy');
    expect(schemaAt(root, ['spec', 'ingress', null, 'ports', null, 'protocol'])?.field?.name).toBe(
      'protocol',
    );
    expect(schemaAt(root, ['spec', 'podSelector', 'matchLabels', 'app'])?.schema).toEqual({
      type: 'value',
      is: 'string',
      suggest: 'pod-labels',
    });
    expect(schemaAt(root, ['spec', 'nonsense'])).toBeUndefined();
    expect(schemaAt(root, ['spec', null])).toBeUndefined();
  });
});
