export interface DiffRow {
  /** The line on each side; null where that side has none here. Equal strings are the same line. */
  readonly left: string | null;
  readonly right: string | null;
}

/** Beyond this many pairs of lines nothing is aligned: all of the left, then all of the right. */
const MOST_PAIRS = 4_000_000;

/** Two texts line by line, side by side, by their longest common subsequence of lines. */
export function diffLines(left: string, right: string): readonly DiffRow[] {
  const a = left.split('\n');
  const b = right.split('\n');
  if (a.length * b.length > MOST_PAIRS) return changed(a, b);
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const rows: DiffRow[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const flush = () => {
    rows.push(...changed(gone, come));
    gone = [];
    come = [];
  };
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const x = a[i];
    const y = b[j];
    if (x !== undefined && x === y) {
      flush();
      rows.push({ left: x, right: x });
      i += 1;
      j += 1;
    } else if (y === undefined || (x !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      gone.push(x ?? '');
      i += 1;
    } else {
      come.push(y);
      j += 1;
    }
  }
  flush();
  return rows;
}

function changed(a: readonly string[], b: readonly string[]): readonly DiffRow[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => ({
    left: a[index] ?? null,
    right: b[index] ?? null,
  }));
}

/** Rows that are shown, or how many equal ones are left out. */
export type DiffPart = { readonly rows: readonly DiffRow[] } | { readonly same: number };

/** Only what differs, with some lines around it. */
export function withContext(rows: readonly DiffRow[], around: number): readonly DiffPart[] {
  const shown = rows.map((_, index) =>
    rows.slice(Math.max(0, index - around), index + around + 1).some(({ left, right }) => left !== right),
  );
  const parts: DiffPart[] = [];
  for (let start = 0; start < rows.length; ) {
    let end = start;
    while (end < rows.length && shown[end] === shown[start]) end += 1;
    parts.push(shown[start] === true ? { rows: rows.slice(start, end) } : { same: end - start });
    start = end;
  }
  return parts;
}
