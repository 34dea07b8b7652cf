import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapRbac } from './auth/bootstrap.ts';
import { UserDirectory, type UserInfo, type UserOptions } from './auth/users.ts';
import { copyJson, isJsonObject, type JsonObject, type KubeObject } from './json.ts';
import { type KubeconfigOptions, kubeconfigYaml, tokenPath } from './kubeconfig.ts';
import type { ServerVersion } from './server/discovery.ts';
import { FaultScript } from './server/faults.ts';
import { createHandler } from './server/handler.ts';
import { Listener } from './server/listener.ts';
import { RequestLog } from './server/request-log.ts';
import { Watches } from './server/watches.ts';
import { type ObjectRef, ObjectStore } from './store/store.ts';
import { createCertificateAuthority } from './tls.ts';

export interface StandInOptions {
  /** 0, any free port, by default. Always on 127.0.0.1. */
  readonly port?: number;
  /** Objects that are there from the start; namespaces they name are made where missing. */
  readonly seed?: readonly KubeObject[];
  /** Users besides `admin`, who is in `system:masters`. */
  readonly users?: readonly UserOptions[];
  /** `rbac` by default. */
  readonly authorization?: 'rbac' | 'always-allow';
  /** Whether a request without credentials is `system:anonymous` (the default) or a 401. */
  readonly anonymousAuth?: boolean;
  /** 60 seconds by default, as in kube-apiserver. */
  readonly bookmarkIntervalMs?: number;
  /** How long a watch lasts that doesn't say; 45 minutes by default. */
  readonly watchTimeoutMs?: number;
  /** Whether streaming lists (`sendInitialEvents`) are served; `true` by default. */
  readonly watchList?: boolean;
  /** How a watch from a forgotten revision is told; `event` by default. */
  readonly expiredWatch?: 'event' | 'status';
  /** Whether an expired continue token comes with one to go on inconsistently; `true` by default. */
  readonly inconsistentContinue?: boolean;
  /** Whether SelfSubjectRulesReview claims to know all rules; `incomplete` where a webhook authorizes too, as on AKS. */
  readonly rulesReview?: 'complete' | 'incomplete';
  /** How many changes per resource are remembered; 10,000 by default. */
  readonly historyLimit?: number;
  /** How many requests the log keeps; 100,000 by default. */
  readonly logLimit?: number;
  readonly version?: ServerVersion;
  /** For creation timestamps only. */
  readonly now?: () => Date;
}

export interface DownOptions {
  /**
   * `refuse`, the default: connections are reset and nobody listens. `graceful`: the same after watches ended properly.
   * `black-hole`: connections are accepted and never answered.
   */
  readonly how?: 'refuse' | 'graceful' | 'black-hole';
}

export interface UpOptions {
  /** `lost`: an empty cluster whose revisions start again, as after an etcd restored from nothing. `kept` by default. */
  readonly state?: 'kept' | 'lost';
}

export interface InCluster {
  /** Holds `token`, `ca.crt` and `namespace`. */
  readonly directory: string;
  readonly env: { readonly KUBERNETES_SERVICE_HOST: string; readonly KUBERNETES_SERVICE_PORT: string };
}

const DEFAULT_VERSION: ServerVersion = { major: '1', minor: '34', gitVersion: 'v1.34.2' };
const FIRST_REVISION = 1000;
const BOOTSTRAP_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** A running stand-in for kube-apiserver. */
export interface StandIn {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  /** Every request so far. */
  readonly log: RequestLog;
  /** What goes wrong with requests to come. */
  readonly faults: FaultScript;
  /** The watches that are open now. */
  readonly watches: Watches;
  /** The newest revision, as `metadata.resourceVersion` prints it. */
  readonly resourceVersion: string;
  /** TCP connections that are open now. */
  readonly connections: number;

