import type { ReactNode } from 'react';

const PATHS = {
  search: 'M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.3 10.3l3.2 3.2',
  graph: 'M4 3.5h3v3H4zM9.5 9.5h3v3h-3zM3.5 11h2.5M7 5h3a1.5 1.5 0 011.5 1.5v3',
  matrix: 'M2.5 2.5h11v11h-11zM2.5 6.2h11M2.5 9.8h11M6.2 2.5v11M9.8 2.5v11',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.5 6.3V13',
  workloads: 'M8 2l5.2 3v6L8 14l-5.2-3V5zM8 8l5.1-3M8 8v5.9M8 8L2.9 5',
  policies: 'M8 1.8l5 1.9v3.8c0 3.2-2.1 5.7-5 6.7-2.9-1-5-3.5-5-6.7V3.7zM5.7 8l1.7 1.7 3-3.2',
  findings: 'M8 2.3l6.2 11H1.8zM8 6.5v3M8 11.4v.01',
  invariants: 'M5.5 7V5a2.5 2.5 0 015 0v2M4 7h8v6.5H4zM8 9.5v1.8',
  close: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  sun: 'M8 5a3 3 0 100 6 3 3 0 000-6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13 9.6A5.5 5.5 0 016.4 3a5.5 5.5 0 106.6 6.6z',
  system: 'M2 3h12v8H2zM5.5 13.5h5M8 11v2.5',
  chevron: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M5 3l7.5 5L5 13z',
  draft: 'M3 13l.6-2.7L11 2.9l2.1 2.1-7.4 7.4zM9.5 4.4l2.1 2.1',
  download: 'M8 2.5v7.5M5 7.2L8 10.2l3-3M3 13h10',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3',
  filter: 'M2.5 3.5h11L9.5 8.5v4l-3 1.2V8.5z',
  arrange: 'M2.5 3h4v3h-4zM9.5 6.5h4v3h-4zM2.5 10h4v3h-4zM6.5 4.5h1.7v7H6.5M8.2 8h1.3',
  expand: 'M3 6.5L8 2l5 4.5M3 9.5L8 14l5-4.5',
  collapse: 'M3 2.5L8 7l5-4.5M3 13.5L8 9l5 4.5',
  legend: 'M3 4h2v2H3zM3 10h2v2H3zM7.5 5H13M7.5 11H13',
  warning: 'M8 2.3l6.2 11H1.8zM8 6.5v3M8 11.4v.01',
  check: 'M3 8.5l3.2 3.2L13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  question: 'M5.8 6a2.2 2.2 0 114.3.700c-.5 1-2.1 1.1-2.1 2.7M8 12v.01',
  arrow: 'M2.5 8h10.5M9.5 4.5L13 8l-3.5 3.5',
  link: 'M6.5 9.5l3-3M7 4.5l1.3-1.3a2.8 2.8 0 014 4L11 8.5M9 11.5l-1.3 1.3a2.8 2.8 0 01-4-4L5 7.5',
  map: 'M2.5 3.5h11v9h-11zM5 6h4v3.5H5z',
  image: 'M2.5 3h11v10h-11zM2.5 11l3.5-3.5 2.5 2.5L11 7.5l2.5 2.5M5.7 5.8v.01',
  route:
    'M4 3a1.5 1.5 0 100 3 1.5 1.5 0 000-3zM12 10a1.5 1.5 0 100 3 1.5 1.5 0 000-3zM5.5 4.5H10a2 2 0 010 4H6a2 2 0 000 3h4.5',
  cluster: 'M8 1.8l5.5 3.1v6.2L8 14.2l-5.5-3.1V4.9z',
  swap: 'M2.5 5.5h9.5M9.5 3L12 5.5 9.5 8M13.5 10.5H4M6.5 8L4 10.5 6.5 13',
  retry: 'M13 8a5 5 0 11-1.5-3.6M13 2.5v2.7h-2.7',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon of 16 by 16; decoration only, the control that holds it carries the name. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
