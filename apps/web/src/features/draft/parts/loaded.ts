import { dialogPart, type Loadable } from './part.tsx';

/* The dialogs, each loaded apart: drafting begins without them. */
export const TemplatePicker = dialogPart(
  async () => (await import('../templates/TemplatePicker.tsx')).default,
);
export const ExportDialog = dialogPart(async () => (await import('../export/ExportDialog.tsx')).default);
export const PolicyPicker = dialogPart(async () => (await import('./PolicyPicker.tsx')).default);
export const CompareDialog = dialogPart(async () => (await import('./CompareDialog.tsx')).default);
export const SuggestDialog = dialogPart(async () => (await import('../suggest/SuggestDialog.tsx')).default);

/** What may be needed of these once the server is gone: one can go on with a draft, compare it, and take it out. */
export const DIALOGS: readonly Loadable[] = [
  TemplatePicker,
  ExportDialog,
  SuggestDialog,
  CompareDialog,
  PolicyPicker,
  // Links and zip files are made with it.
  { load: () => import('fflate') },
];
