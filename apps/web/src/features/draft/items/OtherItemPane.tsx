import type { DraftItem, PolicyRemoval, PolicyText } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { Button } from '../../../shared/ui.tsx';
import { useLiveQuery } from '../parts/live-query.ts';
import { Scroll } from '../parts/Scroll.tsx';
import { useDraftTools } from '../session.ts';
import { clusterValuesRequest, livePolicyRequest } from '../worker/requests.ts';
import { NamespacePane, WorkloadPane } from './HypotheticalPanes.tsx';
import { LabelsPane } from './LabelsPane.tsx';

type OtherItem = Exclude<DraftItem, PolicyText>;

const TITLES = {
  labels: 'Change labels',
  'add-namespace': 'A namespace that does not exist yet',
  'add-workload': 'A workload that does not exist yet',
  'remove-policy': 'Removed policy',
} as const;

/** Edits that are not YAML of policies. */
export function OtherItemPane({ item }: { readonly item: OtherItem }): ReactNode {
  const { actions } = useDraftTools();
  const { data: values } = useLiveQuery(clusterValuesRequest, null);
  const change = (next: OtherItem) => actions.replaceItem(next, `item ${item.id}`);
  return (
    <div className="draft-pane">
      <div className="draft-pane-head">
        <h3>{TITLES[item.type]}</h3>
      </div>
      <div className="draft-pane-body">
        <div className="draft-form">
          {item.type === 'labels' ? <LabelsPane item={item} values={values} onChange={change} /> : null}
          {item.type === 'add-namespace' ? (
            <NamespacePane item={item} values={values} onChange={change} />
          ) : null}
          {item.type === 'add-workload' ? (
            <WorkloadPane item={item} values={values} onChange={change} />
          ) : null}
          {item.type === 'remove-policy' ? <RemovalPane item={item} /> : null}
        </div>
      </div>
    </div>
  );
}

function RemovalPane({ item }: { readonly item: PolicyRemoval }): ReactNode {
  const { actions } = useDraftTools();
  const { kind, namespace, name } = item.policy;
  const { data: live } = useLiveQuery(livePolicyRequest, { key: `${kind}/${namespace ?? ''}/${name}` });
  return (
    <>
      <p>
        {kind} <strong>{namespace === undefined ? name : `${namespace}/${name}`}</strong> is in the cluster;
        this draft removes it.
      </p>
      <div>
        <Button onClick={() => actions.removeItem(item.id)}>Keep the policy</Button>
      </div>
      {live === undefined || live === null ? null : (
        <Scroll label={`YAML of ${name}`} className="draft-preview">
          {live.yaml}
        </Scroll>
      )}
    </>
  );
}
