/* What the shell composes: provider, drawer, header badge, and what can be done with a selection. */
export { DraftBadge } from './DraftBadge.tsx';
export { DraftDrawer } from './DraftDrawer.tsx';
export { PinsPanel } from './pins/PinsPanel.tsx';
export { DraftProvider } from './provider.tsx';
export { EntityDraftActions, PairDraftActions } from './SelectionActions.tsx';
export { useDraftTools } from './session.ts';
