import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { bulkhead } from './testing/run.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLE = join(REPOSITORY, 'examples/shop');
const RECORDED = join(EXAMPLE, 'recorded');

/** A repository as the team of the example has it: `main` is committed, and what is in the work tree is proposed. */
let folder = '';

function git(...args: string[]): string {
  const identity = [
    '-c',
    'user.name=Example',
    '-c',
    'user.email=example@example.invalid',
    '-c',
    'commit.gpgsign=false',
  ];
  const { stdout, stderr, status } = spawnSync('git', [...identity, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

function propose(change: string | undefined): void {
  cpSync(join(EXAMPLE, 'main/deploy'), join(folder, 'deploy'), { recursive: true });
  if (change !== undefined)
    cpSync(join(EXAMPLE, change, 'deploy'), join(folder, 'deploy'), { recursive: true });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-example-'));
  cpSync(join(EXAMPLE, 'main'), folder, { recursive: true });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'Start from deny');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command and holds what it prints against the recording; `UPDATE_RECORDED=1` records anew. */
async function replay(name: string, args: readonly string[], code: number): Promise<string> {
  const ran = await bulkhead(args, { cwd: folder });
  expect(ran.stderr).toBe(code === 0 || ran.code === code ? ran.stderr : '');
  expect(ran.code, ran.stderr).toBe(code);
  const file = join(RECORDED, name);
  if (process.env['UPDATE_RECORDED'] === '1') {
    mkdirSync(RECORDED, { recursive: true });
    writeFileSync(file, ran.stdout);
  }
  expect(existsSync(file), `${name} is not recorded`).toBe(true);
  expect(ran.stdout).toBe(readFileSync(file, 'utf8'));
  return ran.stdout;
}

describe('the example repository', () => {
  it('holds its invariants and has no findings at the start', async () => {
    propose(undefined);
    await replay('1-check.txt', ['check', '--dir', 'deploy'], 0);
    await replay('1-lint.txt', ['lint', '--dir', 'deploy'], 0);
    await replay('1-graph.txt', ['graph', '--dir', 'deploy'], 0);
    await replay('1-graph.mmd', ['graph', '--dir', 'deploy', '-o', 'mermaid'], 0);
    await replay(
      '1-explain.txt',
      [
        'explain',
        '--dir',
        'deploy',
        '--from',
        'shop/checkout',
        '--to',
        'payments/payment-api',
        '--port',
        '8443/tcp',
      ],
      0,
    );
  });

  it('fails the check of a pull request that opens too much, at the lines that do', async () => {
    propose('pull-request');
    const check = await replay('2-check.txt', ['check', '--dir', 'deploy'], 1);
    expect(check).toMatch(/✗ Only checkout reaches the payment API/);
    expect(check).toMatch(/deploy\/policies-payments\.yaml:33 {2}allowed by/);
    await replay('2-check.github.txt', ['check', '--dir', 'deploy', '-o', 'github'], 1);
    await replay('2-diff.txt', ['diff', '--from', 'main:deploy', '--to', 'deploy'], 0);
    await replay('2-diff.md', ['diff', '--from', 'main:deploy', '--to', 'deploy', '-o', 'markdown'], 0);
    const gate = ['diff', '--from', 'main:deploy', '--to', 'deploy', '--fail-on', 'opened,widened'];
    expect((await bulkhead(gate, { cwd: folder })).code).toBe(1);
    expect((await bulkhead([...gate.slice(0, 5), '--fail-on', 'closed'], { cwd: folder })).code).toBe(0);
  });

  it('passes once it is fixed', async () => {
    propose('pull-request-fixed');
    await replay('3-check.txt', ['check', '--dir', 'deploy'], 0);
    await replay('3-diff.txt', ['diff', '--from', 'main:deploy', '--to', 'deploy'], 0);
  });

  it('is looked at as it is staged by the plain Git hook', () => {
    const stand = join(folder, '.bin');
    mkdirSync(stand, { recursive: true });
    // The hook is under test, not the program, which needs a build here.
    writeFileSync(join(stand, 'bulkhead'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    const hook = (): string =>
      spawnSync('sh', [join(REPOSITORY, 'docs/ci/pre-commit')], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${stand}:${process.env['PATH'] ?? ''}` },
      }).stdout.trim();
    propose(undefined);
    git('reset', '-q');
    expect(hook()).toBe('');
    propose('pull-request');
    git('add', 'deploy');
    expect(hook()).toMatch(/^check --dir [0-9a-f]{40}:deploy$/);
    git('reset', '-q');
  });

  it('is read from the index, as the hook asks for it', async () => {
    propose('pull-request');
    git('add', 'deploy');
    const tree = git('write-tree');
    git('reset', '-q');
    propose(undefined);
    expect((await bulkhead(['check', '--dir', 'deploy'], { cwd: folder })).code).toBe(0);
    expect((await bulkhead(['check', '--dir', `${tree}:deploy`], { cwd: folder })).code).toBe(1);
  });
});

describe('what the documentation shows', () => {
  const docs = readFileSync(join(REPOSITORY, 'docs/ci/README.md'), 'utf8');
  it('is what the commands print', () => {
    for (const line of docs.split('\n')) {
      if (!/^(OPENED|✓|✗|\d+ of \d+ invariants| {4}(deploy|shop|why))/.test(line)) continue;
      const recorded = ['1-check.txt', '2-check.txt', '2-diff.txt'].map((name) =>
        readFileSync(join(RECORDED, name), 'utf8'),
      );
      expect(
        recorded.some((text) => text.includes(line)),
        line,
      ).toBe(true);
    }
  });

  it('links to files that are there', () => {
    for (const [, target = ''] of docs.matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(existsSync(join(REPOSITORY, 'docs/ci', target)), target).toBe(true);
    }
  });
});

describe('files for CI systems', () => {
  const read = (name: string): string => readFileSync(join(REPOSITORY, name), 'utf8');

  it('the action and the workflow are valid by the schemas of GitHub Actions', () => {
    expect(validateAction(read('action.yml')).errors).toEqual([]);
    expect(validateWorkflow(read('docs/ci/github-actions.yml')).errors).toEqual([]);
  });

  it('the action puts no input into a script but through the environment', () => {
    const action: { readonly runs: { readonly steps: readonly { readonly run?: string }[] } } = parseYaml(
      read('action.yml'),
    );
    for (const { run } of action.runs.steps) expect(run ?? '').not.toContain('${{');
  });

  // The steps run what is built, as types are checked before tests.
  const isBuilt = existsSync(join(REPOSITORY, 'apps/cli/dist/main.js'));
  it.skipIf(!isBuilt)(
    'the steps of the action run, as the runner would, with the outputs that they claim',
    async () => {
      propose('pull-request');
      const ran = runAction({ dir: 'deploy', base: git('rev-parse', 'main'), 'fail-on': 'opened,widened' });
      expect(ran.codes).toEqual({
        'Compare with the base': 1,
        'Look for findings': 0,
        'Check invariants': 1,
      });
      expect(ran.stdout).toContain('::error file=deploy/policies-shop.yaml,line=82');
      expect(ran.summary).toContain('Network policies: this opens 1 connection');
      expect(ran.summary).toContain('6 of 7 invariants hold');
      expect(readFileSync(ran.outputs['file'] ?? '', 'utf8')).toContain('| **opened** |');
      expect(JSON.parse(readFileSync(join(folder, 'bulkhead.sarif'), 'utf8')).version).toBe('2.1.0');
      propose('pull-request-fixed');
      const fixed = runAction({ dir: 'deploy', base: git('rev-parse', 'main') });
      expect(fixed.codes).toEqual({
        'Compare with the base': 0,
        'Look for findings': 0,
        'Check invariants': 0,
      });
      // Nothing to compare with, as in a push to main.
      expect(Object.keys(runAction({ dir: 'deploy', base: '', lint: 'off' }).codes)).toEqual([
        'Check invariants',
      ]);
      rmSync(join(folder, 'bulkhead.sarif'));
      propose(undefined);
    },
  );

  it('a change that adds the directory is compared with nothing', async () => {
    git('worktree', 'add', '-q', '--detach', 'new');
    const at = { cwd: join(folder, 'new') };
    try {
      git('-C', 'new', 'mv', 'deploy', 'manifests');
      const { code, stdout, stderr } = await bulkhead(
        ['diff', '--from', 'main:manifests', '--to', './manifests/'],
        at,
      );
      expect([code, stderr]).toEqual([
        0,
        'warning: There is no manifests in main yet: everything in it is new.\n',
      ]);
      expect(stdout).toMatch(/opens \d+ connections, opens ports among the pods of 1 workload\./);
      // Another path is a misspelt one.
      const misspelt = await bulkhead(['diff', '--from', 'main:manifest', '--to', 'manifests'], at);
      expect([misspelt.code, misspelt.stderr]).toEqual([3, expect.stringMatching(/no manifest in main/)]);
    } finally {
      git('worktree', 'remove', '--force', 'new');
    }
  });

  it.each(['docs/ci/azure-pipelines.yml', 'docs/ci/gitlab-ci.yml', '.pre-commit-hooks.yaml'])(
    '%s is YAML',
    (name) => {
      expect(() => parseYaml(read(name))).not.toThrow();
    },
  );

  it('use only options that there are', async () => {
    const files = [
      'action.yml',
      'docs/ci/azure-pipelines.yml',
      'docs/ci/gitlab-ci.yml',
      'docs/ci/README.md',
      'docs/ci/check-file.md',
    ];
    let found = 0;
    for (const name of files) {
      for (const [, command = '', rest = ''] of read(name)
        .replaceAll('\\\n', ' ')
        .matchAll(/bulkhead(?:\.js"?)? (graph|explain|diff|check|lint)\b([^\n|`]*)/g)) {
        const help = (await bulkhead([command, '--help'])).stdout;
        for (const [, option = ''] of rest.matchAll(/(?:^|\s)(--[a-z-]+)/g)) {
          found++;
          expect(help, `${option} in ${name}`).toContain(option);
        }
      }
    }
    expect(found).toBeGreaterThan(15);
  });
});

interface ActionRun {
  /** Exit codes by the names of the steps that ran. */
  readonly codes: Readonly<Record<string, number | null>>;
  readonly stdout: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

interface ActionStep {
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the scripts of the action's steps in the example repository, but for the build, which tests can't rely on. */
function runAction(given: Readonly<Record<string, string>>): ActionRun {
  const action: {
    readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
    readonly runs: { readonly steps: readonly ActionStep[] };
  } = parseYaml(readFileSync(join(REPOSITORY, 'action.yml'), 'utf8'));
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [name, given[name] ?? input.default ?? '']),
  );
  const temporary = mkdtempSync(join(tmpdir(), 'bulkhead-action-'));
  const at = (name: string): string => join(temporary, name);
  for (const name of ['output', 'summary']) writeFileSync(at(name), '');
  const codes: Record<string, number | null> = {};
  let stdout = '';
  for (const { name = '', if: condition = '', run, env = {} } of action.runs.steps) {
    if (run === undefined || name === 'Build bulkhead') continue;
    if (condition.includes("inputs.base != ''") && inputs['base'] === '') continue;
    if (condition.includes("inputs.lint != 'off'") && inputs['lint'] === 'off') continue;
    const given = Object.entries(env).map(([key, value]): [string, string] => [
      key,
      value.replace(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, input: string) => inputs[input] ?? ''),
    ]);
    const ran = spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', run], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...Object.fromEntries(given),
        GITHUB_ACTION_PATH: REPOSITORY,
        GITHUB_OUTPUT: at('output'),
        GITHUB_STEP_SUMMARY: at('summary'),
        RUNNER_TEMP: temporary,
      },
    });
    codes[name] = ran.status;
    stdout += ran.stdout;
  }
  const outputs = Object.fromEntries(
    readFileSync(at('output'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return { codes, stdout, summary: readFileSync(at('summary'), 'utf8'), outputs };
}
