import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compile,
  type Endpoint,
  findings,
  locateEndpoint,
  parseManifests,
  type TransportProtocol,
  type Verdict,
  verdict,
} from '@bulkhead/policy-engine';
import { describe, expect, test } from 'vitest';

/** Holds the demo to what its README promises: what is good is good, and each lesson is really there. */

const demo = join(import.meta.dirname, '..', 'demo');

const files = readdirSync(demo, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => ({ path, text: readFileSync(join(demo, path), 'utf8') }));

const { snapshot, diagnostics } = parseManifests(files);
const cluster = compile(snapshot);
const found = [...findings(cluster, { redundancy: true })];

/** `shop/cart`: some pod of the workload; `203.0.113.9`: an address outside. */
function endpoint(text: string): Endpoint {
  const [namespace, workload] = text.split('/');
  if (workload === undefined) return { type: 'address', ip: text };
  const pod = snapshot.pods.find(
    (record) => record.namespace === namespace && record.workload.name === workload,
  );
  if (!pod) throw new RangeError(`The demo has no ${text}.`);
  return { type: 'pod', namespace: pod.namespace, name: pod.name };
}

/** @param port `8080`, `53/UDP` */
function ask(from: string, to: string, port: string): Verdict {
  const source = locateEndpoint(cluster.universe, endpoint(from));
  const destination = locateEndpoint(cluster.universe, endpoint(to));
  if (!source || !destination) throw new RangeError(`${from} or ${to} is no endpoint.`);
  const [number = '', protocol = 'TCP'] = port.split('/');
  const transports: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];
  const transport = transports.find((known) => known === protocol);
  if (!transport) throw new RangeError(`No such protocol: ${protocol}`);
  return verdict(cluster, source, destination, { protocol: transport, port: Number(number) });
}

