import { assertionText, type EndSpec, type Invariant, type PortSpec } from '@bulkhead/policy-engine';
import type { EntityId } from '../../../app/contracts.ts';
import { entitySelection } from '../parts/entity.ts';
import { parsePorts } from '../templates/inputs.ts';

/** An entity as an end of an invariant; `undefined` where an invariant can't speak of it. */
export function endSpec(id: EntityId): EndSpec | undefined {
  if (id === 'out:internet') return { type: 'internet' };
  if (id === 'out:nodes') return { type: 'nodes' };
  if (id.startsWith('out:cidr:')) return { type: 'cidr', cidr: id.slice('out:cidr:'.length) };
  if (id.startsWith('out:domain:')) return { type: 'domain', name: id.slice('out:domain:'.length) };
  const selection = entitySelection(id);
  if (selection === undefined) return undefined;
  const { namespace } = selection;
  return selection.type === 'namespace'
    ? { type: 'pods', namespaces: [namespace] }
    : { type: 'workload', namespace, name: selection.workload.name, kind: selection.workload.kind };
}

/** The entity that an end stands for; `undefined` for ends that were written by hand in a check file. */
export function entityOf(end: EndSpec): EntityId | undefined {
  switch (end.type) {
    case 'internet':
      return 'out:internet';
    case 'cidr':
      return `out:cidr:${end.cidr}`;
    case 'domain':
      return `out:domain:${end.name}`;
    case 'nodes':
      return end.name === undefined && end.labels === undefined ? 'out:nodes' : undefined;
    case 'workload':
      return end.kind === undefined ? undefined : `wl:${end.namespace}/${end.name}[${end.kind}]`;
    case 'pods': {
      const [namespace, ...others] = end.namespaces ?? [];
      const plain = end.labels === undefined && end.namespaceLabels === undefined && others.length === 0;
      return plain && namespace !== undefined ? `ns:${namespace}` : undefined;
    }
    default:
      return undefined;
  }
}

/** The pair that an invariant is about, where it is about one. */
export function pairOf({
  assertion,
}: Invariant): { readonly from: EntityId; readonly to: EntityId } | undefined {
  if (assertion.type !== 'must-reach' && assertion.type !== 'must-never-reach') return undefined;
  const from = entityOf(assertion.from);
  const to = entityOf(assertion.to);
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** An invariant pinned from a pair; `port` as typed, absent: any port. `undefined` where the pair can't be pinned. */
export function pinned(
  type: 'must-reach' | 'must-never-reach',
  from: EntityId,
  to: EntityId,
  port: string | undefined,
): Invariant | undefined {
  const source = endSpec(from);
  const target = endSpec(to);
  if (source === undefined || target === undefined) return undefined;
  const read = port === undefined ? undefined : parsePorts(port.replace('/', ' '));
  const ports: readonly PortSpec[] =
    read !== undefined && 'ports' in read
      ? read.ports.flatMap(({ protocol, port: number }): readonly PortSpec[] =>
          typeof number === 'number' ? [{ protocol, from: number, to: number }] : [],
        )
      : [];
  const assertion = { type, from: source, to: target, ...(ports.length === 0 ? {} : { ports }) };
  return { name: assertionText(assertion), assertion };
}
