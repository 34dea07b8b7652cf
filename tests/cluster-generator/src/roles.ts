import type { ContainerPortRecord } from '@bulkhead/policy-engine';

/** What a workload is for; decides its kind, labels and ports, and which policies a team would write for it. */
export type Role =
  | 'web'
  | 'api'
  | 'worker'
  | 'db'
  | 'cache'
  | 'queue'
  | 'batch'
  | 'agent'
  | 'dns'
  | 'ingress'
  | 'prometheus';

export interface RoleTraits {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job';
  readonly tier: 'frontend' | 'backend' | 'data' | 'system';
  readonly names: readonly string[];
  /** Teams differ: one of these. */
  readonly ports: readonly (readonly ContainerPortRecord[])[];
}

const tcp = (name: string, port: number): ContainerPortRecord => ({ name, protocol: 'TCP', port });
const udp = (name: string, port: number): ContainerPortRecord => ({ name, protocol: 'UDP', port });
const metrics = tcp('metrics', 9090);

export const ROLES: Readonly<Record<Role, RoleTraits>> = {
  web: {
    kind: 'Deployment',
    tier: 'frontend',
    names: ['storefront', 'portal', 'console', 'admin-ui', 'landing', 'bff', 'dashboard'],
    ports: [[tcp('http', 8080), metrics], [tcp('http', 3000)], [tcp('http', 80), tcp('https', 443)]],
  },
  api: {
    kind: 'Deployment',
    tier: 'backend',
    names: [
      'orders',
      'accounts',
      'catalog',
      'pricing',
      'billing',
      'search',
      'profile',
      'quotes',
      'inventory',
    ],
    ports: [
      [tcp('http', 8080), metrics],
      [tcp('http', 8080), tcp('grpc', 9000), metrics],
      [tcp('grpc', 50051)],
    ],
  },
  worker: {
    kind: 'Deployment',
    tier: 'backend',
    names: ['mailer', 'indexer', 'exporter', 'scheduler', 'reconciler', 'importer'],
    ports: [[metrics], []],
  },
  db: {
    kind: 'StatefulSet',
    tier: 'data',
    names: ['postgres', 'mysql', 'mongo'],
    ports: [[tcp('postgres', 5432), tcp('metrics', 9187)], [tcp('mysql', 3306)], [tcp('mongo', 27017)]],
  },
  cache: { kind: 'StatefulSet', tier: 'data', names: ['redis', 'valkey'], ports: [[tcp('redis', 6379)]] },
  queue: {
    kind: 'StatefulSet',
    tier: 'data',
    names: ['rabbitmq', 'kafka', 'nats'],
    ports: [[tcp('amqp', 5672), tcp('http', 15672)], [tcp('client', 9092)], [tcp('client', 4222), metrics]],
  },
  batch: { kind: 'Job', tier: 'backend', names: ['migrate', 'backfill', 'report', 'cleanup'], ports: [[]] },
  agent: { kind: 'DaemonSet', tier: 'system', names: ['log-agent'], ports: [[metrics]] },
  dns: {
    kind: 'Deployment',
    tier: 'system',
    names: ['coredns'],
    ports: [[udp('dns', 53), tcp('dns-tcp', 53), tcp('metrics', 9153)]],
  },
  ingress: {
    kind: 'Deployment',
    tier: 'system',
    names: ['ingress-nginx-controller'],
    ports: [[tcp('http', 80), tcp('https', 443), tcp('metrics', 10254)]],
  },
  prometheus: { kind: 'StatefulSet', tier: 'system', names: ['prometheus'], ports: [[tcp('web', 9090)]] },
};
