import type { ReactNode } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { IconButton } from '../../shared/ui.tsx';
import { EntityPanel } from './EntityPanel.tsx';
import { PairPanel } from './PairPanel.tsx';
import { PolicyPanel } from './PolicyPanel.tsx';

export interface InspectorProps {
  readonly route: Route;
  /** What can be done with a policy or a pair, given by the shell: editing it in a draft. */
  readonly policyActions?: (key: string) => ReactNode;
  readonly pairActions?: (from: string, to: string) => ReactNode;
  readonly entityActions?: (id: string) => ReactNode;
}

/** The selected thing. */
export function Inspector({ route, policyActions, pairActions, entityActions }: InspectorProps): ReactNode {
  const { selection } = route;
  const close = (
    <IconButton
      icon="close"
      label="Close the inspector (Esc)"
      onClick={() => navigate({ selection: null })}
    />
  );
  if (selection === null) return null;
  switch (selection.type) {
    case 'entity':
      return <EntityPanel selection={selection} close={close} actions={entityActions?.(selection.id)} />;
    case 'pair':
      return (
        <PairPanel
          key={`${selection.from} ${selection.to}`}
          selection={selection}
          close={close}
          actions={pairActions?.(selection.from, selection.to)}
        />
      );
    case 'policy':
      return <PolicyPanel selection={selection} close={close} actions={policyActions?.(selection.key)} />;
  }
}
