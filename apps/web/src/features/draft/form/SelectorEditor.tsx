import type { ClusterValues, ExpressionForm, PodsQuestion, SelectorForm } from '@bulkhead/policy-engine';
import { matchesText, matchingNodes, matchingPods, nodesText } from '@bulkhead/policy-engine';
import { type ReactNode, useId, useState } from 'react';
import { IconButton } from '../../../shared/ui.tsx';
import { Popup } from '../parts/Popup.tsx';
import { TextInput } from './TextInput.tsx';

interface SelectorEditorProps {
  readonly label: string;
  /** What the labels are of, for the choices. */
  readonly of: 'pods' | 'namespaces' | 'nodes';
  readonly selector: SelectorForm;
  readonly values: ClusterValues | undefined;
  /** Namespace whose pods come first among the choices. */
  readonly namespace?: string | undefined;
  /** Labels of something, not a selection by them: there are no conditions, and none means none. */
  readonly labelsOnly?: boolean;
  readonly onChange: (selector: SelectorForm) => void;
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

interface Pair {
  readonly key: string;
  readonly value: string;
  readonly count: number;
}

/** Labels that exist, those of the given namespace first, then by how many have them. */
function pairsOf(props: SelectorEditorProps): readonly Pair[] {
  const found = new Map<string, { key: string; value: string; count: number; own: boolean }>();
  const add = (labels: Readonly<Record<string, string>>, count: number, own: boolean) => {
    for (const [key, value] of Object.entries(labels)) {
      const pair = found.get(`${key}=${value}`) ?? { key, value, count: 0, own: false };
      found.set(`${key}=${value}`, { ...pair, count: pair.count + count, own: pair.own || own });
    }
  };
  if (props.of === 'pods') {
    for (const { labels, pods, namespace } of props.values?.workloads ?? []) {
      if (props.namespace === undefined || namespace === props.namespace) add(labels, pods, true);
    }
  }
  if (props.of === 'namespaces') {
    for (const { name, labels } of props.values?.namespaces ?? []) {
      add({ 'kubernetes.io/metadata.name': name, ...labels }, 1, true);
    }
  }
  if (props.of === 'nodes') {
    for (const { labels } of props.values?.nodes ?? []) add(labels, 1, true);
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : b.count - a.count));
}

