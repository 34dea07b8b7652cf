/** The order in which people write the fields of a policy; new keys go where this puts them. */
const ORDER = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'namespace',
  'labels',
  'annotations',
  'spec',
  'tier',
  'priority',
  'action',
  'subject',
  'ipBlock',
  'networks',
  'namespaceSelector',
  'podSelector',
  'matchLabels',
  'matchExpressions',
  'key',
  'operator',
  'values',
  'policyTypes',
  'ingress',
  'egress',
  'from',
  'to',
  'cidr',
  'except',
  'protocols',
  'ports',
  'protocol',
  'port',
  'endPort',
  'number',
  'range',
  'start',
  'end',
];

/** Maps whose keys are the user's own: new ones go last. */
const FREE = ['labels', 'annotations', 'matchLabels'];

/** Where among `names` a new `key` belongs: an index to insert before. */
export function keyPosition(
  names: readonly string[],
  key: string,
  parentKey: string | number | undefined,
): number {
  const rank = ORDER.indexOf(key);
  if (rank === -1 || (typeof parentKey === 'string' && FREE.includes(parentKey))) return names.length;
  const lastSmaller = names.findLastIndex((name) => {
    const other = ORDER.indexOf(name);
    return other !== -1 && other < rank;
  });
  if (lastSmaller !== -1) return lastSmaller + 1;
  const firstGreater = names.findIndex((name) => ORDER.indexOf(name) > rank);
  return firstGreater === -1 ? names.length : firstGreater;
}

/** A copy with the fields of every map in writing order; unknown ones keep their place at the end. */
export function orderedEntries<T>(
  entries: readonly (readonly [string, T])[],
): readonly (readonly [string, T])[] {
  const rank = (key: string) => {
    const index = ORDER.indexOf(key);
    return index === -1 ? ORDER.length : index;
  };
  return [...entries].sort(([a], [b]) => rank(a) - rank(b));
}
