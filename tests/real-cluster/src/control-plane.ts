import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type JsonObject,
} from '@bulkhead/kube-stand-in';
import { type Api, createApi } from './api.ts';
import { type AuditEntry, readAudit } from './audit.ts';
import type { Binaries } from './binaries.ts';
import { freePort, type Program, program } from './process.ts';
import { type TokenSigner, tokenSigner } from './tokens.ts';

/** A kube-apiserver with its etcd on loopback: TLS, RBAC, audit. No controller, no scheduler and no kubelet runs. */
export interface ControlPlane {
  readonly url: string;
  readonly ca: CertificateAuthority;
  /** As the superuser. */
  readonly admin: Api;
  readonly apiServer: Program;
  readonly etcd: Program;
  /** Where the tests may put their files; removed by `stop`. */
  readonly directory: string;
  readonly tokens: TokenSigner;
  /** Starts what was killed and waits until it answers as a whole. */
  up(): Promise<void>;
  /** Makes etcd forget all revisions before the present one. */
  compact(): Promise<void>;
  /** Every request of others than the superuser so far, of all runs. */
  audit(): Promise<readonly AuditEntry[]>;
  stop(): Promise<void>;
}

const START_MS = 180_000;

/** @throws {Error} with the server's last words, when it doesn't come up */
export async function startControlPlane(binaries: Binaries): Promise<ControlPlane> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-real-cluster-'));
  const at = (name: string) => join(directory, name);
  const [port, etcdPort, etcdPeerPort] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;

  const ca = createCertificateAuthority();
  const server = ca.issueServer();
  const accounts = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await mkdir(at('etcd'));
  const files: Readonly<Record<string, string>> = {
    'ca.crt': ca.certPem,
    'server.crt': server.certPem,
    'server.key': server.keyPem,
    'accounts.key': accounts.privateKey,
    'accounts.pub': accounts.publicKey,
    'audit-policy.yaml': AUDIT_POLICY,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text, { mode: 0o600 });

  const etcd = program(
    binaries.etcd,
    [
      `--data-dir=${at('etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
      // A test's cluster may be lost with the machine; waiting for its disk would only be slow.
      '--unsafe-no-fsync',
    ],
    at('etcd.log'),
  );
  const apiServer = program(
    binaries.kubeApiserver,
    [
      `--etcd-servers=${etcdUrl}`,
      // Compacted by hand, so that what is forgotten is the test's choice.
      '--etcd-compaction-interval=0',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${at('server.crt')}`,
      `--tls-private-key-file=${at('server.key')}`,
      `--client-ca-file=${at('ca.crt')}`,
      '--authorization-mode=RBAC',
      `--service-account-issuer=${ISSUER}`,
      `--service-account-key-file=${at('accounts.pub')}`,
      `--service-account-signing-key-file=${at('accounts.key')}`,
      '--service-cluster-ip-range=10.0.0.0/16',
      // Nothing here makes the accounts that pods would need.
      '--disable-admission-plugins=ServiceAccount',
      `--audit-policy-file=${at('audit-policy.yaml')}`,
      `--audit-log-path=${at('audit.log')}`,
      '--audit-log-mode=blocking',
    ],
    at('kube-apiserver.log'),
  );
  const admin = createApi({
    url,
    caPem: ca.certPem,
    client: ca.issueClient({ user: 'admin', groups: ['system:masters'] }),
  });

  const up = async () => {
    if (!etcd.running) etcd.start();
    if (!apiServer.running) apiServer.start();
    const deadline = Date.now() + START_MS;
    while (!(await isReady(admin))) {
      if (Date.now() > deadline || !apiServer.running) {
        throw new Error(
          `kube-apiserver does not come up:\n${await apiServer.lastWords()}\n${await etcd.lastWords()}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const stop = async () => {
    admin.close();
    await apiServer.kill();
    await etcd.kill();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await up();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url,
    ca,
    admin,
    apiServer,
    etcd,
    directory,
    tokens: tokenSigner({ issuer: ISSUER, keyPem: accounts.privateKey }),
    up,
    async compact() {
      // etcd's own JSON gateway: the newest revision is in the header of every answer.
      const status = await post(`${etcdUrl}/v3/maintenance/status`, {});
      await post(`${etcdUrl}/v3/kv/compaction`, { revision: revisionOf(status), physical: true });
    },
    audit: async () => readAudit(await readFile(at('audit.log'), 'utf8')),
    stop,
  };
}

const ISSUER = 'https://kubernetes.default.svc';

/** What the superuser and the server itself do isn't the product's. */
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: [admin, "system:apiserver"]
  - level: Metadata
`;

async function isReady(admin: Api): Promise<boolean> {
  try {
    return (await admin.raw('GET', '/readyz')).status === 200;
  } catch {
    return false;
  }
}

async function post(url: string, body: JsonObject): Promise<JsonObject> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  const value: JsonObject = JSON.parse(text);
  return value;
}

function revisionOf({ header }: JsonObject): string {
  const revision =
    typeof header === 'object' && header !== null && !Array.isArray(header) ? header['revision'] : undefined;
  if (typeof revision !== 'string') throw new Error('etcd tells no revision');
  return revision;
}
