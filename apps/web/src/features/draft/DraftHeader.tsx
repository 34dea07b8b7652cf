import { serializeDraft } from '@bulkhead/policy-engine';
import { type ReactNode, useRef, useState } from 'react';
import { useNotify } from '../../shared/announce.tsx';
import { Icon } from '../../shared/icons.tsx';
import { Button, formatCount, IconButton } from '../../shared/ui.tsx';
import type { DraftDialog } from './DraftDrawer.tsx';
import { DraftIcon } from './parts/icons.tsx';
import { Popup } from './parts/Popup.tsx';
import { takeFiles } from './parts/paste.ts';
import { copyText, saveFile } from './parts/save.ts';
import { draftFileName, useDraft } from './session.ts';
import { MAX_LINK, shareFragment } from './share.ts';

interface DraftHeaderProps {
  readonly onClose: () => void;
  readonly onDialog: (dialog: DraftDialog) => void;
}

/** Which draft, undo and redo, and what can be done with the draft as a whole. */
export function DraftHeader({ onClose, onDialog }: DraftHeaderProps): ReactNode {
  const { store, entries, entry, actions } = useDraft();
  const [renaming, setRenaming] = useState(false);
  const { storage, unreadable } = store.get();
  const name = entry?.draft.name ?? 'No draft';
  return (
    <header className="draft-header">
      {renaming && entry !== undefined ? (
        <RenameField
          name={entry.draft.name}
          onDone={(next) => {
            setRenaming(false);
            if (next !== null) store.edit(entry.draft.id, (draft) => ({ ...draft, name: next }));
          }}
        />
      ) : (
        <Popup
          label={`Draft: ${name}. Switch to another`}
          className="button draft-name"
          button={
            <>
              <Icon name="draft" size={14} />
              <span className="truncate">{name}</span>
              <Icon name="down" size={12} />
            </>
          }
        >
          {(close) => (
            <>
              {entries.map(({ draft }) => (
                <button
                  key={draft.id}
                  type="button"
                  className="menu-item"
                  aria-current={draft.id === entry?.draft.id}
                  onClick={() => {
                    actions.show(draft.id);
                    close();
                  }}
                >
                  <span className="truncate">{draft.name}</span>
                  <span className="hint">{draft.items.length}</span>
                </button>
              ))}
              {entries.length === 0 ? null : <hr className="draft-rule" />}
              <button
                type="button"
                className="menu-item"
                onClick={() => {
                  actions.create();
                  close();
                }}
              >
                <Icon name="plus" size={14} /> New draft
              </button>
              {entry === undefined ? null : (
                <button
                  type="button"
                  className="menu-item"
                  onClick={() => {
                    actions.show(null);
                    close();
                  }}
                >
                  <Icon name="cluster" size={14} /> Cluster as it is
                </button>
              )}
            </>
          )}
        </Popup>
      )}
      <button
        type="button"
        className="button ghost icon"
        aria-label="Undo"
        title="Undo (Ctrl Z)"
        disabled={(entry?.history.undo.length ?? 0) === 0}
        onClick={actions.undo}
      >
        <DraftIcon name="undo" />
      </button>
      <button
        type="button"
        className="button ghost icon"
        aria-label="Redo"
        title="Redo (Ctrl Shift Z)"
        disabled={(entry?.history.redo.length ?? 0) === 0}
        onClick={actions.redo}
      >
        <DraftIcon name="redo" />
      </button>
      <DraftMenu onDialog={onDialog} onRename={() => setRenaming(true)} />
      {storage === 'ok' ? null : (
        <span className="badge warning" role="status">
          {storage === 'full'
            ? 'Browser storage is full: the last changes are not kept. Save the draft as a file.'
            : 'Browser storage is turned off: drafts end with this page. Save them as files.'}
        </span>
      )}
      {unreadable > 0 ? (
        <span className="badge warning">
          {unreadable} {unreadable === 1 ? 'draft' : 'drafts'} from a newer Bulkhead
        </span>
      ) : null}
      <span className="spring" />
      <Button
        variant="primary"
        icon="download"
        disabled={entry === undefined || entry.draft.items.length === 0}
        onClick={() => onDialog('export')}
      >
        Export
      </Button>
      <IconButton icon="close" label="Close the drawer" onClick={onClose} />
    </header>
  );
}

function RenameField({
  name,
  onDone,
}: {
  readonly name: string;
  readonly onDone: (name: string | null) => void;
}): ReactNode {
  const [value, setValue] = useState(name);
  const finish = () => onDone(value.trim() === '' || value.trim() === name ? null : value.trim());
  return (
    <input
      className="input draft-rename"
      aria-label="Name of the draft"
      value={value}
      maxLength={80}
      // biome-ignore lint/a11y/noAutofocus: the field appears because its name was asked for
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setValue(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish();
        if (event.key === 'Escape') onDone(null);
      }}
    />
  );
}

function DraftMenu({
  onDialog,
  onRename,
}: {
  readonly onDialog: (dialog: DraftDialog) => void;
  readonly onRename: () => void;
}): ReactNode {
  const { entry, entries, actions } = useDraft();
  const notify = useNotify();
  const files = useRef<HTMLInputElement>(null);
  const draft = entry?.draft;
  const save = () => {
    if (draft === undefined) return;
    saveFile(draftFileName(draft, 'bulkhead.json'), serializeDraft(draft), 'application/json');
  };
  const remove = () => {
    if (entry === undefined) return;
    actions.remove(entry.draft.id);
    if (entry.draft.items.length === 0) return;
    notify(`Deleted the draft "${entry.draft.name}".`, {
      label: 'Undo',
      run: () => actions.restore(entry),
    });
  };
  const share = async () => {
    if (draft === undefined) return;
    const { fragment, fits } = await shareFragment(draft);
    if (!fits) {
      notify(
        `This draft is too big for a link: ${formatCount(fragment.length)} characters, of ${formatCount(MAX_LINK)} that survive chats and mail. Save it as a file instead.`,
        { label: 'Save as a file', run: save },
      );
      return;
    }
    const link = `${window.location.origin}${window.location.pathname}${window.location.search}${fragment}`;
    const copied = await copyText(link);
    notify(
      copied
        ? `Copied a link that holds the whole draft: ${formatCount(fragment.length)} of at most ${formatCount(MAX_LINK)} characters, all after the #, which no server sees.`
        : 'The browser did not allow copying the link.',
    );
  };
  return (
    <>
      <input
        ref={files}
        type="file"
        hidden
        multiple
        accept=".yaml,.yml,.json"
        onChange={(event) => {
          void takeFiles(event.target.files ?? [], actions).then(notify);
          event.target.value = '';
        }}
      />
      <Popup label="More about this draft" className="button ghost icon" button={<DraftIcon name="more" />}>
        {(close) => {
          const item = (label: ReactNode, run: () => void, disabled = draft === undefined) => (
            <button
              type="button"
              className="menu-item"
              disabled={disabled}
              onClick={() => {
                close();
                run();
              }}
            >
              {label}
            </button>
          );
          return (
            <>
              {item('Rename', onRename)}
              {item('Duplicate', () => {
                if (draft !== undefined) actions.adopt({ ...draft, name: `${draft.name} copy` });
              })}
              {item('Compare with another draft…', () => onDialog('compare'), entries.length < 2)}
              <hr className="draft-rule" />
              {item('Copy a link that holds it', () => void share())}
              {item('Save as a file', save)}
              {item('Open a file…', () => files.current?.click(), false)}
              <hr className="draft-rule" />
              {item('Delete this draft', remove)}
            </>
          );
        }}
      </Popup>
    </>
  );
}
