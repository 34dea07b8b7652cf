/** One field of a CSV file (RFC 4180), with a mark before what a spreadsheet would take for a formula. */
export function csvField(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One field of tab-separated text for the clipboard; formulas are marked as above. */
export function tsvField(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return safe.replace(/[\t\r\n]+/g, ' ');
}
