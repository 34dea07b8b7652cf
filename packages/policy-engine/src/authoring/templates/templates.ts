import type { LabelPairs } from '../pick-selector.ts';
import { renderScalar } from '../yaml/render.ts';
import { CLUSTER_TEMPLATES } from './cluster-templates.ts';
import type { TemplateContext, TemplatePods, TemplatePort } from './context.ts';
import { objectName } from './object-name.ts';

export interface PolicyTemplate {
  readonly id: string;
  readonly title: string;
  /** One sentence: what it does to whom. */
  readonly summary: string;
  readonly group: 'deny' | 'allow-in' | 'allow-out' | 'cluster';
  /** Which of the context's parts it uses beside the subject; the picker asks for these. */
  readonly uses: readonly ('subject-labels' | 'peer' | 'peer-labels' | 'ports' | 'cidr')[];
  /** The YAML of one policy, commented where a reader might stumble. */
  readonly build: (context: TemplateContext) => string;
}

const scalar = (value: string) => renderScalar(value, { flow: false, json: false });

function lines(columns: number, ...text: readonly string[]): readonly string[] {
  return text.map((line) => ' '.repeat(columns) + line);
}

/** `field:` and a selector by labels under it; `field: {}` for no labels. */
function selector(columns: number, name: string, labels: LabelPairs): readonly string[] {
  if (labels.length === 0) return lines(columns, `${name}: {}`);
  return [
    ...lines(columns, `${name}:`, '  matchLabels:'),
    ...labels.flatMap(([key, value]) => lines(columns + 4, `${scalar(key)}: ${scalar(value)}`)),
  ];
}

function namespaceSelector(columns: number, namespace: string): readonly string[] {
  return selector(columns, 'namespaceSelector', [['kubernetes.io/metadata.name', namespace]]);
}

/** A peer: pods of the policy's own namespace, or of another. */
function peer(columns: number, pods: TemplatePods, own: string): readonly string[] {
  const body =
    pods.namespace === own
      ? selector(0, 'podSelector', pods.labels)
      : [
          ...namespaceSelector(0, pods.namespace),
          ...(pods.labels.length > 0 ? selector(0, 'podSelector', pods.labels) : []),
        ];
  return body.map((line, index) => ' '.repeat(columns) + (index === 0 ? '- ' : '  ') + line);
}

function ports(columns: number, list: readonly TemplatePort[]): readonly string[] {
  return [
    ...lines(columns, 'ports:'),
    ...list.flatMap(({ protocol, port }) =>
      lines(
        columns + 2,
        `- protocol: ${protocol}`,
        `  port: ${typeof port === 'number' ? port : scalar(port)}`,
      ),
    ),
  ];
}

const DNS_PORTS: readonly TemplatePort[] = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

interface Parts {
  readonly comment: readonly string[];
  readonly name: string;
  readonly types: readonly ('Ingress' | 'Egress')[];
  readonly labels: LabelPairs;
  readonly rules?: readonly string[];
}

function networkPolicy(
  context: TemplateContext,
  { comment, name, types, labels, rules = [] }: Parts,
): string {
  return [
    ...comment.map((line) => `# ${line}`),
    'apiVersion: networking.k8s.io/v1',
    'kind: NetworkPolicy',
    'metadata:',
    `  name: ${scalar(name)}`,
    `  namespace: ${scalar(context.subject.namespace)}`,
    'spec:',
    ...selector(2, 'podSelector', labels),
    '  policyTypes:',
    ...types.map((type) => `    - ${type}`),
    ...rules,
    '',
  ].join('\n');
}

function who({ name, namespace, labels }: TemplatePods): string {
  return labels.length === 0 ? `all pods of namespace ${namespace}` : `${name} (namespace ${namespace})`;
}

function portText(list: readonly TemplatePort[]): string {
  return list.map(({ protocol, port }) => `${protocol} ${port}`).join(', ');
}

const UNION = 'Policies add up: what another policy allows for the same pods stays allowed.';

