import {
  type ChurnTarget,
  createChurn,
  createRandom,
  type StandIn,
  startStandIn,
} from '@bulkhead/kube-stand-in';
import {
  applyAll,
  certificateUser,
  findBinaries,
  openWatches,
  readOnlyRole,
  startControlPlane,
  writeKubeconfig,
} from '@bulkhead/real-cluster';
import { type ClusterOptions, churnOptions, type TroubledCluster, truthOf } from './cluster.ts';
import { createFaults } from './real-faults.ts';
import { createWriter, type Writer } from './real-writer.ts';

const USER = 'soak';
const CONTEXT = 'stand-in';
const TICK_MS = 20;
const READ: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/**
 * Starts a kube-apiserver with its etcd that changes and is killed, frozen and compacted. The changes are drawn as they
 * are for the stand-in: one that nobody is connected to says what to do, and each of its changes is written here too.
 * @throws {Error} when the two programs are not installed
 */
export async function startRealCluster(options: ClusterOptions): Promise<TroubledCluster> {
  const plane = await startControlPlane(findBinaries());
  const { admin } = plane;
  const model = await startStandIn();
  const writer = createWriter(admin);
  const churn = createChurn(mirrored(model, writer), churnOptions(options));
  await applyAll(admin, [...(await readOnlyRole(USER)), ...writer.seeded()]);

  const faults = createFaults(plane, createRandom(options.seed));
  const startedAt = Date.now();
  let calm = false;
  let changes = 0;
  let played = 0;
  const changing = setInterval(() => {
    const due = Math.floor(((Date.now() - startedAt) / 60_000) * options.changesPerMinute);
    // While the server is away changes wait; they come as fast as it takes them once it is back.
    for (; changes < due && writer.waiting() < 2_000; changes += 1) churn.step();
  }, TICK_MS);
  const failing = (async () => {
    while (!calm && options.faultEveryMs > 0) {
      const next = Date.now() + options.faultEveryMs;
      while (!calm && Date.now() < next) await new Promise((resolve) => setTimeout(resolve, 100));
      if (calm) return;
      await faults.step();
      played += 1;
    }
  })();
  const becomeCalm = async () => {
    calm = true;
    clearInterval(changing);
    await failing;
    await plane.up();
    await writer.settled();
  };

  return {
    kubeconfig: await writeKubeconfig([{ name: CONTEXT, plane, user: certificateUser(plane.ca, USER) }]),
    counts: async () => {
      const own = (await plane.audit()).filter(({ user }) => user === USER);
      const open = openWatches(own.filter(({ at }) => at >= faults.startedAt()));
      return {
        changes,
        changesByKind: churn.counts,
        faults: played,
        faultsByKind: faults.counts,
        requests: new Set(own.map(({ id }) => id)).size,
        watches: open.length,
        watchedTwice: [...new Set(open.filter((resource, index) => open.indexOf(resource) !== index))],
        connections: undefined,
        writes: own.filter(({ verb, resource }) => !READ.has(verb) && !resource.startsWith('selfsubject'))
          .length,
      };
    },
    calm: becomeCalm,
    truth: async () => {
      const lists = await writer.truth();
      return truthOf((apiVersion, kind) => lists.get(`${apiVersion}/${kind}`) ?? []);
    },
    stop: async () => {
      await becomeCalm();
      await model.stop();
      await plane.stop();
    },
  };
}

/** Does to the writer what is done to the model. */
function mirrored(model: StandIn, writer: Writer): ChurnTarget {
  return {
    all: (apiVersion, kind) => model.all(apiVersion, kind),
    get: (ref) => model.get(ref),
    skipRevisions: (count) => model.skipRevisions(count),
    seed(objects) {
      model.seed(objects);
      writer.seed(objects);
    },
    apply(object) {
      const applied = model.apply(object);
      writer.apply(applied);
      return applied;
    },
    update(ref, change) {
      const applied = model.update(ref, change);
      writer.apply(applied);
      return applied;
    },
    touchStatus(ref, status) {
      writer.setStatus(ref, status);
      return model.touchStatus(ref, status);
    },
    remove(ref) {
      writer.remove(ref);
      return model.remove(ref);
    },
  };
}
