import {
  type ClusterValues,
  type LabelEdit,
  type Labels,
  type LabelTarget,
  labelKeyProblem,
  labelValueProblem,
} from '@bulkhead/policy-engine';
import { type ReactNode, useState } from 'react';
import { Button, IconButton } from '../../../shared/ui.tsx';
import { TextInput } from '../form/TextInput.tsx';

interface LabelsPaneProps {
  readonly item: LabelEdit;
  readonly values: ClusterValues | undefined;
  readonly onChange: (item: LabelEdit) => void;
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Labels of a namespace or a workload's pods, as they would be. */
export function LabelsPane({ item, values, onChange }: LabelsPaneProps): ReactNode {
  const [added, setAdded] = useState('');
  const live = liveLabels(item.target, values);
  const keys = [...new Set([...Object.keys(live), ...Object.keys(item.labels)])].filter(
    (key) => key !== NAME_LABEL,
  );
  const set = (key: string, value: string | null) =>
    onChange({ ...item, labels: { ...item.labels, [key]: value } });
  const forget = (key: string) =>
    onChange({
      ...item,
      labels: Object.fromEntries(Object.entries(item.labels).filter(([own]) => own !== key)),
    });
  const key = added.trim();
  const addedProblem = keys.includes(key) ? 'This label is in the list already.' : labelKeyProblem(key);
  return (
    <>
      <Target item={item} values={values} onChange={onChange} />
      <table className="draft-labels">
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">Now</th>
            <th scope="col">In the draft</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const edited = Object.hasOwn(item.labels, key);
            const value = edited ? item.labels[key] : live[key];
            return (
              <tr key={key} data-edited={edited}>
                <th scope="row">
                  <code>{key}</code>
                </th>
                <td>
                  {Object.hasOwn(live, key) ? (
                    <code>{live[key]}</code>
                  ) : (
                    <span className="muted">not set</span>
                  )}
                </td>
                <td>
                  {value === null || value === undefined ? (
                    <span className="draft-minus">removed</span>
                  ) : (
                    <TextInput
                      label={`Value of ${key}`}
                      value={value}
                      wide
                      problem={labelValueProblem}
                      onChange={(next) => set(key, next)}
                    />
                  )}
                </td>
                <td>
                  {edited ? (
                    <Button small variant="ghost" onClick={() => forget(key)}>
                      Undo
                    </Button>
                  ) : (
                    <IconButton icon="close" small label={`Remove ${key}`} onClick={() => set(key, null)} />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <form
        className="draft-rule-line"
        onSubmit={(event) => {
          event.preventDefault();
          if (addedProblem !== undefined) return;
          set(key, '');
          setAdded('');
        }}
      >
        <input
          className="input draft-text"
          aria-label="Key of a new label"
          placeholder="key of a new label"
          aria-invalid={key !== '' && addedProblem !== undefined}
          title={addedProblem}
          value={added}
          onChange={(event) => setAdded(event.target.value)}
        />
        <button type="submit" className="button small">
          Add label
        </button>
      </form>
    </>
  );
}

function liveLabels(target: LabelTarget, values: ClusterValues | undefined): Labels {
  if (target.type === 'namespace')
    return values?.namespaces.find(({ name }) => name === target.name)?.labels ?? {};
  const { namespace, workload } = target;
  return (
    values?.workloads.find(
      (candidate) =>
        candidate.namespace === namespace &&
        candidate.kind === workload.kind &&
        candidate.name === workload.name,
    )?.labels ?? {}
  );
}

/** Which namespace, and which workload in it; no workload: the namespace itself. */
function Target({ item, values, onChange }: LabelsPaneProps): ReactNode {
  const { target } = item;
  const namespace = target.type === 'namespace' ? target.name : target.namespace;
  const workloads = new Map<string, { readonly kind: string; readonly name: string }>();
  for (const { namespace: own, kind, name } of values?.workloads ?? []) {
    if (own === namespace) workloads.set(`${kind}/${name}`, { kind, name });
  }
  const chosen = target.type === 'workload' ? `${target.workload.kind}/${target.workload.name}` : '';
  return (
    <div className="draft-rule-line">
      <span className="draft-selector-name">Of</span>
      <select
        className="select"
        aria-label="Namespace of the labels"
        value={namespace}
        onChange={(event) =>
          onChange({ ...item, target: { type: 'namespace', name: event.target.value }, labels: {} })
        }
      >
        {namespace === '' ? <option value="">choose a namespace</option> : null}
        {values?.namespaces.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        className="select"
        aria-label="Workload of the labels"
        value={chosen}
        onChange={(event) => {
          const workload = workloads.get(event.target.value);
          onChange({
            ...item,
            labels: {},
            target:
              workload === undefined
                ? { type: 'namespace', name: namespace }
                : { type: 'workload', namespace, workload },
          });
        }}
      >
        <option value="">the namespace itself</option>
        {[...workloads].map(([key, { kind, name }]) => (
          <option key={key} value={key}>
            pods of {name} ({kind})
          </option>
        ))}
      </select>
    </div>
  );
}
