import type { PolicyKind } from '../../model/records.ts';

/** What a value may be suggested from. */
export type Suggestion = 'namespaces' | 'pod-labels' | 'namespace-labels' | 'node-labels' | 'ports';

/** The shape of a value, as far as completion and help need it. */
export type Schema =
  | { readonly type: 'object'; readonly fields: readonly FieldSchema[] }
  | { readonly type: 'list'; readonly item: Schema }
  /** A map whose keys are the user's own. */
  | { readonly type: 'labels'; readonly of: Suggestion | 'free' }
  | {
      readonly type: 'value';
      readonly is: 'string' | 'integer' | 'port';
      readonly values?: readonly string[];
      readonly suggest?: Suggestion;
    };

export interface FieldSchema {
  readonly name: string;
  readonly schema: Schema;
  readonly required?: boolean;
  /** One or two sentences: what it does, and what absent and empty mean where that matters. */
  readonly help: string;
}

const text: Schema = { type: 'value', is: 'string' };
const integer: Schema = { type: 'value', is: 'integer' };
const strings: Schema = { type: 'list', item: text };
const oneOf = (...values: readonly string[]): Schema => ({ type: 'value', is: 'string', values });
const object = (...fields: readonly FieldSchema[]): Schema => ({ type: 'object', fields });
const list = (item: Schema): Schema => ({ type: 'list', item });
const field = (name: string, schema: Schema, help: string, required = false): FieldSchema => ({
  name,
  schema,
  help,
  ...(required ? { required } : {}),
});

const PROTOCOL = oneOf('TCP', 'UDP', 'SCTP');

function selector(of: Suggestion): Schema {
  return object(
    field('matchLabels', { type: 'labels', of }, 'Labels that must all be set to these values.'),
    field(
      'matchExpressions',
      list(
        object(
          field('key', { type: 'value', is: 'string', suggest: of }, 'Key of the label.', true),
          field(
            'operator',
            oneOf('In', 'NotIn', 'Exists', 'DoesNotExist'),
            'How the label is compared. NotIn and DoesNotExist also hold where the label is missing.',
            true,
          ),
          field(
            'values',
            strings,
            'For In and NotIn: at least one value. For Exists and DoesNotExist: none.',
          ),
        ),
      ),
      'Conditions that must all hold, together with matchLabels.',
    ),
  );
}

const PODS_HELP = 'Pods by their labels. {} selects every pod';
const NAMESPACES_HELP =
  'Namespaces by their labels; every namespace has kubernetes.io/metadata.name. {} selects all of them.';

const networkPeer = object(
  field(
    'podSelector',
    selector('pod-labels'),
    `${PODS_HELP} of the policy's namespace, or of the namespaces beside it.`,
  ),
  field(
    'namespaceSelector',
    selector('namespace-labels'),
    `${NAMESPACES_HELP} Beside a podSelector in the same item, both must match.`,
  ),
  field(
    'ipBlock',
    object(
      field(
        'cidr',
        text,
        'A block of addresses, such as 10.0.0.0/8. Meant for addresses outside the cluster.',
        true,
      ),
      field('except', strings, 'Parts of the block that are left out; each must lie strictly inside it.'),
    ),
    'Addresses. It stands alone in its item. Engines differ in whether it matches pods and nodes.',
  ),
);

const networkPorts = field(
  'ports',
  list(
    object(
      field('protocol', PROTOCOL, 'TCP where it is absent.'),
      field(
        'port',
        { type: 'value', is: 'port', suggest: 'ports' },
        'Number or name of a port of the destination pod, never of a Service. Absent: every port of the protocol.',
      ),
      field('endPort', integer, 'Last port of a range that begins at port, which must be a number.'),
    ),
  ),
  'Ports of the destination pods. Absent or empty: every port and protocol.',
);

function networkRules(peers: 'from' | 'to', help: string): Schema {
  return list(
    object(field(peers, list(networkPeer), `${help} Absent or empty: everyone. Items add up.`), networkPorts),
  );
}

