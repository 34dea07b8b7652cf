import { renderScalar } from '../yaml/render.ts';
import type { TemplateContext } from './context.ts';
import { objectName } from './object-name.ts';
import type { PolicyTemplate } from './templates.ts';

const scalar = (value: string) => renderScalar(value, { flow: false, json: false });

/** The namespaces with this name: `namespaces:` and a selector under it. */
function namespaced(name: string): readonly string[] {
  return ['namespaces:', '  matchLabels:', `    kubernetes.io/metadata.name: ${scalar(name)}`];
}

function lines(columns: number, text: readonly string[]): readonly string[] {
  return text.map((line) => ' '.repeat(columns) + line);
}

/** Head of a cluster-scoped policy, up to its `spec`. */
function head(
  version: TemplateContext['clusterScoped']['version'],
  kind: string,
  name: string,
): readonly string[] {
  return [
    `apiVersion: policy.networking.k8s.io/${version}`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${scalar(name)}`,
    'spec:',
  ];
}

function apart({ subject, peer, clusterScoped: { version, priority } }: TemplateContext): string {
  const isNew = version === 'v1alpha2';
  return [
    `# Nothing of namespace ${peer.namespace} reaches namespace ${subject.namespace},`,
    '# whatever NetworkPolicies allow.',
    '# Lower priorities are decided first; an Accept or Pass before it makes an exception.',
    ...head(
      version,
      isNew ? 'ClusterNetworkPolicy' : 'AdminNetworkPolicy',
      objectName('keep', peer.namespace, 'from', subject.namespace),
    ),
    ...(isNew ? ['  tier: Admin'] : []),
    `  priority: ${priority}`,
    '  subject:',
    ...lines(4, namespaced(subject.namespace)),
    '  ingress:',
    '    - action: Deny',
    '      from:',
    ...namespaced(peer.namespace).map((line, index) => (index === 0 ? '        - ' : '          ') + line),
    '',
  ].join('\n');
}

function baseline({ dns, clusterScoped: { version, priority } }: TemplateContext): string {
  const isNew = version === 'v1alpha2';
  return [
    '# Unless a NetworkPolicy selects them, pods are reached by no other pod of the cluster.',
    `# Namespace ${dns.namespace} is left out: every pod needs its DNS.`,
    ...head(
      version,
      isNew ? 'ClusterNetworkPolicy' : 'BaselineAdminNetworkPolicy',
      // The one baseline policy of a cluster has to be called so.
      isNew ? 'default-deny-ingress' : 'default',
    ),
    ...(isNew ? ['  tier: Baseline', `  priority: ${priority}`] : []),
    '  subject:',
    '    namespaces:',
    '      matchExpressions:',
    '        - key: kubernetes.io/metadata.name',
    '          operator: NotIn',
    `          values: [${scalar(dns.namespace)}]`,
    '  ingress:',
    '    - action: Deny',
    '      from:',
    '        - namespaces: {}',
    '',
  ].join('\n');
}

/** Recipes for whoever is responsible for the whole cluster, in the version that it uses. */
export const CLUSTER_TEMPLATES: readonly PolicyTemplate[] = [
  {
    id: 'cluster-keep-apart',
    title: 'Keep one namespace from another',
    summary: 'Nothing of one namespace reaches another, whatever NetworkPolicies there allow.',
    group: 'cluster',
    uses: ['peer'],
    build: apart,
  },
  {
    id: 'cluster-baseline-deny',
    title: 'Close what no policy selects',
    summary:
      'Pods that no NetworkPolicy selects are not reached from the cluster; a NetworkPolicy takes the place of this.',
    group: 'cluster',
    uses: [],
    build: baseline,
  },
];
