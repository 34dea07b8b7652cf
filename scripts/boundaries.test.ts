import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * The boundaries of ARCHITECTURE.md are lint rules; this holds the rules to what the page says, by linting files
 * that break it and files that don't under the repository's own configuration.
 */

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const BOUNDARY_RULES = ['noRestrictedImports', 'noRestrictedGlobals', 'noImportCycles'];

interface Case {
  readonly behaviour: string;
  readonly file: string;
  readonly text: string;
}

const uses = (specifier: string) => `import { thing } from '${specifier}';\n\nthing();\n`;

const VIOLATIONS: readonly Case[] = [
  ['the engine imports Node', 'packages/policy-engine/src/a/node.ts', uses('node:fs')],
  ['the engine imports the protocol', 'packages/policy-engine/src/a/protocol.ts', uses('@bulkhead/protocol')],
  ['the engine imports a library of the browser', 'packages/policy-engine/src/a/react.ts', uses('react')],
  ['the engine reads the clock', 'packages/policy-engine/src/a/clock.ts', 'export const now = Date.now();\n'],
  ['the engine imports its tests’ tools', 'packages/policy-engine/src/a/testing.ts', uses('../testing/x.ts')],
  ['the protocol imports the API', 'packages/protocol/src/api.ts', uses('@bulkhead/api')],
  ['the protocol imports Node', 'packages/protocol/src/node.ts', uses('node:path')],
  ['reading manifests imports the API', 'packages/manifest-files/src/api.ts', uses('@bulkhead/api')],
  ['the API imports the web app', 'apps/api/src/web.ts', uses('@bulkhead/web')],
  ['the API reaches into the engine', 'apps/api/src/deep.ts', uses('@bulkhead/policy-engine/src/ir/ir.ts')],
  [
    'the API reaches into a neighbour by path',
    'apps/api/src/path.ts',
    uses('../../../packages/protocol/src/index.ts'),
  ],
  ['the command imports the protocol', 'apps/cli/src/protocol.ts', uses('@bulkhead/protocol')],
  ['the web app imports the API', 'apps/web/src/app/api.ts', uses('@bulkhead/api')],
  ['the web app imports Node', 'apps/web/src/app/node.ts', uses('node:os')],
  ['shared code imports a feature', 'apps/web/src/shared/up.ts', uses('../features/graph/view.ts')],
  ['the worker imports a feature', 'apps/web/src/worker/up.ts', uses('../features/graph/view.ts')],
  ['a feature imports a feature', 'apps/web/src/features/draft/side.ts', uses('../graph/view.ts')],
  [
    'a feature imports a feature the long way',
    'apps/web/src/features/draft/long.ts',
    uses('../../features/graph/view.ts'),
  ],
  [
    'a feature imports a feature from a folder inside',
    'apps/web/src/features/draft/form/side.ts',
    uses('../../graph/view.ts'),
  ],
].map(([behaviour = '', file = '', text = '']) => ({ behaviour, file, text }));

const CYCLE: readonly Case[] = [
  {
    behaviour: 'one half of a cycle',
    file: 'apps/api/src/cycle/a.ts',
    text: "export { b as a } from './b.ts';\n",
  },
  {
    behaviour: 'other half of a cycle',
    file: 'apps/api/src/cycle/b.ts',
    text: "export { a as b } from './a.ts';\n",
  },
];

const ALLOWED: readonly Case[] = [
  [
    'the engine imports its own files and yaml',
    'packages/policy-engine/src/b/own.ts',
    "import { parse } from 'yaml';\nimport { thing } from '../c/x.ts';\nimport { other } from './y.ts';\n\nparse(thing(other));\n",
  ],
  ['a test of the engine reads fixtures', 'packages/policy-engine/src/b/own.test.ts', uses('node:fs')],
  ['the protocol imports the engine', 'packages/protocol/src/engine.ts', uses('@bulkhead/policy-engine')],
  [
    'the API imports Node, the engine and the protocol',
    'apps/api/src/fine.ts',
    uses('node:http') + uses('@bulkhead/protocol').replaceAll('thing', 'other'),
  ],
  ['a test of the API imports the stand-in', 'apps/api/src/fine.test.ts', uses('@bulkhead/kube-stand-in')],
  [
    'reading manifests imports Node and the engine',
    'packages/manifest-files/src/fine.ts',
    uses('node:fs') + uses('@bulkhead/policy-engine').replaceAll('thing', 'other'),
  ],
  ['the command imports the API', 'apps/cli/src/fine.ts', uses('@bulkhead/api')],
  ['a feature imports what is shared', 'apps/web/src/features/draft/fine.ts', uses('../../shared/button.ts')],
  ['a feature imports its own folders', 'apps/web/src/features/draft/fine2.ts', uses('./form/field.ts')],
  [
    'a folder of a feature imports its own feature',
    'apps/web/src/features/draft/form/fine.ts',
    uses('../state.ts'),
  ],
  [
    'a folder of a feature imports what is shared',
    'apps/web/src/features/draft/form/fine2.ts',
    uses('../../../shared/button.ts'),
  ],
  ['the shell imports features', 'apps/web/src/app/fine.ts', uses('../features/graph/view.ts')],
].map(([behaviour = '', file = '', text = '']) => ({ behaviour, file, text }));

interface LintReport {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location: { readonly path: unknown };
  }[];
}

/** Lints a folder; returns the files in which a boundary is broken, relative to it. */
async function filesWithBrokenBoundaries(folder: string): Promise<ReadonlySet<string>> {
  const biome = join(top, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const stdout = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      // The exit code is 1, as it should be: files here break rules.
      (_error, out) => resolve(out),
    );
  });
  const report: LintReport = JSON.parse(stdout);
  return new Set(
    report.diagnostics
      .filter(({ category }) => BOUNDARY_RULES.some((rule) => category.endsWith(`/${rule}`)))
      .map(({ location }) => String(location.path).replaceAll('\\', '/').replace(/^\.\//, '')),
  );
}

describe('package boundaries are lint errors', () => {
  let folder = '';
  let broken: ReadonlySet<string> = new Set();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-boundaries-'));
    const config: unknown = JSON.parse(await readFile(join(top, 'biome.json'), 'utf8'));
    await writeFile(
      join(folder, 'biome.json'),
      JSON.stringify({ ...Object(config), vcs: { enabled: false } }),
    );
    for (const { file, text } of [...VIOLATIONS, ...CYCLE, ...ALLOWED]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    broken = await filesWithBrokenBoundaries(folder);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([...VIOLATIONS, ...CYCLE])('refused: $behaviour', ({ file }) => {
    expect([...broken]).toContain(file);
  });

  test.each(ALLOWED)('accepted: $behaviour', ({ file }) => {
    expect([...broken]).not.toContain(file);
  });
});
