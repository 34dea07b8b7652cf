import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifests } from '../../manifests/directory.ts';
import { policyKey } from '../../model/records.ts';
import { applyDraft } from '../draft/apply.ts';
import type { Draft } from '../draft/model.ts';
import { editDraft } from '../draft/policy-edits.ts';
import { exportDraft } from './manifests.ts';
import { directoryPatch } from './patch.ts';

const np = (name: string, port: number) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}   # the name
  namespace: shop
spec:
  podSelector: {}
  ingress:
    # who
    - from:
        - podSelector: {}
      ports:
        - port: ${port}
`;

const FILE = `# The shop's policies.
---
${np('a', 80)}---
# between
${np('b', 81)}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x, namespace: shop}
---
${np('c', 82)}`;

const hasPatch = spawnSync('patch', ['--version']).status === 0;

describe('directoryPatch', () => {
  it.skipIf(!hasPatch)('changes, removes and adds policies in place, and patch(1) takes it', () => {
    const { snapshot } = parseManifests([{ path: 'shop/all.yaml', text: FILE }]);
    const key = (name: string) => policyKey({ kind: 'NetworkPolicy', namespace: 'shop', name });
    let count = 0;
    const newId = () => {
      count += 1;
      return `i${count}`;
    };
    const start: Draft = { id: 'd', name: 'd', items: [{ id: 'n', type: 'policies', text: np('new', 90) }] };
    const { draft, problems } = editDraft(
      start,
      snapshot,
      [
        { type: 'set', policy: key('a'), path: 'spec.ingress[0].ports[0].port', value: 8080 },
        { type: 'append', policy: key('c'), path: 'spec.ingress', value: { ports: [{ port: 1 }] } },
        { type: 'remove-policy', policy: key('b') },
      ],
      newId,
    );
    expect(problems).toEqual([]);
    const applied = applyDraft(snapshot, draft);
    const patch = directoryPatch(applied, exportDraft(draft, applied));
    expect(patch.files).toEqual(['shop/all.yaml', 'shop/networkpolicy-new.yaml']);

    const directory = mkdtempSync(join(tmpdir(), 'patch-'));
    mkdirSync(dirname(join(directory, 'shop/all.yaml')), { recursive: true });
    writeFileSync(join(directory, 'shop/all.yaml'), FILE);
    execFileSync('patch', ['-p1', '--fuzz=0'], { cwd: directory, input: patch.text });
    const after = readFileSync(join(directory, 'shop/all.yaml'), 'utf8');
    const [before, , removed = '', ...rest] = after.split(/^---$/m);
    expect(before).toBe("# The shop's policies.\n");
    expect(after).toContain(np('a', 8080));
    expect(removed).not.toContain('kind');
    expect(rest.join('')).toContain('kind: ConfigMap');
    expect(after).toContain(`${np('c', 82)}    - ports:\n        - port: 1\n`);
    expect(readFileSync(join(directory, 'shop/networkpolicy-new.yaml'), 'utf8')).toBe(np('new', 90));
    const again = parseManifests([
      { path: 'shop/all.yaml', text: after },
      { path: 'shop/networkpolicy-new.yaml', text: np('new', 90) },
    ]);
    const specs = (policies: typeof snapshot.policies) =>
      policies.map(({ name, spec }) => ({ name, spec })).sort((x, y) => (x.name < y.name ? -1 : 1));
    expect(specs(again.snapshot.policies)).toEqual(specs(applied.snapshot.policies));
  });
});
