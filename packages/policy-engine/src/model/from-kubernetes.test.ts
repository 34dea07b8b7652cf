import { describe, expect, it } from 'vitest';
import { createReadContext, type InputObject } from './context.ts';
import { readKubernetesObject, snapshotFromObjects } from './from-kubernetes.ts';
import type { PodRecord } from './records.ts';

type Json = Record<string, unknown>;

const input = (object: unknown): InputObject => ({ object });

function snapshotOf(...objects: unknown[]) {
  return snapshotFromObjects(objects.map(input));
}

function problemsOf(...objects: unknown[]) {
  return snapshotOf(...objects).diagnostics.map(({ code, severity, path }) =>
    `${severity} ${code} ${path ?? ''}`.trim(),
  );
}

function pod(name: string, more: { metadata?: Json; spec?: Json; status?: Json } = {}): Json {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ...more.metadata },
    spec: { containers: [], ...more.spec },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

const owned = (kind: string, name: string, more: Json = {}) => ({
  ownerReferences: [{ apiVersion: 'x/v1', kind, name, uid: 'u', controller: true, ...more }],
});

function controller(
  kind: string,
  name: string,
  more: { metadata?: Json; spec?: Json; status?: Json } = {},
): Json {
  return {
    apiVersion: kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop', ...more.metadata },
    spec: { template: { metadata: { labels: { app: name } }, spec: { containers: [] } }, ...more.spec },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

const names = (pods: readonly PodRecord[]) =>
  pods.map(({ workload }) => `${workload.name}[${workload.kind}]`);

describe('pods', () => {
  it('keep what a record needs and nothing else', () => {
    const { snapshot, diagnostics } = snapshotOf(
      pod('web-1', {
        metadata: { labels: { app: 'web' }, annotations: { a: 'b' }, uid: 'u' },
        spec: {
          nodeName: 'n1',
          containers: [
            {
              name: 'c',
              image: 'i',
              ports: [
                { name: 'http', containerPort: 8080 },
                { containerPort: 53, protocol: 'UDP' },
              ],
            },
          ],
          initContainers: [
            { name: 'i', ports: [{ name: 'debug', containerPort: 9 }, { containerPort: 10 }] },
          ],
        },
        status: { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] },
      }),
    );
    expect(diagnostics).toEqual([]);
    expect(snapshot.pods).toEqual([
      {
        namespace: 'shop',
        name: 'web-1',
        labels: { app: 'web' },
        workload: { kind: 'Pod', name: 'web-1' },
        ports: [
          { name: 'http', protocol: 'TCP', port: 8080 },
          { protocol: 'UDP', port: 53 },
          { name: 'debug', protocol: 'TCP', port: 9, init: true },
        ],
        ips: ['10.0.0.1', 'fd00::1'],
        node: 'n1',
        hostNetwork: false,
        state: 'running',
        replicas: 1,
      },
    ]);
  });

  it.each([
    ['no status: a manifest', undefined, 'declared'],
    ['an empty status: a generated manifest', {}, 'declared'],
    ['Pending without address', { phase: 'Pending' }, 'pending'],
    ['Pending with an address', { phase: 'Pending', podIP: '10.0.0.1' }, 'running'],
    ['Running without address', { phase: 'Running' }, 'running'],
    ['an address alone', { podIP: '10.0.0.1' }, 'running'],
    ['Succeeded (K71)', { phase: 'Succeeded', podIP: '10.0.0.1' }, 'finished'],
    ['Failed', { phase: 'Failed' }, 'finished'],
    ['Unknown without address', { phase: 'Unknown' }, 'pending'],
  ])('%s', (_, status, state) => {
    const { snapshot } = snapshotOf(pod('p', status === undefined ? {} : { status }));
    expect(snapshot.pods[0]?.state).toBe(state);
  });

  it('hostNetwork is read from the spec', () => {
    expect(snapshotOf(pod('p', { spec: { hostNetwork: true } })).snapshot.pods[0]?.hostNetwork).toBe(true);
  });

  it('without a namespace are in default', () => {
    expect(snapshotOf(pod('p', { metadata: { namespace: undefined } })).snapshot.pods[0]?.namespace).toBe(
      'default',
    );
  });

  it('with equal labels and ports share them', () => {
    const spec = { containers: [{ ports: [{ containerPort: 80 }] }] };
    const make = (name: string) => pod(name, { metadata: { labels: { app: 'a', tier: 'b' } }, spec });
    const [first, second] = snapshotOf(make('a'), make('b')).snapshot.pods;
    expect(first?.labels).toBe(second?.labels);
    expect(first?.ports).toBe(second?.ports);
  });

  it('an impossible container port is left out, not the pod', () => {
    const ports = [
      { containerPort: 0 },
      { containerPort: '80' },
      { containerport: 80 },
      { containerPort: 80, protocol: 'tcp' },
      { containerPort: 80, name: 'not a name' },
      'x',
      { containerPort: 81 },
    ];
    const { snapshot, diagnostics } = snapshotOf(pod('p', { spec: { containers: [{ ports }] } }));
    expect(snapshot.pods[0]?.ports).toEqual([{ protocol: 'TCP', port: 81 }]);
    expect(diagnostics.filter(({ code }) => code === 'invalid-container-port')).toHaveLength(6);
    expect(diagnostics.find(({ code }) => code === 'unknown-field')?.hint).toBe(
      'Did you mean `containerPort`?',
    );
  });
});

describe('owners', () => {
  const replicaSet = controller('ReplicaSet', 'web-abc', { metadata: owned('Deployment', 'web') });
  const running = { phase: 'Running', podIP: '10.0.0.1' };

  it("a pod without an owner, or of a node, is a Pod; so is one whose owner has no kind, by the owner's name", () => {
    const { snapshot } = snapshotOf(
      pod('a'),
      pod('b', { metadata: owned('', 'x') }),
      pod('c', { metadata: { ownerReferences: [{ name: 'x' }] } }),
      pod('d', { metadata: owned('Node', 'n1') }),
    );
    expect(names(snapshot.pods)).toEqual(['a[Pod]', 'x[Pod]', 'x[Pod]', 'd[Pod]']);
  });

  it('the topmost owner that the input shows names the pod', () => {
    const web = pod('web-abc-1', { metadata: owned('ReplicaSet', 'web-abc'), status: running });
    expect(names(snapshotOf(web).snapshot.pods)).toEqual(['web-abc[ReplicaSet]']);
    expect(names(snapshotOf(web, replicaSet).snapshot.pods)).toEqual(['web[Deployment]']);
    expect(names(snapshotOf(controller('Deployment', 'web'), web, replicaSet).snapshot.pods)).toEqual([
      'web[Deployment]',
    ]);
  });

  it('the controller among several owners counts', () => {
    const ownerReferences = [
      { kind: 'Widget', name: 'w' },
      { kind: 'StatefulSet', name: 'db', controller: true },
    ];
    expect(names(snapshotOf(pod('db-0', { metadata: { ownerReferences } })).snapshot.pods)).toEqual([
      'db[StatefulSet]',
    ]);
  });

  it('a custom resource above a Deployment does not name its pods', () => {
    const objects = [
      pod('web-abc-1', { metadata: owned('ReplicaSet', 'web-abc'), status: running }),
      replicaSet,
      controller('Deployment', 'web', { metadata: owned('Shop', 'main') }),
    ];
    expect(names(snapshotOf(...objects).snapshot.pods)).toEqual(['web[Deployment]']);
  });

  it('a link that the input lacks is made by the name that the controller would give', () => {
    const byHash = pod('web-5d8f7c9b4-x', {
      metadata: owned('ReplicaSet', 'web-5d8f7c9b4'),
      status: running,
    });
    const byMinute = pod('dump-28401234-x', { metadata: owned('Job', 'dump-28401234'), status: running });
    const cronJob = controller('CronJob', 'dump', {
      spec: { jobTemplate: { spec: { template: { spec: {} } } } },
    });
    expect(names(snapshotOf(byHash, controller('Deployment', 'web')).snapshot.pods)).toEqual([
      'web[Deployment]',
    ]);
    expect(names(snapshotOf(byHash, controller('Deployment', 'other')).snapshot.pods)).toEqual([
      'web-5d8f7c9b4[ReplicaSet]',
      'other[Deployment]',
    ]);
    expect(names(snapshotOf(byMinute, cronJob).snapshot.pods)).toEqual(['dump[CronJob]']);
  });

  it('a circle of owners ends', () => {
    const a = controller('ReplicaSet', 'a', { metadata: owned('ReplicaSet', 'b') });
    const b = controller('ReplicaSet', 'b', { metadata: owned('ReplicaSet', 'a') });
    expect(() => snapshotOf(a, b, pod('p', { metadata: owned('ReplicaSet', 'a') }))).not.toThrow();
  });
});

describe('templates', () => {
  it.each(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'])('a %s stands for its pods', (kind) => {
    const { snapshot } = snapshotOf(controller(kind, 'web', { spec: { replicas: 3 } }));
    expect(snapshot.pods).toEqual([
      {
        namespace: 'shop',
        name: `${kind.toLowerCase()}/web`,
        labels: { app: 'web' },
        workload: { kind, name: 'web' },
        ports: [],
        ips: [],
        hostNetwork: false,
        state: 'declared',
        replicas: kind === 'DaemonSet' ? 1 : 3,
      },
    ]);
  });

  it('a Job adds its labels, and a CronJob has its template deeper', () => {
    const job = controller('Job', 'seed', { spec: { parallelism: 2 } });
    const cronJob = controller('CronJob', 'dump', {
      spec: { jobTemplate: { spec: { template: { metadata: { labels: { a: 'b' } }, spec: {} } } } },
    });
    const { snapshot } = snapshotOf(job, cronJob);
    expect(snapshot.pods).toMatchObject([
      { replicas: 2, labels: { app: 'seed', 'job-name': 'seed', 'batch.kubernetes.io/job-name': 'seed' } },
      { replicas: 1, labels: { a: 'b' }, workload: { kind: 'CronJob', name: 'dump' } },
    ]);
  });

  it('with no replicas are kept, as a workload that runs nothing now', () => {
    const { snapshot } = snapshotOf(controller('Deployment', 'web', { spec: { replicas: 0 } }));
    expect(snapshot.pods).toMatchObject([{ replicas: 0, state: 'declared' }]);
  });

  it('give way to their pods', () => {
    const { snapshot } = snapshotOf(
      controller('StatefulSet', 'db', { spec: { replicas: 3 } }),
      pod('db-0', { metadata: owned('StatefulSet', 'db'), status: { phase: 'Running', podIP: '10.0.0.1' } }),
    );
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['db-0']);
  });

  it('stand in for pods that have all finished', () => {
    const { snapshot } = snapshotOf(
      controller('Job', 'seed'),
      pod('seed-x', { metadata: owned('Job', 'seed'), status: { phase: 'Succeeded' } }),
    );
    expect(snapshot.pods.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'seed-x finished',
      'job/seed declared',
    ]);
  });

  it('a Job that is done is finished', () => {
    const status = { conditions: [{ type: 'Complete', status: 'True' }] };
    expect(snapshotOf(controller('Job', 'seed', { status })).snapshot.pods[0]?.state).toBe('finished');
  });

  it('a ReplicaSet of a Deployment in the input, and an old one, are not counted beside it', () => {
    const current = controller('ReplicaSet', 'web-2', { metadata: owned('Deployment', 'web') });
    const old = controller('ReplicaSet', 'web-1', {
      metadata: owned('Deployment', 'web'),
      spec: { replicas: 0 },
    });
    expect(names(snapshotOf(controller('Deployment', 'web'), current, old).snapshot.pods)).toEqual([
      'web[Deployment]',
    ]);
    expect(names(snapshotOf(current, old).snapshot.pods)).toEqual(['web[Deployment]']);
  });

  it('a controller without a template is left out', () => {
    const { snapshot, diagnostics } = snapshotOf({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec: {},
    });
    expect(snapshot.pods).toEqual([]);
    expect(diagnostics).toMatchObject([
      { code: 'missing-field', path: 'spec.template', object: { kind: 'Deployment', name: 'a' } },
    ]);
  });
});

