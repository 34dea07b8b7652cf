import type {
  ClusterValues,
  DirectoryPatch,
  Draft,
  DraftConflict,
  DraftExport,
  DraftItemId,
  DraftReview,
  EditedDraft,
  Impact,
  ImpactRow,
  ImpactTally,
  Invariant,
  InvariantStatus,
  PolicyEdit,
  PolicyKey,
  PolicyRef,
  SuggestionList,
  SuggestQuestion,
  TemplateContext,
  TemplateSelection,
  TextDiagnostic,
} from '@bulkhead/policy-engine';
import { requestKind } from '../../../worker/request.ts';
import type { ImpactGroup } from '../impact/group.ts';

export interface ApplyPayload {
  readonly draft: Draft;
  /** Rises with every edit; names the overlay's state. */
  readonly version: number;
}

export interface TextResult {
  readonly diagnostics: readonly TextDiagnostic[];
  /** Documents that can't be used as they stand, and those of them whose last good state counts meanwhile. */
  readonly broken: readonly number[];
  readonly kept: readonly number[];
}

export interface ChangeResult {
  readonly type: 'added' | 'changed' | 'unchanged' | 'removed';
  readonly item: DraftItemId;
  readonly policy: PolicyRef;
  /** Line of the policy's document in its text, from 1; absent for a removal. */
  readonly line?: number;
  /** Pods that the policy selects with the draft (without it, for a removal). */
  readonly pods: number;
}

export interface DraftNotice {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly item?: DraftItemId;
  readonly line?: number;
  /** Edits that mend it. */
  readonly edits?: readonly PolicyEdit[];
}

/** An impact as it is read; worked out in the worker, which is asked at each key. */
export interface ImpactReading extends Pick<Impact, 'level'> {
  readonly sentence: string;
  /** All rows, folded, those of a workload with itself among them; by kind. */
  readonly groups: readonly ImpactGroup[];
  /** Counts over both: pairs by how they change, and rows left out. */
  readonly pairs: ImpactTally;
  readonly omitted: number;
}

export interface ApplyResult {
  readonly draft: string;
  readonly version: number;
  readonly revision: number;
  readonly impact: ImpactReading;
  readonly changes: readonly ChangeResult[];
  readonly conflicts: readonly DraftConflict[];
  readonly notices: readonly DraftNotice[];
  readonly texts: Readonly<Record<DraftItemId, TextResult>>;
  /** Milliseconds that the worker took. */
  readonly took: number;
}

/** Lays a draft over the cluster, shows it in every view, and says what it changes. */
export const applyDraftRequest = requestKind<ApplyPayload, ApplyResult>('draft.apply', 'immediate');
/** Shows a draft in every view, where another worker says what it changes. */
export const showDraftRequest = requestKind<ApplyPayload, null>('draft.show', 'immediate');
/** Takes the overlay away. */
export const clearDraftRequest = requestKind<null, null>('draft.clear');
/** The workloads behind a row of the impact between namespaces, of the draft that is shown. */
export const expandImpactRequest = requestKind<
  { readonly from: string; readonly to: string },
  readonly ImpactRow[]
>('draft.expand');
/** What the editor and the form offer from this cluster. */
export const clusterValuesRequest = requestKind<null, ClusterValues>('draft.values');

export interface LivePolicy extends PolicyRef {
  readonly key: PolicyKey;
  readonly yaml: string;
  readonly spec: unknown;
}
/** One live policy as text to edit; null: there is none of that key. */
export const livePolicyRequest = requestKind<{ readonly key: string }, LivePolicy | null>('draft.policy');
/** All live policies, by namespace and name. */
export const livePoliciesRequest = requestKind<null, readonly (PolicyRef & { readonly key: PolicyKey })[]>(
  'draft.policies',
);
export const templateContextRequest = requestKind<
  { readonly subject?: TemplateSelection; readonly peer?: TemplateSelection },
  TemplateContext
>('draft.template-context');
export interface ExportResult {
  readonly output: DraftExport;
  /** Against the files that the policies were read from; its text is empty where they were not read from files. */
  readonly patch: DirectoryPatch;
}
export const exportDraftRequest = requestKind<
  { readonly draft: Draft; readonly context?: string; readonly fileName?: string },
  ExportResult
>('draft.export');

/** How to allow or close one connection, with the draft that is shown taken into account. */
export const suggestRequest = requestKind<
  { readonly want: 'allow' | 'close'; readonly question: SuggestQuestion },
  SuggestionList
>('draft.suggest');
/** A draft with edits of policies put into its texts. */
export const editDraftRequest = requestKind<
  { readonly draft: Draft; readonly edits: readonly PolicyEdit[] },
  EditedDraft
>('draft.edit');

export interface ReviewResult {
  readonly draft: string;
  readonly version: number;
  readonly review: DraftReview;
}

/**
 * A second look at the draft that is shown: safety for pods to come, and findings. Slower than the impact; asked for when
 * typing pauses. null: another draft, or another version of it, is shown by now.
 */
export const reviewDraftRequest = requestKind<ApplyPayload, ReviewResult | null>('draft.review', 'idle');

export interface VerificationResult {
  readonly script: string;
  /** A workflow that runs the script from `scriptPath`. */
  readonly workflow: string;
  readonly scriptPath: string;
  readonly probes: number;
  readonly notes: readonly string[];
}

/** A script that proves the draft on a test cluster. */
export const verificationRequest = requestKind<
  { readonly draft: Draft; readonly fileName: string },
  VerificationResult
>('draft.verification');

export interface PinVerdict {
  readonly name: string;
  /** With the draft that is shown, if any. */
  readonly now: InvariantStatus;
  /** Without it. */
  readonly before: InvariantStatus;
  /** What goes against it now, a few. */
  readonly examples: readonly string[];
}

/** Judges invariants on the cluster, with and without the draft. */
export const pinsRequest = requestKind<{ readonly invariants: readonly Invariant[] }, readonly PinVerdict[]>(
  'draft.invariants',
);

export interface ComparedDrafts {
  readonly here: Draft;
  readonly there: Draft;
}

/** What laying the second draft over the cluster changes beside the first. */
export const compareRequest = requestKind<ComparedDrafts, ImpactReading>('draft.compare');
/** The workloads behind a row of that between namespaces. */
export const expandCompareRequest = requestKind<
  ComparedDrafts & { readonly within: { readonly from: string; readonly to: string } },
  readonly ImpactRow[]
>('draft.compare-expand');
