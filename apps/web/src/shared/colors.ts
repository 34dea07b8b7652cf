/** The colours that pictures need as values: read from the tokens, so that themes have one source. */
const NAMES = [
  'canvas',
  'surface',
  'surface-2',
  'surface-3',
  'raised',
  'border',
  'border-strong',
  'text',
  'text-2',
  'text-3',
  'accent',
  'accent-soft',
  'allowed',
  'allowed-soft',
  'denied',
  'unknown',
  'unknown-soft',
  'open',
  'open-soft',
  'isolated',
  'isolated-soft',
  'opened',
  'closed',
  'widened',
  'narrowed',
  'rearranged',
  'uncertain',
] as const;

export type ColorName = (typeof NAMES)[number];
export type Colors = Readonly<Record<ColorName, string>>;

/** The tokens as the document's current theme resolves them, as `rgb(…)`. */
export function readColors(): Colors {
  const probe = document.createElement('i');
  probe.hidden = true;
  document.body.append(probe);
  const computed = getComputedStyle(probe);
  const colors = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, computed.color];
    }),
  ) as Record<ColorName, string>;
  probe.remove();
  return colors;
}
