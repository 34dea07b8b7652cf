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

/** Texts are asked about at every step of a zoom. */
const measured = new Map<string, number>();
const MOST_MEASURED = 50_000;

/**
 * How wide a text is at most, in em. An estimate on purpose: what is laid out by it looks the same on every machine,
 * whichever font it has, and is known where nothing can be measured.
 */
export function textEm(text: string, { bold = false }: { readonly bold?: boolean } = {}): number {
  let sum = measured.get(text);
  if (sum === undefined) {
    sum = 0;
    for (const character of text) sum += characterEm(character);
    if (measured.size > MOST_MEASURED) measured.clear();
    measured.set(text, sum);
  }
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

/** Cuts of a whole name that leave fewer characters than this say nothing. */
const LEAST_KEPT = 6;

/**
 * A text cut in the middle to what fits, since names of workloads differ at their ends as often as at their starts.
 * Empty where fewer characters than `least` would be left.
 */
export function shorten(text: string, em: number, least = LEAST_KEPT): string {
  if (textEm(text) <= em) return text;
  const characters = [...text];
  const widths = characters.map(characterEm);
  let room = em - characterEm('…');
  let [head, tail] = [0, 0];
  while (head + tail < characters.length) {
    const next = head <= tail ? widths[head] : widths[characters.length - 1 - tail];
    room -= next ?? 0;
    if (room < 0) break;
    if (head <= tail) head++;
    else tail++;
  }
  if (head + tail < least) return '';
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}
