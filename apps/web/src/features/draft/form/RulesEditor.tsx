import type { ClusterValues, Direction, PolicyForm, PortForm, RuleForm } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { IconButton, Segments } from '../../../shared/ui.tsx';
import { Popup } from '../parts/Popup.tsx';
import {
  isolates,
  newPeers,
  newPort,
  newRule,
  portText,
  readPort,
  withIsolation,
  withRules,
} from './changes.ts';
import { OtherOption } from './OtherOption.tsx';
import { PeerEditor } from './PeerEditor.tsx';
import { TextInput } from './TextInput.tsx';

interface RulesEditorProps {
  readonly form: PolicyForm;
  readonly direction: Direction;
  readonly values: ClusterValues | undefined;
  readonly onChange: (form: PolicyForm) => void;
}

const TITLE = { ingress: 'Incoming', egress: 'Outgoing' } as const;
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

/** The rules of one direction, and whether the direction is isolated at all. */
export function RulesEditor({ form, direction, values, onChange }: RulesEditorProps): ReactNode {
  const rules = form[direction] ?? [];
  const network = form.kind === 'NetworkPolicy';
  const isolated = isolates(form, direction);
  const set = (next: readonly RuleForm[]) => onChange(withRules(form, direction, next));
  const removable = rules.length;
  return (
    <section className="draft-direction" aria-label={TITLE[direction]}>
      <header>
        <h4>{TITLE[direction]}</h4>
        {network ? (
          <label className="draft-check">
            <input
              type="checkbox"
              checked={isolated}
              disabled={isolated && !isolates(form, direction === 'ingress' ? 'egress' : 'ingress')}
              onChange={(event) => onChange(withIsolation(form, direction, event.target.checked))}
            />
            isolate
          </label>
        ) : null}
        <span className="muted draft-direction-note">{directionNote(form, direction, isolated)}</span>
        <button type="button" className="button small" onClick={() => set([...rules, newRule(form.kind)])}>
          + Rule
        </button>
      </header>
      <ol>
        {rules.map((rule, index) => (
          <Rule
            // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identity but its place
            key={index}
            number={index + 1}
            rule={rule}
            form={form}
            direction={direction}
            values={values}
            onChange={(next) => set(rules.with(index, next))}
            onRemove={() => set(rules.toSpliced(index, 1))}
            onMove={
              network || removable < 2
                ? undefined
                : (step) => {
                    const to = index + step;
                    if (to < 0 || to >= rules.length) return;
                    set(rules.toSpliced(index, 1).toSpliced(to, 0, rule));
                  }
            }
          />
        ))}
      </ol>
    </section>
  );
}

function directionNote(form: PolicyForm, direction: Direction, isolated: boolean): string {
  const count = form[direction]?.length ?? 0;
  if (form.kind !== 'NetworkPolicy')
    return count === 0 ? 'not affected' : 'the first rule that matches decides';
  if (!isolated) return count > 0 ? 'not isolated: these rules do nothing' : 'not affected by this policy';
  return count === 0 ? 'nothing is allowed' : 'only what a rule allows';
}

interface RuleProps {
  readonly number: number;
  readonly rule: RuleForm;
  readonly form: PolicyForm;
  readonly direction: Direction;
  readonly values: ClusterValues | undefined;
  readonly onChange: (rule: RuleForm) => void;
  readonly onRemove: () => void;
  readonly onMove?: ((step: -1 | 1) => void) | undefined;
}

function Rule({ number, rule, form, direction, values, onChange, onRemove, onMove }: RuleProps): ReactNode {
  const label = `Rule ${number}`;
  return (
    <li className="draft-rule-card">
      <div className="draft-rule-head">
        <strong>{label}</strong>
        {rule.type === 'rule' && form.kind !== 'NetworkPolicy' ? (
          <>
            <select
              className="select"
              aria-label={`${label}: action`}
              value={rule.action ?? ''}
              onChange={(event) => onChange({ ...rule, action: event.target.value })}
            >
              <OtherOption value={rule.action} known={actionsOf(form)} none="no action" />
              {actionsOf(form).map((action) => (
                <option key={action}>{action}</option>
              ))}
            </select>
            <TextInput
              label={`${label}: name`}
              placeholder="name of the rule"
              value={rule.name ?? ''}
              onChange={(name) => {
                const { name: _name, ...rest } = rule;
                onChange(name === '' ? rest : { ...rest, name });
              }}
            />
          </>
        ) : null}
        <span className="spring" />
        {onMove === undefined ? null : (
          <>
            <button
              type="button"
              className="button ghost small"
              disabled={number === 1}
              onClick={() => onMove(-1)}
              aria-label={`Move ${label} up`}
            >
              ↑
            </button>
            <button
              type="button"
              className="button ghost small"
              disabled={number === form[direction]?.length}
              onClick={() => onMove(1)}
              aria-label={`Move ${label} down`}
            >
              ↓
            </button>
          </>
        )}
        <IconButton icon="close" small label={`Delete ${label}`} onClick={onRemove} />
      </div>
      {rule.type === 'raw' ? (
        <span className="draft-raw">
          <code>{JSON.stringify(rule.raw)}</code> <span className="muted">can only be edited as YAML</span>
        </span>
      ) : (
        <>
          <Peers
            label={label}
            rule={rule}
            form={form}
            direction={direction}
            values={values}
            onChange={onChange}
          />
          <Ports label={label} rule={rule} form={form} onChange={onChange} />
          {Object.keys(rule.rest).length === 0 ? null : (
            <span className="muted">Also holds {Object.keys(rule.rest).join(', ')}; see the YAML.</span>
          )}
        </>
      )}
    </li>
  );
}