describe('namespaces', () => {
  it('always carry their name label, whatever the object says', () => {
    const labels = { team: 'a', 'kubernetes.io/metadata.name': 'lie' };
    const { snapshot } = snapshotOf({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels },
    });
    expect(snapshot.namespaces).toEqual([
      { name: 'shop', labels: { team: 'a', 'kubernetes.io/metadata.name': 'shop' }, labelsKnown: true },
    ]);
  });

  it('that only appear by use exist, with only that label known', () => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p' },
      spec: {},
    };
    const { snapshot } = snapshotOf(pod('p'), policy);
    expect(snapshot.namespaces).toEqual([
      { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' }, labelsKnown: false },
      { name: 'default', labels: { 'kubernetes.io/metadata.name': 'default' }, labelsKnown: false },
    ]);
  });
});

describe('nodes and services', () => {
  it('a node keeps its addresses of both kinds', () => {
    const addresses = [
      { type: 'InternalIP', address: '10.1.0.4' },
      { type: 'ExternalIP', address: '20.0.0.1' },
      { type: 'Hostname', address: 'n1' },
    ];
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1', labels: { a: 'b' } },
      status: { addresses },
    };
    expect(snapshotOf(node).snapshot.nodes).toEqual([
      { name: 'n1', labels: { a: 'b' }, ips: ['10.1.0.4', '20.0.0.1'] },
    ]);
  });

  it('a service has its defaults filled in', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        selector: { app: 'web' },
        ports: [{ port: 80 }, { port: 443, targetPort: 'https', name: 'tls', nodePort: 30443 }],
      },
    };
    expect(snapshotOf(service).snapshot.services).toEqual([
      {
        namespace: 'shop',
        name: 'web',
        type: 'ClusterIP',
        selector: { app: 'web' },
        ports: [
          { protocol: 'TCP', port: 80, targetPort: 80 },
          { name: 'tls', protocol: 'TCP', port: 443, targetPort: 'https', nodePort: 30443 },
        ],
      },
    ]);
  });
});

