import type { JsonObject, KubeObject } from '../json.ts';
import {
  badRequest,
  expired,
  type FieldError,
  failure,
  invalid,
  StatusError,
  tooLargeResourceVersion,
} from '../status.ts';
import type { ResourceType } from '../store/catalogue.ts';
import { keyOf } from '../store/collection.ts';
import { fieldTest, labelTest, type ObjectTest } from '../store/selectors.ts';
import type { ObjectStore } from '../store/store.ts';
import type { ResourceExchange } from './exchange.ts';
import { faultOf } from './faults.ts';
import { negotiate } from './negotiate.ts';
import { sendJson } from './reply.ts';
import { listItem, partialMetadata, table } from './transform.ts';

const EXPIRED_LIST = 'The resourceVersion for the provided list is too old.';
const EXPIRED_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter.';
const INCONSISTENT_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** What a continue token holds; `revision` -1 goes on at the newest state (apiserver `pkg/storage/continue.go`). */
interface Continue {
  readonly revision: number;
  readonly start: string;
}

export interface ListSettings {
  /** Whether an expired continue token is answered with one that goes on inconsistently. */
  readonly inconsistentContinue: boolean;
}

/** GET on a collection. */
export async function list(
  exchange: ResourceExchange,
  store: ObjectStore,
  type: ResourceType,
  settings: ListSettings,
): Promise<void> {
  const { query, info } = exchange;
  checkListOptions(query);
  const form = negotiate(exchange.request.headers.accept, {
    group: 'meta.k8s.io',
    version: 'v1',
    kinds: ['Table', 'PartialObjectMetadataList', 'PartialObjectMetadata'],
  });
  // Agreed to before it is known that it can't be done, so that no other form is tried.
  if (form.as === 'PartialObjectMetadata') throw new StatusError(notAcceptableList(type));
  const limit = wholeNumber(query.get('limit')) ?? 0;
  const position = startOf(exchange, store, type, settings);
  const test = selection(query, type);
  const selective = (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';

  const page: KubeObject[] = [];
  let lastKey = '';
  let next: string | undefined;
  let remaining = 0;
  const prefix = info.namespace === '' ? '' : `${info.namespace}/`;
  for (const object of store.itemsAt(type, position.revision)) {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    if (!key.startsWith(prefix) || key < position.start || !test(object)) continue;
    if (position.limited && limit > 0 && page.length >= limit) {
      next ??= encodeContinue({ revision: position.revision, start: `${lastKey}\0` });
      remaining += 1;
    } else {
      page.push(object);
      lastKey = key;
    }
  }

  const metadata: JsonObject = {
    resourceVersion: String(position.revision),
    // Custom resources are kept as they are in JSON, where the field is there and empty.
    ...(next !== undefined ? { continue: next } : type.custom ? { continue: '' } : {}),
    // What a selector leaves of the rest is not known without reading it.
    ...(next === undefined || selective ? {} : { remainingItemCount: remaining }),
  };
  const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`;
  if (form.as === 'Table') {
    await sendJson(exchange, table(page, metadata), { yaml: form.yaml });
  } else if (form.as === 'PartialObjectMetadataList') {
    const items = page.map(partialMetadata);
    const body = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items };
    await sendJson(exchange, body, { yaml: form.yaml });
  } else {
    const items = page.map((object) => listItem(object, type, apiVersion));
    await sendJson(exchange, { kind: `${type.kind}List`, apiVersion, metadata, items }, { yaml: form.yaml });
  }
}

function notAcceptableList({ custom, group, kind }: ResourceType) {
  const go = custom ? 'unstructured.Unstructured' : `${group === '' ? 'core' : group.split('.')[0]}.${kind}`;
  return failure(
    406,
    'NotAcceptable',
    `you requested PartialObjectMetadata, but the requested object is a list (*${go}List)`,
  );
}

/** The test that `labelSelector` and `fieldSelector` make. Throws 400 for one that can't be read. */
export function selection(query: URLSearchParams, type: ResourceType): ObjectTest {
  const labels = labelTest(query.get('labelSelector') ?? '');
  const fields = fieldTest(query.get('fieldSelector') ?? '', type.kind);
  return (object) => labels(object) && fields(object);
}

interface Position {
  readonly revision: number;
  readonly start: string;
  /** Whether `limit` counts: a read that any state satisfies comes from the cache, which answers whole. */
  readonly limited: boolean;
}

function startOf(
  exchange: ResourceExchange,
  store: ObjectStore,
  type: ResourceType,
  settings: ListSettings,
): Position {
  const { query } = exchange;
  const wanted = query.get('resourceVersion') ?? '';
  const token = query.get('continue') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const floor = store.readFloor(type);
  const current = store.revision;
  const stale = faultOf(exchange.faults, 'stale');
  const newest = stale === undefined ? current : Math.max(floor, current - stale.revisions);

  if (token !== '') {
    if (wanted !== '' && wanted !== '0') {
      throw new StatusError(badRequest('specifying resource version is not allowed when using continue'));
    }
    const { revision, start } = decodeContinue(token);
    if (revision < 0) return { revision: newest, start, limited: true };
    if (revision < floor) {
      const status = expired(settings.inconsistentContinue ? INCONSISTENT_CONTINUE : EXPIRED_CONTINUE);
      if (settings.inconsistentContinue)
        status.metadata = { continue: encodeContinue({ revision: -1, start }) };
      throw new StatusError(status);
    }
    return { revision, start, limited: true };
  }

  const revision = parseResourceVersion(wanted);
  if (revision === undefined) return { revision: newest, start: '', limited: true };
  if (revision === 0) return { revision: newest, start: '', limited: false };
  if (revision > current) throw tooLarge(revision, current);
  // A limit without a match rule is the older way of asking for exactly this revision.
  const exact = match === 'Exact' || (match === '' && query.has('limit') && query.get('limit') !== '0');
  if (!exact) return { revision: newest, start: '', limited: true };
  if (revision < floor) throw new StatusError(expired(EXPIRED_LIST));
  return { revision, start: '', limited: true };
}

export function tooLarge(wanted: number, current: number): StatusError {
  return new StatusError(tooLargeResourceVersion(wanted, current), { 'Retry-After': '1' });
}

/** `undefined` for none given. Throws 400 for anything but a whole number. */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d{1,16}$/.test(text)) {
    throw new StatusError(
      badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`),
    );
  }
  return Number(text);
}

