/** Widths of characters in em, as the wider of the usual interface fonts (DejaVu Sans, Verdana) draw them. */
const CLASSES: readonly (readonly [characters: RegExp, em: number])[] = [
  [/[iljI.,:;|'! ]/, 0.33],
  [/[frt()[\]/-]/, 0.41],
  [/[mwMW@%—…]/, 0.96],
  [/[A-Z0-9×·+]/, 0.66],
];
const USUAL = 0.62;
const BOLD = 1.1;

const known = new Map<string, number>();

function characterEm(character: string): number {
  let em = known.get(character);
  if (em === undefined) {
    em = CLASSES.find(([characters]) => characters.test(character))?.[1] ?? USUAL;
    known.set(character, em);
  }
  return em;
}

/**
 * How wide a text is at most, in em. An estimate on purpose: what is laid out by it looks the same on every machine,
 * whichever font it has, and is known where nothing can be measured.
 */
export function textEm(text: string, { bold = false }: { readonly bold?: boolean } = {}): number {
  let sum = 0;
  for (const character of text) sum += characterEm(character);
  return bold ? sum * BOLD : sum;
}

let pen: CanvasRenderingContext2D | null | undefined;

/**
 * How wide a text is in this machine's interface font, in pixels; where nothing can be measured, what `textEm` says. For
 * what may differ from machine to machine, such as columns.
 */
export function textPx(
  text: string,
  { size, bold = false }: { readonly size: number; readonly bold?: boolean },
): number {
  pen ??= typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
  if (pen === null) return textEm(text, { bold }) * size;
  pen.font = `${bold ? 600 : 400} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
}

const SAMPLE =
  'payments-api checkout postgres-ledger ingress-nginx-controller kube-state-metrics ×3 TCP 8443';
let factor: number | undefined;

/** How wide this machine's interface font is, as a share of what `textEm` says; never more than 1. */
export function fontFactor(): number {
  if (factor === undefined) {
    const context =
      typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
    if (context === null) return 1;
    context.font = `500 100px ${getComputedStyle(document.body).fontFamily}`;
    factor = Math.min(1, (context.measureText(SAMPLE).width / 100 / textEm(SAMPLE)) * 1.03);
  }
  return factor;
}

/** Cuts that leave fewer characters than this say nothing. */
const LEAST_KEPT = 6;

/**
 * A text cut in the middle to what fits, since names of workloads differ at their ends as often as at their starts.
 * Empty where hardly anything would be left.
 */
export function shorten(text: string, em: number): string {
  if (textEm(text) <= em) return text;
  const characters = [...text];
  for (let keep = characters.length - 1; keep >= LEAST_KEPT; keep--) {
    const head = Math.ceil(keep / 2);
    const cut = `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (keep - head)).join('')}`;
    if (textEm(cut) <= em) return cut;
  }
  return '';
}
