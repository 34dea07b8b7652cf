import type { JsonObject } from '../json.ts';
import { byVersionPriority, type ResourceType } from '../store/catalogue.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import { sendJson, sendText } from './reply.ts';

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];
const SELF_REVIEWS: Readonly<Record<string, readonly (readonly [plural: string, kind: string])[]>> = {
  'authentication.k8s.io': [['selfsubjectreviews', 'SelfSubjectReview']],
  'authorization.k8s.io': [
    ['selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
    ['selfsubjectrulesreviews', 'SelfSubjectRulesReview'],
  ],
};

export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

/** Answers the paths that are no resource. `false`: not one of them. */
export async function discover(
  exchange: Exchange,
  store: ObjectStore,
  version: ServerVersion,
): Promise<boolean> {
  const path = exchange.info.path.replace(/\/+$/, '');
  if (path === '/version') {
    await sendJson(exchange, {
      ...version,
      gitCommit: '0000000000000000000000000000000000000000',
      gitTreeState: 'clean',
      buildDate: '2025-11-11T19:00:00Z',
      goVersion: 'go1.24.9',
      compiler: 'gc',
      platform: 'linux/amd64',
    });
    return true;
  }
  if (['/healthz', '/livez', '/readyz'].includes(path)) {
    await sendText(exchange, 200, 'ok');
    return true;
  }
  if (path === '/api' || path === '/apis') {
    await sendRoot(exchange, store, path === '/api');
    return true;
  }
  if (path === '/api/v1') {
    await sendJson(exchange, resourceList(store, '', 'v1'));
    return true;
  }
  const [, root, group = '', groupVersion, ...rest] = path.split('/');
  if (root !== 'apis' || rest.length > 0) return false;
  const versions = groupsOf(store).get(group);
  if (versions === undefined) return false;
  if (groupVersion === undefined) {
    await sendJson(exchange, { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, versions) });
    return true;
  }
  if (!versions.includes(groupVersion)) return false;
  await sendJson(exchange, resourceList(store, group, groupVersion));
  return true;
}

async function sendRoot(exchange: Exchange, store: ObjectStore, core: boolean): Promise<void> {
  const form = negotiate(exchange.request.headers.accept, {
    group: 'apidiscovery.k8s.io',
    version: 'v2',
    kinds: ['APIGroupDiscoveryList'],
  });
  if (form.as !== '') {
    const groups = core ? new Map([['', ['v1']]]) : groupsOf(store);
    const items = [...groups].map(([group, versions]) => aggregatedGroup(store, group, versions));
    await sendJson(
      exchange,
      { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items },
      { headers: { 'Content-Type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' } },
    );
  } else if (core) {
    await sendJson(exchange, {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [
        { clientCIDR: '0.0.0.0/0', serverAddress: String(exchange.request.headers.host ?? '') },
      ],
    });
  } else {
    const groups = [...groupsOf(store)].map(([group, versions]) => groupEntry(group, versions));
    await sendJson(exchange, { kind: 'APIGroupList', apiVersion: 'v1', groups });
  }
}

/** Named groups with their versions, the preferred first. */
function groupsOf(store: ObjectStore): Map<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const group of Object.keys(SELF_REVIEWS)) groups.set(group, ['v1']);
  for (const type of store.types()) {
    if (type.group === '') continue;
    const versions = new Set([...(groups.get(type.group) ?? []), ...type.versions]);
    groups.set(type.group, [...versions].sort(byVersionPriority));
  }
  return groups;
}

function groupEntry(group: string, versions: readonly string[]): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] ?? {} };
}

function servedIn(store: ObjectStore, group: string, version: string): readonly ResourceType[] {
  return store.types().filter((type) => type.group === group && type.versions.includes(version));
}

function resourceList(store: ObjectStore, group: string, version: string): JsonObject {
  const resources: JsonObject[] = [];
  for (const [plural, kind] of SELF_REVIEWS[group] ?? []) {
    resources.push({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: false,
      kind,
      verbs: ['create'],
    });
  }
  for (const type of servedIn(store, group, version)) {
    resources.push({
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: ALL_VERBS,
      ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
    });
    for (const subresource of type.subresources) {
      resources.push({
        name: `${type.plural}/${subresource}`,
        singularName: '',
        namespaced: type.namespaced,
        kind: type.kind,
        verbs: SUBRESOURCE_VERBS,
      });
    }
  }
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return { kind: 'APIResourceList', ...(group === '' ? {} : { apiVersion: 'v1' }), groupVersion, resources };
}

function aggregatedGroup(store: ObjectStore, group: string, versions: readonly string[]): JsonObject {
  const scope = (namespaced: boolean) => (namespaced ? 'Namespaced' : 'Cluster');
  return {
    metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
    versions: versions.map((version) => ({
      version,
      freshness: 'Current',
      resources: [
        ...(SELF_REVIEWS[group] ?? []).map(([plural, kind]) => ({
          resource: plural,
          responseKind: { group, version, kind },
          scope: 'Cluster',
          singularResource: kind.toLowerCase(),
          verbs: ['create'],
        })),
        ...servedIn(store, group, version).map((type) => ({
          resource: type.plural,
          responseKind: { group, version, kind: type.kind },
          scope: scope(type.namespaced),
          singularResource: type.singular,
          verbs: ALL_VERBS,
          ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
        })),
      ],
    })),
  };
}
