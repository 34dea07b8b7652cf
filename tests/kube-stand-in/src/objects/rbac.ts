import type { JsonObject, KubeObject } from '../json.ts';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';

export interface RuleOptions {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Someone a role is bound to: a user, `group:name`, or a service account as `serviceaccount:namespace:name`. */
export type SubjectName = string;

function subject(name: SubjectName): JsonObject {
  const [prefix, first, second] = name.split(':');
  if (prefix === 'group') return { apiGroup: GROUP, kind: 'Group', name: name.slice('group:'.length) };
  if (prefix === 'serviceaccount' && first !== undefined && second !== undefined) {
    return { kind: 'ServiceAccount', namespace: first, name: second };
  }
  return { apiGroup: GROUP, kind: 'User', name };
}

function rule(options: RuleOptions): JsonObject {
  return {
    verbs: [...options.verbs],
    apiGroups: [...options.apiGroups],
    resources: [...options.resources],
    ...(options.resourceNames === undefined ? {} : { resourceNames: [...options.resourceNames] }),
  };
}

export function clusterRole(name: string, rules: readonly RuleOptions[]): KubeObject {
  return { apiVersion: API_VERSION, kind: 'ClusterRole', metadata: { name }, rules: rules.map(rule) };
}

export function role(namespace: string, name: string, rules: readonly RuleOptions[]): KubeObject {
  return { apiVersion: API_VERSION, kind: 'Role', metadata: { namespace, name }, rules: rules.map(rule) };
}

/** Binds a ClusterRole everywhere. */
export function clusterRoleBinding(
  name: string,
  roleName: string,
  subjects: readonly SubjectName[],
): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: roleName },
    subjects: subjects.map(subject),
  };
}

/** Binds a Role, or a ClusterRole's rules, inside one namespace. */
export function roleBinding(
  namespace: string,
  name: string,
  roleRef: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string },
  subjects: readonly SubjectName[],
): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'RoleBinding',
    metadata: { namespace, name },
    roleRef: { apiGroup: GROUP, ...roleRef },
    subjects: subjects.map(subject),
  };
}
