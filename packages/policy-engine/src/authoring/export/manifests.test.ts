import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type ClusterSnapshot, EMPTY_SNAPSHOT } from '../../model/records.ts';
import { applyDraft } from '../draft/apply.ts';
import { withText } from '../draft/last-good.ts';
import type { Draft, PolicyText } from '../draft/model.ts';
import { documentText } from '../yaml/document-text.ts';
import { exportDraft } from './manifests.ts';
import { shellQuote } from './shell.ts';

const spec = { podSelector: {}, policyTypes: ['Ingress'] };
const snapshot: ClusterSnapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: [{ name: 'shop', labels: {}, labelsKnown: true }],
  policies: ['same', 'gone', 'edit'].map((name) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy' as const,
    namespace: 'shop',
    name,
    spec,
  })),
};

function yaml(name: string, extra = ''): string {
  return `# why ${name}\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\n  namespace: shop\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n${extra}`;
}

const draft: Draft = {
  id: 'd',
  name: 'Draft',
  items: [
    { id: '1', type: 'policies', text: `---\n${yaml('new.one')}---\n${yaml('same')}` },
    { id: '2', type: 'policies', text: yaml('edit', '  ingress: [{}]\n') },
    {
      id: '3',
      type: 'remove-policy',
      policy: { kind: 'NetworkPolicy', namespace: 'shop', name: 'gone' },
      spec,
    },
    {
      id: '4',
      type: 'labels',
      target: { type: 'namespace', name: 'shop' },
      labels: { env: "it's", old: null },
    },
    {
      id: '5',
      type: 'labels',
      target: { type: 'workload', namespace: 'shop', workload: { kind: 'Deployment', name: 'web' } },
      labels: { app: 'x', y: null },
    },
    { id: '6', type: 'add-namespace', name: 'later', labels: {} },
  ],
};

describe('exportDraft', () => {
  const result = exportDraft(draft, applyDraft(snapshot, draft), { context: 'my ctx', fileName: 'x.yaml' });

  it('holds what changed as it was written, and nothing else', () => {
    expect(result.policies.map(({ change, policy }) => `${change} ${policy.name}`)).toEqual([
      'added new.one',
      'changed edit',
    ]);
    expect(result.single).toBe(`${yaml('new.one')}---\n${yaml('edit', '  ingress: [{}]\n')}`);
    expect(parseAllDocuments(result.single)).toHaveLength(2);
  });

  it('makes a file per policy and a kustomization over them', () => {
    expect(result.files.map(({ path }) => path)).toEqual([
      'shop/networkpolicy-new.one.yaml',
      'shop/networkpolicy-edit.yaml',
      'kustomization.yaml',
    ]);
    expect(parse(result.files[2]?.text ?? '').resources).toEqual(
      result.files.slice(0, 2).map(({ path }) => path),
    );
  });

  it('writes the commands, quoted for the shell', () => {
    expect(result.commands).toEqual({
      diff: ["kubectl --context 'my ctx' diff -f x.yaml"],
      apply: ["kubectl --context 'my ctx' apply -f x.yaml"],
      remove: ["kubectl --context 'my ctx' delete networkpolicy gone -n shop"],
      labels: [
        `kubectl --context 'my ctx' label namespace shop --overwrite 'env=it'\\''s' old-`,
        `kubectl --context 'my ctx' patch deployment web -n shop -p '{"spec":{"template":{"metadata":{"labels":{"app":"x","y":null}}}}}'`,
      ],
    });
    expect(shellQuote('$(rm -rf ~)')).toBe("'$(rm -rf ~)'");
  });

  it('says what it leaves out', () => {
    expect(result.notes).toEqual([
      'NetworkPolicy shop/same is as in the cluster; it is left out.',
      'Namespace later is hypothetical; it is not exported.',
    ]);
    const first = draft.items[1] as PolicyText;
    const half: Draft = { ...draft, items: [withText(first, `${first.text}  egress: [`)] };
    const broken = exportDraft(half, applyDraft(snapshot, half));
    expect(broken.policies).toEqual([]);
    expect(broken.files).toEqual([]);
    expect(broken.notes).toEqual([
      'NetworkPolicy shop/edit is half-typed; it is left out until its errors are mended.',
    ]);
  });
});

describe('documentText', () => {
  it('takes the marks off and ends in one line break', () => {
    expect(documentText('---\n\n# c\r\na: 1\r\n...\n')).toBe('# c\na: 1\n');
    expect(documentText('a: 1')).toBe('a: 1\n');
  });
});
