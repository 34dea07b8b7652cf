import type { SourceRef } from '../diagnostic.ts';
import {
  isObject,
  isRejected,
  type JsonObject,
  ownField,
  type Reading,
  readObject,
  reject,
} from '../input/reading.ts';
import type { ReadContext } from './context.ts';
import { type Metadata, readLabels, readMetadata } from './metadata.ts';
import type { ControllerPart } from './parts.ts';
import { readPodSpec } from './pods.ts';
import type { Labels } from './records.ts';
import { NO_LABELS, NO_STRINGS } from './sharing.ts';

/** Where a kind of controller keeps what matters here. */
export interface ControllerShape {
  /** Path of the pod template. */
  readonly template: readonly string[];
  /** Path of the number of pods; absent or not a number: 1. */
  readonly replicas: readonly string[];
  /** Labels that the controller adds to its pods, beside those of the template. */
  readonly addedLabels?: (name: string) => Labels;
  readonly finished?: (raw: JsonObject) => boolean;
}

const STANDARD: ControllerShape = { template: ['spec', 'template'], replicas: ['spec', 'replicas'] };

/** Adding a controller is a row here and one in the table of kinds. */
export const CONTROLLERS = {
  Deployment: STANDARD,
  StatefulSet: STANDARD,
  ReplicaSet: STANDARD,
  ReplicationController: STANDARD,
  DeploymentConfig: STANDARD,
  // One pod per node that it fits on, which only a server knows.
  DaemonSet: { ...STANDARD, replicas: ['status', 'desiredNumberScheduled'] },
  Job: {
    ...STANDARD,
    replicas: ['spec', 'parallelism'],
    addedLabels: (name) => ({ 'job-name': name, 'batch.kubernetes.io/job-name': name }),
    finished: jobIsFinished,
  },
  CronJob: {
    template: ['spec', 'jobTemplate', 'spec', 'template'],
    replicas: ['spec', 'jobTemplate', 'spec', 'parallelism'],
  },
} as const satisfies Readonly<Record<string, ControllerShape>>;

export type ControllerKind = keyof typeof CONTROLLERS;

/**
 * Reads an object that makes pods. Its record stands for all pods of the template: `replicas: 0` is kept, since the
 * workload exists and policies select what it will run. `undefined`: it can't exist, and `reading` says why.
 */
export function readController(
  reading: Reading,
  raw: JsonObject,
  kind: ControllerKind,
  context: ReadContext,
  source: SourceRef | undefined,
): ControllerPart | undefined {
  const shape: ControllerShape = CONTROLLERS[kind];
  const metadata = readMetadata(reading, raw, 'namespaced', context);
  const template = descend(reading, raw, shape.template);
  if (metadata === undefined || template === undefined) return undefined;
  const path = shape.template.join('.');
  const podMetadata = readObject(reading, template, 'metadata', path) ?? {};
  const labels = readLabels(reading, podMetadata, `${path}.metadata`, context);
  const podSpec = readPodSpec(
    reading,
    readObject(reading, template, 'spec', path) ?? {},
    `${path}.spec`,
    context,
  );
  if (isRejected(reading)) return undefined;
  return partOf(raw, kind, shape, metadata, { labels, ...podSpec }, source);
}

function partOf(
  raw: JsonObject,
  kind: ControllerKind,
  shape: ControllerShape,
  metadata: Metadata,
  pod: Pick<ControllerPart['pod'], 'labels' | 'ports' | 'hostNetwork'>,
  source: SourceRef | undefined,
): ControllerPart {
  const { name, namespace, owner } = metadata;
  const ref = { kind, name };
  const added = shape.addedLabels?.(name) ?? NO_LABELS;
  return {
    type: 'controller',
    ref,
    namespace,
    ...(owner === undefined ? {} : { owner }),
    pod: {
      namespace,
      // No pod can have a `/` in its name, so the record's key is its own.
      name: `${kind.toLowerCase()}/${name}`,
      labels:
        added === NO_LABELS
          ? pod.labels
          : Object.fromEntries([...Object.entries(added), ...Object.entries(pod.labels)]),
      workload: ref,
      ports: pod.ports,
      ips: NO_STRINGS,
      hostNetwork: pod.hostNetwork,
      state: shape.finished?.(raw) === true ? 'finished' : 'declared',
      replicas: replicasOf(raw, shape.replicas),
      ...(source === undefined ? {} : { source }),
    },
  };
}

function descend(reading: Reading, raw: JsonObject, path: readonly string[]): JsonObject | undefined {
  let value: JsonObject = raw;
  let at = '';
  for (const key of path) {
    const next = readObject(reading, value, key, at);
    at = at === '' ? key : `${at}.${key}`;
    if (next === undefined) {
      if (!isRejected(reading)) {
        reject(
          reading,
          'missing-field',
          at,
          `The ${reading.object.kind} has no \`${key}\`.`,
          'Add the pod template.',
        );
      }
      return undefined;
    }
    value = next;
  }
  return value;
}

function replicasOf(raw: JsonObject, path: readonly string[]): number {
  let value: unknown = raw;
  for (const key of path) value = isObject(value) ? ownField(value, key) : undefined;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 1;
}

function jobIsFinished(raw: JsonObject): boolean {
  const status = ownField(raw, 'status');
  const conditions = isObject(status) ? ownField(status, 'conditions') : undefined;
  if (!Array.isArray(conditions)) return false;
  return conditions.some(
    (condition) =>
      isObject(condition) &&
      (condition['type'] === 'Complete' || condition['type'] === 'Failed') &&
      condition['status'] === 'True',
  );
}