describe('policies', () => {
  it('keep their spec as written, absent and empty apart', () => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p', namespace: 'shop' },
    };
    const spec = { podSelector: {}, ingress: [] };
    expect(snapshotOf({ ...policy, spec }).snapshot.policies).toEqual([
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'p', spec },
    ]);
    expect(snapshotOf(policy).snapshot.policies[0]?.spec).toBeUndefined();
  });

  it('of a live cluster keep labels and annotations, but what applying them leaves behind', () => {
    const metadata = {
      name: 'p',
      namespace: 'shop',
      labels: { team: 'data' },
      annotations: { owner: 'ops', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      managedFields: [],
    };
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: {} };
    expect(snapshotOf(policy).snapshot.policies[0]).toMatchObject({
      labels: { team: 'data' },
      annotations: { owner: 'ops' },
    });
    expect(snapshotOf(policy).snapshot.policies[0]?.annotations).toEqual({ owner: 'ops' });
  });

  it('of the cluster have no namespace', () => {
    const policy = {
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'p', namespace: 'ignored' },
      spec: {},
    };
    expect(snapshotOf(policy).snapshot.policies[0]).not.toHaveProperty('namespace');
  });

  it.each([
    ['crd.antrea.io/v1beta1', 'ClusterNetworkPolicy'],
    ['crd.antrea.io/v1beta1', 'NetworkPolicy'],
    ['projectcalico.org/v3', 'NetworkPolicy'],
    ['projectcalico.org/v3', 'GlobalNetworkPolicy'],
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['cilium.io/v2', 'CiliumClusterwideNetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha1', 'ClusterNetworkPolicy'],
    ['extensions/v1beta1', 'NetworkPolicy'],
    ['k8s.ovn.org/v1', 'EgressFirewall'],
  ])('%s %s is kept by name and said to be unread', (apiVersion, kind) => {
    const { snapshot, diagnostics } = snapshotOf({
      apiVersion,
      kind,
      metadata: { name: 'p', namespace: 'shop' },
      spec: {},
    });
    expect(snapshot.policies).toEqual([]);
    expect(snapshot.unreadPolicies).toEqual([{ apiVersion, kind, namespace: 'shop', name: 'p' }]);
    expect(diagnostics).toMatchObject([
      { code: 'unsupported-policy-kind', severity: 'warning', object: { kind, name: 'p' } },
    ]);
  });

  it('that are never enforced are not said to be unread', () => {
    const staged = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'StagedNetworkPolicy',
      metadata: { name: 'p' },
    };
    expect(snapshotOf(staged)).toMatchObject({ diagnostics: [] });
    expect(snapshotOf(staged).snapshot).not.toHaveProperty('unreadPolicies');
  });
});

