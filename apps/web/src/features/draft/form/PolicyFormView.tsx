import {
  type ClusterValues,
  type DocumentEntry,
  documentList,
  documentView,
  type PolicyForm,
  type SubjectForm,
  writeForm,
} from '@bulkhead/policy-engine';
import { type ReactNode, useId, useMemo, useState } from 'react';
import { formatCount, Segments } from '../../../shared/ui.tsx';
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
  const documents = useMemo(() => documentList(text), [text]);
  const [chosen, setChosen] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const place = Math.min(chosen, documents.length - 1);
  const index = documents[place]?.index;
  const view = useMemo(() => (index === undefined ? undefined : documentView(text, index)), [text, index]);
  if (index === undefined) {
    return (
      <p className="draft-hint muted">There is no policy here yet. Write YAML, or start from a template.</p>
    );
  }
  return (
    <div className="draft-form">
      <DocumentChoice documents={documents} chosen={place} onChange={setChosen} />
      {problem === null ? null : (
        <p className="draft-notice error" role="alert">
          {problem}
        </p>
      )}
      {view?.state.type === 'policy' ? (
        <Form
          form={view.state.form}
          values={values}
          onChange={(form) => {
            const result = writeForm(text, index, form);
            setProblem(result.ok ? null : `${result.problem.message} Nothing was changed.`);
            if (result.ok) onChange(result.text);
          }}
        />
      ) : (
        <p className="draft-hint muted">
          {view?.state.type === 'problem'
            ? 'The YAML has an error here; mend it and the form comes back.'
            : 'This document is no policy with a name and a spec, so there is no form for it.'}
        </p>
      )}
    </div>
  );
}

interface DocumentChoiceProps {
  readonly documents: readonly DocumentEntry[];
  readonly chosen: number;
  readonly onChange: (index: number) => void;
}

/** More documents than these are chosen from a list; side by side they would fill the form. */
const MOST_SEGMENTS = 6;

/** Which document of the text is shown, where there are several; rendered again when their names change, not at each key. */
function DocumentChoice({ documents, chosen, onChange }: DocumentChoiceProps): ReactNode {
  const names = documents.map(({ name }, place) => name ?? `document ${place + 1}`).join('\n');
  const options = useMemo(
    () => names.split('\n').map((label, index) => ({ value: String(index), label })),
    [names],
  );
  const choices = useMemo(
    () =>
      options.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      )),
    [options],
  );
  if (options.length < 2) return null;
  if (options.length <= MOST_SEGMENTS) {
    return (
      <Segments
        small
        label="Document"
        value={String(chosen)}
        options={options}
        onChange={(value) => onChange(Number(value))}
      />
    );
  }
  return (
    <label className="draft-rule-line">
      <span className="draft-selector-name">Document</span>
      <select
        className="select"
        value={String(chosen)}
        onChange={(event) => onChange(Number(event.target.value))}
      >
        {choices}
      </select>
      <span className="muted">of {formatCount(options.length)}</span>
    </label>
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
