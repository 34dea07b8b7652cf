import type { ReactNode } from 'react';
import type { EntityId } from '../../app/contracts.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import { Button } from '../../shared/ui.tsx';
import { entitySelection, whyNoEnd } from './parts/entity.ts';
import { Popup } from './parts/Popup.tsx';
import { endSpec, pinned } from './pins/model.ts';
import { pinStore } from './pins/store.ts';
import { useDraftTools } from './session.ts';
import { newId } from './store/id.ts';

interface PairActionsProps {
  readonly from: EntityId;
  readonly to: EntityId;
  readonly port?: string | undefined;
}

/** What drafting can do with a pair: allow exactly this, or close it. */
export function PairDraftActions({ from, to, port }: PairActionsProps): ReactNode {
  const { actions, store } = useDraftTools();
  const announce = useAnnounce();
  const pins = pinStore(store.cluster);
  const pin = (type: 'must-reach' | 'must-never-reach') => {
    const invariant = pinned(type, from, to, port);
    if (invariant === undefined) return;
    pins.add(invariant);
    announce(`Pinned: ${invariant.name}.`);
  };
  const pinMenu =
    endSpec(from) === undefined || endSpec(to) === undefined ? null : (
      <Popup label="Pin an invariant" button="Pin">
        {(close) => (
          <>
            <button
              type="button"
              className="menu-item"
              onClick={() => {
                close();
                pin('must-reach');
              }}
            >
              Must reach{port === undefined ? '' : ` on ${port}`}
            </button>
            <button
              type="button"
              className="menu-item"
              onClick={() => {
                close();
                pin('must-never-reach');
              }}
            >
              Must never reach{port === undefined ? '' : ` on ${port}`}
            </button>
          </>
        )}
      </Popup>
    );
  const obstacle = whyNoEnd(from) ?? whyNoEnd(to);
  if (obstacle !== undefined) {
    return (
      <>
        {pinMenu}
        <p className="muted">{obstacle}</p>
      </>
    );
  }
  const asked = { from, to, ...(port === undefined ? {} : { port }) };
  return (
    <>
      <Button small icon="draft" onClick={() => actions.ask({ ...asked, want: 'allow' })}>
        Allow in a draft…
      </Button>
      <Button small onClick={() => actions.ask({ ...asked, want: 'close' })}>
        Close in a draft…
      </Button>
      {pinMenu}
    </>
  );
}

/** What drafting can do with a workload or a namespace. */
export function EntityDraftActions({ id }: { readonly id: EntityId }): ReactNode {
  const { actions } = useDraftTools();
  const selection = entitySelection(id);
  if (selection === undefined) return null;
  const target =
    selection.type === 'namespace' ? ({ type: 'namespace', name: selection.namespace } as const) : selection;
  return (
    <>
      <Button small icon="draft" onClick={() => void actions.addTemplate('deny-all', selection)}>
        Isolate in a draft
      </Button>
      <Button small onClick={() => actions.add({ id: newId(), type: 'labels', target, labels: {} })}>
        Change labels
      </Button>
    </>
  );
}
