import type { ReactNode } from 'react';
import type { Colors } from '../../shared/colors.ts';
import { MARKS } from '../../shared/marks.tsx';
import { outsideMarkup, ringMarkup } from './glyphs.ts';

interface Sample {
  readonly label: string;
  readonly markup: string;
  readonly wide?: boolean;
}

/** The signs of the graph with their meaning; the exported picture has the same. */
export function legendSamples(
  colors: Colors,
): readonly { readonly title: string; readonly samples: readonly Sample[] }[] {
  const ring = (ingress: 'isolated' | 'open' | 'unknown', egress: 'isolated' | 'open' | 'unknown') =>
    ringMarkup(ingress, egress, 'Deployment', colors);
  const line = (stroke: string, extra = '', width = 2) =>
    `<path d="M3 16h24" stroke="${stroke}" stroke-width="${width}" ${extra}/><path d="M24 12l6 4-6 4z" fill="${stroke}"/>`;
  const card = (stroke: string, dash: string) =>
    `<rect x="3" y="8" width="26" height="16" rx="4" fill="none" stroke="${stroke}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  return [
    {
      title: 'Workload: left half ingress, right half egress',
      samples: [
        { label: 'isolated by a policy', markup: ring('isolated', 'isolated') },
        { label: 'open: no policy isolates it', markup: ring('open', 'open') },
        { label: 'ingress isolated, egress open', markup: ring('isolated', 'open') },
        { label: 'unknown', markup: ring('unknown', 'unknown') },
        { label: `+ ${MARKS.added.text}`, markup: card(colors.opened, '5 3') },
        { label: `± ${MARKS.relabelled.text}`, markup: card(colors.rearranged, '2 2') },
      ],
    },
    {
      title: 'Edges: an allowed direction with its ports',
      samples: [
        { label: 'allowed by a policy', markup: line(colors['border-strong']) },
        { label: 'unknown', markup: line(colors.unknown, 'stroke-dasharray="5 3"') },
        { label: '+ opened by the draft', markup: line(colors.opened, '', 3) },
        { label: '− closed by the draft', markup: line(colors.closed, 'stroke-dasharray="2 4"') },
        { label: '±+ widened', markup: line(colors.widened, 'stroke-dasharray="9 2"', 2.6) },
        { label: '±− narrowed', markup: line(colors.narrowed, 'stroke-dasharray="6 3 2 3"') },
        {
          label: '± some ports open, others close',
          markup: line(colors.rearranged, 'stroke-dasharray="9 2 2 2"'),
        },
        {
          label: '~ what is unknown changes',
          markup: line(colors.uncertain, 'stroke-dasharray="6 2.5 1.5 2.5 1.5 2.5"', 2.6),
        },
      ],
    },
    {
      title: 'Outside the cluster',
      samples: [
        { label: 'internet', markup: outsideMarkup('internet', colors) },
        { label: 'CIDR block', markup: outsideMarkup('cidr', colors) },
        { label: 'nodes', markup: outsideMarkup('node', colors) },
      ],
    },
  ];
}

export function Legend({ colors }: { readonly colors: Colors }): ReactNode {
  return (
    <section className="legend" aria-label="Legend">
      {legendSamples(colors).map((group) => (
        <div key={group.title}>
          <h3>{group.title}</h3>
          <ul>
            {group.samples.map((sample) => (
              <li key={sample.label}>
                <svg
                  width="26"
                  height="26"
                  viewBox="0 0 32 32"
                  aria-hidden="true"
                  // biome-ignore lint/security/noDangerouslySetInnerHtml: markup made here from constants and theme colours
                  dangerouslySetInnerHTML={{ __html: sample.markup }}
                />
                {sample.label}
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p className="muted">
        What no policy isolates would be joined to everything. It carries a dotted ring instead of edges;
        select it to draw them.
      </p>
    </section>
  );
}