export function wholeNumber(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value)) {
    throw new StatusError(badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`));
  }
  return value;
}

function encodeContinue(token: Continue): string {
  const json = JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: token.start });
  return Buffer.from(json).toString('base64url');
}

function decodeContinue(text: string): Continue {
  const refuse = (why: string) =>
    new StatusError(badRequest(`invalid continue token: continue key is not valid: ${why}`));
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : 'no JSON');
  }
  if (typeof value !== 'object' || value === null) throw refuse('no object');
  const { v, rv, start } = { v: undefined, rv: undefined, start: undefined, ...value };
  if (v !== 'meta.k8s.io/v1')
    throw refuse(`server does not recognize this encoded version ${JSON.stringify(v)}`);
  if (typeof rv !== 'number' || rv === 0)
    throw refuse('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '')
    throw refuse('encoded start key empty (version meta.k8s.io/v1)');
  return { revision: rv, start };
}

const LIST_OPTIONS = 'ListOptions';

/** apimachinery `ValidateListOptions` for a list. */
function checkListOptions(query: URLSearchParams): void {
  const errors: FieldError[] = [];
  const match = query.get('resourceVersionMatch') ?? '';
  const forbid = (field: string, message: string) =>
    errors.push({ type: 'Forbidden', field, message: `Forbidden: ${message}` });
  if (match !== '') {
    if ((query.get('resourceVersion') ?? '') === '') {
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
    }
    if ((query.get('continue') ?? '') !== '') {
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push({
        type: 'NotSupported',
        field: 'resourceVersionMatch',
        message: `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
      });
    }
    if (match === 'Exact' && query.get('resourceVersion') === '0') {
      forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (query.has('sendInitialEvents')) forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  if (errors.length > 0) throw new StatusError(invalid(LIST_OPTIONS, 'meta.k8s.io', '', errors));
}
