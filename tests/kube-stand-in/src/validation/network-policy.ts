import { isJsonObject, type JsonObject, type KubeObject, objectsIn, stringsIn } from '../json.ts';
import type { FieldError } from '../status.ts';
import { isStrictSubset, parseCidr } from './cidr.ts';
import { forbiddenField, invalidValue, notSupported, required } from './field-errors.ts';
import { subdomainProblems, validateLabels, validateSelector } from './labels.ts';
import { NETWORK_POLICY } from './network-policy-schema.ts';
import { decode } from './schema.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES = ['Ingress', 'Egress'];

/**
 * A NetworkPolicy as the server keeps it: known fields only, empty lists gone, `protocol` and `policyTypes` filled in
 * (kubernetes `pkg/apis/networking/v1/defaults.go`). Throws `DecodeError` for a field of the wrong type.
 */
export function storedNetworkPolicy(
  input: JsonObject,
  options: { readonly keepUnknown?: boolean } = {},
): {
  readonly object: JsonObject;
  readonly unknown: readonly string[];
} {
  const { value, unknown } = decode(input, NETWORK_POLICY, options);
  const object = isJsonObject(value) ? value : {};
  const spec = isJsonObject(object.spec) ? object.spec : {};
  const rules = (field: string) =>
    objectsIn(spec[field]).map((rule) => ({
      ...rule,
      ...(rule.ports === undefined
        ? {}
        : { ports: objectsIn(rule.ports).map((port) => ({ protocol: 'TCP', ...port })) }),
    }));
  return {
    object: {
      ...object,
      spec: {
        ...spec,
        ...(spec.ingress === undefined ? {} : { ingress: rules('ingress') }),
        ...(spec.egress === undefined ? {} : { egress: rules('egress') }),
        policyTypes: spec.policyTypes ?? (spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress']),
      },
    },
    unknown,
  };
}

/** Everything the API server finds wrong with a decoded NetworkPolicy (`pkg/apis/networking/validation`). */
export function validateNetworkPolicy(policy: KubeObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { name, labels } = policy.metadata;
  if (name === '') errors.push(required('metadata.name', 'name or generateName is required'));
  else errors.push(...subdomainProblems(name).map((problem) => invalidValue('metadata.name', name, problem)));
  if (labels !== undefined) errors.push(...validateLabels(labels, 'metadata.labels'));

  const spec = isJsonObject(policy.spec) ? policy.spec : {};
  if (isJsonObject(spec.podSelector)) errors.push(...validateSelector(spec.podSelector, 'spec.podSelector'));
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    objectsIn(spec[direction]).forEach((rule, index) => {
      const field = `spec.${direction}[${index}]`;
      objectsIn(rule.ports).forEach((port, at) => {
        errors.push(...validatePort(port, `${field}.ports[${at}]`));
      });
      objectsIn(rule[peers]).forEach((peer, at) => {
        errors.push(...validatePeer(peer, `${field}.${peers}[${at}]`));
      });
    });
  }
  const types = stringsIn(spec.policyTypes);
  if (types.length > POLICY_TYPES.length) {
    errors.push(invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'));
    return errors;
  }
  types.forEach((type, index) => {
    if (!POLICY_TYPES.includes(type))
      errors.push(notSupported(`spec.policyTypes[${index}]`, type, POLICY_TYPES));
  });
  return errors;
}

function validatePort(port: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { protocol, port: value, endPort } = port;
  if (typeof protocol === 'string' && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS));
  }
  const end = typeof endPort === 'number' ? endPort : undefined;
  if (typeof value === 'number') {
    errors.push(...portNumber(value, `${field}.port`));
    if (end !== undefined) {
      // The server names the port here and not the end port.
      if (end < value)
        errors.push(invalidValue(`${field}.endPort`, value, 'must be greater than or equal to `port`'));
      errors.push(...portNumber(end, `${field}.endPort`));
    }
  } else if (typeof value === 'string') {
    if (end !== undefined) {
      errors.push(invalidValue(`${field}.endPort`, end, 'may not be specified when `port` is non-numeric'));
    }
    errors.push(...portNameProblems(value).map((problem) => invalidValue(`${field}.port`, value, problem)));
  } else if (end !== undefined) {
    errors.push(invalidValue(`${field}.endPort`, end, 'may not be specified when `port` is not specified'));
  }
  return errors;
}

function portNumber(value: number, field: string): readonly FieldError[] {
  return value >= 1 && value <= 65_535
    ? []
    : [invalidValue(field, value, 'must be between 1 and 65535, inclusive')];
}

function portNameProblems(name: string): readonly string[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

function validatePeer(peer: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const selectors = ['podSelector', 'namespaceSelector'] as const;
  for (const key of selectors) {
    const selector = peer[key];
    if (isJsonObject(selector)) errors.push(...validateSelector(selector, `${field}.${key}`));
  }
  if (isJsonObject(peer.ipBlock)) errors.push(...validateIpBlock(peer.ipBlock, `${field}.ipBlock`));
  const count = [...selectors, 'ipBlock'].filter((key) => peer[key] !== undefined).length;
  if (count === 0) errors.push(required(field, 'must specify a peer'));
  else if (count > 1 && peer.ipBlock !== undefined) {
    errors.push(forbiddenField(field, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

const CIDR_MESSAGE = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function validateIpBlock(block: JsonObject, field: string): readonly FieldError[] {
  const cidr = typeof block.cidr === 'string' ? block.cidr : '';
  if (cidr === '') return [required(`${field}.cidr`, '')];
  const outer = parseCidr(cidr);
  if (outer === undefined) return [invalidValue(`${field}.cidr`, cidr, CIDR_MESSAGE)];
  return stringsIn(block.except).flatMap((except, index) => {
    const inner = parseCidr(except);
    const at = `${field}.except[${index}]`;
    if (inner === undefined) return [invalidValue(at, except, CIDR_MESSAGE)];
    return isStrictSubset(inner, outer)
      ? []
      : [invalidValue(at, except, 'must be a strict subset of `cidr`')];
  });
}
