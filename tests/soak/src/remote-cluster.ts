import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClusterCounts, ClusterOptions, TroubledCluster, Truth } from './cluster.ts';

/** A question to the cluster's process, and its answer. */
export type Question = { readonly id: number } & (
  | { readonly ask: 'start'; readonly options: ClusterOptions }
  | { readonly ask: 'counts' | 'calm' | 'truth' | 'stop' }
);

export type Answer = { readonly id: number } & (
  | { readonly answer: 'start'; readonly kubeconfig: string }
  | { readonly answer: 'counts'; readonly counts: ClusterCounts }
  | { readonly answer: 'truth'; readonly truth: Truth }
  | { readonly answer: 'calm' | 'stop' }
  | { readonly answer: 'error'; readonly message: string }
);

/**
 * Starts the cluster in a process of its own, so that what is measured here is the client alone. The process ends with
 * `stop`, or when this one goes.
 */
export async function startRemoteCluster(options: ClusterOptions): Promise<TroubledCluster> {
  const child = fork(fileURLToPath(new URL('./cluster-process.js', import.meta.url)), [], {
    execArgv: ['--enable-source-maps'],
  });
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on('message', (answer: Answer) => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.answer === 'error') one?.reject(new Error(answer.message));
    else one?.resolve(answer);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the cluster's process ended with ${code}`));
    waiting.clear();
  });
  const ask = (question: (id: number) => Question): Promise<Answer> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      child.send(question(lastId));
    });

  const started = await ask((id) => ({ id, ask: 'start', options }));
  if (started.answer !== 'start') throw new Error('the cluster did not start');
  return {
    kubeconfig: started.kubeconfig,
    counts: async () => {
      const answer = await ask((id) => ({ id, ask: 'counts' }));
      if (answer.answer !== 'counts') throw new Error('no counts');
      return answer.counts;
    },
    truth: async () => {
      const answer = await ask((id) => ({ id, ask: 'truth' }));
      if (answer.answer !== 'truth') throw new Error('no truth');
      return answer.truth;
    },
    calm: async () => {
      await ask((id) => ({ id, ask: 'calm' }));
    },
    stop: async () => {
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      await ask((id) => ({ id, ask: 'stop' }));
      child.disconnect();
      await exited;
    },
  };
}
