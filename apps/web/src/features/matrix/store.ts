import type {
  MatrixBand,
  MatrixFrame,
  MatrixOutcome,
  MatrixOverlap,
  MatrixUnit,
} from '@bulkhead/policy-engine';

/** The code of a cell that has not arrived yet. */
export const PENDING = -1;

/** Cells of one matrix as they arrive, addressed by their place on the screen. */
export class MatrixCells {
  readonly frame: MatrixFrame;
  readonly version: number;
  /** Units in the order in which they are shown. */
  readonly rowOrder: Int32Array;
  readonly columnOrder: Int32Array;
  readonly outcomes: MatrixOutcome[] = [];
  readonly byName: boolean;
  /** Whether names of workloads need their namespace. */
  readonly rowsQualified: boolean;
  readonly columnsQualified: boolean;
  readonly #lines: (Uint32Array | undefined)[];
  readonly #overlaps: ReadonlyMap<number, number>;
  #missing: number;

  constructor(frame: MatrixFrame, version: number, order: 'similar' | 'name', from?: MatrixCells) {
    this.frame = frame;
    this.version = version;
    this.rowOrder = orderOf(frame.rows, order);
    this.columnOrder = orderOf(frame.columns, order);
    this.byName = order === 'name';
    this.rowsQualified = hasSeveralNamespaces(frame.rows);
    this.columnsQualified = hasSeveralNamespaces(frame.columns);
    const width = frame.columns.units.length;
    if (from?.version === version) {
      this.#lines = from.#lines;
      this.outcomes = from.outcomes;
      this.#overlaps = from.#overlaps;
      this.#missing = from.#missing;
      return;
    }
    this.#lines = new Array(frame.rows.classes);
    this.#overlaps = new Map(frame.overlaps.map(({ row, column, code }) => [row * width + column, code]));
    this.#missing = frame.rows.classes;
  }

  /** Classes of rows whose cells have not arrived. */
  get missing(): number {
    return this.#missing;
  }

  add(band: MatrixBand): void {
    for (const [index, outcome] of band.outcomes.entries())
      this.outcomes[band.knownOutcomes + index] = outcome;
    const width = this.frame.columns.classes;
    for (let index = 0; index < band.count; index++) {
      if (this.#lines[band.first + index] === undefined) this.#missing--;
      this.#lines[band.first + index] = band.codes.subarray(index * width, (index + 1) * width);
    }
  }

  has(rowClass: number): boolean {
    return this.#lines[rowClass] !== undefined;
  }

  /** The first class of rows without cells, those in sight first; -1 where there is none. */
  nextMissing(first: number, last: number): number {
    for (let row = first; row <= last; row++) {
      const own = this.frame.rows.classOf[this.rowOrder[row] ?? 0] ?? 0;
      if (!this.has(own)) return own;
    }
    for (let own = 0; own < this.frame.rows.classes; own++) if (!this.has(own)) return own;
    return -1;
  }

  row(at: number): MatrixUnit | undefined {
    return this.frame.rows.units[this.rowOrder[at] ?? -1];
  }

  column(at: number): MatrixUnit | undefined {
    return this.frame.columns.units[this.columnOrder[at] ?? -1];
  }

  /** Code of a cell; `PENDING` where it has not arrived. */
  code(row: number, column: number): number {
    const { rows, columns } = this.frame;
    const from = this.rowOrder[row] ?? 0;
    const to = this.columnOrder[column] ?? 0;
    const overlap =
      this.#overlaps.size === 0 ? undefined : this.#overlaps.get(from * columns.units.length + to);
    if (overlap !== undefined) return this.outcomes[overlap] === undefined ? PENDING : overlap;
    const line = this.#lines[rows.classOf[from] ?? 0];
    return line === undefined ? PENDING : (line[columns.classOf[to] ?? 0] ?? PENDING);
  }

  /** Codes of one row by the class of the column, and that class for each column shown; without overlaps. */
  line(row: number): Uint32Array | undefined {
    return this.#lines[this.frame.rows.classOf[this.rowOrder[row] ?? 0] ?? 0];
  }

  get columnClasses(): Int32Array {
    this.#columnClasses ??= this.columnOrder.map((index) => this.frame.columns.classOf[index] ?? 0);
    return this.#columnClasses;
  }

  #columnClasses: Int32Array | undefined;

  /** Codes of a stretch of one row; the same as `code` for each, in one go. */
  fill(row: number, firstColumn: number, lastColumn: number, out: Int32Array): void {
    const { rows } = this.frame;
    const from = this.rowOrder[row] ?? 0;
    const line = this.#lines[rows.classOf[from] ?? 0];
    const classes = this.columnClasses;
    const known = this.outcomes.length;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const code = line === undefined ? PENDING : (line[classes[column] ?? 0] ?? PENDING);
      out[column - firstColumn] = code >= known ? PENDING : code;
    }
    for (const { column, code } of this.#overlapsByRow.get(from) ?? []) {
      const place = this.#columnPlaces[column] ?? -1;
      if (place < firstColumn || place > lastColumn) continue;
      out[place - firstColumn] = code >= known ? PENDING : code;
    }
  }

  outcome(row: number, column: number): MatrixOutcome | undefined {
    return this.outcomes[this.code(row, column)];
  }

  /** Where a unit is shown; -1 where it isn't. */
  rowOf(id: string): number {
    return this.rowOrder.findIndex((index) => this.frame.rows.units[index]?.id === id);
  }

  columnOf(id: string): number {
    return this.columnOrder.findIndex((index) => this.frame.columns.units[index]?.id === id);
  }

  /** Overlaps of each row's unit; nearly every row has one, with itself. */
  get #overlapsByRow(): ReadonlyMap<number, readonly MatrixOverlap[]> {
    if (this.#overlapRows === undefined) {
      const byRow = new Map<number, MatrixOverlap[]>();
      for (const overlap of this.frame.overlaps) {
        const list = byRow.get(overlap.row);
        if (list === undefined) byRow.set(overlap.row, [overlap]);
        else list.push(overlap);
      }
      this.#overlapRows = byRow;
    }
    return this.#overlapRows;
  }

  #overlapRows: ReadonlyMap<number, readonly MatrixOverlap[]> | undefined;

  /** Where each unit of the columns is shown. */
  get #columnPlaces(): Int32Array {
    if (this.#places === undefined) {
      this.#places = new Int32Array(this.columnOrder.length);
      for (const [place, unit] of this.columnOrder.entries()) this.#places[unit] = place;
    }
    return this.#places;
  }

  #places: Int32Array | undefined;
}

function orderOf(axis: MatrixFrame['rows'], order: 'similar' | 'name'): Int32Array {
  return order === 'similar' ? axis.similar : Int32Array.from(axis.units, (_, index) => index);
}

function hasSeveralNamespaces(axis: MatrixFrame['rows']): boolean {
  const [first] = axis.units;
  return axis.units.some((unit) => unit.type === 'workload' && unit.namespace !== first?.namespace);
}
