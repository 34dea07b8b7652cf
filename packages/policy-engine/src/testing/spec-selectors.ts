import type { Labels, NamespaceRecord } from '../model/records.ts';
import { all, field, isObject, list, type Truth, text, truth } from './spec-values.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** What is known about a set of labels: `keyKnown` says whether the presence and value of a key are. */
interface LabelKnowledge {
  readonly labels: Labels;
  readonly keyKnown: (key: string) => boolean;
}

/** A pod's or node's labels: always known, all of them. */
export function knownLabels(labels: Labels): LabelKnowledge {
  return { labels, keyKnown: () => true };
}

/**
 * A namespace's labels. Without a Namespace object only the name label is known (semantics 1.3, synthesised);
 * a namespace that isn't in the snapshot at all is the same.
 */
export function namespaceLabels(name: string, namespaces: readonly NamespaceRecord[]): LabelKnowledge {
  const record = namespaces.find((namespace) => namespace.name === name);
  if (record?.labelsKnown === true) {
    return knownLabels({ ...record.labels, [NAME_LABEL]: name });
  }
  return { labels: { [NAME_LABEL]: name }, keyKnown: (key) => key === NAME_LABEL };
}

/**
 * A present LabelSelector against labels: matchLabels AND every matchExpression; `{}` matches everything
 * (semantics 1.3). An absent selector is the caller's business.
 */
export function selectorMatches(selector: unknown, knowledge: LabelKnowledge): Truth {
  const results: Truth[] = [];
  const matchLabels = field(selector, 'matchLabels');
  if (isObject(matchLabels)) {
    for (const [key, value] of Object.entries(matchLabels)) {
      results.push(requirement(key, 'In', [value], knowledge));
    }
  }
  for (const expression of list(selector, 'matchExpressions')) {
    const key = text(expression, 'key') ?? '';
    results.push(requirement(key, text(expression, 'operator'), list(expression, 'values'), knowledge));
  }
  return all(results);
}

/** NotIn and DoesNotExist are true where the key is missing; In and Exists are false (K19, K20, K21). */
function requirement(
  key: string,
  operator: string | undefined,
  values: readonly unknown[],
  { labels, keyKnown }: LabelKnowledge,
): Truth {
  if (!keyKnown(key)) return 'maybe';
  const present = Object.hasOwn(labels, key);
  const value = present ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return truth(present && values.includes(value));
    case 'NotIn':
      return truth(!present || !values.includes(value));
    case 'Exists':
      return truth(present);
    case 'DoesNotExist':
      return truth(!present);
    default:
      // An unknown operator makes the policy invalid; a reader that saw it all the same would match nothing (K23).
      return 'no';
  }
}
