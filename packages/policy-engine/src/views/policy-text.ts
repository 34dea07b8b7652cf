import { createLocator, type Located, type Locator } from '../manifests/locate.ts';
import { policyYaml } from '../manifests/policy-yaml.ts';
import type { PolicyRecord } from '../model/records.ts';

/** A policy's YAML, and the lines that its text has in the file it came from. */
export interface PolicyText {
  readonly text: string;
  /** Line of the file on which the text begins; 1 for a policy that was not read from a file. */
  readonly firstLine: number;
  /** `payments.yaml`; null: written out from the cluster's object. */
  readonly file: string | null;
  readonly locate: (path: string) => Located | undefined;
}

const remembered = new WeakMap<PolicyRecord, PolicyText>();

/** The text as it was written, with its comments; for a policy of a live cluster the object written out. */
export function policyText(record: PolicyRecord): PolicyText {
  let known = remembered.get(record);
  if (known === undefined) {
    const text = record.text ?? policyYaml(record);
    const firstLine = record.text === undefined ? 1 : (record.source?.line ?? 1);
    const locator: Locator = createLocator(text, firstLine);
    known = {
      text,
      firstLine,
      file: record.text === undefined ? null : (record.source?.file ?? null),
      locate: locator.locate,
    };
    remembered.set(record, known);
  }
  return known;
}