  addUser(user: UserOptions): UserInfo;
  /** The bearer token of a user, who is added where unknown. */
  tokenOf(user: string): string;
  /** Gives the user a new token, also where the exec plugin and `tokenFile` read it; the old one is a 401 from now on. */
  rotateToken(user: string): Promise<string>;
  /** How often the exec plugin has run for a user. */
  execRuns(user: string): Promise<number>;

  kubeconfig(options?: KubeconfigOptions): Promise<string>;
  /** What a pod finds mounted under `/var/run/secrets/kubernetes.io/serviceaccount`, and its environment. */
  inCluster(options: { readonly serviceAccount: string; readonly namespace: string }): Promise<InCluster>;
  /** Writes the kubeconfig to the stand-in's temporary directory, or to a path, and returns where. */
  writeKubeconfig(options?: KubeconfigOptions & { readonly path?: string }): Promise<string>;

  /** Adds many objects; namespaces they name are made where missing. */
  seed(objects: readonly KubeObject[]): void;
  /** Creates or replaces an object. Throws for a kind that is not served. */
  apply(object: KubeObject): KubeObject;
  /** Replaces an object by what the function makes of it. Throws where there is none. */
  update(ref: ObjectRef, change: (object: KubeObject) => KubeObject): KubeObject;
  /** Merges fields into the status, without changing the generation: the churn that means nothing to a policy. */
  touchStatus(ref: ObjectRef, status: JsonObject): KubeObject;
  /** `false`: there was no such object. A namespace takes what is in it along, a CRD its objects. */
  remove(ref: ObjectRef): boolean;
  get(ref: ObjectRef): KubeObject | undefined;
  /** All objects of a kind now, in no particular order. */
  all(apiVersion: string, kind: string): readonly KubeObject[];
  /** Forgets history: old revisions and continue tokens answer 410 from now on. */
  compact(): void;
  /** Revisions that go to things not served, so that numbers have gaps. */
  skipRevisions(count: number): void;

  /** Stops serving; `up` serves on the same port again. */
  down(options?: DownOptions): Promise<void>;
  /** Serves again on the same port, with a cold watch cache or with nothing. */
  up(options?: UpOptions): Promise<void>;
  /** Ends it for good and removes its temporary files. */
  stop(): Promise<void>;
}

