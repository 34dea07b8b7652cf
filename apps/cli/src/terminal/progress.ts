import type { Io } from '../io.ts';

/** Something that says what is going on, once it takes long. */
export interface Progress {
  /** What is being done now: `Reading manifests … 1,200 files`. */
  update(text: string): void;
  /** Removes the line. Safe to call twice. */
  done(): void;
}

const PATIENCE_MS = 1_000;
const REFRESH_MS = 100;

/** Shows nothing in the first second. On a terminal one line that is rewritten; elsewhere each new text once. */
export function startProgress(io: Io, text: string): Progress {
  const startedAt = performance.now();
  const interactive = io.stderr.isTTY === true;
  let shown = '';
  let current = text;
  let lastAt = 0;
  let finished = false;

  const show = (): void => {
    if (finished || current === shown) return;
    const now = performance.now();
    if (now - startedAt < PATIENCE_MS) return;
    if (interactive) {
      if (now - lastAt < REFRESH_MS) return;
      io.stderr.write(`\r\u001b[2K${current}`);
    } else {
      // A log wants to know that something is happening, not how far it is ten times a second.
      if (shown !== '') return;
      io.stderr.write(`${current}\n`);
    }
    lastAt = now;
    shown = current;
  };
  const timer = setTimeout(show, PATIENCE_MS + 1);
  timer.unref();
  return {
    update(next) {
      current = next;
      show();
    },
    done() {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      if (interactive && shown !== '') io.stderr.write('\r\u001b[2K');
    },
  };
}
