import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { parse as parseJunit } from 'junit2json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvLine } from './output/csv.ts';
import { jsonChunks, jsonText } from './output/json.ts';
import { code as codeSpan, prose } from './output/markdown.ts';
import { githubAnnotations } from './report/github.ts';
import { junit } from './report/junit.ts';
import type { Report } from './report/report.ts';
import { sarif } from './report/sarif.ts';
import { plain } from './terminal/plain.ts';
import { bulkhead } from './testing/run.ts';

const require = createRequire(import.meta.url);

/** What a hostile branch may put into names and messages. */
const NASTY =
  "a\u001b[31m\"<b>&'\n::error::x]]> =cmd|' /C calc'!A0 `code` @team \u202e\u0000\ud800 %0A --> |";

const CHECKS = `version: 1
invariants:
  - name: The shop reaches its store
    mustReach: {from: shop/storefront, to: data/postgres-shop, ports: 5432/tcp}
  - name: CI stays out of data, whatever it does
    reason: Build jobs run what anyone wrote
    mustNeverReach: {from: {namespace: ci}, to: {namespaces: [data, payments]}}
  - name: Both ways
    isolated: {namespace: shop}
  - name: Node agents are closed
    mustNeverReach: {from: internet, to: monitoring/node-exporter}
  - name: Misspelt
    mustNeverReach: {from: shop/chekout, to: internet}
accept:
  - finding: named-port-unresolved
    reason: Known
`;

const nasty: Report = {
  title: 'bulkhead check',
  subject: NASTY,
  rules: [{ id: 'a-rule', name: NASTY, description: NASTY, level: 'error' }],
  items: [
    {
      rule: 'a-rule',
      outcome: 'failed',
      level: 'error',
      fails: true,
      message: NASTY,
      details: [NASTY, NASTY],
      locations: [
        { file: `dir,with:odd/${NASTY}`, line: 3, endLine: 4, label: NASTY },
        { file: 'b.yaml', line: 1 },
      ],
      reason: NASTY,
      fingerprint: 'f1',
    },
    {
      rule: 'a-rule',
      outcome: 'passed',
      level: 'error',
      fails: false,
      message: NASTY,
      details: [],
      locations: [],
      fingerprint: 'f2',
    },
    {
      rule: 'a-rule',
      outcome: 'unknown',
      level: 'error',
      fails: false,
      message: NASTY,
      details: [],
      locations: [],
      fingerprint: 'f3',
    },
    {
      rule: 'a-rule',
      outcome: 'accepted',
      level: 'warning',
      fails: false,
      message: NASTY,
      details: [],
      locations: [],
      reason: NASTY,
      fingerprint: 'f4',
    },
  ],
  problems: [
    { level: 'error', code: 'yaml-syntax', message: NASTY, hint: NASTY, location: { file: NASTY, line: 1 } },
  ],
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-'));
  writeFileSync(join(folder, 'bulkhead.yaml'), CHECKS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await bulkhead(args, { cwd: folder });
  expect([0, 1], stderr).toContain(code);
  return stdout;
}

describe('SARIF', () => {
  const schema: unknown = JSON.parse(
    readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  );
  const validate = (text: string): void => {
    if (typeof schema !== 'object' || schema === null) throw new Error('no schema');
    const ajv = new AjvDraft04({ strict: false, allErrors: true, unicodeRegExp: false });
    addFormats.default(ajv);
    const isValid = ajv.compile(schema);
    const value: unknown = JSON.parse(text);
    isValid(value);
    expect(isValid.errors).toBeNull();
  };

  it('of a check and of lint is valid by the published schema', async () => {
    validate(await printed('check', '--demo', '-o', 'sarif'));
    validate(await printed('lint', '--demo', '-o', 'sarif'));
  });

  it('is valid whatever names and messages hold', () => {
    validate(sarif(nasty, { cwd: folder, version: '1.2.3' }));
  });

  it('points at the line of the rule, relative to the repository', async () => {
    writeFileSync(join(folder, 'm.yaml'), MANIFESTS);
    writeFileSync(
      join(folder, 'c.yaml'),
      'version: 1\ninvariants:\n  - name: closed\n    mustNeverReach: {from: a/web, to: a/db}\n',
    );
    const run = JSON.parse(await printed('check', '--dir', 'm.yaml', 'c.yaml', '-o', 'sarif')).runs[0];
    const line = MANIFESTS.split('\n').findIndex((text) => text.includes('- from:')) + 1;
    expect(run.results[0].locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'm.yaml', uriBaseId: 'REPOSITORY' },
      region: { startLine: line },
    });
  });

  it('suppresses findings that are accepted, and says of others that they are open', async () => {
    const { runs } = JSON.parse(await printed('lint', '--demo', '-o', 'sarif'));
    const accepted = runs[0].results.filter(
      (result: { suppressions?: unknown }) => result.suppressions !== undefined,
    );
    expect(accepted).toHaveLength(1);
    expect(accepted[0]).toMatchObject({
      ruleId: 'named-port-unresolved',
      suppressions: [{ justification: 'Known' }],
    });
  });
});

