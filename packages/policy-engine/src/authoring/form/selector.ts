import type { SelectorOperator } from '../../ir/ir.ts';
import { field, isList, isObject, type Json, type JsonObject, jsonEqual } from '../json.ts';
import type { ExpressionForm, SelectorForm } from './model.ts';

const OPERATORS: readonly SelectorOperator[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function isStrings(value: Json | undefined): value is readonly string[] {
  return isList(value) && value.every((item) => typeof item === 'string');
}

/** A label selector, or `undefined` where it holds anything the form has no field for. */
export function readSelector(value: Json | undefined): SelectorForm | undefined {
  if (!isObject(value)) return undefined;
  const labels = field(value, 'matchLabels');
  const expressions = field(value, 'matchExpressions');
  let form: SelectorForm = {};
  if (isObject(labels)) {
    const pairs = Object.entries(labels).flatMap(([key, item]) =>
      typeof item === 'string' ? [[key, item] as const] : [],
    );
    form = { ...form, labels: pairs };
  }
  if (isList(expressions)) {
    const read = expressions.map(readExpression);
    if (!read.every((item) => item !== undefined)) return undefined;
    form = { ...form, expressions: read };
  }
  return jsonEqual(writeSelector(form), value) ? form : undefined;
}

function readExpression(value: Json): ExpressionForm | undefined {
  if (!isObject(value)) return undefined;
  const key = field(value, 'key');
  const operator = OPERATORS.find((known) => known === field(value, 'operator'));
  const values = field(value, 'values');
  if (typeof key !== 'string' || operator === undefined) return undefined;
  return { key, operator, ...(isStrings(values) ? { values } : {}) };
}

export function writeSelector(form: SelectorForm): JsonObject {
  return {
    ...(form.labels === undefined ? {} : { matchLabels: Object.fromEntries(form.labels) }),
    ...(form.expressions === undefined
      ? {}
      : {
          matchExpressions: form.expressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values === undefined ? {} : { values }),
          })),
        }),
  };
}

/** A selector in one line of words: `app=api, tier in (a, b)`; `all` for the empty one. */
export function selectorText(form: SelectorForm): string {
  const parts = [
    ...(form.labels ?? []).map(([key, value]) => `${key}=${value}`),
    ...(form.expressions ?? []).map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `no ${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'not in'} (${values.join(', ')})`;
    }),
  ];
  return parts.length === 0 ? 'all' : parts.join(', ');
}
