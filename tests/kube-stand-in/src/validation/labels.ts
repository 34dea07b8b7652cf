import { type JsonObject, type JsonValue, objectsIn, stringsIn } from '../json.ts';
import type { FieldError } from '../status.ts';
import { forbiddenField, invalidValue, required } from './field-errors.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const NAME_MESSAGE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_MESSAGE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with a name that has to be a DNS subdomain. */
export function subdomainProblems(name: string): readonly string[] {
  return [
    ...(name.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(SUBDOMAIN.test(name) ? [] : [SUBDOMAIN_MESSAGE]),
  ];
}

/** What is wrong with a label key (`IsQualifiedName`). */
export function labelKeyProblems(key: string): readonly string[] {
  const parts = key.split('/');
  const [prefix, name = ''] = parts.length === 1 ? [undefined, parts[0]] : parts;
  if (parts.length > 2) {
    return [
      `a qualified name ${NAME_MESSAGE.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  if (prefix !== undefined) {
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...subdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  if (name.length > 63) problems.push('name part must be no more than 63 characters');
  if (!NAME.test(name)) problems.push(NAME_MESSAGE);
  return problems;
}

export function labelValueProblems(value: string): readonly string[] {
  return [
    ...(value.length > 63 ? ['must be no more than 63 characters'] : []),
    ...(VALUE.test(value) ? [] : [VALUE_MESSAGE]),
  ];
}

/** `ValidateLabels`: keys and values are both reported at the map itself. */
export function validateLabels(labels: JsonObject, field: string): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...labelKeyProblems(key).map((problem) => invalidValue(field, key, problem)),
    ...labelValueProblems(String(value)).map((problem) => invalidValue(field, String(value), problem)),
  ]);
}

/** `ValidateLabelSelector` of apimachinery. */
export function validateSelector(selector: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const matchLabels = selector.matchLabels;
  if (typeof matchLabels === 'object' && matchLabels !== null && !Array.isArray(matchLabels)) {
    errors.push(...validateLabels(matchLabels, `${field}.matchLabels`));
  }
  objectsIn(selector.matchExpressions).forEach((expression, index) => {
    errors.push(...validateRequirement(expression, `${field}.matchExpressions[${index}]`));
  });
  return errors;
}

function validateRequirement(expression: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const values = stringsIn(expression.values);
  const operator: JsonValue = expression.operator ?? '';
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(
        forbiddenField(
          `${field}.values`,
          "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
      );
    }
  } else {
    errors.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  }
  const key = typeof expression.key === 'string' ? expression.key : '';
  errors.push(...labelKeyProblems(key).map((problem) => invalidValue(`${field}.key`, key, problem)));
  values.forEach((value, index) => {
    errors.push(
      ...labelValueProblems(value).map((problem) =>
        invalidValue(`${field}.values[${index}]`, value, problem),
      ),
    );
  });
  return errors;
}
