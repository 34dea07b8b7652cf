import type { NamespaceNode } from '@bulkhead/policy-engine';
import { fontFactor, shorten, textEm } from '../../shared/text-width.ts';
import { plural } from '../../shared/ui.tsx';
import type { Rect } from '../../worker/layout/pack.ts';
import { BOX_HEADER, CARD_TEXT, HEAD_TEXT, OUTSIDE_HEIGHT, OUTSIDE_TEXT } from '../../worker/layout/place.ts';
import { toggleSide } from './looks.ts';
import type { Focus, Scene } from './scene.ts';

/*
 * What is written where, and how large, at each zoom. Sizes are in the graph's units; `scale` is how many of them make
 * a pixel of the screen. What can't be read is not written.
 */

/** No text is smaller than this on the screen, in pixels. */
const LEAST_TEXT = 12;
/** How large names may get inside of a card and of a box's head before they leave it. */
const CARD_LARGEST = 33.5;
const HEAD_LARGEST = 34;
/** Beyond this scale no card has room for a name; the names of expanded boxes are then written across them. */
export const FAR_SCALE = CARD_LARGEST / LEAST_TEXT;

export interface Label {
  /** May have several lines. */
  readonly text: string;
  readonly size: number;
  /** How far its middle is from that of its node, downwards. */
  readonly lower: number;
}

/** Everything that is written on nodes; what isn't written is absent. */
export interface NodeLabels {
  /** Of cards, outside peers, collapsed boxes, and of expanded ones where their heads can't be read. */
  readonly names: ReadonlyMap<string, Label>;
  /** Of expanded boxes, left aligned in their heads. */
  readonly heads: ReadonlyMap<string, Label>;
  /** Of collapsed boxes, below their names. */
  readonly counts: ReadonlyMap<string, Label>;
}

/** From one line to the next, in sizes of the text; the last one takes no more than itself. */
export const LINE = 1.1;

/** Up to this many nodes in focus are named in any case, over what is faded around them. */
const NAMED_IN_FOCUS = 40;

/** Whether nodes have other names in a focus than without one. */
export function namesMore(focus: Focus): focus is Focus & { readonly lit: NonNullable<Focus['lit']> } {
  return focus.lit !== null && focus.lit.nodes.size <= NAMED_IN_FOCUS;
}

/** What is written on the nodes of a scene where `scale` of its units make a pixel. */
export function nodeLabels(
  scene: Pick<Scene, 'boxes' | 'cards' | 'outside'>,
  focus: Focus,
  scale: number,
): NodeLabels {
  const names = new Map<string, Label>();
  const heads = new Map<string, Label>();
  const counts = new Map<string, Label>();
  const write = (labels: Map<string, Label>, id: string, label: Label) => {
    if (label.text !== '') labels.set(id, label);
  };
  const focused = namesMore(focus) ? focus.lit.nodes : null;
  const inAnyCase = (name: string): Label => ({
    text: shorten(name, 16),
    size: LEAST_TEXT * scale,
    lower: 0,
  });
  for (const { id, node, rect } of scene.boxes) {
    if (node.expanded && scale <= FAR_SCALE) {
      write(heads, id, headLabel(node, rect.width, scale));
      continue;
    }
    if (node.expanded && focused?.has(id)) {
      write(heads, id, inAnyCase(node.name));
      continue;
    }
    const name = boxLabel(node.name, rect, scale);
    const below = node.expanded ? NONE : boxCounts(node, name, rect, scale);
    const room = below.text === '' ? 0 : below.size * 1.35;
    write(names, id, { ...name, lower: -room / 2 });
    write(counts, id, { ...below, lower: heightOf(name) / 2 });
  }
  for (const { id, node, rect } of scene.cards) {
    const label = cardLabel(node.name, node.pods, rect.width, scale);
    const isCut = !label.text.startsWith(node.name);
    write(names, id, isCut && focused?.has(id) ? inAnyCase(node.name) : label);
  }
  for (const { id, node, rect } of scene.outside) {
    const label = outsideLabel(node.label, rect, scale);
    write(names, id, label.text !== node.label && focused?.has(id) ? inAnyCase(node.label) : label);
  }
  return { names, heads, counts };
}

function heightOf({ text, size }: Label): number {
  return text === '' ? 0 : text.split('\n').length * size * LINE;
}

const NONE: Label = { text: '', size: LEAST_TEXT, lower: 0 };

interface Choices {
  /** From the most telling to the shortest. */
  readonly texts: readonly string[];
  readonly room: number;
  readonly size: number;
  readonly largest: number;
  readonly bold?: true;
}

/** The first text that fits its room; else the last, cut; nothing where little of it would be left. */
function choose({ texts, room, size, largest, bold }: Choices): Label {
  if (size > largest) return NONE;
  const weight = (bold === true ? BOLD : 1) * fontFactor();
  const em = room / size / weight;
  const whole = texts.find((text) => textEm(text) <= em);
  return { text: whole ?? shorten(texts.at(-1) ?? '', em), size, lower: 0 };
}

/** The name of a workload in its card, with its pods where there is room. */
function cardLabel(name: string, pods: number, width: number, scale: number): Label {
  return choose({
    texts: pods === 1 ? [name] : [`${name} ×${pods}`, name],
    room: width - CARD_TEXT.left - CARD_TEXT.right,
    size: Math.max(13.5, LEAST_TEXT * scale),
    largest: CARD_LARGEST,
  });
}

