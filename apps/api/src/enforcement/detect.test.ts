import { EMPTY_SNAPSHOT } from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import { type AgentEvidence, detectEnforcement, type EnforcementEvidence } from './detect.ts';
import { imageVersion } from './engines.ts';
import { enforcementOfManifests } from './manifests.ts';

const agent = (name: string, more: Partial<AgentEvidence> = {}): AgentEvidence => ({
  namespace: 'kube-system',
  name,
  images: [],
  desired: 3,
  ready: 3,
  ...more,
});

const npm = agent('azure-npm', {
  app: 'azure-npm',
  images: ['mcr.microsoft.com/containernetworking/azure-npm:v1.6.33'],
});

const detect = (more: Partial<EnforcementEvidence>) =>
  detectEnforcement({
    agents: [],
    pods: [],
    nodes: [],
    apiGroups: [],
    settings: {},
    policies: { NetworkPolicy: 4 },
    today: Date.UTC(2026, 0, 1),
    ...more,
  });

const codes = (more: Partial<EnforcementEvidence>) =>
  detect(more).warnings.map(({ code, severity }) => `${severity} ${code}`);

describe('the engine that enforces', () => {
  it.each([
    ['azure-npm', 'azure-npm'],
    ['calico-node', 'calico'],
    ['canal', 'calico'],
    ['cilium', 'cilium'],
    ['anetd', 'cilium'],
    ['antrea-agent', 'antrea'],
    ['kindnet', 'kube-network-policies'],
    ['ovnkube-node', 'ovn-kubernetes'],
    ['weave-net', 'weave-net'],
    ['kube-router', 'kube-router'],
  ])('with the DaemonSet %s is %s', (name, engine) => {
    const { determination, engines } = detect({ agents: [agent('kube-proxy'), agent(name)] });
    expect(determination).toBe('detected');
    expect(engines).toEqual([expect.objectContaining({ name: engine, confidence: 'certain' })]);
  });

  it('is shown with its version and what was seen', () => {
    expect(detect({ agents: [npm] }).engines).toEqual([
      {
        name: 'azure-npm',
        title: 'Azure Network Policy Manager',
        version: 'v1.6.33',
        confidence: 'certain',
        evidence: ['DaemonSet kube-system/azure-npm: 3 of 3 pods are ready.'],
      },
    ]);
  });

  it('is likely where only its pods may be seen, and a hint where only labels or CRDs are', () => {
    const pods = [{ namespace: 'calico-system', app: 'calico-node' }];
    expect(detect({ agents: undefined, pods }).engines).toMatchObject([
      { name: 'calico', confidence: 'likely' },
    ]);
    const nodes = [{ windows: false, aks: true, aksPolicy: 'azure' }];
    const hint = detect({ agents: undefined, nodes, apiGroups: ['cilium.io'] });
    expect(hint.determination).toBe('undetermined');
    expect(hint.engines.map(({ name, confidence }) => [name, confidence])).toEqual([
      ['azure-npm', 'hint'],
      ['cilium', 'hint'],
    ]);
    expect(hint.warnings.map(({ code }) => code)).toEqual(['cannot-detect']);
  });

  it('is none where all agents were seen and only leftovers point to one', () => {
    const nodes = [{ windows: false, aks: true, aksPolicy: 'azure' }];
    const { determination, engines } = detect({ nodes, apiGroups: ['crd.projectcalico.org', 'cilium.io'] });
    expect([determination, engines]).toEqual(['none', []]);
  });

  it('is not an agent that is scheduled nowhere', () => {
    expect(detect({ agents: [npm, agent('azure-npm-win', { desired: 0, ready: 0 })] }).engines).toHaveLength(
      1,
    );
    expect(detect({ agents: [agent('azure-npm-win', { desired: 0, ready: 0 })] }).determination).toBe('none');
  });

  it('is likely the one built into k3s', () => {
    expect(detect({ serverVersion: 'v1.34.1+k3s1' }).engines).toMatchObject([
      { name: 'kube-router', confidence: 'likely' },
    ]);
    expect(detect({ serverVersion: 'v1.34.1+k3s1', agents: [agent('cilium')] }).engines).toMatchObject([
      { name: 'cilium' },
    ]);
  });
});

