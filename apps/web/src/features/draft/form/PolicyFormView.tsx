import {
  type ClusterValues,
  documentViews,
  type PolicyForm,
  type SubjectForm,
  writeForm,
} from '@bulkhead/policy-engine';
import { type ReactNode, useId, useMemo, useState } from 'react';
import { Segments } from '../../../shared/ui.tsx';
import { OtherOption } from './OtherOption.tsx';
import { RulesEditor } from './RulesEditor.tsx';
import { Matches, SelectorEditor } from './SelectorEditor.tsx';
import { TextInput } from './TextInput.tsx';

interface PolicyFormViewProps {
  readonly text: string;
  readonly values: ClusterValues | undefined;
  readonly onChange: (text: string) => void;
}

/** The policies of a text as forms. A change goes back into the text at the lines it is about. */
export function PolicyFormView({ text, values, onChange }: PolicyFormViewProps): ReactNode {
  const views = useMemo(() => documentViews(text), [text]);
  const [chosen, setChosen] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const view = views[Math.min(chosen, views.length - 1)];
  if (view === undefined) {
    return (
      <p className="draft-hint muted">There is no policy here yet. Write YAML, or start from a template.</p>
    );
  }
  return (
    <div className="draft-form">
      {views.length < 2 ? null : (
        <Segments
          small
          label="Document"
          value={String(views.indexOf(view))}
          options={views.map(({ state }, index) => ({
            value: String(index),
            label: state.type === 'policy' ? state.form.name : `document ${index + 1}`,
          }))}
          onChange={(value) => setChosen(Number(value))}
        />
      )}
      {problem === null ? null : (
        <p className="draft-notice error" role="alert">
          {problem}
        </p>
      )}
      {view.state.type === 'policy' ? (
        <Form
          form={view.state.form}
          values={values}
          onChange={(form) => {
            const result = writeForm(text, view.index, form);
            setProblem(result.ok ? null : `${result.problem.message} Nothing was changed.`);
            if (result.ok) onChange(result.text);
          }}
        />
      ) : (
        <p className="draft-hint muted">
          {view.state.type === 'problem'
            ? 'The YAML has an error here; mend it and the form comes back.'
            : 'This document is no policy with a name and a spec, so there is no form for it.'}
        </p>
      )}
    </div>
  );
}

interface FormProps {
  readonly form: PolicyForm;
  readonly values: ClusterValues | undefined;
  readonly onChange: (form: PolicyForm) => void;
}

function Form({ form, values, onChange }: FormProps): ReactNode {
  const namespaces = useId();
  const other = [
    ...Object.keys(form.rest.spec),
    ...Object.keys(form.rest.root).filter((key) => key !== 'status'),
  ];
  return (
    <>
      <div className="draft-rule-line">
        <span className="draft-selector-name">Name</span>
        <TextInput label="Name" value={form.name} onChange={(name) => onChange({ ...form, name })} />
        {form.kind === 'NetworkPolicy' ? (
          <>
            <span className="muted">in</span>
            <TextInput
              label="Namespace"
              value={form.namespace ?? ''}
              list={namespaces}
              onChange={(namespace) => onChange({ ...form, namespace })}
            />
            <datalist id={namespaces}>
              {values?.namespaces.map(({ name }) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        ) : (
          <span className="muted">{form.kind}, whole cluster</span>
        )}
        <Priority form={form} onChange={onChange} />
      </div>
      <Subject form={form} values={values} onChange={onChange} />
      <RulesEditor form={form} direction="ingress" values={values} onChange={onChange} />
      <RulesEditor form={form} direction="egress" values={values} onChange={onChange} />
      {other.length === 0 ? null : <p className="muted">Also holds {other.join(', ')}; see the YAML.</p>}
    </>
  );
}

const TIERS = ['Admin', 'Baseline'];

function Priority({ form, onChange }: Omit<FormProps, 'values'>): ReactNode {
  if (form.kind === 'NetworkPolicy' || form.kind === 'BaselineAdminNetworkPolicy') return null;
  return (
    <>
      {form.kind === 'ClusterNetworkPolicy' ? (
        <select
          className="select"
          aria-label="Tier"
          value={form.tier ?? ''}
          onChange={(event) => onChange({ ...form, tier: event.target.value })}
        >
          <OtherOption value={form.tier} known={TIERS} none="no tier" />
          {TIERS.map((tier) => (
            <option key={tier}>{tier}</option>
          ))}
        </select>
      ) : null}
      <span className="muted">priority</span>
      <TextInput
        label="Priority"
        value={String(form.priority ?? '')}
        problem={(text) =>
          /^\d{1,4}$/.test(text) && Number(text) <= 1_000 ? undefined : 'A number from 0 to 1000.'
        }
        onChange={(text) => onChange({ ...form, priority: Number(text) })}
      />
    </>
  );
}

function Subject({ form, values, onChange }: FormProps): ReactNode {
  const { subject } = form;
  const set = (next: SubjectForm) => onChange({ ...form, subject: next });
  return (
    <section className="draft-direction" aria-label="Subject">
      <header>
        <h4>Applies to</h4>
        {form.kind === 'NetworkPolicy' ? null : (
          <Segments
            small
            label="Applies to"
            value={subject.type}
            options={[
              { value: 'namespaces', label: 'All pods of namespaces' },
              { value: 'pods', label: 'Pods of namespaces' },
            ]}
            onChange={(type) => set(subjectAs(type, subject))}
          />
        )}
      </header>
      {subject.type === 'own-pods' ? (
        <div className="draft-peer-body">
          <SelectorEditor
            label="Pods"
            of="pods"
            selector={subject.selector ?? {}}
            values={values}
            namespace={form.namespace ?? 'default'}
            onChange={(selector) => set({ type: 'own-pods', selector })}
          />
          <Matches
            values={values}
            question={{ namespace: form.namespace ?? 'default', pods: subject.selector }}
          />
        </div>
      ) : null}
      {subject.type === 'namespaces' ? (
        <div className="draft-peer-body">
          <SelectorEditor
            label="Namespaces"
            of="namespaces"
            selector={subject.selector}
            values={values}
            onChange={(selector) => set({ type: 'namespaces', selector })}
          />
          <Matches values={values} question={{ namespaces: subject.selector }} />
        </div>
      ) : null}
      {subject.type === 'pods' ? (
        <div className="draft-peer-body">
          <SelectorEditor
            label="Namespaces"
            of="namespaces"
            selector={subject.namespaces}
            values={values}
            onChange={(namespaces) => set({ ...subject, namespaces })}
          />
          <SelectorEditor
            label="Pods"
            of="pods"
            selector={subject.pods}
            values={values}
            onChange={(pods) => set({ ...subject, pods })}
          />
          <Matches values={values} question={{ namespaces: subject.namespaces, pods: subject.pods }} />
        </div>
      ) : null}
      {subject.type === 'raw' && subject.raw !== undefined ? (
        <p className="muted">As it is written, the subject can only be edited as YAML.</p>
      ) : null}
    </section>
  );
}

/** The subject of a cluster-scoped kind in its other form, of the same namespaces. */
function subjectAs(type: SubjectForm['type'], subject: SubjectForm): SubjectForm {
  const namespaces =
    subject.type === 'namespaces' ? subject.selector : subject.type === 'pods' ? subject.namespaces : {};
  return type === 'pods'
    ? { type: 'pods', namespaces, pods: {} }
    : { type: 'namespaces', selector: namespaces };
}
