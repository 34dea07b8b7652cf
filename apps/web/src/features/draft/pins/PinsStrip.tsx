import type { ReactNode } from 'react';
import { Icon } from '../../../shared/icons.tsx';
import { plural } from '../../../shared/ui.tsx';
import { useJudgedPins } from './use-pins.ts';

/** What the draft does to the pinned invariants: each that it breaks, or that all of them hold. */
export function PinsStrip(): ReactNode {
  const { pins } = useJudgedPins();
  if (pins.length === 0) return null;
  const broken = pins.filter(({ verdict }) => verdict?.now === 'fails');
  if (broken.length === 0) {
    const unsure = pins.filter(({ verdict }) => verdict !== undefined && verdict.now !== 'holds').length;
    return (
      <p className="draft-safety safe">
        <Icon name="invariants" size={14} />
        <span>
          {plural(pins.length - unsure, 'pinned invariant')} {pins.length - unsure === 1 ? 'holds' : 'hold'}
          {unsure === 0 ? '' : `, ${unsure} can't be told`}.
        </span>
      </p>
    );
  }
  return (
    <ul className="draft-notices" aria-label="Broken invariants">
      {broken.map(({ invariant, verdict }) => (
        <li key={invariant.name} className="draft-notice error">
          <Icon name="invariants" size={14} />
          <span>
            <strong>{verdict?.before === 'fails' ? 'Broken already' : 'Broken by this draft'}:</strong>{' '}
            {invariant.name}
          </span>
        </li>
      ))}
    </ul>
  );
}
