import type { JsonObject, KubeObject } from '../json.ts';
import { liveMetadata } from './metadata.ts';

export interface DefinitionOptions {
  readonly group: string;
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly scope?: 'Namespaced' | 'Cluster';
  readonly shortNames?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A CustomResourceDefinition with a schema that takes anything; applying it makes the server serve the kind. */
export function customResourceDefinition(options: DefinitionOptions): KubeObject {
  const anything: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema: JsonObject = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { type: 'object' },
        spec: anything,
        status: anything,
      },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: liveMetadata({
      kind: 'CustomResourceDefinition',
      name: `${options.plural}.${options.group}`,
      ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
    }),
    spec: {
      group: options.group,
      names: {
        kind: options.kind,
        listKind: `${options.kind}List`,
        plural: options.plural,
        singular: options.kind.toLowerCase(),
        ...(options.shortNames === undefined ? {} : { shortNames: [...options.shortNames] }),
      },
      scope: options.scope ?? 'Cluster',
      versions: options.versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema,
        subresources: { status: {} },
      })),
      conversion: { strategy: 'None' },
    },
  };
}

const POLICY_GROUP = 'policy.networking.k8s.io';

/** A server establishes no definition of a group below `k8s.io` that doesn't name its approval. */
function bundle(version: string, approvedIn: number) {
  return {
    'api-approved.kubernetes.io': `https://github.com/kubernetes-sigs/network-policy-api/pull/${approvedIn}`,
    'policy.networking.k8s.io/bundle-version': version,
  };
}

/** The definitions of network-policy-api, by the release that carried them. */
export const adminPolicyDefinitions: {
  readonly v1alpha1: readonly KubeObject[];
  readonly v1alpha2: readonly KubeObject[];
} = {
  v1alpha1: [
    customResourceDefinition({
      group: POLICY_GROUP,
      versions: ['v1alpha1'],
      kind: 'AdminNetworkPolicy',
      plural: 'adminnetworkpolicies',
      shortNames: ['anp'],
      annotations: bundle('v0.1.7', 300),
    }),
    customResourceDefinition({
      group: POLICY_GROUP,
      versions: ['v1alpha1'],
      kind: 'BaselineAdminNetworkPolicy',
      plural: 'baselineadminnetworkpolicies',
      shortNames: ['banp'],
      annotations: bundle('v0.1.7', 300),
    }),
  ],
  v1alpha2: [
    customResourceDefinition({
      group: POLICY_GROUP,
      versions: ['v1alpha2'],
      kind: 'ClusterNetworkPolicy',
      plural: 'clusternetworkpolicies',
      shortNames: ['cnp'],
      annotations: bundle('v0.2.0', 347),
    }),
  ],
};