const NETWORK_POLICY = object(
  field('podSelector', selector('pod-labels'), `The subject. ${PODS_HELP} of the namespace.`),
  field(
    'policyTypes',
    list(oneOf('Ingress', 'Egress')),
    'Directions that the policy isolates. Absent: Ingress, and Egress where there are egress rules.',
  ),
  field(
    'ingress',
    networkRules('from', 'Who may connect.'),
    'Incoming connections that are allowed. Empty: none.',
  ),
  field(
    'egress',
    networkRules('to', 'Where to.'),
    'Outgoing connections that are allowed. Empty: none, not even DNS.',
  ),
);

function podsOrNamespaces(): readonly FieldSchema[] {
  return [
    field('namespaces', selector('namespace-labels'), `All pods of these namespaces. ${NAMESPACES_HELP}`),
    field(
      'pods',
      object(
        field('namespaceSelector', selector('namespace-labels'), NAMESPACES_HELP, true),
        field('podSelector', selector('pod-labels'), `${PODS_HELP} of those namespaces.`, true),
      ),
      'Pods with these labels in these namespaces.',
    ),
  ];
}

const SUBJECT = field(
  'subject',
  object(...podsOrNamespaces()),
  'The pods the policy is about: exactly one of namespaces and pods.',
  true,
);

interface ClusterKind {
  readonly actions: readonly string[];
  readonly egressPeers: readonly ('nodes' | 'networks' | 'domainNames')[];
  readonly connections: FieldSchema;
}

const EGRESS_PEERS: Readonly<Record<'nodes' | 'networks' | 'domainNames', FieldSchema>> = {
  nodes: field('nodes', selector('node-labels'), 'Nodes of the cluster, by their labels.'),
  networks: field('networks', strings, 'Blocks of addresses. They match pods and nodes as well.'),
  domainNames: field(
    'domainNames',
    strings,
    'Names outside the cluster; *.example.org is one or more labels below it.',
  ),
};

function clusterRules(kind: ClusterKind, peers: 'from' | 'to'): Schema {
  const outside = peers === 'to' ? kind.egressPeers.map((name) => EGRESS_PEERS[name]) : [];
  return list(
    object(
      field('name', text, 'For people and logs; up to 100 characters.'),
      field(
        'action',
        oneOf(...kind.actions),
        'What happens to a connection that matches. The first rule that matches decides.',
        true,
      ),
      field(
        peers,
        list(object(...podsOrNamespaces(), ...outside)),
        'Other ends, at least one; items add up.',
        true,
      ),
      kind.connections,
    ),
  );
}

function clusterSpec(kind: ClusterKind, head: readonly FieldSchema[]): Schema {
  return object(
    ...head,
    SUBJECT,
    field('ingress', clusterRules(kind, 'from'), 'Rules for incoming connections, in order.'),
    field('egress', clusterRules(kind, 'to'), 'Rules for outgoing connections, in order.'),
  );
}

const PRIORITY = field(
  'priority',
  integer,
  '0 to 1000; lower comes first. Equal priorities have no order.',
  true,
);

const protocolMatch = (name: string): FieldSchema =>
  field(
    name,
    object(
      field(
        'destinationPort',
        object(
          field('number', integer, 'One port.'),
          field(
            'range',
            object(
              field('start', integer, 'First port.', true),
              field('end', integer, 'Last port; above start.', true),
            ),
            'Several ports.',
          ),
        ),
        'Ports of the destination: a number or a range.',
      ),
    ),
    `${name.toUpperCase()} connections.`,
  );

const CLUSTER_NETWORK_POLICY = clusterSpec(
  {
    actions: ['Accept', 'Deny', 'Pass'],
    egressPeers: ['nodes', 'networks', 'domainNames'],
    connections: field(
      'protocols',
      list(
        object(
          protocolMatch('tcp'),
          protocolMatch('udp'),
          protocolMatch('sctp'),
          field(
            'destinationNamedPort',
            { type: 'value', is: 'string', suggest: 'ports' },
            'Name of a container port of the destination, whatever its protocol.',
          ),
        ),
      ),
      'Connections that the rule is about. Absent: all of them.',
    ),
  },
  [
    field(
      'tier',
      oneOf('Admin', 'Baseline'),
      'Admin: before NetworkPolicies. Baseline: after them, where none isolates the pod.',
      true,
    ),
    PRIORITY,
  ],
);

