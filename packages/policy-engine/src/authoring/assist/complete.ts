import type { ClusterValues } from '../cluster-values.ts';
import { renderScalar } from '../yaml/render.ts';
import { type CursorContext, cursorContext } from './context.ts';
import { documentSchema, type FieldSchema, type Schema, type Suggestion, schemaAt } from './schema.ts';

export interface CompletionOption {
  readonly label: string;
  /** Text that replaces the prefix; lines after the first are indented for the place. */
  readonly insert: string;
  readonly kind: 'field' | 'value' | 'label' | 'namespace' | 'port';
  /** Short: a type, or how many pods have it. */
  readonly detail: string;
  readonly help?: string;
  /** Higher comes first among equals. */
  readonly rank: number;
}

export interface Completion {
  /** Offset from which the prefix is replaced. */
  readonly from: number;
  readonly options: readonly CompletionOption[];
}

/**
 * What can stand at an offset: fields of the schema that are not there yet, then real values of the cluster. `undefined`
 * where nothing is known to fit.
 */
export function complete(
  text: string,
  offset: number,
  values: ClusterValues | undefined,
): Completion | undefined {
  const context = cursorContext(text, offset);
  if (context === undefined) return undefined;
  const options = optionsFor(context, values);
  return options.length === 0 ? undefined : { from: context.from, options };
}

function optionsFor(context: CursorContext, values: ClusterValues | undefined): readonly CompletionOption[] {
  const root = documentSchema(context.kind);
  const path = context.mode === 'value' ? [...context.path, context.key ?? ''] : context.path;
  const found = schemaAt(root, path);
  if (found === undefined) return [];
  const { schema } = found;
  if (schema.type === 'object' && context.mode !== 'value') {
    return schema.fields
      .filter(({ name }) => !context.siblings.includes(name))
      .map((field, index) => fieldOption(field, context, schema.fields.length - index));
  }
  if (schema.type === 'labels' && context.mode === 'key') return labelKeys(schema.of, context, values);
  if (schema.type === 'value') {
    const key = context.mode === 'value' ? context.key : undefined;
    return [...fixedValues(schema), ...clusterOptions(schema, key, context, values)];
  }
  return [];
}

function fixedValues(schema: Extract<Schema, { type: 'value' }>): readonly CompletionOption[] {
  return (schema.values ?? []).map((value, index) => ({
    label: value,
    insert: value,
    kind: 'value',
    detail: '',
    rank: 100 - index,
  }));
}

function fieldOption(field: FieldSchema, context: CursorContext, rank: number): CompletionOption {
  const pad = ' '.repeat(context.column + 2);
  const { name, schema } = field;
  const insert = context.flow
    ? `${context.mode === 'item' ? '{' : ''}${name}: `
    : schema.type === 'value'
      ? `${name}: `
      : schema.type === 'list'
        ? `${name}:\n${pad}- `
        : `${name}:\n${pad}`;
  return {
    label: name,
    insert,
    kind: 'field',
    detail: typeText(schema) + (field.required === true ? ', required' : ''),
    help: field.help,
    rank: rank + (field.required === true ? 50 : 0),
  };
}

export function typeText(schema: Schema): string {
  switch (schema.type) {
    case 'object':
      return 'object';
    case 'list':
      return `list of ${schema.item.type === 'value' ? 'values' : 'items'}`;
    case 'labels':
      return 'labels';
    case 'value':
      if (schema.values !== undefined) return schema.values.join(' | ');
      return schema.is === 'port' ? 'number or name' : schema.is;
  }
}

/** Labels of pods (those of the policy's namespace first), of namespaces, of nodes, or none. */
function labelSets(
  of: Suggestion | 'free',
  context: CursorContext,
  values: ClusterValues | undefined,
): readonly {
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly own: boolean;
}[] {
  if (of === 'namespace-labels') {
    return (values?.namespaces ?? []).map(({ labels, name }) => ({
      labels: { ...labels, 'kubernetes.io/metadata.name': name },
      count: 1,
      own: true,
    }));
  }
  if (of === 'node-labels') {
    return (values?.nodes ?? []).map(({ labels }) => ({ labels, count: 1, own: true }));
  }
  if (of !== 'pod-labels') return [];
  return (values?.workloads ?? []).map(({ labels, pods, namespace }) => ({
    labels,
    count: pods,
    own: namespace === context.namespace,
  }));
}

interface Tally {
  count: number;
  own: number;
}