describe('JUnit XML', () => {
  it('of a check is read by a parser of JUnit, with the counts it claims', async () => {
    const text = await printed('check', '--demo', '-o', 'junit');
    expect(XMLValidator.validate(text)).toBe(true);
    const suites = await parseJunit(text);
    if (suites === null || suites === undefined || !('testsuite' in suites)) throw new Error('no suites');
    const [suite] = suites.testsuite ?? [];
    expect(suite?.tests).toBe(5);
    expect(suite?.testcase).toHaveLength(5);
    expect(suite?.testcase?.filter((entry) => entry.failure !== undefined)).toHaveLength(
      suite?.failures ?? -1,
    );
  });

  it('is well formed whatever names and messages hold', async () => {
    const text = junit(nasty);
    expect(XMLValidator.validate(text)).toBe(true);
    await expect(parseJunit(text)).resolves.toBeDefined();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML can't hold
    expect(text).not.toMatch(/[\u0000-\u0008\u001b]/);
  });
});

describe('annotations of GitHub Actions', () => {
  it('are one command a line, with nothing that ends it early', () => {
    const lines = githubAnnotations(nasty, { cwd: folder }).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const match = /^::(error|warning|notice) ((?:[a-zA-Z]+=[^,:\n]*,?)*)::(.*)$/.exec(line);
      expect(match, line).not.toBeNull();
    }
    expect(lines[0]).toMatch(/^::error file=dir%2Cwith%3Aodd/);
    expect(lines[0]).toContain('%250A');
  });

  it('name the file and line of what fails', async () => {
    const text = await printed('check', '--demo', '-o', 'github');
    expect(text).toMatch(
      /^::error file=demo\/apps\/data\/network-policies\/streams.yaml,line=\d+,endLine=\d+,title=CI stays out of data%2C whatever it does::/m,
    );
  });
});

describe('CSV', () => {
  it('is read back by a parser as it was', async () => {
    const rows: string[][] = parseCsv(await printed('graph', '--demo', '-o', 'csv'));
    expect(rows[0]).toEqual(['source', 'target', 'protocol', 'from', 'to', 'verdict']);
    expect(rows).toContainEqual([
      'shop/storefront[Deployment]',
      'data/postgres-shop[StatefulSet]',
      'TCP',
      '5432',
      '5432',
      'allowed',
    ]);
    expect(rows.every((row) => row.length === 6)).toBe(true);
  });

  it('has no cell that a spreadsheet runs', () => {
    const cells = ['=1+1', '+1', '-1', '@x', '\tx', 'plain', 'a,"b"\nc'];
    const [row]: string[][] = parseCsv(csvLine(cells));
    expect(row).toEqual(["'=1+1", "'+1", "'-1", "'@x", "'\tx", 'plain', 'a,"b"\nc']);
  });
});

