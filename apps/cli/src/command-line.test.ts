import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from './testing/run.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/shop/main', import.meta.url));

describe('help', () => {
  it('teaches by example, for the program and each command', async () => {
    const { code, stdout } = await bulkhead(['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}# open the web app/);
    expect(stdout).toMatch(/Exit codes:\n {2}0 {2}done/);
    for (const command of ['serve', 'graph', 'explain', 'diff', 'check', 'lint', 'completion']) {
      const help = await bulkhead([command, '--help']);
      expect(help.code).toBe(0);
      expect(help.stdout).toMatch(/Examples:\n {2}# /);
      expect(help.stdout).toContain(`bulkhead ${command} `);
    }
  });

  it('has no dependency on what commands need, so that it answers at once', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = readFileSync(file, 'utf8');
      for (const [, kind = '', name = ''] of text.matchAll(/^import (type )?[^;]*?from '([^']+)';$/gms)) {
        if (kind !== '') continue;
        if (name.startsWith('.')) visit(resolve(dirname(file), name));
        else if (!name.startsWith('node:')) packages.add(name);
      }
    };
    visit(fileURLToPath(new URL('./main.ts', import.meta.url)));
    expect([...packages]).toEqual(['commander']);
    expect([...seen].some((file) => file.includes('/commands/'))).toBe(false);
  });

  it('prints the version', async () => {
    expect((await bulkhead(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a mistake on the command line', () => {
  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a command', ['grpah'], /unknown command 'grpah'\n\(Did you mean graph\?\)/],
    ['an option', ['graph', '--dirr', '.'], /unknown option '--dirr'\n\(Did you mean --dir\?\)/],
    [
      'a format',
      ['graph', '--demo', '-o', 'jsn'],
      /Allowed formats are table, json.*\n\(Did you mean json\?\)/,
    ],
    ['no source', ['graph'], /--dir PATH, --context NAME, or --demo/],
    ['two sources', ['graph', '--demo', '--dir', '.'], /--demo stands alone/],
    ['half a comparison', ['diff', '--from', 'a'], /--from needs --to/],
    [
      'a workload',
      ['explain', '--demo', '--from', 'shop/crt', '--to', 'shop/checkout'],
      /Did you mean shop\/cart\?/,
    ],
    [
      'a namespace',
      ['explain', '--demo', '--from', 'shp/cart', '--to', 'shop/checkout'],
      /Did you mean shop\?/,
    ],
    [
      'a protocol',
      ['explain', '--demo', '--from', 'shop/cart', '--to', 'shop/checkout', '--port', '80/tpc'],
      /Did you mean tcp\?/,
    ],
    [
      'a port',
      ['explain', '--demo', '--from', 'shop/cart', '--to', 'shop/checkout', '--port', '99999'],
      /no port/,
    ],
    ['an end', ['explain', '--demo', '--from', 'cart', '--to', 'shop/checkout'], /NAMESPACE\/WORKLOAD/],
    ['a shell', ['completion', 'tcsh'], /bash, zsh, fish/],
    ['no invariants', ['check', '--demo'], /There is no check file/],
  ];
  it.each(mistakes)(
    'about %s is explained, without a stack trace, with exit code 2',
    async (_, args, message) => {
      const folder = mkdtempSync(join(tmpdir(), 'bulkhead-'));
      try {
        const { code, stdout, stderr } = await bulkhead(args, { cwd: folder });
        expect(stderr).toMatch(message);
        expect(stderr).not.toMatch(/^\s+at /m);
        expect(stdout).toBe('');
        expect(code).toBe(2);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

describe('input that can not be read', () => {
  it('is exit code 3, and a fatal issue where JSON was asked for', async () => {
    const { code, stdout, stderr } = await bulkhead(['graph', '--dir', '/no/such/place', '-o', 'json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: [],
      edges: [],
      issues: [{ severity: 'fatal', code: 'path-not-found' }],
    });
    expect(stderr).toMatch(/There is no \/no\/such\/place/);
    const compared = await bulkhead(['diff', '--from', '/no/such/place', '--to', EXAMPLE, '-o', 'json']);
    expect(compared.code).toBe(3);
    expect(JSON.parse(compared.stdout)).toMatchObject({ changes: [], issues: [{ severity: 'fatal' }] });
  });

  it('is told of a kubeconfig that is not there', async () => {
    const { code, stderr } = await bulkhead([
      'graph',
      '--context',
      'prod',
      '--kubeconfig',
      '/no/such/config',
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/kubeconfig can not be read/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('comes from standard input only where something is piped', async () => {
    expect((await bulkhead(['graph', '--dir', '-'])).code).toBe(3);
    const text = readFileSync(join(EXAMPLE, 'deploy/shop.yaml'), 'utf8');
    const { code, stdout } = await bulkhead(['graph', '--dir', '-'], { stdin: text });
    expect(code).toBe(0);
    expect(stdout).toMatch(/shop\/storefront\[Deployment\]/);
  });
});

describe('colour', () => {
  const args = [
    'explain',
    '--dir',
    EXAMPLE,
    '--from',
    'shop/checkout',
    '--to',
    'payments/payment-api',
    '--port',
    '8443',
  ];
  it('is for terminals that want it', async () => {
    const start = '\u001b[';
    expect((await bulkhead(args)).stdout).not.toContain(start);
    expect((await bulkhead(args, { isTTY: true })).stdout).toContain(start);
    expect((await bulkhead(args, { isTTY: true, env: { NO_COLOR: '1' } })).stdout).not.toContain(start);
    expect((await bulkhead(args, { isTTY: true, env: { TERM: 'dumb' } })).stdout).not.toContain(start);
    expect((await bulkhead(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain(start);
  });
});

describe('outputs', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('may be several, each to its own place', async () => {
    const args = ['graph', '--dir', EXAMPLE, '-o', 'table', '-o', 'json=graph.json', '-o', 'csv=graph.csv'];
    const { code, stdout } = await bulkhead(args, { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SOURCE/);
    expect(JSON.parse(readFileSync(join(folder, 'graph.json'), 'utf8'))).toHaveProperty('edges');
    expect(readFileSync(join(folder, 'graph.csv'), 'utf8')).toMatch(/^source,target,/);
  });

  it('that can not be written are told', async () => {
    mkdirSync(join(folder, 'closed'));
    const { code, stderr } = await bulkhead(['graph', '--dir', EXAMPLE, '-o', 'json=closed/no/graph.json'], {
      cwd: folder,
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/Can't write closed\/no\/graph.json/);
  });
});

describe('completion', () => {
  const complete = async (...words: string[]): Promise<string[]> =>
    (await bulkhead(['__complete', '--', ...words])).stdout
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));

  it('knows commands, options and values', async () => {
    expect(await complete('gr')).toEqual(['graph']);
    expect(await complete('graph', '--exp')).toEqual(['--exposure', '--explain']);
    expect(await complete('graph', '-o', '')).toEqual(['table', 'json', 'csv', 'dot', 'mermaid']);
    expect(await complete('check', '--output=s')).toEqual(['--output=sarif']);
    expect(await complete('diff', '--fail-on', 'o')).toEqual(['opened']);
    expect(await complete('lint', '--fail-on', '')).toEqual(['error', 'warning', 'info', 'none']);
    expect(await complete('graph', '--dir', '')).toEqual([':files']);
    expect(await complete('completion', 'f')).toEqual(['fish']);
    expect(await complete('nonsense', '')).toEqual([]);
  });

  it('knows the names in the manifests that the line names', async () => {
    expect(await complete('explain', '--dir', EXAMPLE, '--from', 'shop/c')).toEqual(['shop/checkout']);
    expect(await complete('graph', `--dir=${EXAMPLE}`, '-n', 'p')).toEqual(['payments']);
    expect(await complete('explain', '--dir', '/no/such/place', '--to', '')).toEqual([]);
    expect(await complete('help', 'ex')).toEqual(['explain']);
  });

  describe('in a shell', () => {
    let folder = '';
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'bulkhead-'));
      // Stands in for the program, so that the scripts alone are tried, without a build. It says what it was asked.
      const answers = `#!/bin/sh
if [ "$1" = __complete ]; then
  shift 2; for word; do last=$word; done
  echo "$*" >> ${folder}/asked
  case $last in
    gr*) printf 'graph\\tlist\\n' ;;
    --output=*) printf -- '--output=json\\n' ;;
    *) printf ':files\\n' ;;
  esac
fi
`;
      writeFileSync(join(folder, 'bulkhead'), answers, { mode: 0o755 });
      writeFileSync(join(folder, 'manifests.yaml'), '');
      for (const shell of ['bash', 'zsh', 'fish'])
        writeFileSync(join(folder, `_${shell}`), (await bulkhead(['completion', shell])).stdout);
      cpSync(join(folder, '_zsh'), join(folder, '_bulkhead'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const inShell = (command: string, args: readonly string[]): string => {
      const { stdout, stderr } = spawnSync(command, args, {
        encoding: 'utf8',
        cwd: folder,
        env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, TERM: 'dumb' },
      });
      expect(stderr).toBe('');
      return stdout;
    };
    const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
    const CASES: readonly (readonly [string, readonly string[], string])[] = [
      ['a command', ['gr'], 'graph'],
      ['a file', ['graph', '--dir', 'man'], 'manifests.yaml'],
      ['a value after an equals sign', ['graph', '--output=j'], '--output=json'],
      ['a file after an equals sign', ['graph', '--dir=man'], '--dir=manifests.yaml'],
    ];

    it.each(CASES)('bash completes %s', (_, words, expected) => {
      // What bash itself makes of the line: "=" stands alone.
      const split = ['bulkhead', ...words.flatMap((word) => word.split(/(=)/))];
      const script = `source ./_bash; COMP_WORDS=(${split.join(' ')}); COMP_CWORD=${split.length - 1}; _bulkhead; printf '%s' "\${COMPREPLY[@]}"`;
      const kept = words.at(-1)?.split(/(?<==)/).length === 2 ? (words.at(-1)?.split('=')[0] ?? '') : '';
      expect(kept === '' ? '' : `${kept}=`).toBe(
        expected.startsWith('--') ? expected.replace(/=.*/, '=') : '',
      );
      expect(`${kept === '' ? '' : `${kept}=`}${inShell('bash', ['--norc', '-c', script])}`).toBe(expected);
    });

    it.skipIf(!has('fish')).each(CASES)('fish completes %s', (_, words, expected) => {
      const line = ['bulkhead', ...words].join(' ');
      const stdout = inShell('fish', ['--no-config', '-c', `source ./_fish; complete -C '${line}'`]);
      expect(stdout.trim().split('\t')[0]).toBe(expected);
    });

    it.skipIf(!has('zsh')).each(CASES)('zsh completes %s', (_, words, expected) => {
      const line = ['bulkhead', ...words].join(' ');
      // A terminal of its own, since zsh completes nowhere else; the line is printed once it has been completed.
      const script = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; unsetopt zle_bracketed_paste; fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D'
zpty -w shell 'zstyle ":completion:*" insert-tab false'
zpty -w shell 'show() { print -r -- "<<$BUFFER>>"; zle kill-buffer }; zle -N show; bindkey "^T" show; print ready'
zpty -r shell out '*ready*'
zpty -n -w shell '${line}'$'\t'$'\x14'
zpty -r -t shell rest; zpty -r shell out '*>>*'
print -r -- "$out"
zpty -d shell`;
      const stdout = inShell('zsh', ['-f', '-c', script]);
      const completed = /<<(.*)>>/.exec(stdout)?.[1]?.trim();
      expect(completed?.split(' ').at(-1)).toBe(expected);
    });
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s that asks the program', async (shell) => {
    expect((await bulkhead(['completion', shell])).stdout).toContain('__complete --');
  });
});
