import { type Cluster, compile } from '../compile/compile.ts';
import { cidrsOverClusterAddresses } from './addresses.ts';
import { dnsCut } from './dns.ts';
import type { Finding, FindingRule } from './finding.ts';
import { namespacesNotIsolated } from './isolation.ts';
import { labelsNobodyHas } from './labels.ts';
import { peersMatchingNothing, policiesSelectingNothing } from './matching.ts';
import { namedPortsUnresolved } from './ports.ts';
import { equalPriorityConflicts } from './priorities.ts';
import { changingNothing } from './redundancy.ts';

/** Every kind of finding that needs one look at each policy; adding one is a row here and a file beside. */
const QUICK_RULES: readonly FindingRule[] = [
  equalPriorityConflicts,
  dnsCut,
  policiesSelectingNothing,
  labelsNobodyHas,
  peersMatchingNothing,
  namedPortsUnresolved,
  cidrsOverClusterAddresses,
  namespacesNotIsolated,
];

export interface FindingOptions {
  /** Also look for policies and rules that change nothing: a diff for each, so slower than the rest by far. */
  readonly redundancy?: boolean;
}

/** Findings of a cluster, lazily and in a stable order. */
export function* findings(cluster: Cluster, options: FindingOptions = {}): Iterable<Finding> {
  for (const rule of QUICK_RULES) yield* rule(cluster);
  // Leaving out each rule in turn fills the solver's memory, so it is done on one that is thrown away.
  if (options.redundancy === true) yield* changingNothing(compile(cluster.snapshot));
}
