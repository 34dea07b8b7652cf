import { readFile } from 'node:fs/promises';
import type { KubeObject } from '@bulkhead/kube-stand-in';
import { parseAllDocuments } from 'yaml';

const API_GROUP = 'rbac.authorization.k8s.io';
const apiVersion = `${API_GROUP}/v1`;

const subject = (user: string) =>
  user.startsWith('system:serviceaccount:')
    ? { kind: 'ServiceAccount', namespace: user.split(':')[2] ?? '', name: user.split(':')[3] ?? '' }
    : { kind: 'User', apiGroup: API_GROUP, name: user };

/** Lets a user do in the whole cluster what a ClusterRole says. */
export function everywhere(user: string, role: string): KubeObject {
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: `${role}-${user.replaceAll(':', '-')}` },
    roleRef: { apiGroup: API_GROUP, kind: 'ClusterRole', name: role },
    subjects: [subject(user)],
  };
}

/** Lets a user do in one namespace what a role says. */
export function within(
  namespace: string,
  user: string,
  role: string,
  kind: 'Role' | 'ClusterRole' = 'ClusterRole',
): KubeObject {
  return {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { namespace, name: `${role}-${user.replaceAll(':', '-')}` },
    roleRef: { apiGroup: API_GROUP, kind, name: role },
    subjects: [subject(user)],
  };
}

/** The objects of a manifest, by its path in the repository. */
export async function manifest(path: string): Promise<readonly KubeObject[]> {
  const text = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document): KubeObject => document.toJS());
}

/** The role that the product ships, for this user in the whole cluster, and the definitions of the policy kinds. */
export async function readOnlyRole(user: string): Promise<readonly KubeObject[]> {
  return [
    ...(await manifest('deploy/rbac.yaml')),
    everywhere(user, 'bulkhead-reader'),
    within('kube-system', user, 'bulkhead-reader', 'Role'),
  ];
}

/** The definitions of network-policy-api: its last release and the last with its forerunners. */
export async function policyDefinitions(): Promise<readonly KubeObject[]> {
  const kinds = ['clusternetworkpolicies', 'adminnetworkpolicies', 'baselineadminnetworkpolicies'];
  return (await Promise.all(kinds.map((kind) => manifest(`tests/api-schemas/schemas/${kind}.yaml`)))).flat();
}