export const TEMPLATES: readonly PolicyTemplate[] = [
  {
    id: 'deny-ingress',
    title: 'Deny all incoming',
    summary: 'Nobody reaches the pods unless another policy allows it.',
    group: 'deny',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`Default deny: nothing reaches ${who(context.subject)}.`, UNION],
        name: denyName(context, 'ingress'),
        types: ['Ingress'],
        labels: context.subject.labels,
      }),
  },
  {
    id: 'deny-egress',
    title: 'Deny all outgoing, keep DNS',
    summary: 'The pods reach nothing but the cluster DNS unless another policy allows it.',
    group: 'deny',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [
          `Default deny: ${who(context.subject)} reach nothing but the cluster DNS.`,
          'Without DNS, names stop resolving and almost everything breaks.',
        ],
        name: denyName(context, 'egress'),
        types: ['Egress'],
        labels: context.subject.labels,
        rules: dnsRule(context),
      }),
  },
  {
    id: 'deny-all',
    title: 'Deny everything, keep DNS',
    summary: 'Nothing in, nothing out but DNS, unless another policy allows it.',
    group: 'deny',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`Isolates ${who(context.subject)} in both directions; only DNS lookups stay.`, UNION],
        name: denyName(context, 'all'),
        types: ['Ingress', 'Egress'],
        labels: context.subject.labels,
        rules: dnsRule(context),
      }),
  },
  {
    id: 'deny-egress-strict',
    title: 'Deny all outgoing, DNS too',
    summary: 'The pods reach nothing, not even the cluster DNS, unless another policy allows it.',
    group: 'deny',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`Default deny: ${who(context.subject)} reach nothing, not even the cluster DNS.`, UNION],
        name: denyName(context, 'egress'),
        types: ['Egress'],
        labels: context.subject.labels,
      }),
  },
  {
    id: 'deny-all-strict',
    title: 'Deny everything, DNS too',
    summary: 'Nothing in and nothing out, unless another policy allows it.',
    group: 'deny',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`Isolates ${who(context.subject)} in both directions, DNS lookups included.`, UNION],
        name: denyName(context, 'all'),
        types: ['Ingress', 'Egress'],
        labels: context.subject.labels,
      }),
  },
  {
    id: 'deny-other-egress',
    title: 'Allow out to one place, deny all other',
    summary: 'The pods reach the chosen peer and DNS; every other outgoing connection is denied.',
    group: 'deny',
    uses: ['subject-labels', 'peer', 'peer-labels', 'ports'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`${who(context.subject)}: out to ${who(context.peer)} and DNS, nowhere else.`],
        name: objectName(context.subject.name, 'only-to', context.peer.name),
        types: ['Egress'],
        labels: context.subject.labels,
        rules: [
          ...dnsRule(context),
          ...lines(4, '- to:'),
          ...peer(8, context.peer, context.subject.namespace),
          ...ports(6, context.ports),
        ],
      }),
  },
  {
    id: 'allow-namespace',
    title: 'Allow within the namespace',
    summary: 'The pods are reached from their own namespace, and from nowhere else.',
    group: 'allow-in',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`Pods of namespace ${context.subject.namespace} reach one another; others do not.`],
        name: objectName(
          context.subject.labels.length === 0 ? '' : context.subject.name,
          'allow-same-namespace',
        ),
        types: ['Ingress'],
        labels: context.subject.labels,
        rules: lines(
          2,
          'ingress:',
          '  - from:',
          '      # Every pod of this namespace.',
          '      - podSelector: {}',
        ),
      }),
  },
  {
    id: 'allow-from-namespace',
    title: 'Allow from another namespace',
    summary: 'All pods of one other namespace reach the pods.',
    group: 'allow-in',
    uses: ['subject-labels', 'peer', 'ports'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`All pods of namespace ${context.peer.namespace} reach ${who(context.subject)}.`],
        name: objectName(subjectName(context), 'from', context.peer.namespace),
        types: ['Ingress'],
        labels: context.subject.labels,
        rules: [
          ...lines(2, 'ingress:', '  - from:'),
          ...lines(8, '# The API server sets this label on every namespace; nobody can forge it.'),
          ...peer(8, { ...context.peer, labels: [] }, ''),
          ...ports(6, context.ports),
        ],
      }),
  },
  {
    id: 'allow-from-pods',
    title: 'Allow from chosen pods',
    summary: 'Only pods with the chosen labels reach the pods, on the chosen ports.',
    group: 'allow-in',
    uses: ['subject-labels', 'peer', 'peer-labels', 'ports'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`${who(context.peer)} reach ${who(context.subject)} on ${portText(context.ports)}.`],
        name: objectName(subjectName(context), 'from', context.peer.name),
        types: ['Ingress'],
        labels: context.subject.labels,
        rules: [
          ...lines(2, 'ingress:', '  - from:'),
          ...(context.peer.namespace === context.subject.namespace
            ? []
            : lines(8, '# One item with both selectors: pods with these labels in that namespace.')),
          ...peer(8, context.peer, context.subject.namespace),
          ...ports(6, context.ports),
        ],
      }),
  },
  {
    id: 'allow-port-from-anywhere',
    title: 'Allow from anywhere to one port',
    summary: 'Anyone, outside the cluster included, reaches the pods on the chosen ports only.',
    group: 'allow-in',
    uses: ['subject-labels', 'ports'],
    build: (context) =>
      networkPolicy(context, {
        comment: [
          `${who(context.subject)}: open to everyone on ${portText(context.ports)}, closed on all else.`,
        ],
        name: objectName(subjectName(context), 'public'),
        types: ['Ingress'],
        labels: context.subject.labels,
        rules: [
          ...lines(2, 'ingress:', '  # No `from`: every source, in the cluster and outside.'),
          ...ports(4, context.ports).map((line, index) =>
            index === 0 ? line.replace('    p', '    - p') : `  ${line}`,
          ),
        ],
      }),
  },
  {
    id: 'allow-ingress-controller',
    title: 'Allow from the ingress controller',
    summary: 'The cluster’s ingress controller reaches the pods on the chosen ports.',
    group: 'allow-in',
    uses: ['subject-labels', 'ports'],
    build: (context) =>
      networkPolicy(context, {
        comment: [
          `The ingress controller of namespace ${context.ingressController.namespace} reaches ${who(context.subject)}.`,
          'The pods see the controller as their client, not the browser behind it.',
        ],
        name: objectName(subjectName(context), 'from-ingress'),
        types: ['Ingress'],
        labels: context.subject.labels,
        rules: [
          ...lines(2, 'ingress:', '  - from:'),
          ...peer(8, context.ingressController, ''),
          ...ports(6, context.ports),
        ],
      }),
  },
  {
    id: 'allow-dns',
    title: 'Allow DNS',
    summary: 'The pods look names up at the cluster DNS; other outgoing connections are denied.',
    group: 'allow-out',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`${who(context.subject)} look names up at the cluster DNS.`, UNION],
        name: objectName(context.subject.labels.length === 0 ? '' : context.subject.name, 'allow-dns'),
        types: ['Egress'],
        labels: context.subject.labels,
        rules: dnsRule(context),
      }),
  },
  {
    id: 'allow-cidr-except',
    title: 'Allow out to addresses, with exceptions',
    summary: 'The pods reach one block of addresses without the excepted parts of it.',
    group: 'allow-out',
    uses: ['subject-labels', 'cidr', 'ports'],
    build: (context) =>
      networkPolicy(context, {
        comment: [
          `${who(context.subject)} reach ${context.cidr}${context.except.length === 0 ? '' : ` without ${context.except.join(', ')}`}.`,
          'Meant for addresses outside the cluster: engines differ in whether an ipBlock matches pods.',
        ],
        name: objectName(subjectName(context), 'to', context.cidr),
        types: ['Egress'],
        labels: context.subject.labels,
        rules: [
          ...lines(2, 'egress:', '  - to:', '      - ipBlock:', `          cidr: ${scalar(context.cidr)}`),
          ...(context.except.length === 0
            ? []
            : lines(12, 'except:', ...context.except.map((cidr) => `  - ${scalar(cidr)}`))),
          ...ports(6, context.ports),
        ],
      }),
  },
  {
    id: 'allow-api-server',
    title: 'Allow out to the API server',
    summary: 'The pods reach the Kubernetes API; for operators and controllers.',
    group: 'allow-out',
    uses: ['subject-labels'],
    build: (context) =>
      networkPolicy(context, {
        comment: [`${who(context.subject)} reach the Kubernetes API server.`],
        name: objectName(subjectName(context), 'to-api-server'),
        types: ['Egress'],
        labels: context.subject.labels,
        rules: apiServerRule(context),
      }),
  },
  ...CLUSTER_TEMPLATES,
];