describe('lists', () => {
  it('items of a typed list may lack their type', () => {
    const { apiVersion: _, kind: __, ...item } = pod('a');
    const { snapshot, diagnostics } = snapshotOf({
      apiVersion: 'v1',
      kind: 'PodList',
      items: [item, pod('b')],
    });
    expect(diagnostics).toEqual([]);
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('items of a plain list have their own, and may be lists', () => {
    const inner = { apiVersion: 'v1', kind: 'List', items: [pod('b')] };
    const { snapshot } = snapshotOf({ apiVersion: 'v1', kind: 'List', items: [pod('a'), inner] });
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(problemsOf({ apiVersion: 'v1', kind: 'List', items: [{ metadata: { name: 'x' } }] })).toEqual([
      'error missing-kind',
    ]);
  });

  it('may be empty, or null as servers write it', () => {
    expect(snapshotOf({ apiVersion: 'v1', kind: 'PodList', items: null }).diagnostics).toEqual([]);
    expect(snapshotOf({ apiVersion: 'v1', kind: 'PodList' }).diagnostics).toEqual([]);
  });

  it('nested without end stop', () => {
    let list: Json = pod('a');
    for (let depth = 0; depth < 5000; depth++) list = { apiVersion: 'v1', kind: 'List', items: [list] };
    expect(() => snapshotOf(list)).not.toThrow();
  });
});

describe('malformed objects', () => {
  const object = (more: Json) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, ...more });

  it.each([
    ['no object', 'text', 'error not-an-object'],
    ['null', null, 'error not-an-object'],
    ['a list', [], 'error not-an-object'],
    ['no kind', { apiVersion: 'v1' }, 'error missing-kind'],
    ['a kind that is no text', { apiVersion: 'v1', kind: 3 }, 'error missing-kind'],
    ['no apiVersion', { kind: 'Pod' }, 'error missing-api-version'],
    ['no metadata', object({ metadata: undefined }), 'error missing-metadata metadata'],
    ['metadata that is a list', object({ metadata: [] }), 'error wrong-type metadata'],
    ['no name', object({ metadata: {} }), 'error missing-name metadata.name'],
    ['a name in capitals', object({ metadata: { name: 'Web' } }), 'error invalid-name metadata.name'],
    ['a name that is a number', object({ metadata: { name: 1 } }), 'error wrong-type metadata.name'],
    [
      'a namespace with a dot',
      object({ metadata: { name: 'p', namespace: 'a.b' } }),
      'error invalid-name metadata.namespace',
    ],
    [
      'a number as a label value',
      object({ metadata: { name: 'p', labels: { v: 1 } } }),
      'error wrong-type metadata.labels[v]',
    ],
    [
      'a truth value as a label value',
      object({ metadata: { name: 'p', labels: { v: true } } }),
      'error wrong-type metadata.labels[v]',
    ],
    [
      'a label value with a blank',
      object({ metadata: { name: 'p', labels: { v: 'a b' } } }),
      'error invalid-label-value metadata.labels[v]',
    ],
    [
      'a label key with a blank',
      object({ metadata: { name: 'p', labels: { 'a b': 'v' } } }),
      'error invalid-label-key metadata.labels[a b]',
    ],
    [
      'labels that are a list',
      object({ metadata: { name: 'p', labels: ['a'] } }),
      'error wrong-type metadata.labels',
    ],
    ['a spec that is a text', object({ spec: 'x' }), 'error wrong-type spec'],
    [
      'containers that are an object',
      object({ spec: { containers: {} } }),
      'error wrong-type spec.containers',
    ],
  ])('%s', (_, value, problem) => {
    const { snapshot } = snapshotOf(value);
    expect(problemsOf(value)).toContain(problem);
    expect(snapshot.pods).toEqual([]);
  });

  it('two objects with the same invalid labels are both refused', () => {
    const bad = (name: string) => object({ metadata: { name, labels: { v: 'a b' } } });
    expect(snapshotOf(bad('a'), bad('b')).snapshot.pods).toEqual([]);
  });

  it('a misspelt field of the metadata is named', () => {
    const { diagnostics } = snapshotOf(object({ metadata: { name: 'p', lables: { a: 'b' } } }));
    expect(diagnostics).toMatchObject([
      { code: 'unknown-field', path: 'metadata.lables', hint: 'Did you mean `labels`?' },
    ]);
  });

  it('one bad object never hides the others', () => {
    expect(snapshotOf('x', pod('a'), {}, pod('b'), null).snapshot.pods).toHaveLength(2);
  });

  it('null where a server writes null is absent', () => {
    const metadata = {
      name: 'p',
      labels: null,
      annotations: null,
      ownerReferences: null,
      creationTimestamp: null,
    };
    const spec = { containers: [{ ports: null }], initContainers: null };
    expect(snapshotOf(object({ metadata, spec })).diagnostics).toEqual([]);
  });
});

