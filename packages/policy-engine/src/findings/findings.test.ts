import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { parseManifests } from '../manifests/directory.ts';
import type { Finding, FindingCode } from './finding.ts';
import { findings } from './findings.ts';

const PODS = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 192.168.0.4}]}
---
${pod('shop', 'web', 'app: web', '10.244.0.5')}
---
${pod('shop', 'api', 'app: api', '10.244.0.6')}
---
${pod('kube-system', 'coredns', 'k8s-app: kube-dns', '10.244.0.7')}
`;

function pod(namespace: string, name: string, labels: string, ip: string): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}
spec: {containers: [{name: main, image: example, ports: [{name: http, containerPort: 8080}]}]}
status: {phase: Running, podIPs: [{ip: ${ip}}]}`;
}

function policy(name: string, spec: string): string {
  return `\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;
}

function find(text: string): Finding[] {
  const { snapshot } = parseManifests([{ path: 'all.yaml', text: PODS + text }]);
  return [...findings(compile(snapshot), { redundancy: true })];
}

function codes(text: string): Set<FindingCode> {
  return new Set(find(text).map((finding) => finding.code));
}

const GOOD = policy(
  'web',
  '{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: http}]}]}',
);

describe('findings', () => {
  it('are none about a policy that does what it says', () => {
    const own = find(GOOD).filter((finding) => finding.policy !== undefined);
    expect(own).toEqual([]);
  });

  it('tell of a namespace where nothing is isolated, with the policy that would', () => {
    const finding = find(GOOD).find((entry) => entry.code === 'namespace-not-isolated');
    expect(finding?.namespace).toBe('kube-system');
    expect(finding?.fix?.edits[0]).toMatchObject({ type: 'add-policy' });
    expect(
      find(GOOD).some((entry) => entry.code === 'namespace-not-isolated' && entry.namespace === 'shop'),
    ).toBe(false);
  });

  it('tell of a selector that selects nothing, and of the label that was meant', () => {
    const found = find(policy('typo', '{podSelector: {matchLabels: {app: wbe}}}'));
    expect(found.some((finding) => finding.code === 'policy-selects-nothing')).toBe(true);
    const label = found.find((finding) => finding.code === 'label-nobody-has');
    expect(label?.evidence.join()).toContain('app=web');
  });

  it('tell of peers that match nothing', () => {
    expect(
      codes(
        policy(
          'p',
          '{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: none-such}}}]}]}',
        ),
      ),
    ).toContain('peers-match-nothing');
    expect(codes(GOOD)).not.toContain('peers-match-nothing');
  });

  it('tell of a port name that resolves nowhere, with the one that would', () => {
    const finding = find(GOOD.replace('port: http', 'port: htpp')).find(
      (entry) => entry.code === 'named-port-unresolved',
    );
    expect(finding?.path).toBe('spec.ingress[0].ports[0]');
    expect(finding?.evidence.join()).toContain('http');
  });

  it('tell of egress isolation that cuts DNS, and no more once DNS is allowed', () => {
    const deny =
      '{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}';
    const finding = find(policy('deny', deny)).find((entry) => entry.code === 'dns-cut');
    expect(finding?.workloads).toEqual(['shop/web[Pod]']);
    expect(finding?.fix?.edits[0]).toMatchObject({ type: 'append', path: 'spec.egress' });
    const dns = deny.replace(
      '[{to',
      '[{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}, {to',
    );
    expect(codes(policy('deny', dns))).not.toContain('dns-cut');
  });

  it('tell of a block over pod and node addresses', () => {
    const spec = (cidr: string): string =>
      `{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: ${cidr}}}]}]}`;
    expect(codes(policy('p', spec('10.244.0.0/16')))).toContain('cidr-over-cluster-addresses');
    expect(codes(policy('p', spec('192.168.0.0/24')))).toContain('cidr-over-cluster-addresses');
    expect(codes(policy('p', spec('203.0.113.0/24')))).not.toContain('cidr-over-cluster-addresses');
  });

  it('tell of a rule and of a policy that change nothing', () => {
    const twice = GOOD.replace(
      'ingress: [',
      'ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8080}]}, ',
    );
    const rules = find(twice).filter((finding) => finding.code === 'rule-changes-nothing');
    expect(rules.map((finding) => finding.path)).toEqual(['spec.ingress[0]', 'spec.ingress[1]']);
    expect(codes(GOOD + GOOD.replace('name: web', 'name: again'))).toContain('policy-changes-nothing');
  });

  it('tell of a rule that an admin policy always decides before', () => {
    const admin = `
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: no-api}
spec:
  priority: 5
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: api}}}}]}]
`;
    expect(codes(GOOD + admin)).toContain('rule-shadowed');
    expect(codes(GOOD)).not.toContain('rule-shadowed');
  });

  it('tell of equal priorities that make the outcome undefined', () => {
    const admin = (name: string, action: string, priority: number): string => `
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: ${name}}
spec:
  priority: ${priority}
  subject: {namespaces: {}}
  ingress: [{action: ${action}, from: [{namespaces: {}}]}]
`;
    expect(codes(admin('a', 'Deny', 5) + admin('b', 'Allow', 5))).toContain('equal-priority-conflict');
    expect(codes(admin('a', 'Deny', 5) + admin('b', 'Allow', 6))).not.toContain('equal-priority-conflict');
    expect(codes(admin('a', 'Deny', 5) + admin('b', 'Deny', 5))).not.toContain('equal-priority-conflict');
  });
});
