import type { PolicyRecord } from '../../model/records.ts';
import type { AppliedDraft } from '../draft/apply.ts';
import type { Draft, LabelEdit } from '../draft/model.ts';
import { documentText } from '../yaml/document-text.ts';
import { type KubectlTarget, kubectl, policyArgument } from './shell.ts';

export interface ExportFile {
  /** Relative, with forward slashes; only letters, digits, dots, dashes and slashes. */
  readonly path: string;
  readonly text: string;
}

/** What a draft amounts to outside Bulkhead. */
export interface DraftExport {
  /** Every added or changed policy as its author wrote it, one document each, in the order of the draft. */
  readonly policies: readonly {
    readonly policy: PolicyRecord;
    readonly change: 'added' | 'changed';
    readonly text: string;
  }[];
  /** All of them in one text; empty where there are none. */
  readonly single: string;
  /** One file per policy, and a `kustomization.yaml` that lists them. */
  readonly files: readonly ExportFile[];
  readonly removed: readonly PolicyRecord[];
  /** Shell lines, in the order in which to run them. */
  readonly commands: {
    readonly diff: readonly string[];
    readonly apply: readonly string[];
    readonly remove: readonly string[];
    readonly labels: readonly string[];
  };
  /** What is left out, and why; one sentence each. */
  readonly notes: readonly string[];
}

export interface ExportOptions extends KubectlTarget {
  /** Name of the file that `single` is saved as; the commands name it. */
  readonly fileName?: string;
}

/**
 * Turns an applied draft into files and commands. Only what the draft changes is in it, and only what its author wrote;
 * documents with errors are left out and named in `notes`.
 */
export function exportDraft(draft: Draft, applied: AppliedDraft, options: ExportOptions = {}): DraftExport {
  const policies: DraftExport['policies'][number][] = [];
  const removed: PolicyRecord[] = [];
  const notes: string[] = [];
  const broken = brokenTexts(applied);
  for (const change of applied.changes) {
    if (change.type === 'removed') removed.push(change.before);
    if (change.type === 'added' || change.type === 'changed') {
      if (broken.has(change.policy)) {
        notes.push(
          `${describePolicy(change.policy)} is half-typed; it is left out until its errors are mended.`,
        );
        continue;
      }
      policies.push({
        policy: change.policy,
        change: change.type,
        text: documentText(change.policy.text ?? ''),
      });
    }
    if (change.type === 'unchanged')
      notes.push(`${describePolicy(change.policy)} is as in the cluster; it is left out.`);
  }
  for (const [id, { broken: documents }] of applied.texts) {
    const item = draft.items.find((candidate) => candidate.id === id);
    const kept = applied.texts.get(id)?.kept.length ?? 0;
    const lost = documents.length - kept;
    if (item !== undefined && lost > 0) {
      notes.push(
        `${lost === 1 ? 'A document' : `${lost} documents`} with errors ${lost === 1 ? 'is' : 'are'} left out.`,
      );
    }
  }
  for (const item of draft.items) {
    if (item.type === 'add-namespace')
      notes.push(`Namespace ${item.name} is hypothetical; it is not exported.`);
    if (item.type === 'add-workload') {
      notes.push(
        `${item.workload.kind} ${item.namespace}/${item.workload.name} is hypothetical; it is not exported.`,
      );
    }
  }
  const fileName = options.fileName ?? 'policies.yaml';
  const files = policyFiles(policies.map(({ policy, text }) => ({ policy, text })));
  const hasFiles = policies.length > 0;
  return {
    policies,
    single: policies.map(({ text }) => text).join('---\n'),
    files: hasFiles ? [...files, kustomization(files)] : [],
    removed,
    commands: {
      diff: hasFiles ? [kubectl(options, 'diff', '-f', fileName)] : [],
      apply: hasFiles ? [kubectl(options, 'apply', '-f', fileName)] : [],
      remove: removed.map((policy) => kubectl(options, 'delete', ...policyArgument(policy))),
      labels: draft.items.flatMap((item) => (item.type === 'labels' ? labelCommands(options, item) : [])),
    },
    notes,
  };
}

/** Records that stand for a document which is broken as it stands (its last good state is what is applied). */
function brokenTexts(applied: AppliedDraft): ReadonlySet<PolicyRecord> {
  return new Set([...applied.texts.values()].flatMap(({ lastGood }) => lastGood));
}

/** `NetworkPolicy shop/db`. */
export function describePolicy(policy: PolicyRecord): string {
  const name = policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`;
  return `${policy.kind} ${name}`;
}

const KIND_FILE = {
  NetworkPolicy: 'networkpolicy',
  ClusterNetworkPolicy: 'clusternetworkpolicy',
  AdminNetworkPolicy: 'adminnetworkpolicy',
  BaselineAdminNetworkPolicy: 'baselineadminnetworkpolicy',
} as const;

/** A path part that is safe everywhere; what is lost in it is made up for by a number where two would collide. */
function safe(part: string): string {
  const cleaned = part.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '');
  return cleaned === '' ? 'unnamed' : cleaned.slice(0, 100);
}

function policyFiles(policies: readonly { policy: PolicyRecord; text: string }[]): readonly ExportFile[] {
  const taken = new Set<string>();
  return policies.map(({ policy, text }) => {
    const folder = policy.namespace === undefined ? 'cluster' : safe(policy.namespace);
    const base = `${folder}/${KIND_FILE[policy.kind]}-${safe(policy.name)}`;
    let path = `${base}.yaml`;
    for (let count = 2; taken.has(path); count += 1) path = `${base}-${count}.yaml`;
    taken.add(path);
    return { path, text };
  });
}

function kustomization(files: readonly ExportFile[]): ExportFile {
  const lines = [
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'resources:',
    ...files.map(({ path }) => `  - ${path}`),
    '',
  ];
  return { path: 'kustomization.yaml', text: lines.join('\n') };
}

const WORKLOAD_RESOURCE = new Map([
  ['Deployment', 'deployment'],
  ['StatefulSet', 'statefulset'],
  ['DaemonSet', 'daemonset'],
  ['ReplicaSet', 'replicaset'],
]);

function labelCommands(options: KubectlTarget, item: LabelEdit): readonly string[] {
  const entries = Object.entries(item.labels);
  if (entries.length === 0) return [];
  const labels = entries.map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`));
  if (item.target.type === 'namespace') {
    return [kubectl(options, 'label', 'namespace', item.target.name, '--overwrite', ...labels)];
  }
  const { namespace, workload } = item.target;
  const resource = WORKLOAD_RESOURCE.get(workload.kind);
  if (resource === undefined) {
    if (workload.kind !== 'Pod') {
      return [
        `# ${workload.kind} ${namespace}/${workload.name}: change the labels in its pod template by hand`,
      ];
    }
    return [kubectl(options, 'label', 'pod', workload.name, '-n', namespace, '--overwrite', ...labels)];
  }
  const patch = JSON.stringify({ spec: { template: { metadata: { labels: item.labels } } } });
  return [kubectl(options, 'patch', resource, workload.name, '-n', namespace, '-p', patch)];
}
