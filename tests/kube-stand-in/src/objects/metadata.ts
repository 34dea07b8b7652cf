import { createHash } from 'node:crypto';
import type { JsonObject, KubeObject, ObjectMeta, OwnerReference } from '../json.ts';

/** When all built objects were made; a fixed moment, so that the same calls build the same bytes. */
export const CREATED_AT = '2025-11-03T08:15:42Z';

/** A stable UUID for a name. */
export function uidOf(...names: readonly string[]): string {
  const hash = createHash('sha256').update(names.join('/')).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-b${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Letters and digits as the API server's name generator draws them (no vowels, nothing that looks alike). */
export function suffixOf(length: number, ...names: readonly string[]): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const hash = createHash('sha256').update(names.join('/')).digest();
  return Array.from({ length }, (_, index) => alphabet[(hash[index] ?? 0) % alphabet.length]).join('');
}

export interface MetadataOptions {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: KubeObject;
  readonly generateName?: string;
  /** Who wrote what, as `managedFields` records it. */
  readonly managers?: readonly Manager[];
}

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly fields: JsonObject;
}

/** `metadata` as a live cluster has it: uid, creation, owner, and the bookkeeping that is most of its bytes. */
export function liveMetadata(options: MetadataOptions): ObjectMeta {
  const { name, namespace, labels, annotations, owner, generateName, managers } = options;
  return {
    name,
    ...(generateName === undefined ? {} : { generateName }),
    ...(namespace === undefined ? {} : { namespace }),
    uid: uidOf(options.kind, namespace ?? '', name),
    creationTimestamp: CREATED_AT,
    ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels: { ...labels } }),
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    ...(owner === undefined ? {} : { ownerReferences: [ownerReference(owner)] }),
    ...(managers === undefined
      ? {}
      : {
          managedFields: managers.map((manager) => ({
            manager: manager.name,
            operation: manager.operation,
            apiVersion: manager.apiVersion,
            time: CREATED_AT,
            fieldsType: 'FieldsV1',
            fieldsV1: manager.fields,
            ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
          })),
        }),
  };
}

export function ownerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** `fieldsV1` of the leaves of an object: what its one writer owns. */
export function fieldsOf(value: JsonObject): JsonObject {
  const fields: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue;
    if (Array.isArray(child)) fields[`f:${key}`] = { '.': {}, ...fieldsOfItems(child) };
    else if (typeof child === 'object' && child !== null)
      fields[`f:${key}`] = { '.': {}, ...fieldsOf(child) };
    else fields[`f:${key}`] = {};
  }
  return fields;
}

function fieldsOfItems(items: readonly unknown[]): JsonObject {
  const fields: JsonObject = {};
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue;
    const name = Object.entries(item).find(
      ([key]) => key === 'name' || key === 'type' || key === 'containerPort',
    );
    if (name === undefined) continue;
    const whole: JsonObject = { ...item };
    fields[`k:${JSON.stringify({ [name[0]]: name[1] })}`] = { '.': {}, ...fieldsOf(whole) };
  }
  return fields;
}