describe('duplicates', () => {
  it('the last counts, with a warning that names both places', () => {
    const first = {
      object: pod('a', { metadata: { labels: { v: '1' } } }),
      source: { file: 'a.yaml', line: 3 },
    };
    const last = {
      object: pod('a', { metadata: { labels: { v: '2' } } }),
      source: { file: 'b.yaml', line: 7 },
    };
    const { snapshot, diagnostics } = snapshotFromObjects([first, last]);
    expect(snapshot.pods.map(({ labels }) => labels)).toEqual([{ v: '2' }]);
    expect(diagnostics).toMatchObject([
      {
        code: 'duplicate-object',
        severity: 'warning',
        message: 'Pod shop/a is also defined in a.yaml, line 3; the last one counts.',
        source: { file: 'b.yaml', line: 7 },
      },
    ]);
  });
});

describe('hostile keys', () => {
  it('are labels, never prototypes', () => {
    const labels: unknown = JSON.parse('{"constructor": "a", "toString": "b", "hasOwnProperty": "c"}');
    const { snapshot } = snapshotOf(pod('p', { metadata: { labels } }));
    expect(Object.entries(snapshot.pods[0]?.labels ?? {})).toEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
      ['hasOwnProperty', 'c'],
    ]);
  });

  it('from a server are kept too, and change no prototype', () => {
    const labels: unknown = JSON.parse('{"__proto__": "polluted"}');
    const { snapshot } = snapshotFromObjects([input(pod('p', { metadata: { labels } }))], 'server');
    const kept = snapshot.pods[0]?.labels ?? {};
    expect(Object.hasOwn(kept, '__proto__')).toBe(true);
    expect(Object.keys(kept)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});

describe('readKubernetesObject', () => {
  it('says what an object that decides nothing is', () => {
    const context = createReadContext('server');
    expect(readKubernetesObject(input({ apiVersion: 'v1', kind: 'ConfigMap' }), context)).toEqual([
      { type: 'ignored', kind: 'ConfigMap' },
    ]);
    const custom = { apiVersion: 'volcano.sh/v1', kind: 'Job', metadata: { name: 'j' } };
    expect(readKubernetesObject(input(custom), context)).toEqual([{ type: 'ignored', kind: 'Job' }]);
    expect(context.diagnostics).toEqual([]);
  });
});
