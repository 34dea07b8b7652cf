import type { Cancel, Clock } from '../clock.ts';
import type { Catalogue, ClusterSource } from './source.ts';

/** The right to use a source until it is released. */
export interface Lease {
  readonly source: ClusterSource;
  /** Releasing twice is the same as once. */
  release(): void;
}

export interface SourcePool {
  /** A running source, shared with everyone who asks for the same cluster; `undefined`: no such cluster. */
  acquire(id: string): Promise<Lease | undefined>;
  /** How many sources run. */
  size(): number;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** How long a source runs on after its last lease, so that a reload of the page finds it warm. */
  readonly lingerMs: number;
}

interface Entry {
  readonly source: Promise<ClusterSource | undefined>;
  leases: number;
  cancelStop: Cancel | undefined;
}

export function createPool({ catalogue, clock, lingerMs }: PoolOptions): SourcePool {
  const entries = new Map<string, Entry>();
  const stopping = new Set<Promise<void>>();
  let closed = false;

  const stop = async (entry: Entry) => {
    const source = await entry.source.catch(() => undefined);
    await source?.stop();
  };
  const retire = (id: string, entry: Entry) => {
    entries.delete(id);
    const done = stop(entry).finally(() => stopping.delete(done));
    stopping.add(done);
  };
  const open = async (id: string) => {
    const source = await catalogue.open(id);
    source?.start();
    return source;
  };

  const release = (id: string, entry: Entry) => {
    entry.leases--;
    if (entry.leases > 0 || closed || entries.get(id) !== entry) return;
    entry.cancelStop = clock.after(lingerMs, () => retire(id, entry));
  };

  return {
    async acquire(id) {
      if (closed) return undefined;
      let entry = entries.get(id);
      if (entry === undefined) {
        entry = { source: open(id), leases: 0, cancelStop: undefined };
        entries.set(id, entry);
      }
      const held = entry;
      held.cancelStop?.();
      held.cancelStop = undefined;
      held.leases++;
      let source: ClusterSource | undefined;
      try {
        source = await held.source;
      } finally {
        if (source === undefined && entries.get(id) === held) entries.delete(id);
      }
      if (source === undefined) return undefined;
      let released = false;
      return {
        source,
        release() {
          if (released) return;
          released = true;
          release(id, held);
        },
      };
    },
    size: () => entries.size,
    async close() {
      closed = true;
      const all = [...entries];
      for (const [id, entry] of all) {
        entry.cancelStop?.();
        retire(id, entry);
      }
      await Promise.all(stopping);
    },
  };
}
