import type { JsonObject, KubeObject } from '../json.ts';
import { CREATED_AT, fieldsOf, liveMetadata, suffixOf } from './metadata.ts';
import { type PodTemplateOptions, podSpec } from './pods.ts';

export interface WorkloadOptions extends PodTemplateOptions {
  readonly namespace: string;
  readonly name: string;
  /** Of the pods and, as usual, of the workload; `app` with the name by default. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly replicas?: number;
}

export function workloadLabels(options: WorkloadOptions): Readonly<Record<string, string>> {
  return options.labels ?? { app: options.name };
}

function template(options: WorkloadOptions, extraLabels: Readonly<Record<string, string>> = {}): JsonObject {
  return {
    metadata: {
      creationTimestamp: null,
      labels: { ...workloadLabels(options), ...extraLabels },
      ...(options.annotations === undefined ? {} : { annotations: { ...options.annotations } }),
    },
    spec: podSpec(options),
  };
}

function workload(
  apiVersion: string,
  kind: string,
  options: WorkloadOptions,
  spec: JsonObject,
  status: JsonObject,
  extra: {
    readonly owner?: KubeObject;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  } = {},
): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: {
      ...liveMetadata({
        kind,
        namespace: options.namespace,
        name: options.name,
        labels: extra.labels ?? workloadLabels(options),
        ...(extra.owner === undefined ? {} : { owner: extra.owner }),
        ...(extra.annotations === undefined ? {} : { annotations: extra.annotations }),
        managers: [
          { name: 'helm', operation: 'Update', apiVersion, fields: { 'f:spec': fieldsOf(spec) } },
          {
            name: 'kube-controller-manager',
            operation: 'Update',
            apiVersion,
            subresource: 'status',
            fields: { 'f:status': fieldsOf(status) },
          },
        ],
      }),
      generation: 1,
    },
    spec,
    status,
  };
}

/** The hash that names a Deployment's ReplicaSet and labels its pods. */
export function templateHash(options: WorkloadOptions): string {
  return suffixOf(10, options.namespace, options.name, 'template');
}

export function liveDeployment(options: WorkloadOptions): KubeObject {
  const replicas = options.replicas ?? 1;
  return workload(
    'apps/v1',
    'Deployment',
    options,
    {
      replicas,
      selector: { matchLabels: { ...workloadLabels(options) } },
      template: template(options),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: [
        { type: 'Available', status: 'True', lastUpdateTime: CREATED_AT, reason: 'MinimumReplicasAvailable' },
        { type: 'Progressing', status: 'True', lastUpdateTime: CREATED_AT, reason: 'NewReplicaSetAvailable' },
      ],
    },
    {
      annotations: {
        'deployment.kubernetes.io/revision': '1',
        'meta.helm.sh/release-name': options.name,
        'meta.helm.sh/release-namespace': options.namespace,
      },
    },
  );
}

export function liveReplicaSet(options: WorkloadOptions, deployment: KubeObject): KubeObject {
  const hash = { 'pod-template-hash': templateHash(options) };
  const replicas = options.replicas ?? 1;
  const labels = { ...workloadLabels(options), ...hash };
  return workload(
    'apps/v1',
    'ReplicaSet',
    { ...options, name: `${options.name}-${templateHash(options)}` },
    { replicas, selector: { matchLabels: labels }, template: template(options, hash) },
    {
      replicas,
      fullyLabeledReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      observedGeneration: 1,
    },
    {
      owner: deployment,
      labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas),
        'deployment.kubernetes.io/max-replicas': String(replicas + 1),
        'deployment.kubernetes.io/revision': '1',
      },
    },
  );
}

export function liveStatefulSet(options: WorkloadOptions): KubeObject {
  const replicas = options.replicas ?? 1;
  return workload(
    'apps/v1',
    'StatefulSet',
    options,
    {
      replicas,
      selector: { matchLabels: { ...workloadLabels(options) } },
      template: template(options),
      serviceName: options.name,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
    },
    {
      observedGeneration: 1,
      replicas,
      readyReplicas: replicas,
      currentReplicas: replicas,
      updatedReplicas: replicas,
      currentRevision: `${options.name}-${templateHash(options)}`,
      updateRevision: `${options.name}-${templateHash(options)}`,
    },
  );
}

export function liveDaemonSet(options: WorkloadOptions): KubeObject {
  const scheduled = options.replicas ?? 0;
  return workload(
    'apps/v1',
    'DaemonSet',
    options,
    {
      selector: { matchLabels: { ...workloadLabels(options) } },
      template: template(options),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    },
    {
      currentNumberScheduled: scheduled,
      numberMisscheduled: 0,
      desiredNumberScheduled: scheduled,
      numberReady: scheduled,
      observedGeneration: 1,
      updatedNumberScheduled: scheduled,
      numberAvailable: scheduled,
    },
  );
}

export interface JobOptions extends WorkloadOptions {
  readonly outcome?: 'Running' | 'Succeeded' | 'Failed';
  readonly owner?: KubeObject;
}

export function liveJob(options: JobOptions): KubeObject {
  const outcome = options.outcome ?? 'Succeeded';
  const labels = { ...workloadLabels(options), ...jobLabels(options) };
  return workload(
    'batch/v1',
    'Job',
    options,
    {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': labels['controller-uid'] ?? '' } },
      template: template(options, jobLabels(options)),
      completionMode: 'NonIndexed',
      suspend: false,
    },
    outcome === 'Running'
      ? { active: 1, ready: 1, startTime: CREATED_AT }
      : {
          startTime: CREATED_AT,
          completionTime: CREATED_AT,
          [outcome === 'Failed' ? 'failed' : 'succeeded']: 1,
          conditions: [{ type: outcome === 'Failed' ? 'Failed' : 'Complete', status: 'True' }],
        },
    { labels, ...(options.owner === undefined ? {} : { owner: options.owner }) },
  );
}

/** What the job controller adds to its pods' labels; they differ from run to run. */
export function jobLabels(options: WorkloadOptions): Readonly<Record<string, string>> {
  const uid = liveMetadata({ kind: 'Job', namespace: options.namespace, name: options.name }).uid ?? '';
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': options.name,
    'controller-uid': uid,
    'job-name': options.name,
  };
}

export function liveCronJob(options: WorkloadOptions & { readonly schedule?: string }): KubeObject {
  return workload(
    'batch/v1',
    'CronJob',
    options,
    {
      schedule: options.schedule ?? '*/15 * * * *',
      concurrencyPolicy: 'Forbid',
      suspend: false,
      jobTemplate: { metadata: { creationTimestamp: null }, spec: { template: template(options) } },
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    },
    { lastScheduleTime: CREATED_AT, lastSuccessfulTime: CREATED_AT },
  );
}
