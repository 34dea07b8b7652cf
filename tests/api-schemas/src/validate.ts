import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param name of a file among the schemas: JSON is YAML too */
function load(name: string): Json {
  const value: unknown = parse(
    readFileSync(fileURLToPath(new URL(`../schemas/${name}`, import.meta.url)), 'utf8'),
  );
  return isJson(value) ? value : {};
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner, key) => (isJson(inner) ? inner[key] : undefined), value);
}

/** As `fieldValidation=Strict` does: a field that an object doesn't have is an error. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (!isJson(schema)) return schema;
  const inner: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, strict(value)]),
  );
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const isClosed = isJson(schema['properties']) && schema['additionalProperties'] === undefined;
  return isClosed ? { ...inner, additionalProperties: false } : inner;
}

function strictObject(schema: unknown): Json {
  const closed = strict(schema);
  return isJson(closed) ? closed : {};
}

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { 'date-time': true, 'int-or-string': true, int32: true, int64: true, cidr: true, ip: true },
});

/** What any object has; a CRD's schema leaves it to the API server. */
const METADATA = { $ref: 'networking#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
const NETWORK_POLICY = { $ref: 'networking#/components/schemas/io.k8s.api.networking.v1.NetworkPolicy' };

const validators = new Map<string, ValidateFunction>();
ajv.addSchema({ $id: 'networking', ...strictObject(load('networking.k8s.io-v1.json')) });
validators.set('networking.k8s.io/v1 NetworkPolicy', ajv.compile(NETWORK_POLICY));
for (const kind of ['clusternetworkpolicies', 'adminnetworkpolicies', 'baselineadminnetworkpolicies']) {
  const definition = load(`${kind}.yaml`);
  const versions = at(definition, 'spec', 'versions');
  for (const version of Array.isArray(versions) ? versions : []) {
    const closed = strictObject(at(version, 'schema', 'openAPIV3Schema'));
    const properties = { ...(isJson(closed['properties']) ? closed['properties'] : {}), metadata: METADATA };
    const type = `${String(at(definition, 'spec', 'group'))}/${String(at(version, 'name'))}`;
    validators.set(
      `${type} ${String(at(definition, 'spec', 'names', 'kind'))}`,
      ajv.compile({ ...closed, properties }),
    );
  }
}

/** What the API's own schema has against an object, one sentence each; empty: nothing. */
export function schemaProblems(object: unknown): readonly string[] {
  if (!isJson(object)) return ['it is no object'];
  const type = `${String(object['apiVersion'])} ${String(object['kind'])}`;
  const validate = validators.get(type);
  if (validate === undefined) return [`there is no schema of ${type}`];
  if (validate(object)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