const portsV1alpha1 = field(
  'ports',
  list(
    object(
      field(
        'portNumber',
        object(
          field('protocol', PROTOCOL, 'TCP where it is absent.'),
          field('port', integer, 'One port.', true),
        ),
        'One port.',
      ),
      field(
        'portRange',
        object(
          field('protocol', PROTOCOL, 'TCP where it is absent.'),
          field('start', integer, 'First port.', true),
          field('end', integer, 'Last port.', true),
        ),
        'Several ports.',
      ),
      field(
        'namedPort',
        { type: 'value', is: 'string', suggest: 'ports' },
        'Name of a container port of the destination, whatever its protocol.',
      ),
    ),
  ),
  'Ports of the destination; exactly one kind in each item. Absent: every port and protocol.',
);

const ADMIN_NETWORK_POLICY = clusterSpec(
  {
    actions: ['Allow', 'Deny', 'Pass'],
    egressPeers: ['nodes', 'networks', 'domainNames'],
    connections: portsV1alpha1,
  },
  [PRIORITY],
);

const BASELINE_ADMIN_NETWORK_POLICY = clusterSpec(
  { actions: ['Allow', 'Deny'], egressPeers: ['nodes', 'networks'], connections: portsV1alpha1 },
  [],
);

const SPECS: Readonly<Record<PolicyKind, Schema>> = {
  NetworkPolicy: NETWORK_POLICY,
  ClusterNetworkPolicy: CLUSTER_NETWORK_POLICY,
  AdminNetworkPolicy: ADMIN_NETWORK_POLICY,
  BaselineAdminNetworkPolicy: BASELINE_ADMIN_NETWORK_POLICY,
};

const API_VERSIONS: Readonly<Record<PolicyKind, string>> = {
  NetworkPolicy: 'networking.k8s.io/v1',
  ClusterNetworkPolicy: 'policy.networking.k8s.io/v1alpha2',
  AdminNetworkPolicy: 'policy.networking.k8s.io/v1alpha1',
  BaselineAdminNetworkPolicy: 'policy.networking.k8s.io/v1alpha1',
};

/** The fields of a whole document of a kind; NetworkPolicy's while the kind is not written yet. */
export function documentSchema(kind: PolicyKind | undefined): Schema {
  const known = kind ?? 'NetworkPolicy';
  const namespaced = known === 'NetworkPolicy';
  return object(
    field(
      'apiVersion',
      oneOf(...(kind === undefined ? new Set(Object.values(API_VERSIONS)) : [API_VERSIONS[kind]])),
      'Group and version of the API that serves the kind.',
      true,
    ),
    field('kind', oneOf(...Object.keys(SPECS)), 'What this document is.', true),
    field(
      'metadata',
      object(
        field(
          'name',
          text,
          namespaced ? 'Unique among the NetworkPolicies of the namespace.' : 'Unique in the cluster.',
          true,
        ),
        ...(namespaced
          ? [
              field(
                'namespace',
                { type: 'value', is: 'string', suggest: 'namespaces' } as const,
                "The namespace it belongs to, whose pods it can select. Absent: that of kubectl's context.",
              ),
            ]
          : []),
        field('labels', { type: 'labels', of: 'free' }, 'Labels of the policy itself; they select nothing.'),
        field('annotations', { type: 'labels', of: 'free' }, 'Notes for people and tools.'),
      ),
      'Name and place of the policy.',
      true,
    ),
    field('spec', SPECS[known], 'Whom the policy is about and what it allows.', true),
  );
}

/** A step down a document: into a map's key, or into any item of a list. */
export type SchemaStep = string | null;

/** The schema at a path, and the field it belongs to; `undefined` where the schema knows no such place. */
export function schemaAt(
  root: Schema,
  path: readonly SchemaStep[],
): { readonly schema: Schema; readonly field?: FieldSchema } | undefined {
  let schema = root;
  let last: FieldSchema | undefined;
  for (const step of path) {
    if (step === null) {
      if (schema.type !== 'list') return undefined;
      schema = schema.item;
    } else if (schema.type === 'object') {
      const next: FieldSchema | undefined = schema.fields.find(({ name }) => name === step);
      if (next === undefined) return undefined;
      last = next;
      schema = next.schema;
    } else if (schema.type === 'labels') {
      schema = { type: 'value', is: 'string', ...(schema.of === 'free' ? {} : { suggest: schema.of }) };
    } else return undefined;
  }
  return last === undefined ? { schema } : { schema, field: last };
}
