import { stringify } from 'yaml';
import { DIRECTIONS, type Requirement, type Selector } from '../ir/ir.ts';
import type { TransportProtocol } from '../model/records.ts';
import { MAX_PORT, MIN_PORT } from '../sets/connection-set.ts';
import type { AcceptedFinding, Assertion, CheckFile, EndSpec, Invariant, PortSpec } from './model.ts';

/**
 * Writes a check file as a person would: short forms where there are some, field order as in the documentation. Parsing it
 * gives the same invariants again.
 */
export function checkFileText(file: CheckFile): string {
  return stringify(
    {
      version: file.version,
      ...(file.invariants.length === 0 ? {} : { invariants: file.invariants.map(invariantValue) }),
      ...(file.accept.length === 0 ? {} : { accept: file.accept.map(acceptedValue) }),
    },
    // Other readers of YAML take `on` and the like for booleans.
    { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function invariantValue(invariant: Invariant): unknown {
  const { name, reason, assertion, allowEmpty } = invariant;
  return {
    name,
    ...(reason === undefined ? {} : { reason }),
    ...assertionValue(assertion),
    ...(allowEmpty === true ? { allowEmpty } : {}),
  };
}

const FIELDS = {
  'must-reach': 'mustReach',
  'must-never-reach': 'mustNeverReach',
  'only-may-reach': 'onlyMayReach',
  'may-only-reach': 'mayOnlyReach',
} as const;

function assertionValue(assertion: Assertion): Readonly<Record<string, unknown>> {
  switch (assertion.type) {
    case 'must-reach':
    case 'must-never-reach':
      return {
        [FIELDS[assertion.type]]: {
          from: endsValue(assertion.from),
          to: endsValue(assertion.to),
          ...portsValue(assertion.ports),
        },
      };
    case 'only-may-reach':
      return {
        onlyMayReach: {
          to: endsValue(assertion.to),
          from: endsValue(assertion.from),
          ...portsValue(assertion.ports),
        },
      };
    case 'may-only-reach':
      return {
        mayOnlyReach: {
          from: endsValue(assertion.from),
          to: endsValue(assertion.to),
          ...portsValue(assertion.ports),
        },
      };
    case 'nothing-outside-may-reach':
      return {
        nothingOutsideMayReach: {
          to: endsValue(assertion.to),
          ...(assertion.except === undefined ? {} : { except: endsValue(assertion.except) }),
          ...portsValue(assertion.ports),
        },
      };
    case 'isolated': {
      const both = DIRECTIONS.every((direction) => assertion.directions.includes(direction));
      return {
        isolated: { ends: endsValue(assertion.ends), ...(both ? {} : { directions: assertion.directions }) },
      };
    }
    case 'no-findings':
      return {
        noFindings: {
          ...(assertion.kinds === undefined ? {} : { kinds: assertion.kinds }),
          ...(assertion.ends === undefined ? {} : { in: endsValue(assertion.ends) }),
        },
      };
  }
}

function acceptedValue(accepted: AcceptedFinding): unknown {
  const { finding, policy, ends, reason } = accepted;
  return {
    finding,
    ...(policy === undefined ? {} : { policy }),
    ...(ends === undefined ? {} : { in: endsValue(ends) }),
    reason,
  };
}

/** An end as it is written in a check file. */
export function endsValue(spec: EndSpec): unknown {
  switch (spec.type) {
    case 'workload':
      return `${spec.namespace}/${spec.name}${spec.kind === undefined ? '' : `[${spec.kind}]`}`;
    case 'pods':
      return podsValue(spec);
    case 'cidr':
      return spec.cidr;
    case 'nodes':
      if (spec.name !== undefined) return `node/${spec.name}`;
      return spec.labels === undefined ? 'nodes' : { nodes: selectorValue(spec.labels) };
    case 'domain':
      return { dns: spec.name };
    case 'internet':
    case 'cluster':
    case 'outside':
    case 'everyone':
      return spec.type;
    case 'any-of':
      return spec.ends.map(endsValue);
    case 'except': {
      const own = endsValue(spec.ends);
      const except = { except: endsValue(spec.except) };
      if (Array.isArray(own)) return { anyOf: own, ...except };
      if (typeof own === 'string') return { ...objectForm(spec.ends), ...except };
      return typeof own === 'object' && own !== null && !('except' in own)
        ? { ...own, ...except }
        : { anyOf: [own], ...except };
    }
  }
}

/** What has a short form, written long, so that there is room for an exception. */
function objectForm(spec: EndSpec): Readonly<Record<string, unknown>> {
  switch (spec.type) {
    case 'workload':
      return { workload: endsValue(spec) };
    case 'cidr':
      return { cidr: spec.cidr };
    case 'nodes':
      return spec.name === undefined ? { nodes: true } : { node: spec.name };
    case 'internet':
    case 'cluster':
    case 'outside':
    case 'everyone':
      return { [spec.type]: true };
    default:
      return { anyOf: [endsValue(spec)] };
  }
}

function podsValue(spec: Extract<EndSpec, { type: 'pods' }>): unknown {
  const { namespaces, namespaceLabels, labels } = spec;
  const [only] = namespaces ?? [];
  return {
    ...(namespaces === undefined ? {} : namespaces.length === 1 ? { namespace: only } : { namespaces }),
    ...(namespaceLabels === undefined ? {} : { namespaceLabels: selectorValue(namespaceLabels) }),
    // A description that restricts nothing still has to say that it is about pods.
    ...(labels === undefined
      ? namespaces === undefined && namespaceLabels === undefined
        ? { labels: {} }
        : {}
      : { labels: selectorValue(labels) }),
  };
}

/** A selector as text where it can be one. */
function selectorValue(selector: Selector): unknown {
  return selector.length === 0 ? {} : selectorText(selector);
}

/** A selector as kubectl takes it: `app=web,tier!=db`. */
export function selectorText(selector: Selector): string {
  return selector.map(requirementText).join(',');
}

function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(', ')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(', ')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

function portsValue(ports: readonly PortSpec[] | undefined): { readonly ports?: unknown } {
  if (ports === undefined) return {};
  const texts = ports.map(portText);
  return { ports: texts.length === 1 ? texts[0] : texts };
}

/** `443/tcp`, `8000-8090/udp`, `sctp`, `icmp`. */
export function portText(port: PortSpec): string {
  if (port.protocol === 'other') return 'icmp';
  const protocol: Lowercase<TransportProtocol> = LOWER[port.protocol];
  if (port.from === MIN_PORT && port.to === MAX_PORT) return protocol;
  return `${port.from === port.to ? port.from : `${port.from}-${port.to}`}/${protocol}`;
}

const LOWER = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;
