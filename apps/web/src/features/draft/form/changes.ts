import type {
  Direction,
  PeerForm,
  PolicyForm,
  PolicyKind,
  PortForm,
  RuleForm,
} from '@bulkhead/policy-engine';

const TYPE = { ingress: 'Ingress', egress: 'Egress' } as const;

/** Whether a NetworkPolicy isolates a direction: as written, else as the API server fills it in (K8SDEF). */
export function isolates(form: PolicyForm, direction: Direction): boolean {
  if (form.policyTypes !== undefined && form.policyTypes.length > 0) {
    return form.policyTypes.includes(TYPE[direction]);
  }
  return direction === 'ingress' || (form.egress?.length ?? 0) > 0;
}

/**
 * Writes the directions out, so that what is meant no longer depends on the rules. A NetworkPolicy isolates at least one
 * direction: an empty list means the default, not none, so the last one stays.
 */
export function withIsolation(form: PolicyForm, direction: Direction, on: boolean): PolicyForm {
  const both = (['ingress', 'egress'] as const).filter((other) =>
    other === direction ? on : isolates(form, other),
  );
  return both.length === 0 ? form : { ...form, policyTypes: both.map((other) => TYPE[other]) };
}

/** Rules of a direction that is not isolated do nothing; adding one isolates it. */
export function withRules(form: PolicyForm, direction: Direction, rules: readonly RuleForm[]): PolicyForm {
  const next = { ...form, [direction]: rules };
  const inert = form.kind === 'NetworkPolicy' && rules.length > 0 && !isolates(next, direction);
  return inert ? withIsolation(next, direction, true) : next;
}

export function newRule(kind: PolicyKind): RuleForm {
  if (kind === 'NetworkPolicy') return { type: 'rule', peers: [{ type: 'pods', pods: {} }], rest: {} };
  return {
    type: 'rule',
    action: kind === 'ClusterNetworkPolicy' ? 'Accept' : 'Allow',
    peers: [{ type: 'namespaces', selector: {} }],
    rest: {},
  };
}

/** Kinds of peer that can be added, with a value that is valid and means little. */
export function newPeers(
  kind: PolicyKind,
  direction: Direction,
): readonly { readonly label: string; readonly peer: PeerForm }[] {
  if (kind === 'NetworkPolicy') {
    return [
      { label: 'Pods of this namespace', peer: { type: 'pods', pods: {} } },
      {
        label: 'Pods of other namespaces',
        peer: {
          type: 'pods',
          namespaces: { labels: [['kubernetes.io/metadata.name', 'default']] },
          pods: {},
        },
      },
      {
        label: 'All pods of other namespaces',
        peer: { type: 'pods', namespaces: { labels: [['kubernetes.io/metadata.name', 'default']] } },
      },
      { label: 'Addresses', peer: { type: 'ip-block', cidr: '10.0.0.0/8' } },
    ];
  }
  const inside: readonly { readonly label: string; readonly peer: PeerForm }[] = [
    { label: 'All pods of namespaces', peer: { type: 'namespaces', selector: {} } },
    { label: 'Pods of namespaces', peer: { type: 'pods', namespaces: {}, pods: {} } },
  ];
  if (direction === 'ingress') return inside;
  return [
    ...inside,
    { label: 'Addresses', peer: { type: 'networks', cidrs: ['10.0.0.0/8'] } },
    { label: 'Nodes', peer: { type: 'nodes', selector: {} } },
    ...(kind === 'BaselineAdminNetworkPolicy'
      ? []
      : [{ label: 'Names', peer: { type: 'domains' as const, names: ['example.org'] } }]),
  ];
}

export function newPort(): PortForm {
  return { type: 'port', protocol: 'TCP', port: 8080 };
}

/** A port as one line of text, and back: `80`, `8000-8100`, `http`, empty for every port. */
export function portText(port: PortForm): string {
  switch (port.type) {
    case 'port':
      return port.endPort === undefined ? String(port.port ?? '') : `${port.port}-${port.endPort}`;
    case 'range':
      return `${port.start}-${port.end}`;
    case 'named':
      return port.name;
    case 'raw':
      return '';
  }
}

/** Reads `80`, `8000-8100`, a name or nothing; undefined where it is none of these or the kind has no form for it. */
export function readPort(kind: PolicyKind, text: string, port: PortForm): PortForm | undefined {
  const protocol = port.type === 'port' || port.type === 'range' ? port.protocol : 'TCP';
  const kept = protocol === undefined ? {} : { protocol };
  const trimmed = text.trim();
  if (trimmed === '') return kind === 'NetworkPolicy' ? { type: 'port', ...kept } : undefined;
  const [, first, last] = /^(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?$/.exec(trimmed) ?? [];
  if (first === undefined) {
    if (!/^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/.test(trimmed)) return undefined;
    return kind === 'NetworkPolicy'
      ? { type: 'port', ...kept, port: trimmed }
      : { type: 'named', name: trimmed };
  }
  const from = Number(first);
  if (last === undefined) return { type: 'port', ...kept, port: from };
  const to = Number(last);
  return kind === 'NetworkPolicy'
    ? { type: 'port', ...kept, port: from, endPort: to }
    : { type: 'range', ...kept, start: from, end: to };
}
