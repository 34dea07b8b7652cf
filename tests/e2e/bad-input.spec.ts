import { readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SHOP, writeDirectory } from './fixtures/manifests.ts';
import { runBulkhead } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

function policy(name: string, spec: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: debug
${spec}`;
}

interface BadFile {
  readonly file: string;
  readonly text: string;
  /** Line of the problem, the field or value it names, and what to do, as they are to be said. */
  readonly line: number;
  readonly says: RegExp;
  readonly todo: RegExp;
}

const BAD: readonly BadFile[] = [
  {
    file: 'bad/broken.yaml',
    text: policy('broken', '  ingress: [\n'),
    line: 10,
    says: /no valid YAML/,
    todo: /Check the indentation, quotes and brackets/,
  },
  {
    file: 'bad/unknown-field.yaml',
    text: policy('unknown-field', '  podSelectors: {}\n'),
    line: 10,
    says: /`podSelectors`/,
    todo: /Did you mean `podSelector`\?/,
  },
  {
    file: 'bad/end-port.yaml',
    text: policy('end-port', '  ingress:\n    - ports:\n        - port: 9000\n          endPort: 8000\n'),
    line: 13,
    says: /`endPort` 8000 is below `port` 9000/,
    todo: /Swap the two/,
  },
  {
    file: 'bad/except.yaml',
    text: policy(
      'except',
      '  ingress:\n    - from:\n        - ipBlock:\n            cidr: 10.0.0.0/8\n            except:\n              - 192.168.0.0/16\n',
    ),
    line: 15,
    says: /`192\.168\.0\.0\/16` is not a smaller part of `10\.0\.0\.0\/8`/,
    todo: /Use a block inside/,
  },
  {
    file: 'bad/peer.yaml',
    text: policy(
      'peer',
      '  ingress:\n    - from:\n        - ipBlock:\n            cidr: 10.0.0.0/8\n          podSelector: {}\n',
    ),
    line: 12,
    says: /both an `ipBlock` and a selector/,
    todo: /Make them two items/,
  },
  {
    file: 'bad/duplicate-key.yaml',
    text: policy('duplicate-key', '  policyTypes: [Ingress]\n  policyTypes: [Egress]\n'),
    line: 11,
    says: /`policyTypes` occurs twice/,
    todo: /Remove one of the two/,
  },
  {
    file: 'bad/bomb.yaml',
    text: [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((key, index) => {
        const before = 'abcdefgh'[index];
        return `${key}: &${key} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`;
      }),
    ].join('\n'),
    line: 1,
    says: /Aliases expand this document/,
    todo: /Write the repeated parts out/,
  },
];

/** Files that are bad as a whole: too large, no text, not there. */
const WHOLE: readonly Omit<BadFile, 'text' | 'line'>[] = [
  { file: 'bad/huge.yaml', says: /50\.0 MiB, more than the 5\.0 MiB/, todo: /Split the file/ },
  { file: 'bad/junk.yaml', says: /binary data/, todo: /leave it out of the directory/ },
  { file: 'bad/gone.yaml', says: /points to something that does not exist/, todo: /Check that it exists/ },
];

async function badDirectory(): Promise<string> {
  const files = Object.fromEntries(BAD.map(({ file, text }) => [file, text]));
  const junk = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) % 256));
  const directory = await writeDirectory({ ...SHOP, ...files, 'bad/junk.yaml': junk, 'bad/huge.yaml': '# ' });
  // Sparse: as large as any other file to whoever looks at its size.
  await truncate(join(directory, 'bad/huge.yaml'), 50 * 1024 * 1024);
  await symlink(join(directory, 'nowhere.yaml'), join(directory, 'bad/gone.yaml'));
  return directory;
}

test('what is bad in a directory is named with file, line, field and remedy; the rest shows', async ({
  open,
  page,
  serve,
}) => {
  const server = await serve(['--dir', await badDirectory()]);
  const app = await open(server);
  expect(await app.ready(), 'the good manifests all count').toMatchObject({ namespaces: 2, workloads: 6 });
  await app.ask('shop/web -> shop/api:8080');
  await expect(app.verdict).toContainText('Allowed');

  await expect(page.getByText(/^\d+ objects could not be used\.$/)).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  const findings = await app.list('Findings');
  const rows = findings.getByRole('listitem');
  // The list is drawn as far as it is in sight, so it is read scrolling down.
  const found: string[] = [];
  await expect(rows.first()).toBeVisible();
  for (let more = true; more; ) {
    found.push(...(await rows.allTextContents()));
    more = await findings.getByRole('region', { name: 'Findings' }).evaluate(async (scroller) => {
      const before = scroller.scrollTop;
      scroller.scrollTop += scroller.clientHeight * 0.6;
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      return scroller.scrollTop > before;
    });
  }
  const about = (place: string) => found.filter((text) => text.includes(place)).join('\n');
  for (const { file, line, says, todo } of BAD) {
    expect.soft(about(`${file}:${line}`), `${file}, in the app`).toMatch(says);
    expect.soft(about(`${file}:${line}`), `${file}, in the app`).toMatch(todo);
  }
  for (const { file, says, todo } of WHOLE) {
    expect.soft(about(file), `${file}, in the app`).toMatch(says);
    expect.soft(about(file), `${file}, in the app`).toMatch(todo);
  }

  await expect.poll(server.output, 'on the console too').toContain('bad/duplicate-key.yaml');
  for (const { file, line, says, todo } of BAD) {
    const said = server
      .output()
      .split('\n')
      .filter((text) => text.includes(`${file}:${line}: `));
    expect.soft(said.join('\n'), `${file}, on the console`).toMatch(says);
    expect.soft(said.join('\n'), `${file}, on the console`).toMatch(todo);
  }
  for (const { file, says, todo } of WHOLE) {
    const said = server
      .output()
      .split('\n')
      .filter((text) => text.includes(file))
      .join('\n');
    expect.soft(said, `${file}, on the console`).toMatch(says);
    expect.soft(said, `${file}, on the console`).toMatch(todo);
  }
});

test('a bad file that is mended is read again, and one that breaks leaves the rest', async ({
  open,
  page,
  serve,
}) => {
  const directory = await writeDirectory({ ...SHOP, 'policies/data.yaml': 'kind: [\n' });
  const app = await open(await serve(['--dir', directory]));
  await app.ready();
  const notice = page.getByText('1 object could not be used.');
  await expect(notice).toBeVisible();
  await app.ask('shop/debug -> data/db:5432');
  await expect(app.verdict).toContainText('Allowed');

  await writeFile(join(directory, 'policies/data.yaml'), SHOP['policies/data.yaml'] ?? '');
  await expect(app.verdict).toContainText('Denied');
  await expect(notice).toBeHidden();

  const web = join(directory, 'shop/web.yaml');
  const good = await readFile(web, 'utf8');
  await writeFile(web, `${good}---\nkind: {`);
  await expect(notice).toBeVisible();
  await expect(app.graph).toHaveAccessibleName(/6 workloads/);
});

test('a directory that is not there ends the command with what to do', async () => {
  const { code, stdout, stderr } = await runBulkhead(['serve', '--dir', '/no/such/directory', '--port', '0']);
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain('There is no /no/such/directory.');
  expect(stderr).toContain('Check the path');
});

test('a directory that goes away while one looks is said so, and comes back', async ({
  open,
  page,
  serve,
}) => {
  const parent = await writeDirectory(
    Object.fromEntries(Object.entries(SHOP).map(([file, text]) => [`repo/${file}`, text])),
  );
  const app = await open(await serve(['--dir', join(parent, 'repo')]));
  await app.ready();
  await rename(join(parent, 'repo'), join(parent, 'away'));
  await expect(page.getByRole('alert').getByText(/^There is no repo\./)).toBeVisible();
  await expect(app.freshness).toHaveText(/^stale/);
  await rename(join(parent, 'away'), join(parent, 'repo'));
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(app.freshness).toHaveText(/^watching/);
});
