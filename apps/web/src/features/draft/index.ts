/* What the shell composes: provider, drawer, header badge, and commands for other features. */
export { DraftBadge } from './DraftBadge.tsx';
export { DraftDrawer } from './DraftDrawer.tsx';
export { type DraftActions, DraftProvider, useDraft } from './provider.tsx';
