import type { AddedNamespace, AddedWorkload, ClusterValues, Labels } from '@bulkhead/policy-engine';
import { type ReactNode, useId } from 'react';
import { SelectorEditor } from '../form/SelectorEditor.tsx';
import { TextInput } from '../form/TextInput.tsx';
import { parsePorts } from '../templates/inputs.ts';

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function nameProblem(text: string): string | undefined {
  return NAME.test(text) ? undefined : 'Lower-case letters, digits and dashes, at most 63.';
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="draft-rule-line">
      <span className="draft-selector-name">{label}</span>
      {children}
    </div>
  );
}

interface LabelsFieldProps {
  readonly labels: Labels;
  readonly of: 'pods' | 'namespaces';
  readonly values: ClusterValues | undefined;
  readonly onChange: (labels: Labels) => void;
}

function LabelsField({ labels, of, values, onChange }: LabelsFieldProps): ReactNode {
  return (
    <SelectorEditor
      label="Labels"
      of={of}
      selector={{ labels: Object.entries(labels) }}
      values={values}
      labelsOnly
      onChange={(selector) => onChange(Object.fromEntries(selector.labels ?? []))}
    />
  );
}

interface NamespacePaneProps {
  readonly item: AddedNamespace;
  readonly values: ClusterValues | undefined;
  readonly onChange: (item: AddedNamespace) => void;
}

/** A namespace that is not in the cluster: what its pods would meet. */
export function NamespacePane({ item, values, onChange }: NamespacePaneProps): ReactNode {
  return (
    <>
      <Field label="Name">
        <TextInput
          label="Name"
          value={item.name}
          problem={nameProblem}
          onChange={(name) => onChange({ ...item, name })}
        />
      </Field>
      <LabelsField
        of="namespaces"
        labels={item.labels}
        values={values}
        onChange={(labels) => onChange({ ...item, labels })}
      />
      <p className="muted">The label kubernetes.io/metadata.name is set by the API server.</p>
    </>
  );
}

interface WorkloadPaneProps {
  readonly item: AddedWorkload;
  readonly values: ClusterValues | undefined;
  readonly onChange: (item: AddedWorkload) => void;
}

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'];

/** A workload that is not in the cluster: what it could reach, and what could reach it. */
export function WorkloadPane({ item, values, onChange }: WorkloadPaneProps): ReactNode {
  const namespaces = useId();
  return (
    <>
      <Field label="Name">
        <select
          className="select"
          aria-label="Kind"
          value={item.workload.kind}
          onChange={(event) =>
            onChange({ ...item, workload: { ...item.workload, kind: event.target.value } })
          }
        >
          {KINDS.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
        <TextInput
          label="Name"
          value={item.workload.name}
          problem={nameProblem}
          onChange={(name) => onChange({ ...item, workload: { ...item.workload, name } })}
        />
        <span className="muted">in</span>
        <TextInput
          label="Namespace"
          list={namespaces}
          value={item.namespace}
          problem={nameProblem}
          onChange={(namespace) => onChange({ ...item, namespace })}
        />
        <datalist id={namespaces}>
          {values?.namespaces.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </Field>
      <LabelsField
        of="pods"
        labels={item.labels}
        values={values}
        onChange={(labels) => onChange({ ...item, labels })}
      />
      <Field label="Ports">
        <TextInput
          wide
          label="Ports"
          value={item.ports.map(({ protocol, port }) => `${protocol} ${port}`).join(', ')}
          problem={portsProblem}
          onChange={(text) => {
            const read = parsePorts(text);
            if (!('ports' in read)) return;
            const ports = read.ports.flatMap(({ protocol, port }) =>
              typeof port === 'number' ? [{ protocol, port }] : [],
            );
            onChange({ ...item, ports });
          }}
        />
      </Field>
      <Field label="Replicas">
        <TextInput
          label="Replicas"
          value={String(item.replicas)}
          problem={replicasProblem}
          onChange={(text) => onChange({ ...item, replicas: Number(text) })}
        />
      </Field>
    </>
  );
}

function replicasProblem(text: string): string | undefined {
  return /^[1-9]\d{0,4}$/.test(text.trim()) ? undefined : 'A number from 1 on.';
}

function portsProblem(text: string): string | undefined {
  const read = parsePorts(text);
  if ('problem' in read) return read.problem;
  return read.ports.some(({ port }) => typeof port === 'string')
    ? 'Numbers only: a pod listens on numbers.'
    : undefined;
}
