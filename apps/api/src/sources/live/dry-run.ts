import type { DryRunAnswer, DryRunPolicy } from '@bulkhead/protocol';
import { at } from '../../json.ts';
import type { KubeClient } from '../../kube/client.ts';
import { KubeError } from '../../kube/error.ts';

interface Resource {
  readonly group: string;
  readonly versions: RegExp;
  readonly resource: string;
  readonly namespaced: boolean;
}

const CLUSTER_POLICY = {
  group: 'policy.networking.k8s.io',
  versions: /^v1(?:alpha\d+|beta\d+)?$/,
  namespaced: false,
};

/** All that may be validated. */
const RESOURCES: ReadonlyMap<string, Resource> = new Map([
  [
    'NetworkPolicy',
    { group: 'networking.k8s.io', versions: /^v1$/, resource: 'networkpolicies', namespaced: true },
  ],
  ['ClusterNetworkPolicy', { ...CLUSTER_POLICY, resource: 'clusternetworkpolicies' }],
  ['AdminNetworkPolicy', { ...CLUSTER_POLICY, resource: 'adminnetworkpolicies' }],
  ['BaselineAdminNetworkPolicy', { ...CLUSTER_POLICY, resource: 'baselineadminnetworkpolicies' }],
]);

/** Names of objects and namespaces, loosely: what they may hold for certain is the API server's to say. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

interface Target {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly path: string;
}

/**
 * Asks the API server to validate policies by a server-side dry run, one after the other. Each is asked for only where the
 * user may apply it; nothing is kept of any.
 * @throws {KubeError} where the server can't be asked at all
 */
export async function dryRunPolicies(
  client: KubeClient,
  policies: readonly DryRunPolicy[],
  signal: AbortSignal,
): Promise<readonly DryRunAnswer[]> {
  const answers: DryRunAnswer[] = [];
  for (const policy of policies) {
    const target = targetOf(policy);
    answers.push('message' in target ? target : await dryRunOne(client, target, policy.text, signal));
  }
  return answers;
}

async function dryRunOne(
  client: KubeClient,
  target: Target,
  text: string,
  signal: AbortSignal,
): Promise<DryRunAnswer> {
  const { group, resource, namespace, name } = target;
  const review = await client.review(
    'selfsubjectaccessreviews',
    {
      resourceAttributes: {
        verb: 'patch',
        group,
        resource,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      },
    },
    signal,
  );
  if (at(review, 'status', 'allowed') !== true) {
    const where = namespace === undefined ? 'in this cluster' : `in the namespace ${namespace}`;
    return {
      verdict: 'not-allowed',
      message: `You may not apply ${resource} ${where}, so the API server was not asked.`,
    };
  }
  try {
    await client.dryRun(target.path, text, signal);
    return { verdict: 'accepted' };
  } catch (error) {
    // What the server has against the object is the answer; that it doesn't answer is not.
    if (!(error instanceof KubeError)) throw error;
    const message = error.problem.detail ?? error.problem.title;
    const untyped = UNTYPED.exec(message)?.[1];
    if (untyped !== undefined) return { verdict: 'refused', message: untyped };
    if ((error.status ?? 500) >= 500 || error.status === 401) throw error;
    return { verdict: 'refused', message };
  }
}

/**
 * What has a field that there is not, or a value of another type, fails in applying before it is validated, and
 * kube-apiserver calls that its own failure (500, without a reason; apimachinery `managedfields`). The rest of the
 * message is for the author: `.spec.ingres: field not declared in schema`.
 */
const UNTYPED = /^failed to create typed patch object \(.*?\): ([\s\S]+)$/;

function targetOf(policy: DryRunPolicy): Target | Extract<DryRunAnswer, { verdict: 'refused' }> {
  const { apiVersion, kind, name } = policy;
  const refused = (message: string) => ({ verdict: 'refused', message }) as const;
  const [group = '', version = '', ...rest] = apiVersion.split('/');
  const known = RESOURCES.get(kind);
  const isServed = group === known?.group && known.versions.test(version) && rest.length === 0;
  if (known === undefined || !isServed) {
    return refused(`${kind} of ${apiVersion} is no policy that is validated here.`);
  }
  const namespace = known.namespaced ? (policy.namespace ?? 'default') : undefined;
  if (!NAME.test(name) || (namespace !== undefined && !NAME.test(namespace))) {
    return refused('Its name or its namespace is not one that an object can have.');
  }
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const { resource } = known;
  return { group, resource, namespace, name, path: `/apis/${group}/${version}${scope}/${resource}/${name}` };
}