/** Labels and conditions, typed or picked from those that the cluster has. */
export function SelectorEditor(props: SelectorEditorProps): ReactNode {
  const { label, selector, onChange } = props;
  const id = useId();
  const pairs = pairsOf(props);
  const labels = selector.labels ?? [];
  const expressions = selector.expressions ?? [];
  const set = (next: readonly (readonly [string, string])[]) => {
    const { labels: _labels, ...rest } = selector;
    onChange(next.length === 0 ? rest : { ...rest, labels: next });
  };
  const setExpressions = (next: readonly ExpressionForm[]) => {
    const { expressions: _expressions, ...rest } = selector;
    onChange(next.length === 0 ? rest : { ...rest, expressions: next });
  };
  return (
    <div className="draft-selector">
      <span className="draft-selector-name">{label}</span>
      <div className="draft-selector-parts">
        {labels.length === 0 && expressions.length === 0 ? (
          <span className="muted">{props.labelsOnly === true ? 'none' : 'all'}</span>
        ) : null}
        {labels.map(([key, value], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity while their key is being typed
          <span key={index} className="draft-chip">
            <TextInput
              label={`${label}: label key ${index + 1}`}
              value={key}
              list={`${id}-keys`}
              onChange={(next) => set(labels.with(index, [next, value]))}
            />
            <span aria-hidden="true">=</span>
            <TextInput
              label={`${label}: value of ${key}`}
              value={value}
              list={`${id}-values`}
              onChange={(next) => set(labels.with(index, [key, next]))}
            />
            <IconButton
              icon="close"
              small
              label={`Remove label ${key}`}
              onClick={() => set(labels.toSpliced(index, 1))}
            />
          </span>
        ))}
        {expressions.map((expression, index) => (
          <Expression
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity while their key is being typed
            key={index}
            label={`${label}: condition ${index + 1}`}
            list={`${id}-keys`}
            expression={expression}
            onChange={(next) =>
              setExpressions(next === null ? expressions.toSpliced(index, 1) : expressions.with(index, next))
            }
          />
        ))}
        <Popup label={`${label}: add a label`} className="button small" button="+ Label">
          {(close) => (
            <>
              <PairChoices
                pairs={pairs.filter(({ key, value }) => !labels.some(([k, v]) => k === key && v === value))}
                onPick={({ key, value }) => {
                  close();
                  const at = labels.findIndex(([own]) => own === key);
                  set(at === -1 ? [...labels, [key, value]] : labels.with(at, [key, value]));
                }}
              />
              <button
                type="button"
                className="menu-item"
                onClick={() => {
                  close();
                  set([...labels, [freshKey(labels), '']]);
                }}
              >
                Another label…
              </button>
              {props.labelsOnly === true ? null : (
                <button
                  type="button"
                  className="menu-item"
                  onClick={() => {
                    close();
                    setExpressions([...expressions, { key: 'app', operator: 'Exists' }]);
                  }}
                >
                  A condition…
                </button>
              )}
            </>
          )}
        </Popup>
      </div>
      <datalist id={`${id}-keys`}>
        {[...new Set(pairs.map(({ key }) => key))].map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      <datalist id={`${id}-values`}>
        {[...new Set(pairs.map(({ value }) => value))].map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </div>
  );
}

/** More labels than this are searched; so many of those found are listed. */
const LISTED_AT_ONCE = 15;
const LISTED_AT_MOST = 50;

interface PairChoicesProps {
  readonly pairs: readonly Pair[];
  readonly onPick: (pair: Pair) => void;
}

/** Labels to pick from; where there are many, those with what is typed in them. */
function PairChoices({ pairs, onPick }: PairChoicesProps): ReactNode {
  const [find, setFind] = useState('');
  const wanted = find.trim().toLowerCase();
  const found = pairs.filter(({ key, value }) => `${key}=${value}`.toLowerCase().includes(wanted));
  return (
    <>
      {pairs.length <= LISTED_AT_ONCE ? null : (
        <input
          className="input"
          type="search"
          aria-label="Find a label"
          placeholder="Find a label"
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
      )}
      {found.slice(0, LISTED_AT_MOST).map((pair) => (
        <button
          key={`${pair.key}=${pair.value}`}
          type="button"
          className="menu-item"
          onClick={() => onPick(pair)}
        >
          <span className="truncate" title={`${pair.key}=${pair.value}`}>
            {pair.key}={pair.value}
          </span>
          <span className="hint">{pair.count}</span>
        </button>
      ))}
      {found.length <= LISTED_AT_MOST ? null : (
        <p className="draft-hint muted">{found.length - LISTED_AT_MOST} more have it; type to find them.</p>
      )}
      {found.length > 0 || wanted === '' ? null : <p className="draft-hint muted">No label has it.</p>}
    </>
  );
}

function freshKey(labels: readonly (readonly [string, string])[]): string {
  for (let count = 1; ; count += 1) {
    const key = count === 1 ? 'app' : `label-${count}`;
    if (!labels.some(([own]) => own === key)) return key;
  }
}

interface ExpressionProps {
  readonly label: string;
  readonly list: string;
  readonly expression: ExpressionForm;
  readonly onChange: (expression: ExpressionForm | null) => void;
}

function Expression({ label, list, expression, onChange }: ExpressionProps): ReactNode {
  const { key, operator, values = [] } = expression;
  const needsValues = operator === 'In' || operator === 'NotIn';
  return (
    <span className="draft-chip">
      <TextInput
        label={`${label}: key`}
        value={key}
        list={list}
        onChange={(next) => onChange({ ...expression, key: next })}
      />
      <select
        className="select"
        aria-label={`${label}: operator`}
        value={operator}
        onChange={(event) => {
          const next = OPERATORS.find((known) => known === event.target.value) ?? operator;
          onChange(
            next === 'In' || next === 'NotIn'
              ? { key, operator: next, values: values.length === 0 ? [''] : values }
              : { key, operator: next },
          );
        }}
      >
        <option value="In">is one of</option>
        <option value="NotIn">is none of</option>
        <option value="Exists">exists</option>
        <option value="DoesNotExist">is missing</option>
      </select>
      {needsValues ? (
        <TextInput
          label={`${label}: values, separated by commas`}
          value={values.join(', ')}
          onChange={(next) =>
            onChange({ ...expression, values: next.split(',').map((value) => value.trim()) })
          }
        />
      ) : null}
      <IconButton icon="close" small label={`Remove ${label}`} onClick={() => onChange(null)} />
    </span>
  );
}

/** How many nodes a selector matches now. */
export function NodeMatches({
  values,
  selector,
}: {
  readonly values: ClusterValues | undefined;
  readonly selector: SelectorForm;
}): ReactNode {
  if (values === undefined) return null;
  const nodes = matchingNodes(values, selector);
  return (
    <span className={nodes === 0 ? 'draft-matches none' : 'draft-matches'}>
      Selects {nodesText(nodes)}
      {nodes === 0 ? ' now' : ''}
    </span>
  );
}

/** What a selector matches now, in words. */
export function Matches({
  values,
  question,
}: {
  readonly values: ClusterValues | undefined;
  readonly question: PodsQuestion;
}): ReactNode {
  if (values === undefined) return null;
  const matches = matchingPods(values, question);
  return (
    <span className={matches.pods === 0 ? 'draft-matches none' : 'draft-matches'}>
      {matches.pods === 0 ? 'Selects no pod now' : `Selects ${matchesText(matches)}`}
    </span>
  );
}
