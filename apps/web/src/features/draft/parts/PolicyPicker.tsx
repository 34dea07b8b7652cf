import { type ReactNode, useState } from 'react';
import { useDraftTools } from '../session.ts';
import { livePoliciesRequest } from '../worker/requests.ts';
import { Dialog } from './Dialog.tsx';
import { useLiveQuery } from './live-query.ts';

export interface PolicyPickerProps {
  readonly purpose: 'edit' | 'remove';
  readonly onClose: () => void;
}

/** How many are listed before one has to search. */
const SHOWN = 200;

/** Picks a live policy, to edit it or to mark it for removal. */
export default function PolicyPicker({ purpose, onClose }: PolicyPickerProps): ReactNode {
  const { actions } = useDraftTools();
  const [search, setSearch] = useState('');
  const { data } = useLiveQuery(livePoliciesRequest, null);
  const policies = data ?? [];
  const words = search.toLowerCase().split(/\s+/);
  const found = policies.filter(({ key }) => words.every((word) => key.toLowerCase().includes(word)));
  return (
    <Dialog title={purpose === 'edit' ? 'Edit a policy' : 'Remove a policy'} onClose={onClose} size="small">
      {data?.length === 0 ? (
        <p className="muted">
          The cluster has no policy yet. Start from a template, or write one; what is added to a draft is
          edited there.
        </p>
      ) : (
        <>
          <input
            className="input draft-search"
            data-first-focus
            type="search"
            placeholder="Namespace or name"
            aria-label="Search policies"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <ul className="draft-pick">
            {found.slice(0, SHOWN).map(({ key, kind, namespace, name }) => (
              <li key={key}>
                <button
                  type="button"
                  className="menu-item"
                  onClick={() => {
                    onClose();
                    void (purpose === 'edit' ? actions.editPolicy(key) : actions.removePolicy(key));
                  }}
                >
                  <span className="truncate">{name}</span>
                  <span className="hint">{namespace ?? kind}</span>
                </button>
              </li>
            ))}
          </ul>
          {found.length > SHOWN ? (
            <p className="muted">{found.length - SHOWN} more; search to narrow them down.</p>
          ) : null}
          {data !== undefined && found.length === 0 ? <p className="muted">No policy matches.</p> : null}
        </>
      )}
    </Dialog>
  );
}
