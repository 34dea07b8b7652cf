import type { ClusterSnapshot } from '@bulkhead/policy-engine';
import { stringify } from 'yaml';
import { podsByWorkload, serviceObject, workloadObject } from './kubernetes-objects.ts';

export interface ManifestFile {
  /** Relative, with `/`. */
  readonly path: string;
  /** One or more YAML documents. */
  readonly text: string;
}

/** Without what only a live object has. */
function declared(object: { readonly metadata: object; readonly [field: string]: unknown }): unknown {
  const {
    uid: _uid,
    ownerReferences: _owners,
    ...metadata
  } = { uid: '', ownerReferences: [], ...object.metadata };
  return { ...object, metadata };
}

function documents(objects: readonly unknown[]): string {
  return objects
    .map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join('---\n');
}

/**
 * The snapshot as a directory of manifests: a folder for each namespace with its workloads, services and policies, and
 * `cluster/` for what has no namespace. What only runs (addresses, phases, nodes) is not in manifests.
 */
export function toManifests(snapshot: ClusterSnapshot): ManifestFile[] {
  const files = new Map<string, unknown[]>();
  const add = (path: string, object: unknown) => {
    const objects = files.get(path);
    if (objects) objects.push(object);
    else files.set(path, [object]);
  };
  for (const { name, labels } of snapshot.namespaces) {
    add(`${name}/namespace.yaml`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }
  for (const [, pods] of podsByWorkload(snapshot)) {
    const first = pods[0];
    if (first) add(`${first.namespace}/workloads.yaml`, declared(workloadObject(first, pods.length)));
  }
  for (const service of snapshot.services)
    add(`${service.namespace}/services.yaml`, declared(serviceObject(service)));
  for (const { apiVersion, kind, namespace, name, spec } of snapshot.policies) {
    const path = namespace === undefined ? 'cluster/policies.yaml' : `${namespace}/network-policies.yaml`;
    add(path, { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace }, spec });
  }
  return [...files].map(([path, objects]) => ({ path, text: documents(objects) }));
}
