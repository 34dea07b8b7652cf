import type { ControllerPart } from './parts.ts';
import type { WorkloadRef } from './records.ts';

/** What the index needs to know of a controller. */
export type OwnedController = Pick<ControllerPart, 'namespace' | 'ref' | 'owner'>;

/**
 * Who owns whom among the controllers of an input, to name a pod by its topmost owner: pod → ReplicaSet →
 * Deployment, pod → Job → CronJob.
 */
export interface OwnerIndex {
  /** Adds or replaces a controller; a live cluster's metadata is enough. */
  add(controller: OwnedController): void;
  remove(namespace: string, controller: WorkloadRef): void;
  has(namespace: string, controller: WorkloadRef): boolean;
  /** `owner` and what is above it, lowest first; as far as the controllers that were added show it. */
  chain(namespace: string, owner: WorkloadRef): readonly WorkloadRef[];
}

/**
 * Kinds that people don't write themselves but another controller makes. What owns a Deployment or a StatefulSet (an
 * operator's custom resource) isn't the workload that people look for, so the climb ends there.
 */
const INTERMEDIATE: ReadonlySet<string> = new Set(['ReplicaSet', 'Job', 'ReplicationController']);

/** A reference cycle is possible in files. */
const HIGHEST = 5;

export function createOwnerIndex(controllers: Iterable<OwnedController> = []): OwnerIndex {
  const parts = new Map<string, OwnedController>();
  const key = (namespace: string, ref: WorkloadRef) => `${namespace}/${ref.kind}/${ref.name}`;

  const ownerOf = (namespace: string, ref: WorkloadRef): WorkloadRef | undefined => {
    if (!INTERMEDIATE.has(ref.kind)) return undefined;
    const part = parts.get(key(namespace, ref));
    if (part !== undefined) return part.owner;
    const maker = makerByName(ref);
    return maker !== undefined && parts.has(key(namespace, maker)) ? maker : undefined;
  };

  const index: OwnerIndex = {
    add: (part) => {
      parts.set(key(part.namespace, part.ref), part);
    },
    remove: (namespace, ref) => {
      parts.delete(key(namespace, ref));
    },
    has: (namespace, ref) => parts.has(key(namespace, ref)),
    chain: (namespace, owner) => {
      const chain = [owner];
      let next = ownerOf(namespace, owner);
      while (next !== undefined && chain.length < HIGHEST) {
        chain.push(next);
        next = ownerOf(namespace, next);
      }
      return chain;
    },
  };
  for (const part of controllers) index.add(part);
  return index;
}

/**
 * The Deployment or CronJob whose controller makes names of this form, for inputs that show the pods and the top but
 * not what is between: `web-5d8f7c9b4` is of `web`, `backup-28401234` of `backup`. Only believed where it exists.
 */
function makerByName(ref: WorkloadRef): WorkloadRef | undefined {
  // Hashes are made of this alphabet only (apimachinery util/rand), and Job suffixes are minutes since the epoch.
  const [kind, pattern] =
    ref.kind === 'ReplicaSet'
      ? ['Deployment', /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/]
      : ['CronJob', /^(.+)-\d{8,10}$/];
  if (ref.kind === 'ReplicationController') return undefined;
  const name = pattern.exec(ref.name)?.[1];
  return name === undefined ? undefined : { kind, name };
}
