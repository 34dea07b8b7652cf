import { randomUUID } from 'node:crypto';
import { at, isJsonObject, isKubeObject, type JsonObject, type JsonValue, type KubeObject } from '../json.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  failure,
  forbidden,
  invalid,
  notFound,
  StatusError,
  unsupportedMediaType,
} from '../status.ts';
import type { ResourceType } from '../store/catalogue.ts';
import { type ObjectStore, toTimestamp } from '../store/store.ts';
import { storedNetworkPolicy, validateNetworkPolicy } from '../validation/network-policy.ts';
import { DecodeError } from '../validation/schema.ts';
import { type ParsedBody, parseBody } from './body.ts';
import type { ResourceExchange } from './exchange.ts';
import { jsonPatch, mergePatch } from './patches.ts';
import { sendJson } from './reply.ts';

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/**
 * Answers a NetworkPolicy write that asks to be checked and not kept (`dryRun=All`) the way the API server does.
 * `false`: it is another kind of write, and this server takes none.
 */
export async function dryRun(
  exchange: ResourceExchange,
  store: ObjectStore,
  type: ResourceType,
  body: string | undefined,
): Promise<boolean> {
  const { info, query } = exchange;
  if (type.kind !== 'NetworkPolicy' || !query.getAll('dryRun').includes('All')) return false;
  if (info.subresource !== '' || body === undefined) return false;
  switch (info.verb) {
    case 'create':
      await create(exchange, store, type, parse(exchange, body));
      return true;
    case 'update': {
      const existing = find(exchange, store, type);
      if (existing === undefined) throw new StatusError(notFound(info));
      await update(exchange, existing, parse(exchange, body));
      return true;
    }
    case 'patch':
      await patch(exchange, store, type, body);
      return true;
    default:
      return false;
  }
}

function parse(exchange: ResourceExchange, body: string): ParsedBody {
  return parseBody(exchange.request.headers['content-type'], body);
}

function find(exchange: ResourceExchange, store: ObjectStore, type: ResourceType): KubeObject | undefined {
  return store.get(type, exchange.info.namespace, exchange.info.name);
}

async function create(
  exchange: ResourceExchange,
  store: ObjectStore,
  type: ResourceType,
  body: ParsedBody,
): Promise<void> {
  const { info } = exchange;
  const policy = admit(exchange, body);
  const namespaces = store.typeOf('', 'v1', 'namespaces');
  const namespace = namespaces && store.get(namespaces, undefined, info.namespace);
  if (namespace === undefined) {
    throw new StatusError(notFound({ group: '', resource: 'namespaces', name: info.namespace }));
  }
  if (at(namespace, 'status', 'phase') === 'Terminating') {
    throw new StatusError(
      forbidden(
        { group: info.group, resource: info.resource, name: policy.metadata.name },
        `unable to create new content in namespace ${info.namespace} because it is being terminated`,
      ),
    );
  }
  check(policy);
  const { name } = policy.metadata;
  if (store.get(type, info.namespace, name) !== undefined) {
    throw new StatusError(alreadyExists({ group: info.group, resource: info.resource, name }));
  }
  await sendJson(exchange, created(policy), { status: 201 });
}

async function update(exchange: ResourceExchange, existing: KubeObject, body: ParsedBody): Promise<void> {
  const policy = admit(exchange, body);
  const { info } = exchange;
  if (policy.metadata.name !== info.name) {
    throw new StatusError(
      badRequest(
        `the name of the object (${policy.metadata.name}) does not match the name on the URL (${info.name})`,
      ),
    );
  }
  const based = policy.metadata.resourceVersion;
  if (based !== undefined && based !== existing.metadata.resourceVersion) {
    throw new StatusError(
      conflict(
        info,
        'the object has been modified; please apply your changes to the latest version and try again',
      ),
    );
  }
  check(policy);
  await sendJson(exchange, updated(policy, existing));
}

