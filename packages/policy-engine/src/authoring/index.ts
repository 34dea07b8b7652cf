/* Writing policies: lossless YAML, forms, drafts, templates, impact and export. */

export { type Completion, type CompletionOption, complete } from './assist/complete.ts';
export { type FieldHelp, helpAt } from './assist/help.ts';
export {
  matchesText,
  matchingNodes,
  matchingPods,
  nodesText,
  type PodsQuestion,
  type SelectorMatches,
} from './assist/matches.ts';
export { documentSchema, type FieldSchema, type Schema, type SchemaStep, schemaAt } from './assist/schema.ts';
export { type ClusterValues, clusterValues, type WorkloadValues } from './cluster-values.ts';
export {
  type AppliedDraft,
  applyDraft,
  type DraftConflict,
  type PolicyChange,
  sameSpec,
  specJson,
} from './draft/apply.ts';
export { DRAFT_FORMAT, DRAFT_VERSION, type DraftReading, parseDraft, serializeDraft } from './draft/file.ts';
export type { DraftHistory, DraftPatch, HistoryMove } from './draft/history.ts';
export * as draftHistory from './draft/history.ts';
export { type ImportedPolicies, importPolicies } from './draft/import.ts';
export {
  type EffectivePolicies,
  effectivePolicies,
  type ReadText,
  withText,
  withUnreadText,
} from './draft/last-good.ts';
export type {
  AddedNamespace,
  AddedWorkload,
  Draft,
  DraftItem,
  DraftItemId,
  LabelEdit,
  LabelTarget,
  PolicyRef,
  PolicyRemoval,
  PolicyText,
} from './draft/model.ts';
export {
  isError,
  MAX_POLICY_TEXT,
  type PolicyDocument,
  type PolicyTextReading,
  readPolicyText,
  type TextDiagnostic,
} from './draft/policies.ts';
export { type EditedDraft, editDraft, editSnapshot } from './draft/policy-edits.ts';
export { draftTail, withDraftTail } from './draft/tail.ts';
export {
  type DraftExport,
  type ExportFile,
  type ExportOptions,
  exportDraft,
} from './export/manifests.ts';
export { type DirectoryPatch, directoryPatch } from './export/patch.ts';
export { kubectl, policyArgument, shellQuote } from './export/shell.ts';
export {
  type DocumentEntry,
  type DocumentView,
  documentList,
  documentView,
  documentViews,
  writeForm,
} from './form/document.ts';
export {
  apiVersionOf,
  type ExpressionForm,
  isPolicyKind,
  type PeerForm,
  type PolicyForm,
  type PortForm,
  type RuleForm,
  type SelectorForm,
  type SubjectForm,
} from './form/model.ts';
export { readPolicy, writePolicy } from './form/policy.ts';
export { selectorText } from './form/selector.ts';
export { type ImpactOptions, impactOf } from './impact/impact.ts';
export {
  IMPACT_KINDS,
  type Impact,
  type ImpactEnd,
  type ImpactKind,
  type ImpactRow,
  type ImpactRows,
  type ImpactTally,
  NO_IMPACT,
} from './impact/model.ts';
export type { Json, JsonObject } from './json.ts';
export { type LabelPairs, lastingLabels, type PickedSelector, pickSelector } from './pick-selector.ts';
export { type DraftFinding, type DraftReview, reviewDraft, reviewSteps } from './review/review.ts';
export type { FutureOpening, Safety } from './review/safety.ts';
export { suggestAllow } from './suggest/allow.ts';
export { suggestClose } from './suggest/close.ts';
export type {
  AlsoChange,
  SuggestEnd,
  Suggestion,
  SuggestionList,
  SuggestQuestion,
  SuggestVerdict,
} from './suggest/model.ts';
export {
  type TemplateContext,
  type TemplatePods,
  type TemplatePort,
  type TemplateSelection,
  templateContext,
} from './templates/context.ts';
export { objectName } from './templates/object-name.ts';
export { type PolicyTemplate, TEMPLATES, templateById } from './templates/templates.ts';
export { type Probe, type VerificationPlan, verificationPlan } from './verify/plan.ts';
export { verificationScript } from './verify/script.ts';
export type { StandInPod } from './verify/stand-ins.ts';
export { verificationWorkflow } from './verify/workflow.ts';
export { documentText } from './yaml/document-text.ts';
export { applyChanges, type EditResult, editYaml, reconcileYaml, spanOf } from './yaml/edit.ts';
export { parsePath, type TextRange } from './yaml/locate.ts';
export type { TextChange, YamlEdit } from './yaml/splice.ts';
