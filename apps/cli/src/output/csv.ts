/**
 * A line of comma-separated values (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe in front, since
 * names and labels may come from anyone (OWASP, CSV injection).
 */
export function csvLine(row: readonly string[]): string {
  return `${row.map(cell).join(',')}\r\n`;
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}
