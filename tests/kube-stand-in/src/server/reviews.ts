import { authorize, rulesOf } from '../auth/rbac.ts';
import { at, type JsonObject, type JsonValue } from '../json.ts';
import type { ObjectStore } from '../store/store.ts';
import type { ResourceExchange } from './exchange.ts';
import { sendJson } from './reply.ts';
import type { RequestInfo } from './request-info.ts';

export interface ReviewSettings {
  /** A webhook authorizer (as on AKS) can't list its rules, and the server says so. */
  readonly rulesReview: 'complete' | 'incomplete';
}

/** Answers a question about the asker's own identity or access. `false`: it is none of those. */
export async function answerReview(
  exchange: ResourceExchange,
  store: ObjectStore,
  body: () => JsonValue | undefined,
  settings: ReviewSettings,
): Promise<boolean> {
  const { info, user } = exchange;
  if (info.verb !== 'create') return false;
  if (!info.resource.startsWith('selfsubject')) return false;
  const spec = at(body(), 'spec');
  const answer = (kind: string, fields: JsonObject) =>
    sendJson(exchange, { kind, apiVersion: `${info.group}/v1`, metadata: {}, ...fields }, { status: 201 });
  switch (`${info.group}/${info.version}/${info.resource}`) {
    case 'authorization.k8s.io/v1/selfsubjectaccessreviews': {
      const decision = authorize(store, user, asRequest(spec));
      const status = {
        allowed: decision.allowed,
        ...(decision.reason === '' ? {} : { reason: decision.reason }),
      };
      await answer('SelfSubjectAccessReview', { spec: spec ?? {}, status });
      return true;
    }
    case 'authorization.k8s.io/v1/selfsubjectrulesreviews': {
      const namespace = text(at(spec, 'namespace'));
      const resourceRules: JsonObject[] = [];
      const nonResourceRules: JsonObject[] = [];
      for (const rule of rulesOf(store, user, namespace)) {
        if (rule.resources.length > 0) {
          resourceRules.push({
            verbs: [...rule.verbs],
            apiGroups: [...rule.apiGroups],
            resources: [...rule.resources],
            ...(rule.resourceNames.length > 0 ? { resourceNames: [...rule.resourceNames] } : {}),
          });
        }
        if (rule.nonResourceURLs.length > 0) {
          nonResourceRules.push({ verbs: [...rule.verbs], nonResourceURLs: [...rule.nonResourceURLs] });
        }
      }
      const whole = settings.rulesReview === 'complete';
      const status = {
        resourceRules,
        nonResourceRules,
        incomplete: !whole,
        ...(whole ? {} : { evaluationError: 'webhook authorizer does not support user rule resolution' }),
      };
      await answer('SelfSubjectRulesReview', { spec: {}, status });
      return true;
    }
    case 'authentication.k8s.io/v1/selfsubjectreviews':
      await answer('SelfSubjectReview', {
        status: { userInfo: { username: user.name, groups: [...user.groups] } },
      });
      return true;
    default:
      return false;
  }
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The request that an access review asks about. */
function asRequest(spec: JsonValue | undefined): RequestInfo {
  const resource = at(spec, 'resourceAttributes');
  if (resource === undefined) {
    const attributes = at(spec, 'nonResourceAttributes');
    return { isResource: false, verb: text(at(attributes, 'verb')), path: text(at(attributes, 'path')) };
  }
  return {
    isResource: true,
    verb: text(at(resource, 'verb')),
    path: '',
    group: text(at(resource, 'group')),
    version: text(at(resource, 'version')),
    resource: text(at(resource, 'resource')),
    subresource: text(at(resource, 'subresource')),
    namespace: text(at(resource, 'namespace')),
    name: text(at(resource, 'name')),
  };
}
