import { type KeyboardEvent, lazy, type ReactNode, Suspense, useState } from 'react';
import type { DrawerProps, Navigate } from '../../app/contracts.ts';
import { Button, EmptyState } from '../../shared/ui.tsx';
import { DraftHeader } from './DraftHeader.tsx';
import { ItemList } from './ItemList.tsx';
import { ItemPane } from './ItemPane.tsx';
import { ImpactPane } from './impact/ImpactPane.tsx';
import { usePaste } from './parts/paste.ts';
import { useDraft } from './session.ts';
import './draft.css';

const TemplatePicker = lazy(() => import('./templates/TemplatePicker.tsx'));
const ExportDialog = lazy(() => import('./export/ExportDialog.tsx'));
const PolicyPicker = lazy(() => import('./parts/PolicyPicker.tsx'));
const CompareDialog = lazy(() => import('./parts/CompareDialog.tsx'));

/** A dialog of the drawer that is open. */
export type DraftDialog = 'template' | 'edit' | 'remove' | 'export' | 'compare' | null;

interface DraftDrawerProps extends DrawerProps {
  readonly navigate: Navigate;
}

/** The draft studio: what the draft holds, the editor, and what it changes. */
export function DraftDrawer({ height, onClose, navigate }: DraftDrawerProps): ReactNode {
  const { entry, actions } = useDraft();
  const [dialog, setDialog] = useState<DraftDialog>(null);
  const drop = usePaste(actions);
  const close = () => setDialog(null);
  const undoKeys = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    // The editor has these keys itself; a field in a dialog is not part of the draft yet.
    if (event.target instanceof Element && event.target.closest('.cm-editor, dialog') !== null) return;
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey) actions.undo();
    else if (key === 'y' || key === 'z') actions.redo();
    else return;
    event.preventDefault();
  };
  return (
    <section
      className="draft"
      style={{ height }}
      aria-label="Draft"
      onKeyDown={undoKeys}
      {...drop.handlers}
      data-dropping={drop.over}
    >
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
      {drop.over ? <div className="draft-drop">Drop YAML or a draft file to add it</div> : null}
      <Suspense fallback={null}>
        {dialog === 'template' ? <TemplatePicker onClose={close} /> : null}
        {dialog === 'export' ? <ExportDialog onClose={close} /> : null}
        {dialog === 'edit' || dialog === 'remove' ? <PolicyPicker purpose={dialog} onClose={close} /> : null}
        {dialog === 'compare' ? <CompareDialog onClose={close} /> : null}
      </Suspense>
    </section>
  );
}

function Start({ onDialog }: { readonly onDialog: (dialog: DraftDialog) => void }): ReactNode {
  const { actions } = useDraft();
  return (
    <EmptyState
      icon="draft"
      title="Nothing drafted yet"
      actions={
        <>
          <Button variant="primary" onClick={() => onDialog('template')}>
            Start from a template
          </Button>
          <Button onClick={() => onDialog('edit')}>Edit a policy</Button>
          <Button onClick={() => actions.addText('')}>Write YAML</Button>
        </>
      }
    >
      <p>
        A draft lies over the cluster as it is: every view shows what it opens and closes, and nothing is ever
        applied. You can also paste YAML here, or drop a file.
      </p>
    </EmptyState>
  );
}