describe('the demo', () => {
  test('is read without a complaint but the one it teaches', () => {
    const complaints = [...diagnostics, ...cluster.diagnostics].filter(({ severity }) => severity !== 'info');
    expect(complaints.map(({ code, object }) => `${code} ${object?.name}`)).toEqual([
      'inert-rules batch-egress',
    ]);
  });

  test('is a company of at least 8 namespaces and 40 workloads', () => {
    expect(snapshot.namespaces.length).toBeGreaterThanOrEqual(8);
    const workloads = new Set(
      snapshot.pods.map(({ namespace, workload }) => `${namespace}/${workload.kind}/${workload.name}`),
    );
    expect(workloads.size).toBeGreaterThanOrEqual(40);
    const kinds = new Set(snapshot.pods.map(({ workload }) => workload.kind));
    expect([...kinds].sort()).toEqual(['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'StatefulSet']);
  });

  test('lists in its README the lessons that its manifests mark, and no others', () => {
    const marked = files.flatMap(({ text }) =>
      [...text.matchAll(/LESSON ([a-z-]+)/g)].map(([, name]) => name),
    );
    const readme = readFileSync(join(demo, 'README.md'), 'utf8');
    const listed = [...readme.slice(readme.indexOf('## Where it is wrong')).matchAll(/^\| `([a-z-]+)` \|/gm)];
    expect(listed.map(([, name]) => name).sort()).toEqual(marked.sort());
  });

  test.each([
    // Well done
    [
      'internet reaches the front door',
      '203.0.113.9',
      'ingress-nginx/ingress-nginx-controller',
      '443',
      'allowed',
    ],
    ['and nothing behind it', '203.0.113.9', 'shop/storefront', '3000', 'denied'],
    [
      'the front door reaches the shop',
      'ingress-nginx/ingress-nginx-controller',
      'shop/storefront',
      '3000',
      'allowed',
    ],
    ['role=app reaches inventory', 'shop/cart', 'shop/inventory', '8080', 'allowed'],
    ['but not its admin port', 'shop/cart', 'shop/inventory', '8081', 'denied'],
    ['others do not reach inventory', 'shop/search', 'shop/inventory', '8080', 'denied'],
    [
      'checkout, with both labels, reaches payments',
      'shop/checkout',
      'payments/payment-api',
      '8443',
      'allowed',
    ],
    ['cart, with neither, does not', 'shop/cart', 'payments/payment-api', '8443', 'denied'],
    ['payments resolves names', 'payments/payment-api', 'kube-system/coredns', '53/UDP', 'allowed'],
    ['the directory bridge asks its resolver', 'identity/ldap-bridge', '192.0.2.53', '53/UDP', 'allowed'],
    ['over TCP too', 'identity/ldap-bridge', '192.0.2.53', '53/TCP', 'allowed'],
    ['and no neighbour of it', 'identity/ldap-bridge', '192.0.2.54', '53/UDP', 'denied'],
    [
      'the gateway reaches the acquirer on IPv6',
      'payments/card-gateway',
      '2001:db8:c0de:41::7',
      '443',
      'allowed',
    ],
    ['but not its test environment', 'payments/card-gateway', '2001:db8:c0de:4f::7', '443', 'denied'],
    [
      'roaming partners come in by SCTP',
      '198.51.100.130',
      'signalling/diameter-edge',
      '3868/SCTP',
      'allowed',
    ],
    ['but not from the lab', '198.51.100.230', 'signalling/diameter-edge', '3868/SCTP', 'denied'],
    ['voice comes in on a range', '203.0.113.9', 'signalling/media-relay', '30500/UDP', 'allowed'],
    ['that ends', '203.0.113.9', 'signalling/media-relay', '31000/UDP', 'denied'],
    ['payments reaches its card data', 'payments/payment-api', 'data/postgres-cards', '5432', 'allowed'],
    ['backups reach it', 'data/pg-backup', 'data/postgres-cards', '5432', 'allowed'],
    ['token service keys stay with the node', 'shop/cart', '169.254.169.254', '80', 'denied'],
    ['except for who needs them', 'cert-manager/cert-manager', '169.254.169.254', '80', 'allowed'],
    ['ci does not get into what is open', 'ci/migrate-shop-schema', 'legacy-portal/portal', '8080', 'denied'],
    // Lessons
    ['no-policies', 'shop/search', 'legacy-portal/mysql', '3306', 'allowed'],
    ['no-policies, from outside', '203.0.113.9', 'legacy-portal/mysql', '3306', 'allowed'],
    ['default-deny-without-dns', 'notifications/mailer', 'kube-system/coredns', '53/UDP', 'denied'],
    ['default-deny-without-dns, relay', 'notifications/mailer', '203.0.113.26', '587', 'allowed'],
    ['too-wide', 'legacy-portal/portal', 'data/redis', '6379', 'allowed'],
    ['selects-nothing', 'shop/cart', 'shop/checkout', '8080', 'denied'],
    ['named-port-nowhere', 'monitoring/prometheus', 'shop/search', '9108', 'denied'],
    ['named-port-nowhere, done right', 'monitoring/prometheus', 'shop/checkout', '9102', 'allowed'],
    ['inert-egress', 'shop/reindex-search', '203.0.113.9', '443', 'allowed'],
    ['one-sided', 'payments/settlement', 'data/postgres-ledger', '5432', 'denied'],
    ['one-sided, both agree', 'payments/reconciliation', 'data/postgres-ledger', '5432', 'allowed'],
    ['shadowed-rule', 'ci/migrate-shop-schema', 'data/postgres-cards', '5432', 'denied'],
    ['unlabelled-namespace', 'analytics/clickhouse', 'data/kafka', '9092', 'denied'],
    ['or-instead-of-and', 'monitoring/grafana', 'identity/token-exchange', '9090', 'allowed'],
    ['internet-includes-the-cluster', 'ci/runner', 'ci/preview-1873', '80', 'allowed'],
  ])('%s: %s → %s:%s is %5$s', (_what, from, to, port, expected) => {
    expect(ask(from, to, port)).toBe(expected);
  });

  test.each([
    ['namespace-not-isolated', 'legacy-portal'],
    ['dns-cut', 'notifications'],
    ['policy-selects-nothing', 'checkout-from-cart'],
    ['named-port-unresolved', 'search-metrics'],
    ['policy-changes-nothing', 'inventory-from-storefront'],
    ['rule-shadowed', 'postgres-cards'],
    ['label-nobody-has', 'kafka-from-analytics'],
    ['cidr-over-cluster-addresses', 'runner-internet-only'],
  ])('makes the lint say %s about %s', (code, about) => {
    const said = found.filter((finding) => finding.code === code);
    expect(said.map(({ policy, namespace }) => `${policy ?? ''} ${namespace ?? ''}`).join('\n')).toContain(
      about,
    );
  });
});
