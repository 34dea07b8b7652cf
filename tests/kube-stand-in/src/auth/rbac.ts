import { at, type JsonObject, type KubeObject, objectsIn, stringsIn } from '../json.ts';
import type { RequestInfo, ResourceRequest } from '../server/request-info.ts';
import type { ObjectStore } from '../store/store.ts';
import type { UserInfo } from './users.ts';

/** One `PolicyRule` of a Role or ClusterRole, absent fields as empty lists. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface Decision {
  readonly allowed: boolean;
  /** What RBAC says about it: which binding allowed, or which role a binding names and nobody has. */
  readonly reason: string;
}

interface GrantedRule {
  readonly rule: PolicyRule;
  readonly because: string;
}

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** Decides by the Roles, ClusterRoles and bindings in the store, as Kubernetes' RBAC authorizer does. */
export function authorize(store: ObjectStore, user: UserInfo, request: RequestInfo): Decision {
  // This group is let through before RBAC is asked, so that a cluster can be repaired.
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  const problems: string[] = [];
  const namespace = request.isResource ? request.namespace : '';
  for (const granted of rulesFor(store, user, namespace, problems)) {
    if (ruleAllows(granted.rule, request)) return { allowed: true, reason: `RBAC: ${granted.because}` };
  }
  if (problems.length === 0) return { allowed: false, reason: '' };
  const text = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
  return { allowed: false, reason: `RBAC: ${text}` };
}

/** All rules that hold for a user in a namespace, cluster-wide ones included (for SelfSubjectRulesReview). */
export function rulesOf(store: ObjectStore, user: UserInfo, namespace: string): readonly PolicyRule[] {
  const everything: PolicyRule[] = user.groups.includes('system:masters')
    ? [
        { ...NO_RULE, verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { ...NO_RULE, verbs: ['*'], nonResourceURLs: ['*'] },
      ]
    : [];
  return [...everything, ...[...rulesFor(store, user, namespace, [])].map((granted) => granted.rule)];
}

const NO_RULE: PolicyRule = {
  verbs: [],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: [],
};

function* rulesFor(
  store: ObjectStore,
  user: UserInfo,
  namespace: string,
  problems: string[],
): Generator<GrantedRule> {
  for (const binding of objectsOfKind(store, 'clusterrolebindings')) {
    yield* bindingRules(store, user, binding, '', problems);
  }
  if (namespace === '') return;
  for (const binding of objectsOfKind(store, 'rolebindings')) {
    if (binding.metadata.namespace === namespace)
      yield* bindingRules(store, user, binding, namespace, problems);
  }
}

function* bindingRules(
  store: ObjectStore,
  user: UserInfo,
  binding: KubeObject,
  namespace: string,
  problems: string[],
): Generator<GrantedRule> {
  const subject = objectsIn(binding.subjects).find((one) => isUser(one, user, namespace));
  if (subject === undefined) return;
  const roleKind = String(at(binding.roleRef, 'kind') ?? '');
  const roleName = String(at(binding.roleRef, 'name') ?? '');
  const role = roleOf(store, roleKind, roleName, namespace);
  if (role === undefined) {
    problems.push(`${roleKind.toLowerCase()}.${RBAC_GROUP} "${roleName}" not found`);
    return;
  }
  const bindingName = namespace === '' ? binding.metadata.name : `${binding.metadata.name}/${namespace}`;
  const because = `allowed by ${binding.kind} "${bindingName}" of ${roleKind} "${roleName}" to ${describe(subject)}`;
  for (const rule of objectsIn(role.rules)) yield { rule: policyRule(rule), because };
}

function roleOf(store: ObjectStore, kind: string, name: string, namespace: string): KubeObject | undefined {
  if (kind === 'ClusterRole') {
    const type = store.typeOf(RBAC_GROUP, 'v1', 'clusterroles');
    return type && store.get(type, undefined, name);
  }
  const type = store.typeOf(RBAC_GROUP, 'v1', 'roles');
  return type && store.get(type, namespace, name);
}

function objectsOfKind(store: ObjectStore, plural: string): readonly KubeObject[] {
  const type = store.typeOf(RBAC_GROUP, 'v1', plural);
  return type === undefined ? [] : store.all(type);
}

function isUser(subject: JsonObject, user: UserInfo, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return typeof subject.name === 'string' && user.groups.includes(subject.name);
    case 'ServiceAccount': {
      const namespace = typeof subject.namespace === 'string' ? subject.namespace : bindingNamespace;
      return user.name === `system:serviceaccount:${namespace}:${String(subject.name)}`;
    }
    default:
      return false;
  }
}

function describe(subject: JsonObject): string {
  return subject.kind === 'ServiceAccount'
    ? `ServiceAccount "${String(subject.name)}/${String(subject.namespace)}"`
    : `${String(subject.kind)} "${String(subject.name)}"`;
}

export function policyRule(rule: JsonObject): PolicyRule {
  return {
    verbs: stringsIn(rule.verbs),
    apiGroups: stringsIn(rule.apiGroups),
    resources: stringsIn(rule.resources),
    resourceNames: stringsIn(rule.resourceNames),
    nonResourceURLs: stringsIn(rule.nonResourceURLs),
  };
}

/** Whether one rule alone allows a request. */
export function ruleAllows(rule: PolicyRule, request: RequestInfo): boolean {
  if (!(rule.verbs.includes('*') || rule.verbs.includes(request.verb))) return false;
  if (!request.isResource) {
    return rule.nonResourceURLs.some((url) =>
      url.endsWith('*') ? request.path.startsWith(url.slice(0, -1)) : url === request.path,
    );
  }
  return (
    (rule.apiGroups.includes('*') || rule.apiGroups.includes(request.group)) &&
    rule.resources.some((resource) => resourceMatches(resource, request)) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(request.name))
  );
}

function resourceMatches(granted: string, request: ResourceRequest): boolean {
  if (granted === '*') return true;
  const wanted = request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  return granted === wanted || (request.subresource !== '' && granted === `*/${request.subresource}`);
}

/** The sentence a 403 carries after "is forbidden: ". */
export function refusal(user: UserInfo, request: ResourceRequest, reason: string): string {
  const resource =
    request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  const where = request.namespace === '' ? 'at the cluster scope' : `in the namespace "${request.namespace}"`;
  const sentence = `User "${user.name}" cannot ${request.verb} resource "${resource}" in API group "${request.group}" ${where}`;
  return reason === '' ? sentence : `${sentence}: ${reason}`;
}
