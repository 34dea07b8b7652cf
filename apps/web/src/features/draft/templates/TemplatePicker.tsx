import {
  type ClusterValues,
  type PolicyTemplate,
  TEMPLATES,
  type TemplateContext,
  type TemplatePods,
  type TemplateSelection,
} from '@bulkhead/policy-engine';
import { type ReactNode, useMemo, useState } from 'react';
import { useRoute } from '../../../app/route.ts';
import { Button } from '../../../shared/ui.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { entitySelection } from '../parts/entity.ts';
import { useLiveQuery } from '../parts/live-query.ts';
import { Scroll } from '../parts/Scroll.tsx';
import { useDraftTools } from '../session.ts';
import { clusterValuesRequest, templateContextRequest } from '../worker/requests.ts';
import { parseCidrs, parsePorts } from './inputs.ts';

const GROUPS = [
  { group: 'deny', title: 'Close' },
  { group: 'allow-in', title: 'Allow in' },
  { group: 'allow-out', title: 'Allow out' },
  { group: 'cluster', title: 'Whole cluster' },
] as const;

/** Recipes, filled from the selection; the YAML is shown as it will stand in the draft. */
export default function TemplatePicker({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { actions } = useDraftTools();
  const selected = useSelected();
  const [id, setId] = useState('deny-ingress');
  const [subject, setSubject] = useState<TemplateSelection | undefined>(selected.subject);
  const [peer, setPeer] = useState<TemplateSelection | undefined>(selected.peer);
  const [ports, setPorts] = useState<string | null>(null);
  const [cidrs, setCidrs] = useState('10.0.0.0/8 except 10.96.0.0/12');
  const template = TEMPLATES.find((candidate) => candidate.id === id) ?? TEMPLATES[0];
  const { data: values } = useLiveQuery(clusterValuesRequest, null);
  const { data: context } = useLiveQuery(templateContextRequest, {
    ...(subject === undefined ? {} : { subject }),
    ...(peer === undefined ? {} : { peer }),
  });
  const filled = useMemo(() => {
    if (context === undefined) return undefined;
    return fill(template, context, ports ?? portsText(context), cidrs);
  }, [template, context, ports, cidrs]);
  const text = filled === undefined || 'problem' in filled ? '' : (template?.build(filled.context) ?? '');
  return (
    <Dialog
      title="Start from a template"
      onClose={onClose}
      footer={
        <>
          <span className="draft-problem-text muted">
            {filled !== undefined && 'problem' in filled ? filled.problem : ''}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={text === ''}
            onClick={() => {
              actions.addText(text);
              onClose();
            }}
          >
            Add to the draft
          </Button>
        </>
      }
    >
      <div className="draft-templates">
        <nav aria-label="Templates">
          {GROUPS.map(({ group, title }) => (
            <section key={group}>
              <h3>{title}</h3>
              {TEMPLATES.filter((candidate) => candidate.group === group).map((candidate) => (
                <button
                  key={candidate.id}
                  type="button"
                  className="draft-template"
                  aria-pressed={candidate.id === id}
                  onClick={() => setId(candidate.id)}
                >
                  {candidate.title}
                </button>
              ))}
            </section>
          ))}
        </nav>
        <div className="draft-template-body">
          <p>{template?.summary}</p>
          {template === undefined || context === undefined ? null : (
            <Fields
              template={template}
              values={values}
              subject={{ shown: context.subject, chosen: subject, choose: setSubject }}
              peer={{ shown: context.peer, chosen: peer, choose: setPeer }}
              ports={{ value: ports ?? portsText(context), set: setPorts }}
              cidrs={{ value: cidrs, set: setCidrs }}
            />
          )}
          <Scroll label="YAML of the template" className="draft-preview">
            {text}
          </Scroll>
        </div>
      </div>
    </Dialog>
  );
}

/** What is selected in the app, as the ends of a template. */
function useSelected(): { readonly subject?: TemplateSelection; readonly peer?: TemplateSelection } {
  const { selection, scope } = useRoute();
  if (selection?.type === 'entity') {
    const subject = entitySelection(selection.id);
    if (subject !== undefined) return { subject };
  }
  if (selection?.type === 'pair') {
    const subject = entitySelection(selection.to);
    const peer = entitySelection(selection.from);
    return { ...(subject === undefined ? {} : { subject }), ...(peer === undefined ? {} : { peer }) };
  }
  const [namespace] = scope;
  return namespace === undefined ? {} : { subject: { type: 'namespace', namespace } };
}

function portsText({ ports }: TemplateContext): string {
  return ports.map(({ protocol, port }) => `${protocol} ${port}`).join(', ');
}

/** The context with what was typed, as far as the template has a use for it. */
function fill(
  template: PolicyTemplate | undefined,
  context: TemplateContext,
  ports: string,
  cidrs: string,
): { readonly context: TemplateContext } | { readonly problem: string } {
  const uses = (part: PolicyTemplate['uses'][number]) => template?.uses.includes(part) === true;
  const readPorts = uses('ports') ? parsePorts(ports) : context;
  if ('problem' in readPorts) return readPorts;
  const readCidrs = uses('cidr') ? parseCidrs(cidrs) : context;
  if ('problem' in readCidrs) return readCidrs;
  return { context: { ...context, ports: readPorts.ports, cidr: readCidrs.cidr, except: readCidrs.except } };
}

interface EndField {
  readonly shown: TemplatePods;
  readonly chosen: TemplateSelection | undefined;
  readonly choose: (selection: TemplateSelection) => void;
}

interface TextField {
  readonly value: string;
  readonly set: (value: string) => void;
}

interface FieldsProps {
  readonly template: PolicyTemplate;
  readonly values: ClusterValues | undefined;
  readonly subject: EndField;
  readonly peer: EndField;
  readonly ports: TextField;
  readonly cidrs: TextField;
}

function Fields({ template, values, subject, peer, ports, cidrs }: FieldsProps): ReactNode {
  const uses = (part: PolicyTemplate['uses'][number]) => template.uses.includes(part);
  return (
    <div className="draft-fields">
      {template.uses.length === 0 ? null : (
        <PodsField label="For" field={subject} values={values} labels={uses('subject-labels')} />
      )}
      {uses('peer') ? (
        <PodsField
          label={template.group === 'allow-in' || template.group === 'cluster' ? 'From' : 'To'}
          field={peer}
          values={values}
          labels={uses('peer-labels')}
        />
      ) : null}
      {uses('cidr') ? (
        <label className="draft-field">
          <span>Addresses</span>
          <input className="input" value={cidrs.value} onChange={(event) => cidrs.set(event.target.value)} />
        </label>
      ) : null}
      {uses('ports') ? (
        <label className="draft-field">
          <span>Ports</span>
          <input className="input" value={ports.value} onChange={(event) => ports.set(event.target.value)} />
        </label>
      ) : null}
    </div>
  );
}

interface PodsFieldProps {
  readonly label: string;
  readonly field: EndField;
  readonly values: ClusterValues | undefined;
  /** Whether single workloads can be chosen. */
  readonly labels: boolean;
}

function PodsField({ label, field, values, labels }: PodsFieldProps): ReactNode {
  const { namespace } = field.shown;
  const workload =
    field.chosen?.type === 'workload' ? `${field.chosen.workload.kind}/${field.chosen.workload.name}` : '';
  const names = [...new Set([namespace, ...(values?.namespaces.map(({ name }) => name) ?? [])])];
  const workloads = new Map<string, { readonly kind: string; readonly name: string }>();
  for (const { namespace: own, kind, name } of values?.workloads ?? []) {
    if (own === namespace) workloads.set(`${kind}/${name}`, { kind, name });
  }
  return (
    <div className="draft-field">
      <span>{label}</span>
      <select
        className="select"
        aria-label={`${label}: namespace`}
        value={namespace}
        onChange={(event) => field.choose({ type: 'namespace', namespace: event.target.value })}
      >
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {labels ? (
        <select
          className="select"
          aria-label={`${label}: workload`}
          value={workload}
          onChange={(event) => {
            const chosen = workloads.get(event.target.value);
            field.choose(
              chosen === undefined
                ? { type: 'namespace', namespace }
                : { type: 'workload', namespace, workload: chosen },
            );
          }}
        >
          <option value="">all pods</option>
          {[...workloads].map(([key, { kind, name }]) => (
            <option key={key} value={key}>
              {name} ({kind})
            </option>
          ))}
        </select>
      ) : null}
    </div>
  );
}
