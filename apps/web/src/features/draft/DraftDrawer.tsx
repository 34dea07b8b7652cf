import { type ReactNode, useEffect, useState } from 'react';
import type { DrawerProps, Navigate } from '../../app/contracts.ts';
import { Button, EmptyState } from '../../shared/ui.tsx';
import { DraftHeader } from './DraftHeader.tsx';
import { ItemList } from './ItemList.tsx';
import { EDITORS, ItemPane } from './ItemPane.tsx';
import { ImpactPane } from './impact/ImpactPane.tsx';
import { CompareDialog, DIALOGS, ExportDialog, PolicyPicker, TemplatePicker } from './parts/loaded.ts';
import { loadAhead } from './parts/part.tsx';
import { useDraft } from './session.ts';
import './draft.css';

/** A dialog of the drawer that is open. */
export type DraftDialog = 'template' | 'edit' | 'remove' | 'export' | 'compare' | null;

interface DraftDrawerProps extends DrawerProps {
  readonly navigate: Navigate;
}

/** The draft studio: what the draft holds, the editor, and what it changes. */
export function DraftDrawer({ height, onClose, navigate }: DraftDrawerProps): ReactNode {
  const { entry } = useDraft();
  const [dialog, setDialog] = useState<DraftDialog>(null);
  const close = () => setDialog(null);
  useEffect(() => {
    loadAhead([...EDITORS, ...DIALOGS]);
  }, []);
  return (
    <section className="draft" style={{ height }} aria-label="Draft">
      <DraftHeader onClose={onClose} onDialog={setDialog} />
      {entry === undefined || entry.draft.items.length === 0 ? (
        <Start onDialog={setDialog} />
      ) : (
        <div className="draft-body">
          <ItemList onDialog={setDialog} />
          <ItemPane />
          <ImpactPane navigate={navigate} />
        </div>
      )}
      {dialog === 'template' ? <TemplatePicker onClose={close} /> : null}
      {dialog === 'export' ? <ExportDialog onClose={close} /> : null}
      {dialog === 'edit' || dialog === 'remove' ? <PolicyPicker purpose={dialog} onClose={close} /> : null}
      {dialog === 'compare' ? <CompareDialog onClose={close} /> : null}
    </section>
  );
}

/** More drafts than these are found in the menu at the left. */
const MOST_OFFERED = 3;

function Start({ onDialog }: { readonly onDialog: (dialog: DraftDialog) => void }): ReactNode {
  const { actions, entries, entry } = useDraft();
  const kept = entries.filter(({ draft }) => draft.items.length > 0 && draft.id !== entry?.draft.id);
  const offered = entry === undefined ? kept.slice(-MOST_OFFERED).reverse() : [];
  return (
    <EmptyState
      icon="draft"
      title={offered.length > 0 ? 'The cluster is shown as it is' : 'Nothing drafted yet'}
      actions={
        <>
          {offered.map(({ draft }, index) => (
            <Button
              key={draft.id}
              {...(index === 0 ? { variant: 'primary' as const } : {})}
              onClick={() => actions.show(draft.id)}
            >
              Go on with {draft.name}
            </Button>
          ))}
          <Button
            {...(offered.length === 0 ? { variant: 'primary' as const } : {})}
            onClick={() => onDialog('template')}
          >
            Start from a template
          </Button>
          <Button onClick={() => onDialog('edit')}>Edit a policy</Button>
          <Button onClick={() => actions.ask({ want: 'allow' })}>Allow a connection</Button>
          <Button onClick={() => actions.addText('')}>Write YAML</Button>
        </>
      }
    >
      <p>
        A draft lies over the cluster as it is: every view shows what it opens and closes, and nothing is ever
        applied. You can also drag from one workload to another in the graph, paste YAML anywhere, or drop a
        file or a folder.
      </p>
    </EmptyState>
  );
}
