import { DRAFT_FORMAT, importPolicies, parseDraft } from '@bulkhead/policy-engine';
import { useEffect, useState } from 'react';
import { useNotify } from '../../../shared/announce.tsx';
import { plural } from '../../../shared/ui.tsx';
import { turn } from '../../../worker/queue.ts';
import type { DraftActions } from '../session.ts';
import { type DroppedFile, droppedFiles } from './dropped.ts';
import { plainLineEnds } from './line-ends.ts';

/** Files beyond this size are not read: policies are a few kilobytes. */
const MAX_FILE = 2_000_000;

/** Takes a text that was pasted, dropped or opened: a draft file becomes a draft, anything else YAML in the draft. */
export async function takeText(text: string, actions: DraftActions): Promise<string> {
  if (text.trimStart().startsWith('{') && text.includes(DRAFT_FORMAT)) {
    const reading = parseDraft(text);
    if (!reading.ok) return reading.message;
    actions.adopt(reading.draft);
    return reading.dropped === 0
      ? `Opened the draft "${reading.draft.name}".`
      : `Opened the draft "${reading.draft.name}" without ${plural(reading.dropped, 'edit')} that can't be read.`;
  }
  const { text: yaml, policies, left } = importPolicies(plainLineEnds(text));
  // Reading and showing are a frame's work each.
  await turn();
  actions.addText(yaml.endsWith('\n') ? yaml : `${yaml}\n`);
  const added =
    policies === 0
      ? 'Added the YAML to the draft.'
      : `Added ${plural(policies, 'policy', 'policies')} to the draft.`;
  return left === 0 ? added : `${added} Left out ${plural(left, 'object')} of other kinds.`;
}

/** Reads files into the draft, one after the other, and says what became of them. */
export async function takeFiles(files: Iterable<File>, actions: DraftActions): Promise<string> {
  return take(
    [...files].map((file) => ({ file, chosen: true })),
    actions,
  );
}

async function take(files: readonly DroppedFile[], actions: DraftActions): Promise<string> {
  const messages: string[] = [];
  for (const { file, chosen } of files) {
    if (file.size > MAX_FILE) {
      messages.push(`${file.name} is too big for a draft (2 MB at most).`);
      continue;
    }
    const text = await file.text();
    // A NUL never stands in YAML; a picture dropped by mistake is full of them.
    if (text.includes('\0')) messages.push(`${file.name} is not a text file.`);
    // Of a folder, only what holds policies is meant.
    else if (chosen || importPolicies(text).policies > 0) messages.push(await takeText(text, actions));
  }
  if (messages.length === 0) return 'There is no policy in what was dropped.';
  const last = messages.at(-1) ?? '';
  return messages.length === 1 ? last : `Took ${messages.length} files. ${last}`;
}

/** Text that is meant for a draft, and not for whatever else one may paste by habit. */
const LOOKS_LIKE_YAML = /^\s*(?:-\s+)?[[{\s]*["']?(?:apiVersion|kind|metadata|spec|items)["']?\s*:|^---\s*$/m;
const FIELDS = 'input, textarea, select, [contenteditable="true"], dialog';

/** Paste outside of text fields and drop anywhere on the page add to the draft. True while something hovers to be dropped. */
export function usePaste(actions: DraftActions): boolean {
  const [over, setOver] = useState(false);
  const notify = useNotify();
  useEffect(() => {
    const inside = (event: Event, selector: string) =>
      event.target instanceof Element && event.target.closest(selector) !== null;
    // What is dragged within the page (text, a card) is not meant to be added.
    let own = false;
    const meant = (event: DragEvent) => {
      const types = event.dataTransfer?.types ?? [];
      if (own || inside(event, 'dialog')) return false;
      return types.includes('Files') || (types.includes('text/plain') && !inside(event, FIELDS));
    };
    const paste = (event: ClipboardEvent) => {
      if (inside(event, FIELDS)) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (files.length > 0) void takeFiles(files, actions).then((message) => notify(message));
      else if (LOOKS_LIKE_YAML.test(text) || text.includes(DRAFT_FORMAT))
        void takeText(text, actions).then((message) => notify(message));
      else return;
      event.preventDefault();
    };
    const start = () => {
      own = true;
    };
    const end = () => {
      own = false;
    };
    const hover = (event: DragEvent) => {
      if (!meant(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!meant(event) || event.dataTransfer === null) return;
      event.preventDefault();
      // The editor would put a file's text where the pointer is.
      event.stopPropagation();
      const text = event.dataTransfer.getData('text/plain');
      if (event.dataTransfer.types.includes('Files')) {
        void droppedFiles(event.dataTransfer.items)
          .then((files) => take(files, actions))
          .then((message) => notify(message));
      } else void takeText(text, actions).then((message) => notify(message));
    };
    const capture = { capture: true };
    document.addEventListener('paste', paste);
    document.addEventListener('dragstart', start, capture);
    document.addEventListener('dragend', end, capture);
    document.addEventListener('dragover', hover, capture);
    document.addEventListener('dragleave', leave, capture);
    document.addEventListener('drop', drop, capture);
    return () => {
      document.removeEventListener('paste', paste);
      document.removeEventListener('dragstart', start, capture);
      document.removeEventListener('dragend', end, capture);
      document.removeEventListener('dragover', hover, capture);
      document.removeEventListener('dragleave', leave, capture);
      document.removeEventListener('drop', drop, capture);
    };
  }, [actions, notify]);
  return over;
}
