import type { Cluster } from '../compile/compile.ts';
import type { SourceRef } from '../diagnostic.ts';
import { createLocator, type Locator } from '../manifests/locate.ts';
import type { PolicyKey, PolicyRecord } from '../model/records.ts';

/** Texts are parsed when the first line in them is looked up; records don't change. */
const locators = new WeakMap<PolicyRecord, Locator>();

/**
 * Where a field of a policy stands: file and lines of `spec.ingress[0]`, say. Of a field that the text doesn't have, its
 * nearest ancestor's. Of a policy whose text isn't known, the policy's own place; `undefined` where that isn't known either
 * (a live cluster), or the cluster has no such policy.
 */
export function policySource(cluster: Cluster, policy: PolicyKey, path?: string): SourceRef | undefined {
  const record = cluster.policies.get(policy)?.record;
  return record === undefined ? undefined : recordSource(record, path);
}

/** As `policySource`, of a record. */
export function recordSource(record: PolicyRecord, path?: string): SourceRef | undefined {
  const { source, text } = record;
  if (source === undefined || text === undefined || path === undefined || path === '') return source;
  let locator = locators.get(record);
  if (locator === undefined) {
    locator = createLocator(text, source.line);
    locators.set(record, locator);
  }
  const place = locator.locate(path);
  return place === undefined ? source : { file: source.file, ...place };
}
