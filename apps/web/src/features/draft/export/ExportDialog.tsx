import { type DirectoryPatch, type Draft, type DraftExport, policyKey } from '@bulkhead/policy-engine';
import { type ReactNode, useEffect, useState } from 'react';
import { useEngine, useSession } from '../../../data/engine.ts';
import { useAnnounce } from '../../../shared/announce.tsx';
import { Icon } from '../../../shared/icons.tsx';
import { Button, plural, Segments } from '../../../shared/ui.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { Scroll } from '../parts/Scroll.tsx';
import { copyText, saveFile } from '../parts/save.ts';
import { draftFileName, useDraft } from '../session.ts';
import {
  type ExportResult,
  exportDraftRequest,
  type VerificationResult,
  verificationRequest,
} from '../worker/requests.ts';
import { DryRun } from './DryRun.tsx';
import { zipOf } from './zip.ts';

type Part = 'yaml' | 'files' | 'patch' | 'commands' | 'verify';

/** The draft as YAML to copy or save, and the lines that apply it. */
export default function ExportDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { entry } = useDraft();
  const engine = useEngine();
  const { status } = useSession();
  const [part, setPart] = useState<Part>('yaml');
  const [result, setResult] = useState<ExportResult | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const draft = entry?.draft;
  const output = result?.output ?? null;
  const patched =
    status?.source === 'directory' &&
    result !== null &&
    (result.patch.text !== '' || result.patch.left.length > 0);
  const context = status?.source === 'live' ? status.cluster : undefined;
  const fileName = draft === undefined ? 'policies.yaml' : draftFileName(draft, 'yaml');

  useEffect(() => {
    if (draft === undefined) return;
    let current = true;
    engine
      .call(exportDraftRequest, { draft, fileName, ...(context === undefined ? {} : { context }) })
      .then((next) => {
        if (current) setResult(next);
      })
      .catch((error: unknown) => {
        if (current) setProblem(error instanceof Error ? error.message : String(error));
      });
    return () => {
      current = false;
    };
  }, [engine, draft, fileName, context]);

  return (
    <Dialog title={`Export ${draft?.name ?? 'draft'}`} onClose={onClose}>
      <div className="draft-export-head">
        <Segments
          label="What to export"
          value={part}
          options={[
            { value: 'yaml', label: 'One file' },
            { value: 'files', label: 'File per policy' },
            ...(patched ? [{ value: 'patch' as const, label: 'Patch' }] : []),
            { value: 'commands', label: 'Commands' },
            { value: 'verify', label: 'Verify' },
          ]}
          onChange={setPart}
        />
        {output === null ? null : <span className="muted">{contentsText(output)}</span>}
      </div>
      {problem === null ? null : <p className="draft-notice error">The export failed: {problem}</p>}
      {(output?.notes.length ?? 0) === 0 ? null : (
        <ul className="draft-notices">
          {output?.notes.map((note) => (
            <li key={note} className="draft-notice info">
              <Icon name="warning" size={14} />
              <span>{note}</span>
            </li>
          ))}
        </ul>
      )}
      {output === null || output.removed.length === 0 || part === 'verify' || part === 'patch' ? null : (
        <ul className="draft-notices" aria-label="Policies to delete">
          {output.removed.map((policy) => (
            <li key={policyKey(policy)} className="draft-notice info">
              <Icon name="minus" size={14} />
              <span>
                Delete {policy.kind}{' '}
                {policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {part === 'verify' && draft !== undefined ? <Verification draft={draft} fileName={fileName} /> : null}
      {part === 'patch' && result !== null ? (
        <Patch patch={result.patch} fileName={fileName.replace(/\.yaml$/, '.patch')} />
      ) : null}
      {part === 'yaml' && output !== null && output.policies.length > 0 && status?.source === 'live' ? (
        <DryRun cluster={status.cluster} policies={output.policies} allowed={status.dryRun === true} />
      ) : null}
      {output === null || part === 'verify' || part === 'patch' ? null : (
        <ExportPart part={part} output={output} fileName={fileName} />
      )}
    </Dialog>
  );
}

function contentsText({ policies, removed }: DraftExport): string {
  const added = policies.filter(({ change }) => change === 'added').length;
  const parts = [
    added > 0 ? `${added} new` : '',
    policies.length > added ? `${policies.length - added} changed` : '',
    removed.length > 0 ? `${removed.length} removed` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'Nothing to export' : parts.join(', ');
}

interface ExportPartProps {
  readonly part: Exclude<Part, 'verify' | 'patch'>;
  readonly output: DraftExport;
  readonly fileName: string;
}

function ExportPart({ part, output, fileName }: ExportPartProps): ReactNode {
  if (part === 'commands') return <Commands output={output} />;
  if (output.policies.length === 0) {
    return (
      <p className="draft-hint muted">The draft adds and changes no policy, so there is no YAML to export.</p>
    );
  }
  if (part === 'yaml') {
    return (
      <Code
        text={output.single}
        label="YAML of all policies"
        actions={
          <Button icon="download" onClick={() => saveFile(fileName, output.single, 'application/yaml')}>
            Download {fileName}
          </Button>
        }
      />
    );
  }
  return (
    <>
      <div className="draft-export-actions">
        <Button
          icon="download"
          onClick={() => {
            const name = fileName.replace(/\.yaml$/, '.zip');
            void zipOf(output.files).then((bytes) => saveFile(name, bytes, 'application/zip'));
          }}
        >
          Download zip with kustomization
        </Button>
      </div>
      {output.files.map(({ path, text }) => (
        <Code
          key={path}
          title={path}
          text={text}
          label={path}
          actions={
            <Button
              small
              icon="download"
              onClick={() => saveFile(path.replaceAll('/', '-'), text, 'application/yaml')}
            >
              Download
            </Button>
          }
        />
      ))}
    </>
  );
}

function Commands({ output }: { readonly output: DraftExport }): ReactNode {
  const { diff, apply, remove, labels } = output.commands;
  const sections = [
    { title: 'See what would change on the cluster', lines: diff },
    { title: 'Apply the added and changed policies', lines: apply },
    { title: 'Change labels', lines: labels },
    { title: 'Delete the removed policies', lines: remove },
  ].filter(({ lines }) => lines.length > 0);
  if (sections.length === 0) return <p className="draft-hint muted">There is nothing to run.</p>;
  return (
    <>
      <p className="muted">Bulkhead never writes to a cluster. These are the lines for you to run.</p>
      {sections.map(({ title, lines }) => (
        <Code key={title} title={title} text={`${lines.join('\n')}\n`} label={title} />
      ))}
    </>
  );
}

interface PatchProps {
  readonly patch: DirectoryPatch;
  readonly fileName: string;
}

/** The draft against the directory that it was read from. */
function Patch({ patch: { text, files, left }, fileName }: PatchProps): ReactNode {
  return (
    <>
      {left.map((sentence) => (
        <p key={sentence} className="draft-notice warning">
          <Icon name="warning" size={14} />
          <span>{sentence}</span>
        </p>
      ))}
      {text === '' ? null : (
        <>
          <p className="muted">
            Changes {plural(files.length, 'file')} of the directory, only the lines that differ. In the
            directory, run <code>patch -p1 &lt; {fileName}</code> or <code>git apply {fileName}</code>.
          </p>
          <Code
            title={fileName}
            label="Patch"
            text={text}
            actions={
              <Button small icon="download" onClick={() => saveFile(fileName, text, 'text/x-diff')}>
                Download
              </Button>
            }
          />
        </>
      )}
    </>
  );
}

/** A script that tries the draft's connections on a test cluster, and the workflow that runs it. */
function Verification({ draft, fileName }: { readonly draft: Draft; readonly fileName: string }): ReactNode {
  const engine = useEngine();
  const [result, setResult] = useState<VerificationResult | string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    engine
      .call(verificationRequest, { draft, fileName }, { signal: controller.signal })
      .then(setResult)
      .catch((error: unknown) => {
        if (!controller.signal.aborted) setResult(error instanceof Error ? error.message : String(error));
      });
    return () => controller.abort();
  }, [engine, draft, fileName]);
  if (result === null) return <p className="draft-hint muted">Choosing the connections to try…</p>;
  if (typeof result === 'string')
    return <p className="draft-notice error">The script could not be made: {result}</p>;
  const { script, scriptPath, workflow, probes, notes } = result;
  if (probes === 0) {
    return (
      <p className="draft-hint muted">
        There is nothing to try: the draft changes no connection between workloads that can be told for
        certain. {notes.join(' ')}
      </p>
    );
  }
  return (
    <>
      <p className="muted">
        Makes stand-ins for the workloads on a test cluster, tries {plural(probes, 'connection')} without and
        with the policies, and removes what it made. {notes.join(' ')}
      </p>
      <Code
        title={scriptPath}
        label="Verification script"
        text={script}
        actions={
          <Button small icon="download" onClick={() => saveFile(scriptPath, script, 'text/x-shellscript')}>
            Download
          </Button>
        }
      />
      <Code
        title=".github/workflows/verify-network-policies.yaml"
        label="Workflow for CI"
        text={workflow}
        actions={
          <Button
            small
            icon="download"
            onClick={() => saveFile('verify-network-policies.yaml', workflow, 'application/yaml')}
          >
            Download
          </Button>
        }
      />
    </>
  );
}

interface CodeProps {
  readonly text: string;
  readonly label: string;
  readonly title?: string;
  readonly actions?: ReactNode;
}

/** A text to copy. */
export function Code({ text, label, title, actions }: CodeProps): ReactNode {
  const [copied, setCopied] = useState(false);
  const announce = useAnnounce();
  const copy = async () => {
    const done = await copyText(text);
    setCopied(done);
    announce(done ? 'Copied.' : 'The browser did not allow copying; select the text and copy it yourself.');
    if (done) setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <figure className="draft-code">
      <figcaption>
        <span className="truncate">{title ?? ''}</span>
        <span className="spring" />
        <Button small icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
        {actions}
      </figcaption>
      <Scroll label={label}>{text}</Scroll>
    </figure>
  );
}