function tallied(
  of: Suggestion | 'free',
  context: CursorContext,
  values: ClusterValues | undefined,
  pick: (labels: Readonly<Record<string, string>>) => readonly string[],
): readonly CompletionOption[] {
  const tallies = new Map<string, Tally>();
  for (const { labels, count, own } of labelSets(of, context, values)) {
    for (const text of pick(labels)) {
      const tally = tallies.get(text) ?? { count: 0, own: 0 };
      tally.count += count;
      if (own) tally.own += count;
      tallies.set(text, tally);
    }
  }
  const what = of === 'namespace-labels' ? 'namespace' : of === 'node-labels' ? 'node' : 'pod';
  return [...tallies].map(([label, { count, own }]) => ({
    label,
    insert: renderScalar(label, { flow: context.flow, json: false }),
    kind: 'label',
    detail: `${count} ${what}${count === 1 ? '' : 's'}${of === 'pod-labels' && own > 0 && own < count ? `, ${own} here` : ''}`,
    // Labels of the policy's own namespace first, then what most have.
    rank: (own > 0 ? 1_000 : 0) + Math.min(900, own > 0 ? own : count),
  }));
}

function labelKeys(
  of: Suggestion | 'free',
  context: CursorContext,
  values: ClusterValues | undefined,
): readonly CompletionOption[] {
  return tallied(of, context, values, Object.keys)
    .filter(({ label }) => !context.siblings.includes(label))
    .map((option) => ({ ...option, insert: `${option.insert}: ` }));
}

function clusterOptions(
  schema: Extract<Schema, { type: 'value' }>,
  key: string | undefined,
  context: CursorContext,
  values: ClusterValues | undefined,
): readonly CompletionOption[] {
  const { suggest } = schema;
  if (suggest === undefined) return expressionValues(context, values);
  switch (suggest) {
    case 'namespaces':
      return (values?.namespaces ?? []).map(({ name }) => ({
        label: name,
        insert: renderScalar(name, { flow: false, json: false }),
        kind: 'namespace',
        detail: `${values === undefined ? 0 : (workloadCounts(values).get(name) ?? 0)} workloads`,
        rank: 0,
      }));
    case 'ports':
      return portOptions(context, values);
    case 'pod-labels':
    case 'namespace-labels':
    case 'node-labels':
      // The key of an expression, or the value of a label.
      return key === 'key' && context.path.at(-2) === 'matchExpressions'
        ? tallied(suggest, context, values, Object.keys)
        : tallied(suggest, context, values, (labels) => {
            const value = key !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
            return value === undefined ? [] : [value];
          });
  }
}

const counted = new WeakMap<ClusterValues, ReadonlyMap<string, number>>();

/** Workloads of each namespace; asked for at each key, and counted once. */
function workloadCounts(values: ClusterValues): ReadonlyMap<string, number> {
  const known = counted.get(values);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  for (const { namespace } of values.workloads) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  counted.set(values, counts);
  return counts;
}

/** Items of a condition's `values`: those of its key, and of every key where that isn't written yet. */
function expressionValues(
  context: CursorContext,
  values: ClusterValues | undefined,
): readonly CompletionOption[] {
  const { path, mode, expressionKey } = context;
  if (mode !== 'item' || path.at(-2) !== 'values') return [];
  const of = path.includes('nodes')
    ? 'node-labels'
    : path.includes('namespaceSelector') || path.includes('namespaces')
      ? 'namespace-labels'
      : 'pod-labels';
  return tallied(of, context, values, (labels) => {
    if (expressionKey === undefined) return Object.values(labels);
    const value = Object.hasOwn(labels, expressionKey) ? labels[expressionKey] : undefined;
    return value === undefined ? [] : [value];
  });
}

const ports = new WeakMap<
  ClusterValues,
  { readonly of: string | undefined; readonly options: PortOptions }
>();
type PortOptions = readonly CompletionOption[];

/** Ports that workloads declare, those of the policy's namespace first; for one namespace they are the same at each key. */
function portOptions({ namespace }: CursorContext, values: ClusterValues | undefined): PortOptions {
  if (values === undefined) return [];
  const known = ports.get(values);
  if (known !== undefined && known.of === namespace) return known.options;
  const options = declaredPorts(namespace, values);
  ports.set(values, { of: namespace, options });
  return options;
}

function declaredPorts(own: string | undefined, values: ClusterValues): PortOptions {
  const users = new Map<string, { readonly names: Set<string>; own: boolean }>();
  for (const { name: workload, namespace, ports: declared } of values.workloads) {
    for (const { name, port } of declared) {
      for (const label of [String(port), ...(name === undefined ? [] : [name])]) {
        const entry = users.get(label) ?? { names: new Set<string>(), own: false };
        entry.names.add(workload);
        entry.own ||= namespace === own;
        users.set(label, entry);
      }
    }
  }
  return [...users].map(([label, { names, own: isOwn }]) => ({
    label,
    insert: label,
    kind: 'port',
    detail: names.size === 1 ? `${[...names][0]}` : `${names.size} workloads`,
    rank: (isOwn ? 1_000 : 0) + Math.min(900, names.size),
  }));
}