describe('what is wrong with enforcement', () => {
  it('is said loudest when policies exist and nothing enforces them', () => {
    expect(codes({})).toEqual(['error nothing-enforces']);
    expect(detect({ policies: { NetworkPolicy: 1 } }).warnings[0]?.message).toContain(
      'its 1 policy has no effect',
    );
    expect(codes({ policies: {} })).toEqual(['info nothing-enforces']);
  });

  it('is that two engines fight', () => {
    expect(codes({ agents: [npm, agent('cilium')] })[0]).toBe('error engines-conflict');
  });

  it('is that the agent is not ready', () => {
    expect(codes({ agents: [agent('cilium', { ready: 2 })] })).toEqual(['warning engine-not-ready']);
    expect(codes({ agents: [agent('cilium', { ready: 0 })] })).toEqual(['error engine-not-ready']);
  });

  it('is that the engine is near its end of life, or past it', () => {
    const on = (today: number, windows: boolean) =>
      detect({
        agents: [npm],
        nodes: [
          { windows: false, aks: true },
          { windows, aks: true },
        ],
        today,
      })
        .warnings.filter(({ code }) => code === 'engine-end-of-life')
        .map(({ severity, message }) => `${severity} ${message.includes('Windows') ? 'Windows' : 'Linux'}`);
    expect(on(Date.UTC(2025, 0, 1), true)).toEqual(['info Linux', 'info Windows']);
    expect(on(Date.UTC(2026, 1, 1), true)).toEqual(['warning Windows', 'info Linux']);
    expect(on(Date.UTC(2026, 10, 1), true)).toEqual(['error Windows', 'info Linux']);
    expect(on(Date.UTC(2028, 0, 1), false)).toEqual(['warning Linux']);
    expect(on(Date.UTC(2028, 9, 1), false)).toEqual(['error Linux']);
  });

  it('is that enforcement was turned off or limited', () => {
    const cilium = [agent('cilium')];
    expect(codes({ agents: cilium, settings: { cilium: { 'enable-policy': 'never' } } })).toEqual([
      'error enforcement-turned-off',
    ]);
    expect(codes({ agents: cilium, settings: { cilium: { 'enable-k8s-networkpolicy': 'false' } } })).toEqual([
      'error enforcement-turned-off',
    ]);
    expect(codes({ agents: cilium, settings: { cilium: { 'enable-policy': 'default' } } })).toEqual([]);
    expect(codes({ agents: [npm], settings: { azureNpm: { lite: true } } })[0]).toBe(
      'error enforcement-limited',
    );
  });

  it('is that policies exist of a kind that the engine does not implement', () => {
    const policies = { NetworkPolicy: 1, AdminNetworkPolicy: 2 };
    expect(codes({ agents: [npm], policies })[0]).toBe('error policy-kind-not-enforced');
    expect(codes({ agents: [agent('antrea-agent')], policies })).toEqual([]);
  });

  it('is what Windows nodes leave out', () => {
    expect(codes({ agents: [npm], nodes: [{ windows: true, aks: true }] })).toContain(
      'warning windows-nodes',
    );
  });
});

describe('manifests', () => {
  const pod = (workload: string, kind = 'DaemonSet') => ({
    namespace: 'kube-system',
    name: `${workload}-1`,
    labels: {},
    workload: { kind, name: workload },
    ports: [],
    ips: [],
    hostNetwork: true,
    state: 'declared' as const,
    replicas: 1,
  });
  const today = Date.UTC(2026, 10, 1);

  it('that run an agent point to their engine, which is assumed to run', () => {
    const { determination, engines, warnings } = enforcementOfManifests(
      { ...EMPTY_SNAPSHOT, pods: [pod('azure-npm'), pod('azure-npm'), pod('web', 'Deployment')] },
      today,
    );
    expect(determination).toBe('assumed');
    expect(engines).toEqual([
      {
        name: 'azure-npm',
        title: 'Azure Network Policy Manager',
        confidence: 'likely',
        evidence: ['The manifests have its agent, the DaemonSet kube-system/azure-npm.'],
      },
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(['engine-end-of-life']);
  });

  it('without one say nothing about who enforces them', () => {
    expect(enforcementOfManifests({ ...EMPTY_SNAPSHOT, pods: [pod('cilium', 'Deployment')] }, today)).toEqual(
      {
        determination: 'assumed',
        engines: [],
        warnings: [],
      },
    );
  });
});

describe('the version of an image', () => {
  it.each([
    ['quay.io/cilium/cilium:v1.18.2@sha256:abc', 'v1.18.2'],
    ['registry:5000/calico/node:v3.30.3', 'v3.30.3'],
    ['registry:5000/calico/node', undefined],
    ['calico/node:latest', undefined],
    ['calico/node', undefined],
    ['', undefined],
  ])('%s: %s', (image, version) => {
    expect(imageVersion(image)).toBe(version);
  });
});
