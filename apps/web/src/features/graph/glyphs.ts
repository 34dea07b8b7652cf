import type { IsolationState, OutsideKind } from '@bulkhead/policy-engine';
import type { Colors } from '../../shared/colors.ts';

/* Small pictures as SVG text: the same for the canvas (as data URLs), the exported picture and the legend. */

/** Paths in a box of 16 by 16, drawn with a stroke. */
const KIND_PATHS: Readonly<Record<string, string>> = {
  Deployment: 'M3.5 5.5h9v8h-9zM5.5 3h7.5v7.5',
  StatefulSet:
    'M3.5 4.6c0-1.2 2-2.1 4.5-2.1s4.5.9 4.5 2.1-2 2.1-4.5 2.1-4.5-.9-4.5-2.1zM3.5 4.6v6.8c0 1.2 2 2.1 4.5 2.1s4.5-.9 4.5-2.1V4.6M3.5 8c0 1.2 2 2.1 4.5 2.1s4.5-.9 4.5-2.1',
  DaemonSet: 'M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM9 9h4v4H9z',
  ReplicaSet: 'M3 6h7v7H3zM6 3h7v7',
  ReplicationController: 'M3 6h7v7H3zM6 3h7v7',
  Job: 'M5 3.2l7.5 4.8L5 12.8z',
  CronJob: 'M8 2.8a5.2 5.2 0 100 10.4A5.2 5.2 0 008 2.8zM8 5v3.2l2.2 1.5',
  Pod: 'M8 2.6l4.7 2.7v5.4L8 13.4l-4.7-2.7V5.3zM8 8l4.6-2.6M8 8v5.3M8 8L3.4 5.4',
};

const OUTSIDE_PATHS: Readonly<Record<OutsideKind, string>> = {
  internet:
    'M8 2.2a5.8 5.8 0 100 11.6A5.8 5.8 0 008 2.2zM2.4 8h11.2M8 2.2c1.8 1.6 2.6 3.6 2.6 5.8S9.800 12.2 8 13.800C6.200 12.2 5.4 10.2 5.4 8S6.200 3.8 8 2.2',
  cidr: 'M2.500 4h11M2.500 8h11M2.500 12h11M5 2.500v3M11 6.500v3M7 10.500v3',
  node: 'M3 3.500h10v3.500H3zM3 9h10v3.500H3zM5 5.250h.010M5 10.750h.010',
  domain: 'M3 8h3M10 8h3M6 5.500h4v5H6z',
  unlisted: 'M4 8h.010M8 8h.010M12 8h.010',
};

const FALLBACK = 'M4 4h8v8H4z';

/** Path of the icon of a workload's kind; a plain square for kinds that have none. */
export function kindPath(kind: string): string {
  return KIND_PATHS[kind] ?? FALLBACK;
}

export function outsidePath(kind: OutsideKind): string {
  return OUTSIDE_PATHS[kind];
}

/** Half a ring: left for ingress, right for egress; solid isolated, dotted open, hatched unknown. */
function half(side: 'left' | 'right', state: IsolationState, colors: Colors): string {
  const sweep = side === 'left' ? 0 : 1;
  const x = side === 'left' ? 15.2 : 16.8;
  const arc = `M${x} 3A13 13 0 0 ${sweep} ${x} 29`;
  const stroke = colors[state];
  switch (state) {
    case 'isolated':
      return `<path d="${arc}" fill="none" stroke="${stroke}" stroke-width="3.6"/>`;
    case 'open':
      return `<path d="${arc}" fill="none" stroke="${stroke}" stroke-width="1.6" stroke-dasharray="1.6 3.4" stroke-linecap="round"/>`;
    case 'unknown':
      return `<path d="${arc}" fill="none" stroke="${stroke}" stroke-width="4" stroke-dasharray="2.4 1.8"/>`;
  }
}

/** The ring of a workload with its kind's icon inside: SVG elements in a box of 32 by 32. */
export function ringMarkup(
  ingress: IsolationState,
  egress: IsolationState,
  kind: string,
  colors: Colors,
): string {
  return (
    half('left', ingress, colors) +
    half('right', egress, colors) +
    `<path transform="translate(8 8)" d="${kindPath(kind)}" fill="none" stroke="${colors['text-2']}" stroke-width="1.3" stroke-linejoin="round" stroke-linecap="round"/>`
  );
}

export function outsideMarkup(kind: OutsideKind, colors: Colors): string {
  return `<path transform="translate(6 6) scale(1.25)" d="${outsidePath(kind)}" fill="none" stroke="${colors.accent}" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/>`;
}

export function toggleMarkup(expanded: boolean, colors: Colors): string {
  const bars = expanded ? 'M9 16h14' : 'M9 16h14M16 9v14';
  return `<rect x="3" y="3" width="26" height="26" rx="6" fill="${colors.surface}" stroke="${colors['border-strong']}" stroke-width="1.5"/><path d="${bars}" stroke="${colors['text-2']}" stroke-width="2.2" stroke-linecap="round"/>`;
}

const urls = new Map<string, string>();

/** A data URL of markup in a box of 32 by 32, sized so that it stays sharp when zoomed in. */
export function dataUrl(markup: string): string {
  let url = urls.get(markup);
  if (url === undefined) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 32 32">${markup}</svg>`;
    url = `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
    urls.set(markup, url);
  }
  return url;
}