function actionsOf(form: PolicyForm): readonly string[] {
  if (form.kind === 'ClusterNetworkPolicy') return ['Accept', 'Deny', 'Pass'];
  return form.kind === 'AdminNetworkPolicy' ? ['Allow', 'Deny', 'Pass'] : ['Allow', 'Deny'];
}

type PlainRule = Extract<RuleForm, { type: 'rule' }>;

interface PartProps {
  readonly label: string;
  readonly rule: PlainRule;
  readonly form: PolicyForm;
  readonly onChange: (rule: PlainRule) => void;
}

function Peers({
  label,
  rule,
  form,
  direction,
  values,
  onChange,
}: PartProps & { readonly direction: Direction; readonly values: ClusterValues | undefined }): ReactNode {
  const peers = rule.peers ?? [];
  const word = direction === 'ingress' ? 'From' : 'To';
  const choices = newPeers(form.kind, direction);
  const { peers: _peers, ...rest } = rule;
  return (
    <div className="draft-rule-part">
      <div className="draft-rule-line">
        <span className="draft-selector-name">{word}</span>
        {form.kind === 'NetworkPolicy' ? (
          <Segments
            small
            label={`${label}: ${word.toLowerCase()}`}
            value={peers.length === 0 ? 'any' : 'some'}
            options={[
              { value: 'any', label: 'Anyone' },
              { value: 'some', label: 'Only' },
            ]}
            onChange={(value) => {
              const [first] = choices;
              if (value === 'any') onChange(rest);
              else if (peers.length === 0 && first !== undefined) onChange({ ...rest, peers: [first.peer] });
            }}
          />
        ) : null}
        <Popup label={`${label}: add a peer`} className="button small" button="+ Peer">
          {(close) =>
            choices.map(({ label: text, peer }) => (
              <button
                key={text}
                type="button"
                className="menu-item"
                onClick={() => {
                  close();
                  onChange({ ...rest, peers: [...peers, peer] });
                }}
              >
                {text}
              </button>
            ))
          }
        </Popup>
      </div>
      <ul>
        {peers.map((peer, index) => (
          <PeerEditor
            // biome-ignore lint/suspicious/noArrayIndexKey: a peer has no identity but its place
            key={index}
            label={`${label}, peer ${index + 1}`}
            kind={form.kind}
            namespace={form.kind === 'NetworkPolicy' ? (form.namespace ?? 'default') : undefined}
            peer={peer}
            values={values}
            onChange={(next) => onChange({ ...rest, peers: peers.with(index, next) })}
            onRemove={
              peers.length === 1 ? undefined : () => onChange({ ...rest, peers: peers.toSpliced(index, 1) })
            }
          />
        ))}
      </ul>
    </div>
  );
}

function Ports({ label, rule, form, onChange }: PartProps): ReactNode {
  const ports = rule.ports ?? [];
  const { ports: _ports, ...rest } = rule;
  const set = (next: readonly PortForm[]) => onChange(next.length === 0 ? rest : { ...rest, ports: next });
  return (
    <div className="draft-rule-line">
      <span className="draft-selector-name">Ports</span>
      {ports.length === 0 ? <span className="muted">any</span> : null}
      {ports.map((port, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a port has no identity but its place
        <span key={index} className="draft-chip">
          {port.type === 'raw' ? (
            <code>{JSON.stringify(port.raw)}</code>
          ) : (
            <>
              {port.type === 'named' ? null : (
                <select
                  className="select"
                  aria-label={`${label}: protocol of port ${index + 1}`}
                  value={port.protocol ?? 'TCP'}
                  onChange={(event) => {
                    const protocol = PROTOCOLS.find((known) => known === event.target.value) ?? 'TCP';
                    set(ports.with(index, { ...port, protocol }));
                  }}
                >
                  {PROTOCOLS.map((protocol) => (
                    <option key={protocol}>{protocol}</option>
                  ))}
                </select>
              )}
              <TextInput
                label={`${label}: port ${index + 1}`}
                value={portText(port)}
                problem={(text) =>
                  readPort(form.kind, text, port) === undefined
                    ? 'A number, a range such as 8000-8100, or the name of a container port.'
                    : undefined
                }
                onChange={(text) => {
                  const next = readPort(form.kind, text, port);
                  if (next !== undefined) set(ports.with(index, next));
                }}
              />
            </>
          )}
          <IconButton
            icon="close"
            small
            label={`Remove port ${index + 1} of ${label}`}
            onClick={() => set(ports.toSpliced(index, 1))}
          />
        </span>
      ))}
      <button type="button" className="button small" onClick={() => set([...ports, newPort()])}>
        + Port
      </button>
    </div>
  );
}
