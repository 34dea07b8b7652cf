import { describe, expect, it } from 'vitest';
import { assembleManifests, parseManifests } from './directory.ts';
import { type ManifestFile, parseManifestFile } from './file.ts';

const pod = (name: string, label = 'a') =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  labels: {v: ${label}}\n`;

describe('parseManifests', () => {
  it('puts the objects of all files together', () => {
    const { snapshot, diagnostics } = parseManifests([
      {
        path: 'b.yaml',
        text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: x}}\n',
      },
      { path: 'a.yaml', text: pod('p') },
    ]);
    expect(diagnostics).toEqual([]);
    expect(snapshot.namespaces).toMatchObject([
      { name: 'default', labelsKnown: true, labels: { team: 'x' } },
    ]);
    expect(snapshot.pods).toMatchObject([{ name: 'p', source: { file: 'a.yaml', line: 1, endLine: 5 } }]);
  });

  it('counts files in the order of their paths, whatever order they come in', () => {
    const files = [
      { path: 'b.yaml', text: pod('p', 'last') },
      { path: 'a.yaml', text: pod('p', 'first') },
    ];
    for (const order of [files, files.toReversed()]) {
      const { snapshot, diagnostics } = parseManifests(order);
      expect(snapshot.pods.map(({ labels }) => labels)).toEqual([{ v: 'last' }]);
      expect(diagnostics).toMatchObject([{ code: 'duplicate-object', source: { file: 'b.yaml' } }]);
    }
  });

  it('says once what was seen and not used, and that nothing was found', () => {
    const other = (kind: string) => ({
      path: `${kind}.yaml`,
      text: `apiVersion: v1\nkind: ${kind}\nmetadata: {name: a}\n---\n`.repeat(2),
    });
    const { diagnostics } = parseManifests([other('ConfigMap'), other('Secret')]);
    expect(diagnostics).toMatchObject([
      { code: 'ignored-kinds', severity: 'info' },
      { code: 'no-workloads', severity: 'warning' },
    ]);
    expect(diagnostics[0]?.message).toContain('ConfigMap (2), Secret (2)');
  });

  it('a bad file never hides the others', () => {
    const { snapshot } = parseManifests([
      { path: 'a.yaml', text: 'a: [' },
      { path: 'b.bin', text: '\0' },
      { path: 'c.yaml', text: pod('p') },
    ]);
    expect(snapshot.pods).toHaveLength(1);
  });

  it('takes one file after the other', () => {
    let open = 0;
    function* read(): Iterable<ManifestFile> {
      for (let index = 0; index < 50; index++) {
        open++;
        yield { path: `${index}.yaml`, text: pod(`p${index}`) };
        open--;
        expect(open).toBe(0);
      }
    }
    expect(parseManifests(read()).snapshot.pods).toHaveLength(50);
  });
});

describe('assembleManifests', () => {
  it('after one file was parsed again equals parsing all again', () => {
    const files = Array.from({ length: 20 }, (_, index) => ({
      path: `${index}.yaml`,
      text: pod(`p${index}`),
    }));
    const parsed = new Map(files.map((file) => [file.path, parseManifestFile(file)]));
    const changed = { path: '7.yaml', text: `${pod('p7', 'changed')}---\n${pod('extra')}` };
    parsed.set(changed.path, parseManifestFile(changed));
    const again = files.map((file) => (file.path === changed.path ? changed : file));
    expect(assembleManifests(parsed.values())).toEqual(parseManifests(again));
  });
});
