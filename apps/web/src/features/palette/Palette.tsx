import type { ClusterIndex, PolicyKey } from '@bulkhead/policy-engine';
import { Command } from 'cmdk';
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Selection } from '../../app/contracts.ts';
import type { Command as PaletteCommand } from '../../shared/commands.ts';
import { Icon, type IconName } from '../../shared/icons.tsx';
import { entityName } from '../../shared/names.ts';
import { parsePort } from '../../shared/ports.ts';
import { rankMatches } from './rank.ts';

/** A question that was read from the text, or the ways to read it. */
export interface PaletteQuestion {
  readonly message: string | null;
  readonly choices: readonly { readonly from: string; readonly to: string; readonly port?: string }[];
}

interface PaletteProps {
  readonly index: ClusterIndex | undefined;
  readonly actions: readonly PaletteCommand[];
  readonly readQuestion: (text: string) => PaletteQuestion | null;
  readonly onSelect: (selection: Selection) => void;
  /** A port was found: `TCP/5432`. */
  readonly onFilterPort: (port: string) => void;
  readonly onClose: () => void;
}

const MAX_RESULTS = 40;

/** Finds anything by name, runs any action, answers `a -> b:port`. */
export function Palette(props: PaletteProps): ReactNode {
  const { index, actions, readQuestion, onSelect, onFilterPort, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  // Before the next key can arrive: what is typed right after the shortcut belongs to the field.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    input.current?.focus();
  }, []);
  const question = useMemo(() => readQuestion(text), [readQuestion, text]);
  const found = useMemo(() => (index === undefined ? [] : search(index, text)), [index, text]);
  const shown = useMemo(
    () => [...portCommands(text, onFilterPort), ...rankMatches(actions, text, (action) => action.label, 12)],
    [actions, text, onFilterPort],
  );
  // The best match is what Enter takes, and what is seen first, whatever was marked before.
  const best =
    question?.choices[0] !== undefined
      ? askValue(question.choices[0])
      : (found[0]?.key ?? (shown[0] === undefined ? '' : doValue(shown[0])));
  const [marked, setMarked] = useState(best);
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has another best match
  useLayoutEffect(() => {
    setMarked(best);
    list.current?.scrollTo({ top: 0 });
  }, [text, best]);
  const choose = (selection: Selection) => {
    onSelect(selection);
    onClose();
  };
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Find anything, run anything, ask anything"
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <Command
        shouldFilter={false}
        label="Find anything, run anything, ask anything"
        loop
        value={marked}
        onValueChange={setMarked}
      >
        <div className="palette-input">
          <Icon name="search" />
          <Command.Input
            ref={input}
            value={text}
            onValueChange={setText}
            placeholder="Find a workload, policy, port… or ask: frontend -> payments/db:5432"
          />
          <kbd className="kbd">Esc</kbd>
        </div>
        <Command.List ref={list} className="palette-list">
          {question === null ? null : (
            <Command.Group heading="Ask">
              {question.message === null ? null : <p className="palette-message">{question.message}</p>}
              {question.choices.map((choice) => (
                <Command.Item
                  key={`${choice.from} ${choice.to}`}
                  value={askValue(choice)}
                  onSelect={() => choose({ type: 'pair', ...choice })}
                >
                  <Icon name="question" size={14} />
                  <span className="truncate">
                    May {entityName(choice.from)} reach {entityName(choice.to)}
                    {choice.port === undefined ? '' : ` on ${choice.port}`}?
                  </span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {found.length === 0 ? null : (
            <Command.Group heading="Go to">
              {found.map((item) => (
                <Command.Item key={item.key} value={item.key} onSelect={() => choose(item.selection)}>
                  <Icon name={item.icon} size={14} />
                  <span className="truncate">{item.label}</span>
                  <span className="hint">{item.hint}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {shown.length === 0 ? null : (
            <Command.Group heading="Do">
              {shown.map((action) => (
                <Command.Item
                  key={action.id}
                  value={doValue(action)}
                  onSelect={() => {
                    onClose();
                    action.run();
                  }}
                >
                  <Icon name={action.icon} size={14} />
                  <span className="truncate">{action.label}</span>
                  <span className="hint">{action.hint ?? ''}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {question === null && found.length === 0 && shown.length === 0 ? (
            <p className="palette-message">
              Nothing is called “{text}”. A question has an arrow: <code>api -&gt; db:5432</code>
            </p>
          ) : null}
        </Command.List>
      </Command>
    </dialog>
  );
}

function askValue({ from, to }: PaletteQuestion['choices'][number]): string {
  return `ask ${from} ${to}`;
}

function doValue({ id }: PaletteCommand): string {
  return `do ${id}`;
}

/** A port that was typed can be looked at alone. */
function portCommands(text: string, filter: (port: string) => void): readonly PaletteCommand[] {
  const port = text.trim();
  if (parsePort(port) === null) return [];
  return [{ id: 'port', label: `Show only connections on ${port}`, icon: 'filter', run: () => filter(port) }];
}

/** Whether a text is the name of a pod that such a workload has: the workload's, with what controllers append. */
function isPodOf(text: string, workload: string): boolean {
  return text.startsWith(`${workload}-`) && /^(-[a-z0-9]{1,10}){1,2}$/.test(text.slice(workload.length));
}

interface Found {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  readonly icon: IconName;
  readonly selection: Selection;
}

function search(index: ClusterIndex, text: string): readonly Found[] {
  if (text.trim() === '') return [];
  const candidates: Found[] = [
    ...index.namespaces.map(
      (entry): Found => ({
        key: entry.id,
        label: entry.name,
        hint: 'namespace',
        icon: 'cluster',
        selection: { type: 'entity', id: entry.id },
      }),
    ),
    ...index.workloads.map(
      (entry): Found => ({
        key: entry.id,
        label: `${entry.namespace}/${entry.name}`,
        hint: entry.kind,
        icon: 'workloads',
        selection: { type: 'entity', id: entry.id },
      }),
    ),
    ...index.policies.map(
      (entry): Found => ({
        key: `policy ${entry.key}`,
        label: entry.namespace === null ? entry.name : `${entry.namespace}/${entry.name}`,
        hint: entry.kind,
        icon: 'policies',
        selection: { type: 'policy', key: entry.key satisfies PolicyKey },
      }),
    ),
    {
      key: 'out:internet',
      label: 'Internet',
      hint: 'outside',
      icon: 'cluster',
      selection: { type: 'entity', id: 'out:internet' },
    },
  ];
  const found = rankMatches(candidates, text, (entry) => entry.label, MAX_RESULTS);
  if (found.length > 0) return found;
  const pod = text.trim().split('/').at(-1) ?? '';
  return index.workloads
    .filter((entry) => isPodOf(pod, entry.name))
    .slice(0, MAX_RESULTS)
    .map((entry) => ({
      key: entry.id,
      label: `${entry.namespace}/${entry.name}`,
      hint: `may have the pod ${pod}`,
      icon: 'workloads',
      selection: { type: 'entity', id: entry.id },
    }));
}
