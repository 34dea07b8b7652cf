import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function load(name: string): Json {
  const value: unknown = JSON.parse(
    readFileSync(fileURLToPath(new URL(`../schemas/${name}.json`, import.meta.url)), 'utf8'),
  );
  return isJson(value) ? value : {};
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
ajv.addSchema({ $id: 'networking', ...strictObject(load('networking.k8s.io-v1')) });
validators.set('networking.k8s.io/v1 NetworkPolicy', ajv.compile(NETWORK_POLICY));
for (const [file, kind] of [
  ['clusternetworkpolicies', 'ClusterNetworkPolicy'],
  ['adminnetworkpolicies', 'AdminNetworkPolicy'],
  ['baselineadminnetworkpolicies', 'BaselineAdminNetworkPolicy'],
] as const) {
  for (const [version, schema] of Object.entries(load(file))) {
    const closed = strictObject(schema);
    if (!isJson(closed['properties'])) continue;
    const properties = { ...closed['properties'], metadata: METADATA };
    validators.set(`policy.networking.k8s.io/${version} ${kind}`, ajv.compile({ ...closed, properties }));
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