function denyName(context: TemplateContext, what: string): string {
  return objectName(context.subject.labels.length === 0 ? 'default' : context.subject.name, 'deny', what);
}

function subjectName(context: TemplateContext): string {
  return context.subject.labels.length === 0 ? 'allow' : context.subject.name;
}

function dnsRule(context: TemplateContext): readonly string[] {
  return [
    ...lines(2, 'egress:', '  # DNS: UDP, and TCP for long answers.', '  - to:'),
    ...peer(8, context.dns, context.subject.namespace),
    ...ports(6, DNS_PORTS),
  ];
}

function apiServerRule(context: TemplateContext): readonly string[] {
  const { cidrs, ports: numbers } = context.apiServer;
  const unknown = cidrs.length === 0;
  const list = numbers.map((port): TemplatePort => ({ protocol: 'TCP', port }));
  return [
    ...lines(2, 'egress:', '  - to:'),
    ...(unknown
      ? lines(
          8,
          '# The API server runs outside the pod network. Narrow this to the addresses that',
          '# kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes',
          '# prints: as it stands, every address is reachable on these ports.',
        )
      : lines(
          8,
          '# The addresses of the API server itself: its Service address is replaced before policies apply.',
        )),
    ...(unknown ? ['0.0.0.0/0'] : cidrs).flatMap((cidr) =>
      lines(8, '- ipBlock:', `    cidr: ${scalar(cidr)}`),
    ),
    ...ports(6, list),
  ];
}

/** The template of an id. */
export function templateById(id: string): PolicyTemplate | undefined {
  return TEMPLATES.find((template) => template.id === id);
}
