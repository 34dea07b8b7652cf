import type { JsonObject, KubeObject } from '../json.ts';
import type { ResourceType } from '../store/catalogue.ts';

/** The metadata-only form, for clients that need no more. */
export function partialMetadata(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/**
 * An object as its list carries it. Built-in kinds leave out what the list's own kind says; custom resources keep it.
 */
export function listItem(object: KubeObject, type: ResourceType, apiVersion: string): JsonObject {
  if (type.custom) return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  const { apiVersion: _version, kind: _kind, ...rest } = object;
  return rest;
}

/** An object standing alone, in the version it was asked for. */
export function wholeObject(object: KubeObject, apiVersion: string): JsonObject {
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** The table kubectl shows, with the two columns every kind has. */
export function table(items: readonly KubeObject[], listMetadata: JsonObject): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: [
      {
        name: 'Name',
        type: 'string',
        format: 'name',
        description: 'Name must be unique within a namespace.',
        priority: 0,
      },
      {
        name: 'Created At',
        type: 'date',
        format: '',
        description:
          'CreationTimestamp is a timestamp representing the server time when this object was created.',
        priority: 0,
      },
    ],
    rows: items.map((object) => ({
      cells: [object.metadata.name, object.metadata.creationTimestamp ?? null],
      object: partialMetadata(object),
    })),
  };
}