/** Starts a stand-in on loopback with certificates made for this run. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const ca = createCertificateAuthority();
  const otherCa = createCertificateAuthority('someone-else');
  const directory = await mkdtemp(join(tmpdir(), 'kube-stand-in-'));
  const now = options.now ?? (() => new Date());
  const newStore = () => {
    const store = new ObjectStore({
      firstRevision: FIRST_REVISION,
      historyLimit: options.historyLimit ?? 10_000,
      now,
    });
    for (const name of BOOTSTRAP_NAMESPACES) store.put(namespaceObject(name));
    for (const object of bootstrapRbac()) store.put(object);
    return store;
  };
  let store = newStore();

  const users = new UserDirectory();
  users.add({ name: 'admin', groups: ['system:masters'] });
  for (const user of options.users ?? []) users.add(user);
  const faults = new FaultScript();
  const log = new RequestLog(options.logLimit ?? 100_000);
  const watches = new Watches({
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    watchTimeoutMs: options.watchTimeoutMs ?? 45 * 60_000,
    watchList: options.watchList ?? true,
    expiredWatch: options.expiredWatch ?? 'event',
  });
  const listener = new Listener({
    certificate: ca.issueServer(),
    clientCaPem: ca.certPem,
    port: options.port ?? 0,
    onRequest: createHandler({
      store: () => store,
      users,
      faults,
      log,
      watches,
      version: options.version ?? DEFAULT_VERSION,
      anonymousAuth: options.anonymousAuth ?? true,
      authorization: options.authorization ?? 'rbac',
      reviews: { rulesReview: options.rulesReview ?? 'complete' },
      lists: { inconsistentContinue: options.inconsistentContinue ?? true },
    }),
  });

  const seed = (objects: readonly KubeObject[]) => {
    for (const object of inSeedOrder(objects)) {
      const namespace = object.metadata.namespace;
      if (namespace && store.get(namespaceType(store), undefined, namespace) === undefined) {
        store.put(namespaceObject(namespace));
      }
      store.put(object);
    }
  };
  seed(options.seed ?? []);
  await listener.serve();

  const find = (ref: ObjectRef) =>
    store.get(store.typeOfObject(ref), ref.metadata.namespace, ref.metadata.name);
  const found = (ref: ObjectRef) => {
    const object = find(ref);
    if (object === undefined) throw new Error(`there is no ${ref.kind} ${ref.metadata.name}`);
    return object;
  };
  const kubeconfig = (wanted?: KubeconfigOptions) =>
    kubeconfigYaml({ url: `https://127.0.0.1:${listener.port}`, ca, otherCa, users, directory }, wanted);

  return {
    get url() {
      return `https://127.0.0.1:${listener.port}`;
    },
    get port() {
      return listener.port;
    },
    caPem: ca.certPem,
    log,
    faults,
    watches,
    get resourceVersion() {
      return String(store.revision);
    },
    get connections() {
      return listener.connections;
    },

    addUser: (user) => users.add(user),
    tokenOf: (user) => users.tokenOf(user),
    rotateToken: async (user) => {
      const token = users.rotate(user);
      const path = tokenPath(directory, user);
      if (existsSync(path)) await writeFile(path, token, { mode: 0o600 });
      return token;
    },
    execRuns: async (user) => {
      const path = tokenPath(directory, user).replace(/\.token$/, '.runs');
      if (!existsSync(path)) return 0;
      return (await readFile(path, 'utf8')).split('\n').length - 1;
    },

    inCluster: async ({ serviceAccount, namespace }) => {
      const mounted = await mkdtemp(join(directory, 'serviceaccount-'));
      const user = `system:serviceaccount:${namespace}:${serviceAccount}`;
      await writeFile(join(mounted, 'token'), users.tokenOf(user), { mode: 0o600 });
      await writeFile(join(mounted, 'ca.crt'), ca.certPem);
      await writeFile(join(mounted, 'namespace'), namespace);
      const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(listener.port) };
      return { directory: mounted, env };
    },
    kubeconfig,
    writeKubeconfig: async (wanted = {}) => {
      const path = wanted.path ?? join(directory, 'kubeconfig.yaml');
      await writeFile(path, await kubeconfig(wanted), { mode: 0o600 });
      return path;
    },

    seed,
    apply: (object) => store.put(object),
    update: (ref, change) => store.put(change(copyJson(found(ref)))),
    touchStatus: (ref, status) => {
      const object = found(ref);
      const before = isJsonObject(object.status) ? object.status : {};
      return store.put({ ...object, status: { ...before, ...status } });
    },
    remove: (ref) => store.remove(ref),
    get: (ref) => find(ref),
    all: (apiVersion, kind) => store.all(store.typeOfObject({ apiVersion, kind })),
    compact: () => store.compact(),
    skipRevisions: (count) => store.skipRevisions(count),

    down: async ({ how = 'refuse' } = {}) => {
      if (how === 'graceful') {
        watches.end();
        // What was written last is still to be sent.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await listener.close();
      if (how === 'black-hole') await listener.blackHole();
    },
    up: async ({ state = 'kept' } = {}) => {
      await listener.close();
      if (state === 'lost') store = newStore();
      else store.coolWatchCache();
      await listener.serve();
    },
    stop: async () => {
      await listener.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function namespaceObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function namespaceType(store: ObjectStore) {
  return store.typeOfObject({ apiVersion: 'v1', kind: 'Namespace' });
}

/** What others depend on first: definitions of kinds, then namespaces, then the rest as given. */
function inSeedOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  const rank = (object: KubeObject) =>
    object.kind === 'CustomResourceDefinition' ? 0 : object.kind === 'Namespace' ? 1 : 2;
  return [...objects].sort((a, b) => rank(a) - rank(b));
}
