import type { DraftItem } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { useRoute } from '../../app/route.ts';
import { CutName } from '../../shared/CutName.tsx';
import { Icon } from '../../shared/icons.tsx';
import { plural } from '../../shared/ui.tsx';
import type { DraftDialog } from './DraftDrawer.tsx';
import { DraftIcon, type DraftIconName } from './parts/icons.tsx';
import { useLiveQuery } from './parts/live-query.ts';
import { Popup } from './parts/Popup.tsx';
import { useDraft, useDraftAnswer, useDraftTools } from './session.ts';
import { newId } from './store/id.ts';
import { type ApplyResult, type ChangeResult, clusterValuesRequest } from './worker/requests.ts';

/** What the draft holds; picking an item opens it. */
export function ItemList({ onDialog }: { readonly onDialog: (dialog: DraftDialog) => void }): ReactNode {
  const { entry, actions } = useDraft();
  const { result } = useDraftAnswer();
  if (entry === undefined) return null;
  const { items } = entry.draft;
  return (
    <nav className="draft-items" aria-label="Edits of this draft">
      <div className="draft-pane-head">
        <h3>Edits</h3>
        <span className="count">{items.length}</span>
        <span className="spring" />
        <AddMenu onDialog={onDialog} />
      </div>
      <ul>
        {items.map((item) => (
          <li key={item.id} className="draft-item" data-open={item.id === entry.open}>
            <button
              type="button"
              className="draft-item-main"
              aria-current={item.id === entry.open}
              onClick={() => actions.open(item.id)}
            >
              <ItemLines item={item} result={result} />
            </button>
            <button
              type="button"
              className="button ghost icon small draft-item-drop"
              aria-label={`Take ${itemTitle(item, result)} out of the draft`}
              title="Take out of the draft"
              onClick={() => actions.removeItem(item.id)}
            >
              <Icon name="close" size={12} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const MARK = { added: 'new', changed: 'changed', unchanged: 'same', removed: 'removed' } as const;
const MARK_CLASS = { added: 'opened', changed: 'widened', unchanged: '', removed: 'closed' } as const;

function changesOf(item: DraftItem, result: ApplyResult | null): readonly ChangeResult[] {
  return result?.changes.filter((change) => change.item === item.id) ?? [];
}

/** A name for an item, also before the worker has read it. */
export function itemTitle(item: DraftItem, result: ApplyResult | null): string {
  switch (item.type) {
    case 'policies':
      return changesOf(item, result)[0]?.policy.name ?? item.base?.name ?? 'YAML';
    case 'remove-policy':
      return item.policy.name;
    case 'labels':
      return item.target.type === 'namespace' ? item.target.name : item.target.workload.name;
    case 'add-namespace':
      return item.name;
    case 'add-workload':
      return item.workload.name;
  }
}

/** Of a text with more policies than these, the rest is counted: a page of them takes longer to lay out than a key may. */
const MOST_LINES = 40;

function ItemLines({
  item,
  result,
}: {
  readonly item: DraftItem;
  readonly result: ApplyResult | null;
}): ReactNode {
  if (item.type === 'policies') {
    const changes = changesOf(item, result);
    const text = result?.texts[item.id];
    const errors = text?.diagnostics.filter(({ diagnostic }) => diagnostic.severity === 'error').length ?? 0;
    return (
      <>
        {changes.length === 0 ? (
          <Line icon="policies" title={itemTitle(item, result)} detail="not a policy yet" />
        ) : null}
        {changes.slice(0, MOST_LINES).map((change) => (
          <Line
            key={`${change.policy.kind}/${change.policy.namespace}/${change.policy.name}`}
            icon="policies"
            title={change.policy.name}
            detail={change.policy.namespace ?? change.policy.kind}
            mark={change.type}
          />
        ))}
        {changes.length > MOST_LINES ? (
          <span className="draft-item-more muted">
            and {plural(changes.length - MOST_LINES, 'more policy', 'more policies')}
          </span>
        ) : null}
        {errors === 0 ? null : (
          <span className="draft-item-error">
            <Icon name="warning" size={12} />
            {errors === 1 ? '1 error' : `${errors} errors`}
            {(text?.kept.length ?? 0) > 0 ? ', last good state shown' : ''}
          </span>
        )}
      </>
    );
  }
  if (item.type === 'remove-policy') {
    return (
      <Line
        icon="policies"
        title={item.policy.name}
        detail={item.policy.namespace ?? item.policy.kind}
        mark="removed"
      />
    );
  }
  if (item.type === 'labels') {
    const detail = item.target.type === 'namespace' ? 'namespace labels' : `labels, ${item.target.namespace}`;
    const mark = Object.keys(item.labels).length === 0 ? 'unchanged' : 'changed';
    return <Line draftIcon="tag" title={itemTitle(item, result)} detail={detail} mark={mark} />;
  }
  if (item.type === 'add-namespace') {
    return <Line draftIcon="namespace" title={item.name} detail="namespace" mark="added" />;
  }
  return <Line icon="workloads" title={item.workload.name} detail={item.namespace} mark="added" />;
}

interface LineProps {
  readonly icon?: 'policies' | 'workloads';
  readonly draftIcon?: DraftIconName;
  readonly title: string;
  readonly detail: string;
  readonly mark?: ChangeResult['type'];
}

function Line({ icon, draftIcon, title, detail, mark }: LineProps): ReactNode {
  return (
    <span className="draft-item-line">
      {icon === undefined ? null : <Icon name={icon} size={14} />}
      {draftIcon === undefined ? null : <DraftIcon name={draftIcon} size={14} />}
      <span className="draft-item-text">
        <CutName name={title} className={mark === 'removed' ? 'draft-struck' : ''} />
        <span className="draft-item-detail">
          <span className="truncate muted" title={detail}>
            {detail}
          </span>
          {mark === undefined ? null : <span className={`badge ${MARK_CLASS[mark]}`}>{MARK[mark]}</span>}
        </span>
      </span>
    </span>
  );
}

function AddMenu({ onDialog }: { readonly onDialog: (dialog: DraftDialog) => void }): ReactNode {
  const { actions } = useDraftTools();
  const { data: values } = useLiveQuery(clusterValuesRequest, null);
  const namespace = useRoute().scope[0] ?? values?.workloads[0]?.namespace ?? 'default';
  return (
    <Popup
      label="Add to the draft"
      className="button small"
      button={
        <>
          <Icon name="plus" size={12} /> Add
        </>
      }
    >
      {(close) => {
        const item = (icon: ReactNode, label: string, run: () => void) => (
          <button
            type="button"
            className="menu-item"
            onClick={() => {
              close();
              run();
            }}
          >
            {icon} {label}
          </button>
        );
        return (
          <>
            {item(<DraftIcon name="template" size={14} />, 'Policy from a template…', () =>
              onDialog('template'),
            )}
            {item(<Icon name="draft" size={14} />, 'Edit a policy…', () => onDialog('edit'))}
            {item(<DraftIcon name="trash" size={14} />, 'Remove a policy…', () => onDialog('remove'))}
            {item(<Icon name="plus" size={14} />, 'Empty YAML', () => actions.addText(''))}
            {item(<Icon name="arrow" size={14} />, 'Allow a connection…', () =>
              actions.ask({ want: 'allow' }),
            )}
            <hr className="draft-rule" />
            {item(<DraftIcon name="tag" size={14} />, 'Change labels', () =>
              actions.add({
                id: newId(),
                type: 'labels',
                target: { type: 'namespace', name: namespace },
                labels: {},
              }),
            )}
            {item(<DraftIcon name="namespace" size={14} />, 'New namespace', () =>
              actions.add({ id: newId(), type: 'add-namespace', name: 'new-namespace', labels: {} }),
            )}
            {item(<Icon name="workloads" size={14} />, 'New workload', () =>
              actions.add({
                id: newId(),
                type: 'add-workload',
                namespace,
                workload: { kind: 'Deployment', name: 'new-workload' },
                labels: { app: 'new-workload' },
                ports: [{ protocol: 'TCP', port: 8080 }],
                replicas: 1,
              }),
            )}
          </>
        );
      }}
    </Popup>
  );
}
