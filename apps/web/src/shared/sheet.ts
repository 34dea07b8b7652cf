import { csvField, tsvField } from './csv.ts';

/** A table as texts, for files and the clipboard. */
export interface Sheet {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Lines of a CSV file (RFC 4180); what a spreadsheet would take for a formula is marked as text. */
export function csvLines(rows: Sheet['rows']): string {
  return rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** Lines as spreadsheets take them from the clipboard, without an end of line after the last. */
export function tsvLines(rows: Sheet['rows']): string {
  return rows.map((row) => row.map(tsvField).join('\t')).join('\n');
}

export function toCsv({ header, rows }: Sheet): string {
  return csvLines([header, ...rows]);
}

export function toTsv({ header, rows }: Sheet): string {
  return tsvLines([header, ...rows]);
}
