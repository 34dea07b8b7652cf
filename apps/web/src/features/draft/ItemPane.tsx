import type { ClusterValues, PolicyText } from '@bulkhead/policy-engine';
import type { Extension } from '@codemirror/state';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useEngineQuery } from '../../data/engine.ts';
import { Icon } from '../../shared/icons.tsx';
import { Button, Segments } from '../../shared/ui.tsx';
import { lintDiagnostics } from './editor/diagnostics.ts';
import type { EditorHandle } from './editor/YamlEditor.tsx';
import { itemTitle } from './ItemList.tsx';
import { OtherItemPane } from './items/OtherItemPane.tsx';
import { useDraft } from './provider.tsx';
import { clusterValuesRequest } from './worker/requests.ts';

const PolicyFormView = lazy(async () => ({
  default: (await import('./form/PolicyFormView.tsx')).PolicyFormView,
}));
const YamlEditor = lazy(async () => ({ default: (await import('./editor/YamlEditor.tsx')).YamlEditor }));

/** The item that is open, in the view that fits it. */
export function ItemPane(): ReactNode {
  const { entry } = useDraft();
  const item = entry?.draft.items.find(({ id }) => id === entry.open);
  if (item === undefined)
    return <div className="draft-pane draft-hint muted">Choose an edit on the left.</div>;
  if (item.type === 'policies') return <PolicyPane item={item} />;
  return <OtherItemPane key={item.id} item={item} />;
}

/** The editor's completion; loaded with the editor, not with the page. */
function useAssistance(values: ClusterValues | undefined): Extension | undefined {
  const [extension, setExtension] = useState<Extension>();
  useEffect(() => {
    let current = true;
    void import('./editor/assistance.ts').then(({ assistance }) => {
      if (current) setExtension(assistance(values));
    });
    return () => {
      current = false;
    };
  }, [values]);
  return extension;
}

function PolicyPane({ item }: { readonly item: PolicyText }): ReactNode {
  const { result, actions } = useDraft();
  const [view, setView] = useState<'yaml' | 'form'>('yaml');
  const editor = useRef<EditorHandle>(null);
  const { data: values } = useEngineQuery(clusterValuesRequest, null);
  const help = useAssistance(values);
  const text = result?.texts[item.id];
  const notices = result?.notices;
  const marks = useCallback(
    (doc: Parameters<typeof lintDiagnostics>[0]) =>
      lintDiagnostics(
        doc,
        text?.diagnostics ?? [],
        notices?.filter((notice) => notice.item === item.id && notice.line !== undefined) ?? [],
      ),
    [text, notices, item.id],
  );
  const errors = text?.diagnostics.filter(({ diagnostic }) => diagnostic.severity === 'error') ?? [];
  const first = errors[0]?.diagnostic;
  return (
    <div className="draft-pane">
      <div className="draft-pane-head">
        <h3 className="truncate">{itemTitle(item, result)}</h3>
        {item.base === undefined ? null : <span className="muted truncate">edits a live policy</span>}
        <span className="spring" />
        <Segments
          label="How to edit"
          small
          value={view}
          options={[
            { value: 'yaml', label: 'YAML' },
            { value: 'form', label: 'Form' },
          ]}
          onChange={setView}
        />
      </div>
      <div className="draft-pane-body">
        {view === 'yaml' ? (
          <Suspense fallback={<div className="draft-hint muted">Loading the editor…</div>}>
            <YamlEditor
              handle={editor}
              document={item.id}
              label={`YAML of ${itemTitle(item, result)}`}
              text={item.text}
              marks={marks}
              assistance={help}
              onChange={(next) => actions.setText(item.id, next)}
              onUndo={actions.undo}
              onRedo={actions.redo}
              onMark={actions.mark}
            />
          </Suspense>
        ) : (
          <Suspense fallback={null}>
            <PolicyFormView
              text={item.text}
              values={values}
              onChange={(next) => actions.setText(item.id, next, `form ${item.id}`)}
            />
          </Suspense>
        )}
      </div>
      {first === undefined ? null : (
        <div className="draft-problem" role="status">
          <Icon name="warning" size={14} />
          <span className="draft-problem-text">
            <strong>
              {first.source === undefined ? '' : `Line ${first.source.line}: `}
              {first.message}
            </strong>{' '}
            {first.hint}
            {(text?.kept.length ?? 0) > 0 ? (
              <em> The views show the last state that could be read.</em>
            ) : null}
          </span>
          {errors.length > 1 ? <span className="count">{errors.length}</span> : null}
          <Button
            small
            onClick={() => {
              setView('yaml');
              editor.current?.goTo(first.source?.line ?? 1);
            }}
          >
            Show
          </Button>
        </div>
      )}
    </div>
  );
}
