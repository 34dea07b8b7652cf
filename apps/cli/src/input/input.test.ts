import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildCluster, type StandIn, startStandIn } from '@bulkhead/kube-stand-in';
import { parseManifests } from '@bulkhead/policy-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/run.ts';
import { overlaySnapshot } from './overlay.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-input-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const POD = (name: string, namespace = 'a'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}\nspec: {containers: [{name: c, image: x}]}\n`;
const DENY = (namespace = 'a'): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: ${namespace}}\nspec: {podSelector: {}}\n`;

async function nodesOf(dir: string): Promise<string[]> {
  const { stdout } = await bulkhead(['graph', '--dir', dir, '-o', 'json'], { cwd: folder });
  return JSON.parse(stdout)
    .nodes.filter((node: { type: string }) => node.type === 'workload')
    .map((node: { id: string }) => node.id);
}

describe('a directory', () => {
  it('is read below the top, links and all, but for hidden folders, dependencies and check files', async () => {
    write('tree/a.yaml', POD('one'));
    write('tree/deep/er/b.yml', POD('two'));
    write(
      'tree/c.json',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'three', namespace: 'a' },
        spec: {},
      }),
    );
    write('tree/.git/d.yaml', POD('hidden'));
    write('tree/node_modules/x/e.yaml', POD('dependency'));
    write('tree/notes.txt', POD('notes'));
    write('tree/bulkhead.yaml', 'version: 1\n');
    write('elsewhere/f.yaml', POD('outside'));
    symlinkSync(join(folder, 'elsewhere/f.yaml'), join(folder, 'tree/link.yaml'));
    symlinkSync(join(folder, 'tree/a.yaml'), join(folder, 'tree/again.yaml'));
    symlinkSync(join(folder, 'tree'), join(folder, 'tree/loop'));
    expect(await nodesOf('tree')).toEqual(['a/one[Pod]', 'a/outside[Pod]', 'a/three[Pod]', 'a/two[Pod]']);
    expect(await nodesOf('tree/a.yaml')).toEqual(['a/one[Pod]']);
  });

  it('without manifests is an empty result with a warning', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    const { code, stdout } = await bulkhead(['graph', '--dir', 'empty', '-o', 'json'], { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).issues.map((issue: { code: string }) => issue.code)).toEqual([
      'no-manifests',
      'no-workloads',
    ]);
  });

  it('with documents that can not be read fails only where that is asked for', async () => {
    write('partly/a.yaml', POD('one'));
    write('partly/b.yaml', 'kind: [\n');
    expect((await bulkhead(['graph', '--dir', 'partly'], { cwd: folder })).code).toBe(0);
    expect((await bulkhead(['graph', '--dir', 'partly', '--strict'], { cwd: folder })).code).toBe(3);
    write('c.yaml', 'version: 1\ninvariants:\n  - {name: a, mustReach: {from: a/one, to: internet}}\n');
    expect((await bulkhead(['check', '--dir', 'partly', 'c.yaml'], { cwd: folder })).code).toBe(3);
    expect(
      (await bulkhead(['check', '--dir', 'partly', 'c.yaml', '--allow-unreadable'], { cwd: folder })).code,
    ).toBe(0);
  });
});

describe('a gate', () => {
  it('does not pass where a document could not be read, unless that is allowed', async () => {
    write('gate/old/a.yaml', POD('one'));
    write('gate/new/a.yaml', POD('one'));
    write('gate/new/b.yaml', 'kind: [\n');
    const code = async (...args: string[]) => (await bulkhead(args, { cwd: folder })).code;
    const compare = ['diff', '--from', 'gate/old', '--to', 'gate/new'];
    expect(await code(...compare)).toBe(0);
    expect(await code(...compare, '--fail-on', 'opened')).toBe(3);
    expect(await code(...compare, '--fail-on', 'opened', '--allow-unreadable')).toBe(0);
    // A change that mends what was broken must be able to pass.
    expect(await code('diff', '--from', 'gate/new', '--to', 'gate/old', '--fail-on', 'opened')).toBe(0);
    const lint = ['lint', '--dir', 'gate/new', '--fail-on', 'error'];
    expect(await code(...lint)).toBe(3);
    expect(await code(...lint, '--allow-unreadable')).toBe(0);
    expect(await code('lint', '--dir', 'gate/new', '--fail-on', 'none')).toBe(0);
  });
});

describe('a table of connections', () => {
  it('names workloads without any, and knows its namespaces', async () => {
    write(
      'quiet.yaml',
      POD('one') +
        '---\n' +
        POD('two') +
        '---\n' +
        DENY().replace('podSelector: {}', 'podSelector: {}, policyTypes: [Ingress, Egress]'),
    );
    const { stdout } = await bulkhead(['graph', '--dir', 'quiet.yaml'], { cwd: folder });
    expect(stdout).toBe(
      'No connection is allowed.\n2 workloads have no allowed connection: a/one[Pod], a/two[Pod].\n',
    );
    const { code, stderr } = await bulkhead(['graph', '--dir', 'gate/old', '-n', 'b'], { cwd: folder });
    expect(stderr).toMatch(/There is no namespace b\.\nDid you mean a\?/);
    expect(code).toBe(2);
  });
});

const hasKubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;

describe('a kustomization', () => {
  beforeAll(() => {
    write('kustom/base/kustomization.yaml', 'resources: [web.yaml]\n');
    write('kustom/base/web.yaml', POD('web'));
    write('kustom/prod/kustomization.yaml', 'namespace: prod\nnamePrefix: my-\nresources: [../base]\n');
  });

  it.skipIf(!hasKubectl)('is rendered by kubectl', async () => {
    expect(await nodesOf('kustom/prod')).toEqual(['prod/my-web[Pod]']);
  });

  it.skipIf(!hasKubectl)(
    'is rendered as it was at a revision, bases elsewhere in the tree included',
    async () => {
      const git = (...args: string[]): void => {
        const { status, stderr } = spawnSync(
          'git',
          ['-c', 'user.name=x', '-c', 'user.email=x@example.invalid', '-c', 'commit.gpgsign=false', ...args],
          { cwd: join(folder, 'kustom'), encoding: 'utf8' },
        );
        expect(status, stderr).toBe(0);
      };
      git('init', '-q', '-b', 'main');
      git('add', '.');
      git('commit', '-q', '-m', 'x');
      const { stdout, stderr } = await bulkhead(['graph', '--dir', 'main:prod', '-o', 'json'], {
        cwd: join(folder, 'kustom'),
      });
      expect(stdout, stderr).toContain('prod/my-web[Pod]');
    },
  );

  it('is read as plain files where that is asked for', async () => {
    const { stdout } = await bulkhead(['graph', '--dir', 'kustom/base', '--no-render', '-o', 'json'], {
      cwd: folder,
    });
    expect(JSON.parse(stdout).nodes.map((node: { id: string }) => node.id)).toContain('a/web[Pod]');
  });
});

describe('a Helm chart', () => {
  it('needs helm, and says so where it is not there', async () => {
    write('chart/Chart.yaml', 'apiVersion: v2\nname: x\nversion: 1.0.0\n');
    write('chart/templates/web.yaml', POD('{{ .Release.Name }}'));
    const path = process.env['PATH'];
    process.env['PATH'] = join(folder, 'no-tools');
    try {
      const { code, stderr } = await bulkhead(['graph', '--dir', 'chart'], { cwd: folder });
      expect(code).toBe(3);
      expect(stderr).toMatch(/chart is a Helm chart, and helm is not installed\.\nInstall helm, or pipe/);
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('a Git revision', () => {
  it('that is not there is told, with what to do', async () => {
    write('repo/a.yaml', POD('one'));
    spawnSync('git', ['init', '-q'], { cwd: join(folder, 'repo') });
    const { code, stderr } = await bulkhead(['graph', '--dir', 'nosuch:.'], { cwd: join(folder, 'repo') });
    expect(code).toBe(3);
    expect(stderr).toMatch(/Git can't read nosuch:\..*\nGive REVISION:PATH/);
    expect(
      (await bulkhead(['graph', '--dir', '--upload-pack=x:.'], { cwd: join(folder, 'repo') })).code,
    ).not.toBe(0);
  });
});

describe('manifests laid over a cluster', () => {
  const snapshot = (text: string) => parseManifests([{ path: 'x.yaml', text }]).snapshot;
  const deployment = (labels: string, image = 'x'): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: a}\nspec:\n  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: ${labels}}, spec: {containers: [{name: c, image: ${image}}]}}\n`;
  const live = snapshot(
    `${deployment('{app: web}')}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {kept: x, changed: x}}\n---\n${DENY()}`,
  );
  const running = {
    ...live,
    pods: live.pods.map((pod) => ({
      ...pod,
      name: 'web-1',
      state: 'running' as const,
      ips: ['10.0.0.1'],
      labels: { ...pod.labels, 'pod-template-hash': 'h' },
    })),
  };

  it('replace policies, merge labels of namespaces, and delete nothing', () => {
    const over = snapshot(
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {changed: y}}\n---\n${DENY().replace('{podSelector: {}}', '{podSelector: {matchLabels: {app: web}}}')}`,
    );
    const result = overlaySnapshot(running, over);
    expect(result.namespaces.find(({ name }) => name === 'a')?.labels).toMatchObject({
      kept: 'x',
      changed: 'y',
    });
    expect(result.policies).toHaveLength(1);
    expect(result.policies[0]?.spec).toEqual({ podSelector: { matchLabels: { app: 'web' } } });
    expect(result.pods).toBe(running.pods);
  });

  it('keep pods whose labels and ports stay, with their addresses, and replace those whose do not', () => {
    expect(overlaySnapshot(running, snapshot(deployment('{app: web}', 'newer'))).pods).toBe(running.pods);
    const changed = overlaySnapshot(running, snapshot(deployment('{app: web, tier: front}'))).pods;
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatchObject({ state: 'declared', labels: { tier: 'front' } });
  });

  it('that only mention a namespace do not touch its labels', () => {
    expect(
      overlaySnapshot(running, snapshot(POD('new'))).namespaces.find(({ name }) => name === 'a')?.labels,
    ).toMatchObject({
      kept: 'x',
    });
  });
});

describe('a live cluster', () => {
  let server: StandIn;
  let kubeconfig = '';
  beforeAll(async () => {
    const cluster = buildCluster();
    for (const name of ['shop', 'bank']) {
      cluster.namespace(name, { team: name });
      cluster.deployment({ namespace: name, name: 'web', replicas: 2 });
    }
    cluster.networkPolicy({ namespace: 'bank', name: 'deny', spec: { podSelector: {} } });
    server = await startStandIn({ seed: cluster.objects });
    kubeconfig = await server.writeKubeconfig({ contexts: [{ name: 'prod' }] });
  });
  afterAll(() => server.stop());

  const live = (): string[] => ['--context', 'prod', '--kubeconfig', kubeconfig];

  it('is read once, like a directory', async () => {
    const { code, stdout, stderr } = await bulkhead(['graph', ...live(), '-o', 'json'], { cwd: folder });
    expect(code, stderr).toBe(0);
    const { nodes, edges } = JSON.parse(stdout);
    expect(nodes.map((node: { id: string }) => node.id)).toEqual(
      expect.arrayContaining(['bank/web[Deployment]', 'shop/web[Deployment]']),
    );
    const pairs = edges.map((edge: { source: string; target: string }) => `${edge.source}>${edge.target}`);
    expect(pairs).toContain('bank/web[Deployment]>shop/web[Deployment]');
    expect(pairs).not.toContain('shop/web[Deployment]>bank/web[Deployment]');
  });

  it('is compared with itself after manifests are applied', async () => {
    write(
      'open.yaml',
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: bank}\nspec:\n  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}], ports: [{port: 443}]}]\n',
    );
    const { code, stdout } = await bulkhead(
      ['diff', ...live(), '--dir', 'open.yaml', '-o', 'json', '--fail-on', 'opened'],
      { cwd: folder },
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout).changes).toMatchObject([
      {
        change: 'added',
        source: 'shop/web[Deployment]',
        target: 'bank/web[Deployment]',
        after: [{ protocol: 'TCP', from: 443, to: 443 }],
      },
    ]);
    write(
      'live.check.yaml',
      'version: 1\ninvariants:\n  - {name: bank is closed, mustNeverReach: {from: {namespace: shop}, to: {namespace: bank}}}\n',
    );
    expect((await bulkhead(['check', ...live(), 'live.check.yaml'], { cwd: folder })).code).toBe(0);
    const failing = await bulkhead(['check', ...live(), '--dir', 'open.yaml', 'live.check.yaml'], {
      cwd: folder,
    });
    expect(failing.code).toBe(1);
    expect(failing.stdout).toMatch(/open\.yaml:6 {2}allowed by NetworkPolicy bank\/deny, Ingress rule #1/);
  });

  it('may be one side of a comparison', async () => {
    const args = ['diff', '--from', 'context:prod', '--to', 'context:prod', '--kubeconfig', kubeconfig];
    const { code, stdout } = await bulkhead(args, { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/changes no connection/);
  });

  it('that does not answer is told', async () => {
    const closed = await startStandIn();
    const file = await closed.writeKubeconfig({
      contexts: [{ name: 'gone' }],
      path: join(folder, 'gone.yaml'),
    });
    await closed.stop();
    const { code, stderr } = await bulkhead(['graph', '--context', 'gone', '--kubeconfig', file], {
      cwd: folder,
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/refuses connections/);
    const other = await bulkhead(['graph', '--context', 'nosuch', '--kubeconfig', kubeconfig], {
      cwd: folder,
    });
    expect(other.code).toBe(3);
    expect(other.stderr).toMatch(/nosuch/);
  });
});
