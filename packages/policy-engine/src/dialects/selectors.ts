import { labelKeyProblem, labelValueProblem } from '../input/names.ts';
import { nearest } from '../input/nearest.ts';
import {
  asObject,
  checkFields,
  childPath,
  type JsonObject,
  type Reading,
  readList,
  readObject,
  readString,
  reject,
  wrongType,
} from '../input/reading.ts';
import type { Requirement, Selector, SelectorOperator } from '../ir/ir.ts';

const SELECTOR_FIELDS = ['matchLabels', 'matchExpressions'];
const EXPRESSION_FIELDS = ['key', 'operator', 'values'];
const FIELDS_OF_EXPRESSIONS = new Map(
  EXPRESSION_FIELDS.map((field) => [field, 'in an item of `matchExpressions`']),
);
const OPERATORS: readonly SelectorOperator[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/**
 * Lowers a LabelSelector: matchLabels and every matchExpression must hold; `{}` matches everything (semantics 1.3).
 * What an API server rejects (apimachinery meta/v1/validation: bad key or value, In without values, K23) is reported.
 * The schema of the cluster-scoped kinds doesn't check these, but no implementation can read such a selector.
 */
export function lowerSelector(reading: Reading, selector: JsonObject, path: string): Selector {
  checkFields(reading, selector, path, SELECTOR_FIELDS, FIELDS_OF_EXPRESSIONS);
  const requirements: Requirement[] = [];

  const labels = readObject(reading, selector, 'matchLabels', path);
  if (labels !== undefined) {
    const at = `${path}.matchLabels`;
    for (const key of Object.keys(labels)) {
      checkKey(reading, key, at, key);
      const value = readLabelValue(reading, labels[key], at, key);
      if (value !== undefined) requirements.push({ key, operator: 'In', values: [value], asLabel: true });
    }
  }

  readList(reading, selector, 'matchExpressions', path)?.forEach((item, index) => {
    const requirement = lowerExpression(reading, item, `${path}.matchExpressions[${index}]`);
    if (requirement !== undefined) requirements.push(requirement);
  });
  return requirements;
}

/** A selector field that is present; `undefined` where it is absent, which matches nothing (semantics 1.3). */
export function lowerSelectorField(
  reading: Reading,
  parent: JsonObject,
  key: string,
  path: string,
): Selector | undefined {
  const selector = readObject(reading, parent, key, path);
  return selector === undefined ? undefined : lowerSelector(reading, selector, `${path}.${key}`);
}

function lowerExpression(reading: Reading, item: unknown, path: string): Requirement | undefined {
  const expression = asObject(reading, item, path);
  if (expression === undefined) return undefined;
  checkFields(reading, expression, path, EXPRESSION_FIELDS);

  const key = readString(reading, expression, 'key', path);
  if (key !== undefined) checkKey(reading, key, path, 'key');
  else if (!Object.hasOwn(expression, 'key')) {
    reject(reading, 'missing-field', `${path}.key`, 'The requirement has no `key`.', 'Add `key`.');
  }

  const written = readString(reading, expression, 'operator', path);
  const operator = OPERATORS.find((known) => known === written);
  if (operator === undefined) {
    const similar = written === undefined ? undefined : nearest(written, OPERATORS);
    reject(
      reading,
      'invalid-operator',
      `${path}.operator`,
      written === undefined ? 'The requirement has no operator.' : `There is no operator \`${written}\`.`,
      similar === undefined
        ? 'Use In, NotIn, Exists or DoesNotExist.'
        : `Did you mean \`${similar}\`? Operators are In, NotIn, Exists and DoesNotExist.`,
    );
  }

  const listed = readList(reading, expression, 'values', path) ?? [];
  const values: string[] = [];
  listed.forEach((value, index) => {
    const text = readLabelValue(reading, value, `${path}.values`, index);
    if (text !== undefined) values.push(text);
  });
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (takesValues && listed.length === 0) {
    reject(
      reading,
      'selector-values-missing',
      `${path}.values`,
      `\`${operator}\` needs at least one value.`,
      'List the values, or use Exists or DoesNotExist.',
    );
  }
  if (operator !== undefined && !takesValues && listed.length > 0) {
    reject(
      reading,
      'selector-values-forbidden',
      `${path}.values`,
      `\`${operator}\` takes no values.`,
      `Remove \`values\`, or use ${operator === 'Exists' ? 'In' : 'NotIn'}.`,
    );
  }
  if (key === undefined || operator === undefined) return undefined;
  return { key, operator, values };
}

/** The place is given as parent and field, since its path is only needed where something is wrong. */
function checkKey(reading: Reading, key: string, parent: string, field: string): void {
  const problem = labelKeyProblem(key);
  if (problem !== undefined) {
    reject(
      reading,
      'invalid-label-key',
      childPath(parent, field),
      `\`${key}\` is no label key: ${problem}.`,
      'Use the key as it stands on the pod or namespace.',
    );
  }
}

function readLabelValue(
  reading: Reading,
  value: unknown,
  parent: string,
  field: string | number,
): string | undefined {
  // A built-in kind's decoder reads null as the empty string.
  if (value === null && reading.nulls !== 'rejected') return '';
  if (typeof value !== 'string') {
    wrongType(
      reading,
      childPath(parent, field),
      'a string',
      value,
      'Put the value in quotes: label values are strings.',
    );
    return undefined;
  }
  const problem = labelValueProblem(value);
  if (problem !== undefined) {
    reject(
      reading,
      'invalid-label-value',
      childPath(parent, field),
      `\`${value}\` is no label value: ${problem}.`,
      'Use the value as it stands on the pod or namespace.',
    );
  }
  return value;
}
