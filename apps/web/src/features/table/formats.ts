import { csvField, tsvField } from '../../shared/csv.ts';

/** A table as texts, for files and the clipboard. */
export interface Sheet {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** RFC 4180; what a spreadsheet would take for a formula is marked as text. */
export function toCsv({ header, rows }: Sheet): string {
  return [header, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** What spreadsheets take from the clipboard. */
export function toTsv({ header, rows }: Sheet): string {
  return [header, ...rows].map((row) => row.map(tsvField).join('\t')).join('\n');
}
