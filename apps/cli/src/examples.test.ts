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

  it('the steps of the action run, with the outputs that they claim', async () => {
    propose('pull-request');
    for (const args of scriptsOf(read('action.yml'))) {
      // A line of a script names options that exist.
      expect((await bulkhead([...args, '--help'], { cwd: folder })).code).toBe(0);
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

/** The commands that a file's scripts run. */
function scriptsOf(text: string): string[][] {
  return [...text.matchAll(/bulkhead\.js" (diff|lint|check)/g)].map((match) => [match[1] ?? '']);
}
