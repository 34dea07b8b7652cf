import type { ClusterValues, PolicyText } from '@bulkhead/policy-engine';
import type { Extension } from '@codemirror/state';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { Button, plural, Segments } from '../../shared/ui.tsx';
import { lintDiagnostics } from './editor/diagnostics.ts';
import type { EditorHandle } from './editor/YamlEditor.tsx';
import { itemTitle } from './ItemList.tsx';
import { findingNotices } from './impact/findings.ts';
import { OtherItemPane } from './items/OtherItemPane.tsx';
import { useLiveQuery } from './parts/live-query.ts';
import { type Loadable, part } from './parts/part.tsx';
import { useDraft, useDraftAnswer, useDraftTools } from './session.ts';
import { type ApplyResult, clusterValuesRequest } from './worker/requests.ts';

const PolicyFormView = part(async () => (await import('./form/PolicyFormView.tsx')).PolicyFormView);
const YamlEditor = part(
  async () => {
    const { YamlEditor: Editor, prepareEditor } = await import('./editor/YamlEditor.tsx');
    await prepareEditor();
    return Editor;
  },
  <div className="draft-hint muted">Loading the editor…</div>,
);
const loadAssistance = () => import('./editor/assistance.ts');

/** What is edited in, loaded before it is needed. */
export const EDITORS: readonly Loadable[] = [YamlEditor, { load: loadAssistance }, PolicyFormView];

/** The item that is open, in the view that fits it. */
export function ItemPane(): ReactNode {
  const { entry } = useDraft();
  const item = entry?.draft.items.find(({ id }) => id === entry.open);
  if (item === undefined)
    return <div className="draft-pane draft-hint muted">Choose an edit on the left.</div>;
  if (item.type === 'policies') return <PolicyPane item={item} />;
  return <OtherItemPane key={item.id} item={item} />;
}

/**
 * The editor's completion; loaded with the editor, not with the page. It reads the values when it needs them, so that
 * news from the cluster doesn't close a list that is open.
 */
function useAssistance(values: ClusterValues | undefined): Extension | undefined {
  const [extension, setExtension] = useState<Extension>();
  const current = useRef(values);
  current.current = values;
  useEffect(() => {
    let wanted = true;
    loadAssistance().then(
      ({ assistance }) => {
        if (wanted) setExtension(assistance(() => current.current));
      },
      // One can write without it.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, []);
  return extension;
}

function PolicyPane({ item }: { readonly item: PolicyText }): ReactNode {
  const { actions } = useDraftTools();
  const { result, review, reviewIsFresh } = useDraftAnswer();
  const [view, setView] = useState<'yaml' | 'form'>('yaml');
  const editor = useRef<EditorHandle>(null);
  const { data: values } = useLiveQuery(clusterValuesRequest, null);
  const help = useAssistance(values);
  const text = result?.texts[item.id];
  const notices = result?.notices;
  const marks = useCallback(
    (doc: Parameters<typeof lintDiagnostics>[0]) =>
      lintDiagnostics(
        doc,
        text?.diagnostics ?? [],
        [...(notices ?? []), ...findingNotices(reviewIsFresh ? review : null)].filter(
          (notice) => notice.item === item.id && notice.line !== undefined,
        ),
      ),
    [text, notices, review, reviewIsFresh, item.id],
  );
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
        ) : (
          <PolicyFormView
            text={item.text}
            values={values}
            onChange={(next) => actions.setText(item.id, next, `form ${item.id}`)}
          />
        )}
      </div>
      <StatusLine
        result={result}
        item={item}
        onShow={(line) => {
          setView('yaml');
          editor.current?.goTo(line);
        }}
      />
    </div>
  );
}

interface StatusLineProps {
  readonly result: ApplyResult | null;
  readonly item: PolicyText;
  readonly onShow: (line: number) => void;
}

interface Problem {
  readonly isError: boolean;
  readonly message: string;
  readonly hint: string | undefined;
  readonly line: number;
}

/** One line that is always there, so that a problem which comes and goes moves nothing under the cursor. */
function StatusLine({ result, item, onShow }: StatusLineProps): ReactNode {
  const text = result?.texts[item.id];
  const problems: readonly Problem[] = [
    ...(text?.diagnostics ?? []).map(({ diagnostic: { severity, message, hint, source } }) => ({
      isError: severity === 'error' || severity === 'fatal',
      message,
      hint,
      line: source?.line ?? 1,
    })),
    ...(result?.notices ?? []).flatMap(({ item: of, severity, message, hint, line }) =>
      of === item.id && line !== undefined ? [{ isError: severity === 'error', message, hint, line }] : [],
    ),
  ].sort((a, b) => Number(b.isError) - Number(a.isError) || a.line - b.line);
  const [first] = problems;
  if (first === undefined) {
    const changes = result?.changes.filter((change) => change.item === item.id) ?? [];
    const pods = changes.reduce((sum, change) => sum + change.pods, 0);
    return (
      <div className="draft-status" role="status">
        {changes.length === 0 ? null : (
          <span className={pods === 0 ? 'draft-matches none' : 'muted'}>
            {pods === 0 ? 'Selects no pod now' : `Selects ${plural(pods, 'pod')}`}
          </span>
        )}
      </div>
    );
  }
  const { line } = first;
  const words = `Line ${line}: ${first.message} ${first.hint ?? ''}`;
  return (
    <div className={`draft-status ${first.isError ? 'error' : 'warning'}`} role="status">
      <Icon name="warning" size={14} />
      <span className="draft-status-text" title={words}>
        <strong>
          Line {line}: {first.message}
        </strong>{' '}
        {first.hint}
      </span>
      {(text?.kept.length ?? 0) > 0 ? (
        <span className="draft-kept">Views show the last good state</span>
      ) : null}
      {problems.length > 1 ? <span className="count">{problems.length}</span> : null}
      <Button small onClick={() => onShow(line)}>
        Show
      </Button>
    </div>
  );
}
