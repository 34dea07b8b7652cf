import { DRAFT_FORMAT, parseDraft } from '@bulkhead/policy-engine';
import { type DragEvent, useEffect, useMemo, useState } from 'react';
import { useAnnounce } from '../../../shared/announce.tsx';
import type { DraftActions } from '../session.ts';

/** Files beyond this size are not read: policies are a few kilobytes. */
const MAX_FILE = 2_000_000;

/** Takes a text that was pasted, dropped or opened: a draft file becomes a draft, anything else YAML in the draft. */
export function takeText(text: string, actions: DraftActions): string {
  if (text.trimStart().startsWith('{') && text.includes(DRAFT_FORMAT)) {
    const reading = parseDraft(text);
    if (!reading.ok) return reading.message;
    actions.adopt(reading.draft);
    return reading.dropped === 0
      ? `Opened the draft "${reading.draft.name}".`
      : `Opened the draft "${reading.draft.name}" without ${reading.dropped} edits that can't be read.`;
  }
  actions.addText(text.endsWith('\n') ? text : `${text}\n`);
  return 'Added the YAML to the draft.';
}

/** Reads files into the draft, one after the other. */
export async function takeFiles(files: Iterable<File>, actions: DraftActions): Promise<string> {
  let message = '';
  for (const file of files) {
    if (file.size > MAX_FILE) message = `${file.name} is too big for a draft (2 MB at most).`;
    else {
      const text = await file.text();
      // A NUL never stands in YAML; a picture dropped by mistake is full of them.
      message = text.includes('\0') ? `${file.name} is not a text file.` : takeText(text, actions);
    }
  }
  return message;
}

/** Paste outside text fields and drop anywhere on the drawer add to the draft. */
export function usePaste(actions: DraftActions) {
  const [over, setOver] = useState(false);
  const announce = useAnnounce();
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (
        target?.closest('input, textarea, select, [contenteditable="true"], dialog') !== null &&
        target !== null
      )
        return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (!/^\s*(?:#|---|\{|apiVersion:|kind:)/m.test(text)) return;
      event.preventDefault();
      announce(takeText(text, actions));
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, [actions, announce]);
  const handlers = useMemo(
    () => ({
      onDragOver: (event: DragEvent) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (event.currentTarget === event.target) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setOver(false);
        void takeFiles(event.dataTransfer.files, actions).then(announce);
      },
    }),
    [actions, announce],
  );
  return { over, handlers };
}
