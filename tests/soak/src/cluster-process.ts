import { type ClusterOptions, startTroubledCluster, type TroubledCluster } from './cluster.ts';
import { startRealCluster } from './real-cluster.ts';
import type { Answer, Question } from './remote-cluster.ts';

/* The process that `startRemoteCluster` forks. */

let cluster: TroubledCluster | undefined;

const start = (options: ClusterOptions) =>
  options.real === true ? startRealCluster(options) : startTroubledCluster(options);

async function answer(question: Question): Promise<Answer> {
  const { id } = question;
  if (question.ask === 'start') {
    cluster = await start(question.options);
    return { id, answer: 'start', kubeconfig: cluster.kubeconfig };
  }
  if (cluster === undefined) return { id, answer: 'error', message: 'there is no cluster yet' };
  switch (question.ask) {
    case 'counts':
      return { id, answer: 'counts', counts: await cluster.counts() };
    case 'truth':
      return { id, answer: 'truth', truth: await cluster.truth() };
    case 'calm':
      await cluster.calm();
      return { id, answer: 'calm' };
    case 'stop':
      await cluster.stop();
      return { id, answer: 'stop' };
  }
}

process.on('message', (question: Question) => {
  answer(question)
    .catch((error: unknown): Answer => ({ id: question.id, answer: 'error', message: String(error) }))
    .then((reply) => process.send?.(reply));
});
// The parent is gone: there is nobody left to serve.
process.on('disconnect', () => process.exit());
