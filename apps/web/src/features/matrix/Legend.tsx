import { type ReactNode, useEffect, useRef } from 'react';
import type { Colors } from '../../shared/colors.ts';
import { drawLook, type Look } from './looks.ts';

const PLAIN: readonly (readonly [Look, string])[] = [
  ['all', 'all ports'],
  ['open', 'all ports: no policy has a say on either end'],
  ['some', 'some ports, or between some of the workloads'],
  ['unknown', 'unknown'],
  ['none', 'none: denied'],
  ['self', 'a workload and itself'],
];

const DRAFT: readonly (readonly [Look, string])[] = [
  ['opened', 'opened by the draft'],
  ['closed', 'closed by the draft'],
  ['widened', 'widened by the draft'],
  ['narrowed', 'narrowed by the draft'],
  ['rearranged', 'some ports opened, others closed by the draft'],
  ['uncertain', 'what is unknown changes'],
];

const SIDE = 18;

/** What the cells' looks mean. */
export function Legend({
  colors,
  withDraft,
}: {
  readonly colors: Colors;
  readonly withDraft: boolean;
}): ReactNode {
  return (
    <section className="matrix-legend" aria-label="Legend">
      <h3>What a row may send to a column</h3>
      <ul>
        {(withDraft ? [...PLAIN, ...DRAFT] : PLAIN).map(([look, text]) => (
          <li key={look}>
            <Swatch look={look} colors={colors} />
            {text}
          </li>
        ))}
      </ul>
      <p className="muted">
        Keys: arrows move, Enter explains, Shift-Enter goes into the namespaces, Backspace comes back, + and −
        zoom, F fits. The table says the same as text.
      </p>
    </section>
  );
}

function Swatch({ look, colors }: { readonly look: Look; readonly colors: Colors }): ReactNode {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = ref.current?.getContext('2d');
    if (ref.current === null || context === null || context === undefined) return;
    const side = Math.round(SIDE * window.devicePixelRatio);
    ref.current.width = side;
    ref.current.height = side;
    drawLook(context, look, 0, 0, side, colors);
  }, [look, colors]);
  return <canvas ref={ref} className="matrix-swatch" />;
}
