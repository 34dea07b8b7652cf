import type { ConnectionRow, MatrixUnit } from '@bulkhead/policy-engine';
import { csvLines, tsvLines } from '../../shared/sheet.ts';

/** Connections as a file or for the clipboard; `tsv` is text with tabs. */
export type ConnectionFormat = 'csv' | 'json' | 'tsv';

const HEADER = [
  'source',
  'source kind',
  'destination',
  'destination kind',
  'ports',
  'verdict',
  'change',
  'before',
  'opens',
  'closes',
  'policies',
];

/** `payments/db`, `10.0.0.0/8`. */
export function endName(unit: MatrixUnit): string {
  return unit.type === 'workload' ? `${unit.namespace}/${unit.label}` : unit.label;
}

/** Ports that the row is about; of what a draft closed, those that it closed. */
export function portsText({ outcome, verdict }: ConnectionRow): string {
  if (verdict === 'denied') return outcome.closed;
  if (verdict === 'unknown') return outcome.unknown;
  return outcome.unknown === '' ? outcome.ports : `${outcome.ports} (unknown: ${outcome.unknown})`;
}

/**
 * A stretch of rows as a part of a text. Stretches put one after the other, and `endOf` behind the last, make the whole.
 * @param isFirst whether the text begins with it
 */
export function connectionText(
  rows: readonly ConnectionRow[],
  format: ConnectionFormat,
  isFirst: boolean,
): string {
  switch (format) {
    case 'csv':
      return csvLines([...(isFirst ? [HEADER] : []), ...rows.map(fieldsOf)]);
    case 'tsv':
      return `${isFirst ? '' : '\n'}${tsvLines([...(isFirst ? [HEADER] : []), ...rows.map(fieldsOf)])}`;
    case 'json': {
      const objects = rows.map((row) => JSON.stringify(toJson(row))).join(',\n');
      return `${isFirst ? '[\n' : ',\n'}${objects}`;
    }
  }
}

export function endOf(format: ConnectionFormat): string {
  return format === 'json' ? '\n]\n' : '';
}

/** A row's fields, as `HEADER` names them. */
function fieldsOf(row: ConnectionRow): readonly string[] {
  return [
    endName(row.from),
    row.from.kind,
    endName(row.to),
    row.to.kind,
    portsText(row),
    row.verdict,
    row.outcome.impact ?? '',
    row.outcome.impact === null ? '' : row.outcome.before,
    row.outcome.opened,
    row.outcome.closed,
    row.policies.join(' '),
  ];
}

function toJson(row: ConnectionRow) {
  return {
    source: { id: row.from.id, name: endName(row.from), kind: row.from.kind },
    destination: { id: row.to.id, name: endName(row.to), kind: row.to.kind },
    verdict: row.verdict,
    ports: row.outcome.ports,
    unknownPorts: row.outcome.unknown,
    change: row.outcome.impact,
    before: row.outcome.before,
    opens: row.outcome.opened,
    closes: row.outcome.closed,
    policies: row.policies,
  };
}
