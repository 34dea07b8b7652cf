import type {
  ClusterSnapshot,
  ContainerPortRecord,
  EndpointSliceRecord,
  HiddenRecord,
  Labels,
  NamespaceRecord,
  NodeRecord,
  PodRecord,
  PolicyRecord,
  ServiceRecord,
  UnreadPolicyRecord,
} from '@bulkhead/policy-engine';
import { sourceRefSchema } from './diagnostic.ts';
import { z } from './zod.ts';

/*
 * The engine's records as they travel. The engine's types are the definition; each schema is held to its type in
 * both directions (`satisfies` here, key for key in records.test.ts), so a field added there can't be lost here.
 */

/** Checked in place and handed on as it is: copying would set a prototype for a label named `__proto__`. */
export const labelsSchema = z.custom<Labels>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string'),
  { error: 'expected an object whose values are strings' },
);

const transportSchema = z.enum(['TCP', 'UDP', 'SCTP']);

export const namespaceSchema = z.object({
  name: z.string(),
  labels: labelsSchema,
  labelsKnown: z.boolean(),
  hidden: z.boolean().exactOptional(),
  source: sourceRefSchema.exactOptional(),
}) satisfies z.ZodType<NamespaceRecord>;

export const containerPortSchema = z.object({
  name: z.string().exactOptional(),
  protocol: transportSchema,
  port: z.int(),
  init: z.boolean().exactOptional(),
}) satisfies z.ZodType<ContainerPortRecord>;

export const podSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  labels: labelsSchema,
  workload: z.object({ kind: z.string(), name: z.string() }),
  ports: z.array(containerPortSchema),
  ips: z.array(z.string()),
  node: z.string().exactOptional(),
  hostNetwork: z.boolean(),
  state: z.enum(['running', 'declared', 'pending', 'finished']),
  replicas: z.int(),
  source: sourceRefSchema.exactOptional(),
}) satisfies z.ZodType<PodRecord>;

export const nodeSchema = z.object({
  name: z.string(),
  labels: labelsSchema,
  ips: z.array(z.string()),
}) satisfies z.ZodType<NodeRecord>;

export const serviceSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  type: z.string(),
  selector: labelsSchema.exactOptional(),
  ports: z.array(
    z.object({
      name: z.string().exactOptional(),
      protocol: transportSchema,
      port: z.int(),
      targetPort: z.union([z.int(), z.string()]),
      nodePort: z.int().exactOptional(),
    }),
  ),
}) satisfies z.ZodType<ServiceRecord>;

export const endpointSliceSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  service: z.string().exactOptional(),
  ready: z.array(z.string()),
  notReady: z.array(z.string()),
  ports: z.array(
    z.object({
      name: z.string().exactOptional(),
      protocol: transportSchema,
      port: z.int().exactOptional(),
    }),
  ),
}) satisfies z.ZodType<EndpointSliceRecord>;

export const policySchema = z.object({
  apiVersion: z.string(),
  kind: z.enum(['NetworkPolicy', 'ClusterNetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy']),
  namespace: z.string().exactOptional(),
  name: z.string(),
  labels: labelsSchema.exactOptional(),
  annotations: labelsSchema.exactOptional(),
  spec: z.unknown(),
  source: sourceRefSchema.exactOptional(),
  text: z.string().exactOptional(),
  frame: z
    .object({ before: z.string(), head: z.string().exactOptional(), after: z.string() })
    .exactOptional(),
}) satisfies z.ZodType<PolicyRecord>;

export const hiddenSchema = z.object({
  resource: z.string(),
  namespaces: z.array(z.string()).exactOptional(),
  reason: z.string(),
}) satisfies z.ZodType<HiddenRecord>;

export const unreadPolicySchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().exactOptional(),
  name: z.string(),
  source: sourceRefSchema.exactOptional(),
}) satisfies z.ZodType<UnreadPolicyRecord>;

export const snapshotSchema = z.object({
  namespaces: z.array(namespaceSchema),
  pods: z.array(podSchema),
  nodes: z.array(nodeSchema),
  services: z.array(serviceSchema),
  policies: z.array(policySchema),
  hidden: z.array(hiddenSchema),
  endpointSlices: z.array(endpointSliceSchema).exactOptional(),
  unreadPolicies: z.array(unreadPolicySchema).exactOptional(),
}) satisfies z.ZodType<ClusterSnapshot>;
