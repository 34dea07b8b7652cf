import type { ReactNode } from 'react';

const PATHS = {
  undo: 'M6 3.5L2.8 6.7 6 9.9M3 6.7h6.2a3.6 3.6 0 010 7.2H6.5',
  redo: 'M10 3.5l3.2 3.2L10 9.9M13 6.7H6.800a3.6 3.6 0 000 7.2h2.7',
  more: 'M3.5 8v.01M8 8v.01M12.500 8v.01',
  trash: 'M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500l.5 8.500h6l.5-8.500M6.800 7v3.500M9.200 7v3.500',
  upload: 'M8 10V2.500M5 5.300l3-3 3 3M3 13h10',
  tag: 'M2.500 2.500h5.300l5.700 5.700-5.300 5.300-5.700-5.700zM5.500 5.500v.01',
  template: 'M2.500 2.500h11v3.500h-11zM2.500 8.500h5v5h-5zM10 8.500h3.500v5H10z',
  widen: 'M5 4L1.800 8 5 12M11 4l3.200 4-3.200 4M4.500 8h7',
  narrow: 'M2 4l3.200 4L2 12M14 4l-3.200 4 3.200 4M5.500 8h5',
  namespace: 'M2.500 4h11v8.500h-11zM2.500 6.500h11',
} as const;

export type DraftIconName = keyof typeof PATHS;

/** Icons that only drafting needs, drawn like the shared ones. */
export function DraftIcon({
  name,
  size = 16,
}: {
  readonly name: DraftIconName;
  readonly size?: number;
}): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        stroke="currentColor"
        strokeWidth={name === 'more' ? 2 : 1.4}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