function outsideLabel(label: string, rect: Rect, scale: number): Label {
  const times = rect.height / OUTSIDE_HEIGHT;
  return choose({
    texts: [label],
    room: rect.width - (OUTSIDE_TEXT.left + OUTSIDE_TEXT.right) * times,
    size: Math.max(13.5 * times, LEAST_TEXT * scale),
    largest: CARD_LARGEST * times,
  });
}

/** The head of an expanded box: its name, how many workloads, and what they all may send each other. */
function headLabel(node: NamespaceNode, width: number, scale: number): Label {
  const short = `${node.name} · ${node.workloads}`;
  const counted = `${node.name} · ${plural(node.workloads, 'workload')}`;
  const uniform = node.internal?.uniform?.label;
  const inside = uniform === undefined ? [] : [`${counted} · inside ${uniform}`];
  return choose({
    texts: [...inside, counted, short, node.name],
    room: width - HEAD_TEXT.left - HEAD_TEXT.right,
    size: Math.max(14.5, LEAST_TEXT * scale),
    largest: HEAD_LARGEST,
    bold: true,
  });
}

/** What the toggle takes up in the corner of a box. */
const CORNER = 47;
/** The largest name of a box on the screen: that of a heading, and more in boxes that are wider than so many of its sizes. */
const HEADING = { size: 15, widths: 9, most: 30 };

/** How bold text is wider, and what of a box's width its name may take. */
const BOLD = 1.1;
const NAME_WIDTH = 0.93;
/** What is left of a name that is cut, in each row and in all. */
const LEAST_ROW = 4;
const LEAST_SHARE = 0.55;
/** As much of a long name tells it apart from others, since both of its ends are kept. */
const ENOUGH = 7;

/**
 * A namespace's name written across its box, broken at hyphens into at most three lines, no more than it needs, as large as
 * there is room but no larger than a heading; where it has no room, as much of it as can be read. Nothing where that is nothing.
 */
function boxLabel(name: string, rect: Rect, scale: number): Label {
  const parts = name.split(/(?<=[-._])/);
  const corner = toggleSide(scale) === null ? 0 : CORNER;
  const side = toggleSide(scale) === null ? 0 : CORNER;
  const least = LEAST_TEXT * scale;
  const most = Math.max(HEADING.size * scale, Math.min(HEADING.most * scale, rect.width / HEADING.widths));
  let best: Label = { ...NONE, size: 0 };
  let cut: { readonly text: string; readonly kept: number } = { text: '', kept: 0 };
  for (let lines = 1; lines <= Math.min(3, parts.length); lines++) {
    const rows = balance(parts, lines);
    const longest = Math.max(...rows.map((row) => textEm(row))) * BOLD * fontFactor();
    // Either below the toggle, or beside it, where there is one.
    const below = Math.min(
      (rect.width * NAME_WIDTH) / longest,
      (rect.height - 2 * corner) / linesHigh(lines),
    );
    const beside = Math.min((rect.width - 2 * side) / longest, (rect.height * 0.7) / linesHigh(lines));
    const size = Math.min(most, Math.max(below, beside));
    if (size > best.size) best = { text: rows.join('\n'), size, lower: 0 };
    if (linesHigh(lines) * least > rect.height) continue;
    const em = (rect.width * NAME_WIDTH) / least / BOLD / fontFactor();
    const short = rows.map((row) => shorten(row, em, LEAST_ROW));
    const kept = short.includes('') ? 0 : short.join('').replaceAll('…', '').length;
    if (kept > cut.kept && kept >= Math.min(ENOUGH, name.length * LEAST_SHARE))
      cut = { text: short.join('\n'), kept };
  }
  if (best.size >= least) return best;
  return { text: cut.text, size: least, lower: 0 };
}

/** Height of so many lines, in sizes of their text. */
function linesHigh(lines: number): number {
  return (lines - 1) * LINE + 1;
}

function balance(parts: readonly string[], lines: number): readonly string[] {
  const target = parts.join('').length / lines;
  const rows: string[] = [];
  let row = '';
  for (const part of parts) {
    if (row !== '' && row.length + part.length / 2 > target && rows.length < lines - 1) {
      rows.push(row);
      row = '';
    }
    row += part;
  }
  return [...rows, row];
}

/** How many pairs a draft changes inside a box: `2 opened, 1 closed`; empty where none. */
function changedInside({ internal }: NamespaceNode): string {
  const { opened = 0, closed = 0 } = internal ?? {};
  return [...(opened === 0 ? [] : [`${opened} opened`]), ...(closed === 0 ? [] : [`${closed} closed`])].join(
    ', ',
  );
}

/** What stands below the name of a collapsed box: its workloads, and how many of them anyone may reach. */
function boxCounts(node: NamespaceNode, name: Label, rect: Rect, scale: number): Label {
  const size = Math.max(13, LEAST_TEXT * scale);
  // Below the name, and clear of the box's border.
  if (name.text === '' || (rect.height - heightOf(name)) / 2 < size * 1.3) return NONE;
  const { open } = node.ingress;
  const changed = changedInside(node);
  const counted = plural(node.workloads, 'workload');
  return choose({
    texts: [
      ...(changed === '' ? [] : [`${changed} inside`, changed]),
      ...(open === 0 ? [] : [`${counted}, ${open} open`]),
      counted,
      String(node.workloads),
    ],
    room: rect.width * 0.9,
    size,
    largest: BOX_HEADER * 4,
  });
}
