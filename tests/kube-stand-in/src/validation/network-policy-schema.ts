import type { Schema } from './schema.ts';

const STRING: Schema = { type: 'string', go: 'string' };
const INT32: Schema = { type: 'int32', go: 'int32' };
const STRINGS: Schema = { type: 'list', go: '[]string', items: STRING };
const STRING_MAP: Schema = { type: 'map', go: 'map[string]string', values: STRING };

const LABEL_SELECTOR: Schema = {
  type: 'object',
  go: 'v1.LabelSelector',
  fields: {
    matchLabels: STRING_MAP,
    matchExpressions: {
      type: 'list',
      go: '[]v1.LabelSelectorRequirement',
      items: {
        type: 'object',
        go: 'v1.LabelSelectorRequirement',
        fields: { key: STRING, operator: STRING, values: STRINGS },
        always: ['key', 'operator'],
      },
    },
  },
};

const PEERS: Schema = {
  type: 'list',
  go: '[]v1.NetworkPolicyPeer',
  items: {
    type: 'object',
    go: 'v1.NetworkPolicyPeer',
    fields: {
      podSelector: LABEL_SELECTOR,
      namespaceSelector: LABEL_SELECTOR,
      ipBlock: {
        type: 'object',
        go: 'v1.IPBlock',
        fields: { cidr: STRING, except: STRINGS },
        always: ['cidr'],
      },
    },
  },
};

const PORTS: Schema = {
  type: 'list',
  go: '[]v1.NetworkPolicyPort',
  items: {
    type: 'object',
    go: 'v1.NetworkPolicyPort',
    fields: { protocol: STRING, port: { type: 'int-or-string', go: 'intstr.IntOrString' }, endPort: INT32 },
  },
};

const ANYTHING: Schema = { type: 'anything', go: 'interface {}' };

const METADATA: Schema = {
  type: 'object',
  go: 'v1.ObjectMeta',
  fields: {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    selfLink: STRING,
    uid: STRING,
    resourceVersion: STRING,
    generation: { type: 'int64', go: 'int64' },
    creationTimestamp: STRING,
    deletionTimestamp: STRING,
    deletionGracePeriodSeconds: { type: 'int64', go: 'int64' },
    labels: STRING_MAP,
    annotations: STRING_MAP,
    ownerReferences: { type: 'list', go: '[]v1.OwnerReference', items: ANYTHING },
    finalizers: STRINGS,
    managedFields: { type: 'list', go: '[]v1.ManagedFieldsEntry', items: ANYTHING },
  },
};

/** NetworkPolicy of networking.k8s.io/v1. */
export const NETWORK_POLICY: Schema = {
  type: 'object',
  go: 'v1.NetworkPolicy',
  fields: {
    kind: STRING,
    apiVersion: STRING,
    metadata: METADATA,
    spec: {
      type: 'object',
      go: 'v1.NetworkPolicySpec',
      fields: {
        podSelector: LABEL_SELECTOR,
        ingress: {
          type: 'list',
          go: '[]v1.NetworkPolicyIngressRule',
          items: { type: 'object', go: 'v1.NetworkPolicyIngressRule', fields: { ports: PORTS, from: PEERS } },
        },
        egress: {
          type: 'list',
          go: '[]v1.NetworkPolicyEgressRule',
          items: { type: 'object', go: 'v1.NetworkPolicyEgressRule', fields: { ports: PORTS, to: PEERS } },
        },
        policyTypes: STRINGS,
      },
      always: ['podSelector'],
    },
  },
  always: ['spec'],
};
