import { isPolicyKind } from '../form/model.ts';
import { field, isList, isObject, type Json, type JsonObject } from '../json.ts';
import type {
  AddedNamespace,
  AddedWorkload,
  Draft,
  DraftItem,
  LabelEdit,
  LabelTarget,
  PolicyRef,
  PolicyRemoval,
  PolicyText,
} from './model.ts';

/** The file format of drafts: what is kept in the browser, exported, imported and shared. */
export const DRAFT_FORMAT = 'bulkhead-draft';
export const DRAFT_VERSION = 2;

/** A draft as JSON text, the same bytes for the same draft. */
export function serializeDraft(draft: Draft): string {
  return JSON.stringify({ format: DRAFT_FORMAT, version: DRAFT_VERSION, ...draft });
}

export type DraftReading =
  | {
      readonly ok: true;
      readonly draft: Draft /** Items that could not be read. */;
      readonly dropped: number;
    }
  | {
      readonly ok: false;
      readonly code: 'not-json' | 'not-a-draft' | 'newer-version';
      readonly message: string;
    };

/** Reads a draft of this or an older version. Never throws; items it can't read are counted, the rest is kept. */
export function parseDraft(text: string): DraftReading {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: 'not-json', message: 'This is not a draft: it is not JSON.' };
  }
  if (!isObject(value) || field(value, 'format') !== DRAFT_FORMAT) {
    return { ok: false, code: 'not-a-draft', message: 'This JSON is not a draft of Bulkhead.' };
  }
  const version = field(value, 'version');
  if (typeof version !== 'number' || version > DRAFT_VERSION) {
    return {
      ok: false,
      code: 'newer-version',
      message: `This draft was written by a newer Bulkhead (format ${String(version)}; this one reads up to ${DRAFT_VERSION}).`,
    };
  }
  const migrated = migrate(value, version);
  const id = field(migrated, 'id');
  const name = field(migrated, 'name');
  const items = field(migrated, 'items');
  if (typeof id !== 'string' || typeof name !== 'string' || !isList(items)) {
    return {
      ok: false,
      code: 'not-a-draft',
      message: 'This draft is damaged: its id, name or items are missing.',
    };
  }
  const seen = new Set<string>();
  const read = items.flatMap((raw) => {
    const item = isObject(raw) ? readItem(raw) : undefined;
    if (item === undefined || seen.has(item.id)) return [];
    seen.add(item.id);
    return [item];
  });
  return { ok: true, draft: { id, name, items: read }, dropped: items.length - read.length };
}

/** Version 1 had one text for the whole draft. */
function migrate(value: JsonObject, version: number): JsonObject {
  const text = field(value, 'text');
  if (version >= 2 || typeof text !== 'string') return value;
  return { ...value, items: text === '' ? [] : [{ id: 'text', type: 'policies', text }] };
}

function readItem(raw: JsonObject): DraftItem | undefined {
  const id = field(raw, 'id');
  if (typeof id !== 'string') return undefined;
  switch (field(raw, 'type')) {
    case 'policies':
      return readPolicies(id, raw);
    case 'remove-policy':
      return readRemoval(id, raw);
    case 'labels':
      return readLabels(id, raw);
    case 'add-namespace':
      return readNamespace(id, raw);
    case 'add-workload':
      return readWorkload(id, raw);
    default:
      return undefined;
  }
}

function readRef(raw: Json | undefined): PolicyRef | undefined {
  if (!isObject(raw)) return undefined;
  const kind = field(raw, 'kind');
  const name = field(raw, 'name');
  const namespace = field(raw, 'namespace');
  if (!isPolicyKind(kind) || typeof name !== 'string') return undefined;
  return { kind, name, ...(typeof namespace === 'string' ? { namespace } : {}) };
}

function readPolicies(id: string, raw: JsonObject): PolicyText | undefined {
  const text = field(raw, 'text');
  const good = field(raw, 'good');
  const base = field(raw, 'base');
  const ref = readRef(base);
  if (typeof text !== 'string') return undefined;
  return {
    id,
    type: 'policies',
    text,
    ...(Array.isArray(good) && good.every((state) => typeof state === 'string') ? { good } : {}),
    ...(ref !== undefined && isObject(base) ? { base: { ...ref, spec: field(base, 'spec') ?? {} } } : {}),
  };
}

function readRemoval(id: string, raw: JsonObject): PolicyRemoval | undefined {
  const policy = readRef(field(raw, 'policy'));
  return policy === undefined
    ? undefined
    : { id, type: 'remove-policy', policy, spec: field(raw, 'spec') ?? {} };
}

function readLabels(id: string, raw: JsonObject): LabelEdit | undefined {
  const target = readTarget(field(raw, 'target'));
  const labels = field(raw, 'labels');
  if (target === undefined || !isObject(labels)) return undefined;
  const entries = Object.entries(labels).flatMap(([key, value]) =>
    typeof value === 'string' || value === null ? [[key, value] as const] : [],
  );
  return { id, type: 'labels', target, labels: Object.fromEntries(entries) };
}

function readTarget(raw: Json | undefined): LabelTarget | undefined {
  if (!isObject(raw)) return undefined;
  const name = field(raw, 'name');
  if (field(raw, 'type') === 'namespace')
    return typeof name === 'string' ? { type: 'namespace', name } : undefined;
  const namespace = field(raw, 'namespace');
  const workload = readWorkloadRef(field(raw, 'workload'));
  if (typeof namespace !== 'string' || workload === undefined) return undefined;
  return { type: 'workload', namespace, workload };
}

function readWorkloadRef(raw: Json | undefined): { kind: string; name: string } | undefined {
  if (!isObject(raw)) return undefined;
  const kind = field(raw, 'kind');
  const name = field(raw, 'name');
  return typeof kind === 'string' && typeof name === 'string' ? { kind, name } : undefined;
}

function readStrings(raw: Json | undefined): Record<string, string> {
  if (!isObject(raw)) return {};
  return Object.fromEntries(
    Object.entries(raw).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  );
}

function readNamespace(id: string, raw: JsonObject): AddedNamespace | undefined {
  const name = field(raw, 'name');
  return typeof name === 'string'
    ? { id, type: 'add-namespace', name, labels: readStrings(field(raw, 'labels')) }
    : undefined;
}

function readWorkload(id: string, raw: JsonObject): AddedWorkload | undefined {
  const namespace = field(raw, 'namespace');
  const workload = readWorkloadRef(field(raw, 'workload'));
  const ports = field(raw, 'ports');
  const replicas = field(raw, 'replicas');
  if (typeof namespace !== 'string' || workload === undefined) return undefined;
  return {
    id,
    type: 'add-workload',
    namespace,
    workload,
    labels: readStrings(field(raw, 'labels')),
    ports: (isList(ports) ? ports : []).flatMap((port) => (isObject(port) ? readPort(port) : [])),
    replicas: typeof replicas === 'number' && Number.isInteger(replicas) && replicas > 0 ? replicas : 1,
  };
}

function readPort(raw: JsonObject): AddedWorkload['ports'] {
  const protocol = (['TCP', 'UDP', 'SCTP'] as const).find((known) => known === field(raw, 'protocol'));
  const port = field(raw, 'port');
  const name = field(raw, 'name');
  if (protocol === undefined || typeof port !== 'number') return [];
  return [{ protocol, port, ...(typeof name === 'string' ? { name } : {}) }];
}