describe('DOT', () => {
  it('is drawn by Graphviz, with every node and edge', async () => {
    const graphviz = await Graphviz.load();
    const document = JSON.parse(await printed('graph', '--demo', '-n', 'payments', '-o', 'json'));
    const drawn = graphviz.layout(
      await printed('graph', '--demo', '-n', 'payments', '-o', 'dot'),
      'json',
      'dot',
    );
    const { objects, edges } = JSON.parse(drawn);
    const nodes = objects.filter((object: { name: string }) => !object.name.startsWith('cluster_'));
    expect(nodes).toHaveLength(document.nodes.length);
    expect(edges).toHaveLength(
      document.edges.length + document.otherEdges.length + document.undecided.length,
    );
  });
});

describe('Mermaid', () => {
  it('has each node once, edges only between nodes, and quoted labels', async () => {
    const text = await printed('graph', '--demo', '-n', 'payments', '-o', 'mermaid');
    const nodes = [...text.matchAll(/^\s+(n\d+)(?:\[|\(\[)"[^"]*"(?:\]|\]\))$/gm)].map((match) => match[1]);
    const edges = [...text.matchAll(/^ {2}(n\d+) (?:-->|-\.->)\|"[^"]*"\| (n\d+)$/gm)];
    expect(new Set(nodes).size).toBe(nodes.length);
    for (const [, from, to] of edges) {
      expect(nodes).toContain(from);
      expect(nodes).toContain(to);
    }
    const known =
      nodes.length + edges.length + (text.match(/^ {2}(subgraph g\d+\["[^"]*"\]|end)$/gm)?.length ?? 0) + 1;
    expect(text.trimEnd().split('\n')).toHaveLength(known);
  });
});

describe('text for a terminal', () => {
  it('shows control and direction characters instead of obeying them', () => {
    expect(plain('a\u001b[2J\u0007\r\n\u202eb\u009b')).toBe('a\\x1b[2J\\x07\\r\\n\\u202eb\\x9b');
  });

  it('has none of what manifests hold, in any command', async () => {
    const file = join(folder, 'nasty.yaml');
    const red = '\\u001b[31m';
    writeFileSync(
      file,
      `apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: a, labels: {app: "x${red}"}}\nspec: {}\n---\n` +
        `apiVersion: networking.k8s.io/v1\nkind: "Network${red}Policy"\nmetadata: {name: "p${red}"}\n---\n` +
        `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec: {podSelector: {matchLabels: {"k${red}": v}}, ingres${red}: []}\n`,
    );
    for (const args of [['graph'], ['lint'], ['diff', '--from', file, '--to', file]]) {
      const source = args[0] === 'diff' ? [] : ['--dir', file];
      const { stdout, stderr } = await bulkhead([...args, ...source], { cwd: folder });
      expect(stdout + stderr).not.toContain('\u001b');
    }
  });
});

describe('Markdown', () => {
  it('has no markup, mention or link from names', () => {
    expect(prose('<img src=x> @team [a](b) **c** |')).toBe(
      '\\<img src=x\\> &#64;team \\[a\\](b) \\*\\*c\\*\\* \\|',
    );
    expect(codeSpan('a`b``c|')).toBe('```a`b``c\\|```');
  });
});

const MANIFESTS = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {containers: [{name: c, image: x}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: a, labels: {app: db}}
spec: {containers: [{name: c, image: x, ports: [{containerPort: 5432}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: a}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from:
        - podSelector: {matchLabels: {app: web}}
`;

describe('JSON in pieces', () => {
  it('is the text that it would be as a whole', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        const pieces = [...jsonChunks(document)];
        expect(JSON.parse(pieces.join(''))).toEqual(JSON.parse(jsonText(document)));
      }),
      { seed: 4, numRuns: 200 },
    );
    const document = { a: 1, none: [], list: [{ b: 'x\ny' }, 2], left: undefined, deep: { c: [1] } };
    expect([...jsonChunks(document)].join('')).toBe(jsonText(document));
    expect([...jsonChunks({ ...document, list: new Set(document.list) })].join('')).toBe(jsonText(document));
  });
});
