import { parseBlock, strictlyInside } from './spec-addresses.ts';
import { eachOf, first, isPort, isTransport, selectorProblem, when } from './spec-validity-shared.ts';
import { field, has, list, text } from './spec-values.ts';

/** What K8SVAL rejects in a NetworkPolicy spec (semantics 1.1 to 1.5 and the INV rows among K01 to K72). */
export function networkPolicyProblem(spec: unknown): string | undefined {
  return first([
    has(spec, 'podSelector') ? selectorProblem(field(spec, 'podSelector'), 'spec.podSelector') : undefined,
    when(list(spec, 'policyTypes').length > 2, 'spec.policyTypes'),
    eachOf(spec, 'policyTypes', 'spec.policyTypes', (type, path) =>
      when(type !== 'Ingress' && type !== 'Egress', path),
    ),
    eachOf(spec, 'ingress', 'spec.ingress', (rule, path) => ruleProblem(rule, 'from', path)),
    eachOf(spec, 'egress', 'spec.egress', (rule, path) => ruleProblem(rule, 'to', path)),
  ]);
}

function ruleProblem(rule: unknown, peers: 'from' | 'to', path: string): string | undefined {
  return first([
    eachOf(rule, peers, `${path}.${peers}`, peerProblem),
    eachOf(rule, 'ports', `${path}.ports`, portProblem),
  ]);
}

/** At least one field (K50); an ipBlock stands alone (K49). */
function peerProblem(peer: unknown, path: string): string | undefined {
  const selectors = ['podSelector', 'namespaceSelector'].filter((key) => has(peer, key));
  if (has(peer, 'ipBlock')) {
    return selectors.length > 0 ? path : ipBlockProblem(field(peer, 'ipBlock'), `${path}.ipBlock`);
  }
  if (selectors.length === 0) return path;
  return first(selectors.map((key) => selectorProblem(field(peer, key), `${path}.${key}`)));
}

/** A block, and holes strictly inside it (K47); host bits are accepted (K48). */
function ipBlockProblem(ipBlock: unknown, path: string): string | undefined {
  const block = parseBlock(text(ipBlock, 'cidr') ?? '');
  if (block === undefined) return `${path}.cidr`;
  return eachOf(ipBlock, 'except', `${path}.except`, (except, at) => {
    const hole = typeof except === 'string' ? parseBlock(except) : undefined;
    return when(hole === undefined || !strictlyInside(hole, block), at);
  });
}

/** endPort needs a number to start from and may not lie below it (K33, K34). */
function portProblem(entry: unknown, path: string): string | undefined {
  const port = field(entry, 'port');
  const endPort = field(entry, 'endPort');
  if (!isTransport(field(entry, 'protocol'))) return `${path}.protocol`;
  if (typeof port === 'string')
    return isPortName(port) ? when(endPort !== undefined, `${path}.endPort`) : `${path}.port`;
  if (port !== undefined && !isPort(port)) return `${path}.port`;
  if (endPort === undefined) return undefined;
  return when(port === undefined || !isPort(endPort) || endPort < port, `${path}.endPort`);
}

/** An IANA service name: up to 15 of a-z, 0-9 and single inner hyphens, with at least one letter. */
function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}
