import type { DraftReview } from '@bulkhead/policy-engine';
import type { DraftNotice } from '../worker/requests.ts';

/** The findings of a review as notices; a cut of DNS is said by the impact itself. */
export function findingNotices(review: DraftReview | null): readonly DraftNotice[] {
  return (review?.findings ?? [])
    .filter(({ finding }) => finding.code !== 'dns-cut')
    .map(({ finding, item, line }) => ({
      severity: finding.severity,
      code: finding.code,
      message: finding.message,
      ...(finding.fix === undefined ? {} : { hint: `${finding.fix.description}.`, edits: finding.fix.edits }),
      ...(item === undefined ? {} : { item }),
      ...(line === undefined ? {} : { line }),
    }));
}
