import type { JsonObject, KubeObject, ObjectRef } from '@bulkhead/kube-stand-in';
import { type Api, ApiError, apply, applyAll, listAll, remove, setStatus } from '@bulkhead/real-cluster';

/** Writes changes to a cluster in their order, as far as one namespace goes, and until the server takes them. */
export interface Writer {
  /** Before the start: what is to be there. Afterwards: written at once, as `apply`. */
  seed(objects: readonly KubeObject[]): void;
  /** What was seeded before the first change. */
  seeded(): readonly KubeObject[];
  apply(object: KubeObject): void;
  setStatus(ref: ObjectRef, status: JsonObject): void;
  remove(ref: ObjectRef): void;
  /** Changes that the server has not taken yet. */
  waiting(): number;
  /** Resolves when there are none. */
  settled(): Promise<void>;
  /** What the cluster holds, by `apiVersion/kind`. */
  truth(): Promise<ReadonlyMap<string, readonly KubeObject[]>>;
}

const KINDS: readonly (readonly [string, string])[] = [
  ['v1', 'Pod'],
  ['v1', 'Namespace'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
];

export function createWriter(admin: Api): Writer {
  const first: KubeObject[] = [];
  const chains = new Map<string, Promise<void>>();
  let waiting = 0;
  let started = false;

  const write = (ref: ObjectRef, work: () => Promise<unknown>) => {
    started = true;
    const chain = ref.metadata.namespace ?? (ref.kind === 'Namespace' ? ref.metadata.name : '');
    waiting += 1;
    const done = (chains.get(chain) ?? Promise.resolve())
      .then(() => untilTaken(work))
      .finally(() => {
        waiting -= 1;
        if (chains.get(chain) === done) chains.delete(chain);
      });
    chains.set(chain, done);
  };

  return {
    seed(objects) {
      if (!started) first.push(...objects);
      else for (const object of objects) write(object, () => applyAll(admin, [object]));
    },
    seeded: () => first,
    apply: (object) => write(object, () => apply(admin, object)),
    setStatus: (ref, status) => write(ref, () => setStatus(admin, ref, status)),
    remove: (ref) => write(ref, () => remove(admin, ref)),
    waiting: () => waiting,
    async settled() {
      while (chains.size > 0) await Promise.all(chains.values());
    },
    async truth() {
      const lists = await Promise.all(
        KINDS.map(async ([apiVersion, kind]) => {
          return [`${apiVersion}/${kind}`, await listAll(admin, apiVersion, kind)] as const;
        }),
      );
      return new Map(lists);
    },
  };
}

/** Tries again while the server is away; what it refuses (a namespace that has just gone) is let go. */
async function untilTaken(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
