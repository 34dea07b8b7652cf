import { type Random, weighted } from '@bulkhead/kube-stand-in';
import type { ControlPlane } from '@bulkhead/real-cluster';

export type RealFault = 'killed' | 'ended' | 'etcd-killed' | 'compacted' | 'frozen';

const WEIGHTS: Readonly<Record<RealFault, number>> = {
  killed: 3,
  ended: 2,
  'etcd-killed': 2,
  compacted: 3,
  frozen: 2,
};

export interface RealFaults {
  /** Plays one; resolves when the server answers again. */
  step(): Promise<RealFault>;
  /** When the server that runs now was started, in milliseconds since the epoch. */
  startedAt(): number;
  readonly counts: Readonly<Partial<Record<RealFault, number>>>;
}

/** What an operator's day brings to a control plane. */
export function createFaults(plane: ControlPlane, random: Random): RealFaults {
  const counts: Partial<Record<RealFault, number>> = {};
  let startedAt = 0;
  const restart = async (end: () => Promise<void>) => {
    await end();
    startedAt = Date.now();
    await plane.up();
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const play: Readonly<Record<RealFault, () => Promise<void>>> = {
    killed: () => restart(() => plane.apiServer.kill('SIGKILL')),
    ended: () =>
      restart(async () => {
        await plane.apiServer.kill('SIGTERM');
        await plane.compact();
      }),
    'etcd-killed': async () => {
      await plane.etcd.kill('SIGKILL');
      await pause(2_000);
      await plane.up();
    },
    compacted: () => plane.compact(),
    frozen: async () => {
      plane.apiServer.freeze();
      await pause(8_000);
      plane.apiServer.thaw();
      await plane.up();
    },
  };
  return {
    counts,
    startedAt: () => startedAt,
    step: async () => {
      const fault = weighted(random, WEIGHTS, 'killed');
      counts[fault] = (counts[fault] ?? 0) + 1;
      await play[fault]();
      return fault;
    },
  };
}