async function patch(
  exchange: ResourceExchange,
  store: ObjectStore,
  type: ResourceType,
  body: string,
): Promise<void> {
  const { info, query } = exchange;
  const mediaType =
    String(exchange.request.headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim() ?? '';
  if (!PATCH_TYPES.includes(mediaType)) throw new StatusError(unsupportedMediaType(PATCH_TYPES));
  const parsed = parse(exchange, body);
  const existing = find(exchange, store, type);
  if (mediaType === 'application/apply-patch+yaml') {
    if ((query.get('fieldManager') ?? '') === '') {
      throw new StatusError(
        invalid('PatchOptions', 'meta.k8s.io', '', [
          { type: 'Required', field: 'fieldManager', message: 'Required value: is required for apply patch' },
        ]),
      );
    }
    checkTyped(parsed, info);
    if (existing === undefined) return create(exchange, store, type, parsed);
  }
  if (existing === undefined) throw new StatusError(notFound(info));
  const patched: JsonValue =
    mediaType === 'application/json-patch+json'
      ? jsonPatch(existing, parsed.value)
      : mergePatch(existing, parsed.value);
  await update(exchange, existing, { value: patched, duplicates: parsed.duplicates });
}

/**
 * What server-side apply can't fit into the type fails before anything is validated, as an error of the server's own
 * without a reason (apimachinery `managedfields/internal/structuredmerge.go`).
 */
function checkTyped({ value }: ParsedBody, { group, version }: ResourceExchange['info']): void {
  const fail = (why: string) => {
    const namespace = at(value, 'metadata', 'namespace') ?? '';
    const what = `${namespace}/${at(value, 'metadata', 'name') ?? ''}; ${group}/${version}, Kind=NetworkPolicy`;
    return new StatusError(failure(500, undefined, `failed to create typed patch object (${what}): ${why}`));
  };
  if (!isJsonObject(value)) return;
  try {
    const [unknown] = storedNetworkPolicy(value).unknown;
    if (unknown !== undefined) throw fail(`.${unknown}: field not declared in schema`);
  } catch (error) {
    if (error instanceof DecodeError) throw fail(error.typed);
    throw error;
  }
}

/** Decodes, checks what the URL says against the body, and fills in defaults. */
function admit(exchange: ResourceExchange, body: ParsedBody): KubeObject {
  const { info, query } = exchange;
  const cannotHandle = (why: string) =>
    new StatusError(
      badRequest(`NetworkPolicy in version "${info.version}" cannot be handled as a NetworkPolicy: ${why}`),
    );
  if (!isJsonObject(body.value))
    throw cannotHandle('json: cannot unmarshal into Go value of type v1.NetworkPolicy');
  const apiVersion = `${info.group}/${info.version}`;
  const { apiVersion: givenVersion, kind: givenKind } = body.value;
  if ((givenVersion ?? apiVersion) !== apiVersion) {
    throw new StatusError(
      badRequest(
        `the API version in the data (${String(givenVersion)}) does not match the expected API version (${apiVersion})`,
      ),
    );
  }
  if ((givenKind ?? 'NetworkPolicy') !== 'NetworkPolicy') {
    throw cannotHandle(`no kind "${String(givenKind)}" is registered for version "${apiVersion}"`);
  }
  let stored: ReturnType<typeof storedNetworkPolicy>;
  try {
    stored = storedNetworkPolicy(body.value);
  } catch (error) {
    if (error instanceof DecodeError) throw cannotHandle(error.message);
    throw error;
  }
  const problems = [
    ...body.duplicates.map((path) => `duplicate field "${path}"`),
    ...stored.unknown.map((path) => `unknown field "${path}"`),
  ];
  const strictness = query.get('fieldValidation') ?? 'Warn';
  if (problems.length > 0 && strictness === 'Strict') {
    throw cannotHandle(`strict decoding error: ${problems.join(', ')}`);
  }
  if (problems.length > 0 && strictness === 'Warn') {
    exchange.response.setHeader(
      'Warning',
      problems.map((problem) => `299 - ${JSON.stringify(problem)}`),
    );
  }
  const metadata = isJsonObject(stored.object.metadata) ? stored.object.metadata : {};
  const generateName = typeof metadata.generateName === 'string' ? metadata.generateName : '';
  const given = typeof metadata.name === 'string' ? metadata.name : '';
  const name = given === '' && generateName !== '' ? `${generateName}${randomUUID().slice(0, 5)}` : given;
  if (metadata.namespace !== undefined && metadata.namespace !== info.namespace) {
    throw new StatusError(
      badRequest('the namespace of the provided object does not match the namespace sent on the request'),
    );
  }
  const whole = {
    ...stored.object,
    apiVersion,
    kind: 'NetworkPolicy',
    metadata: { ...metadata, name, namespace: info.namespace },
  };
  if (!isKubeObject(whole)) throw cannotHandle('metadata is missing');
  return whole;
}

function check(policy: KubeObject): void {
  const errors = validateNetworkPolicy(policy);
  if (errors.length > 0) {
    throw new StatusError(invalid('NetworkPolicy', 'networking.k8s.io', policy.metadata.name, errors));
  }
}

function created(policy: KubeObject): KubeObject {
  const { resourceVersion: _none, ...metadata } = policy.metadata;
  return {
    ...policy,
    metadata: { ...metadata, uid: randomUUID(), creationTimestamp: toTimestamp(new Date()), generation: 1 },
  };
}

function updated(policy: KubeObject, existing: KubeObject): KubeObject {
  const { uid, creationTimestamp, resourceVersion, generation } = existing.metadata;
  const kept: JsonObject = { uid, creationTimestamp, resourceVersion, generation };
  return { ...policy, metadata: { ...policy.metadata, ...kept } };
}
