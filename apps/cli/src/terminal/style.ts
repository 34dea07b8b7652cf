import type { Io } from '../io.ts';

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

export type StyleName = keyof typeof CODES;
export type Style = { readonly [name in StyleName]: (text: string) => string };

/**
 * Colours, where the stream is a terminal that wants them. `NO_COLOR` (no-color.org) turns them off, `FORCE_COLOR` on;
 * `TERM=dumb` has none.
 */
export function styleFor(stream: { readonly isTTY?: boolean }, env: Io['env']): Style {
  const on = wantsColour(stream, env);
  const make =
    ([start, end]: readonly [number, number]) =>
    (text: string) =>
      on ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return {
    bold: make(CODES.bold),
    dim: make(CODES.dim),
    red: make(CODES.red),
    green: make(CODES.green),
    yellow: make(CODES.yellow),
    blue: make(CODES.blue),
    cyan: make(CODES.cyan),
  };
}

function wantsColour(stream: { readonly isTTY?: boolean }, env: Io['env']): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
