import type { Look } from './looks.ts';
import type { MatrixCells } from './store.ts';

/** What a pixel shows that stands for several cells: the look of theirs that says most. */
const WEIGHT: Readonly<Partial<Record<Look, number>>> = {
  none: 1,
  self: 1,
  open: 2,
  all: 3,
  some: 4,
  unknown: 5,
  uncertain: 6,
  narrowed: 7,
  rearranged: 7,
  widened: 8,
  closed: 9,
  opened: 10,
};
/** Cells that are looked at for a pixel along each side, and for a whole picture about. */
const SAMPLES = { least: 2, most: 8, inAll: 2_000_000 };

interface SampledPicture {
  /** A pixel each, row by row. */
  readonly out: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** The row of the first pixel, and rows for each. */
  readonly rows: { readonly first: number; readonly step: number };
  readonly columns: { readonly first: number; readonly step: number };
}

/**
 * Paints cells so that each pixel stands for several, or for a part of one.
 * @param table looks by the cells' codes
 * @param pixels colours of looks
 */
export function sampleCells(
  cells: MatrixCells,
  table: readonly Look[],
  pixels: ReadonlyMap<Look, number>,
  { out, width, height, rows, columns }: SampledPicture,
): void {
  const samples = (step: number) =>
    Math.max(
      1,
      Math.min(
        Math.ceil(step),
        Math.max(SAMPLES.least, Math.min(SAMPLES.most, Math.floor(Math.sqrt(SAMPLES.inAll / out.length)))),
      ),
    );
  const [down, across] = [samples(rows.step), samples(columns.step)];
  const weights = table.map((look) => WEIGHT[look] ?? 0);
  const shades = table.map((look) => pixels.get(look) ?? 0);
  const pending = pixels.get('pending') ?? 0;
  const classes = cells.columnClasses;
  const picked = new Int32Array(width * across);
  for (let at = 0; at < picked.length; at++) {
    const column = columns.first + Math.floor((at / across) * columns.step);
    picked[at] = classes[Math.min(column, classes.length - 1)] ?? 0;
  }
  for (let y = 0; y < height; y++) {
    const lines: Uint32Array[] = [];
    for (let sample = 0; sample < down; sample++) {
      const row = rows.first + Math.floor((y + sample / down) * rows.step);
      const line = cells.line(Math.min(row, cells.rowOrder.length - 1));
      if (line !== undefined && !lines.includes(line)) lines.push(line);
    }
    for (let x = 0; x < width; x++) {
      let most = -1;
      for (let sample = 0; sample < across; sample++) {
        const own = picked[x * across + sample] ?? 0;
        for (const line of lines) {
          const code = line[own] ?? 0;
          if ((weights[code] ?? 0) > (weights[most] ?? -1)) most = code;
        }
      }
      out[y * width + x] = lines.length === 0 ? pending : (shades[most] ?? pending);
    }
  }
}
