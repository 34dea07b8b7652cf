import { type ClusterValues, type PeerForm, type PolicyKind, parseCidr } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { IconButton } from '../../../shared/ui.tsx';
import { Matches, NodeMatches, SelectorEditor } from './SelectorEditor.tsx';
import { TextInput } from './TextInput.tsx';

interface PeerEditorProps {
  readonly label: string;
  readonly kind: PolicyKind;
  readonly namespace: string | undefined;
  readonly peer: PeerForm;
  readonly values: ClusterValues | undefined;
  readonly onChange: (peer: PeerForm) => void;
  /** Absent: it is the last one, without which the rule would mean everyone. */
  readonly onRemove?: (() => void) | undefined;
}

function cidrProblem(text: string): string | undefined {
  return parseCidr(text.trim()) === undefined ? 'Write a block of addresses such as 10.0.0.0/8.' : undefined;
}

function cidrList(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

function cidrsProblem(text: string): string | undefined {
  return cidrList(text)
    .map(cidrProblem)
    .find((problem) => problem !== undefined);
}

/** One peer of a rule, whatever its kind. */
export function PeerEditor({ onRemove, label, ...props }: PeerEditorProps): ReactNode {
  return (
    <li className="draft-peer">
      <div className="draft-peer-body">
        <PeerBody label={label} {...props} />
      </div>
      <IconButton
        icon="close"
        small
        label={onRemove === undefined ? 'The last peer: delete the rule, or allow anyone' : `Remove ${label}`}
        disabled={onRemove === undefined}
        onClick={onRemove}
      />
    </li>
  );
}

function PeerBody({
  label,
  kind,
  namespace,
  peer,
  values,
  onChange,
}: Omit<PeerEditorProps, 'onRemove'>): ReactNode {
  switch (peer.type) {
    case 'pods':
      return (
        <>
          {peer.namespaces === undefined ? null : (
            <SelectorEditor
              label="Namespaces"
              of="namespaces"
              selector={peer.namespaces}
              values={values}
              onChange={(namespaces) => onChange({ ...peer, namespaces })}
            />
          )}
          {peer.pods === undefined ? null : (
            <SelectorEditor
              label="Pods"
              of="pods"
              selector={peer.pods}
              values={values}
              namespace={peer.namespaces === undefined ? namespace : undefined}
              onChange={(pods) => onChange({ ...peer, pods })}
            />
          )}
          <Matches values={values} question={{ namespace, namespaces: peer.namespaces, pods: peer.pods }} />
        </>
      );
    case 'namespaces':
      return (
        <>
          <SelectorEditor
            label="Namespaces"
            of="namespaces"
            selector={peer.selector}
            values={values}
            onChange={(selector) => onChange({ ...peer, selector })}
          />
          <Matches values={values} question={{ namespaces: peer.selector }} />
        </>
      );
    case 'nodes':
      return (
        <>
          <SelectorEditor
            label="Nodes"
            of="nodes"
            selector={peer.selector}
            values={values}
            onChange={(selector) => onChange({ ...peer, selector })}
          />
          <NodeMatches values={values} selector={peer.selector} />
        </>
      );
    case 'ip-block':
      return (
        <div className="draft-selector">
          <span className="draft-selector-name">Addresses</span>
          <div className="draft-selector-parts">
            <TextInput
              label={`${label}: CIDR`}
              value={peer.cidr}
              problem={cidrProblem}
              onChange={(cidr) => onChange({ ...peer, cidr: cidr.trim() })}
            />
            <span className="muted">except</span>
            <TextInput
              label={`${label}: exceptions, separated by commas`}
              value={(peer.except ?? []).join(', ')}
              problem={cidrsProblem}
              onChange={(text) => {
                const { except: _except, ...rest } = peer;
                const except = cidrList(text);
                onChange(except.length === 0 ? rest : { ...rest, except });
              }}
            />
          </div>
        </div>
      );
    case 'networks':
      return (
        <div className="draft-selector">
          <span className="draft-selector-name">Addresses</span>
          <TextInput
            wide
            label={`${label}: blocks, separated by commas`}
            value={peer.cidrs.join(', ')}
            problem={(text) =>
              cidrList(text).length === 0 ? 'Name at least one block.' : cidrsProblem(text)
            }
            onChange={(text) => onChange({ ...peer, cidrs: cidrList(text) })}
          />
        </div>
      );
    case 'domains':
      return (
        <div className="draft-selector">
          <span className="draft-selector-name">Names</span>
          <TextInput
            wide
            label={`${label}: names, separated by commas`}
            value={peer.names.join(', ')}
            problem={(text) => (cidrList(text).length === 0 ? 'Name at least one.' : undefined)}
            onChange={(text) => onChange({ ...peer, names: cidrList(text) })}
          />
        </div>
      );
    case 'raw':
      return (
        <span className="draft-raw">
          <code>{JSON.stringify(peer.raw)}</code>{' '}
          <span className="muted">can only be edited as YAML ({kind})</span>
        </span>
      );
  }
}
