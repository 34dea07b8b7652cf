import { field, isObject, list, text } from './spec-values.ts';

/** The first problem found; checks are listed in the order in which fields are written. */
export function first(problems: Iterable<string | undefined>): string | undefined {
  for (const problem of problems) {
    if (problem !== undefined) return problem;
  }
  return undefined;
}

export function when(wrong: boolean, path: string): string | undefined {
  return wrong ? path : undefined;
}

/** Runs a check on every element of a list field; a list that isn't one is itself the problem. */
export function eachOf(
  value: unknown,
  key: string,
  path: string,
  check: (element: unknown, path: string) => string | undefined,
): string | undefined {
  const found = field(value, key);
  if (found !== undefined && !Array.isArray(found)) return path;
  return first(list(value, key).map((element, index) => check(element, `${path}[${index}]`)));
}

/** In and NotIn need at least one value, Exists and DoesNotExist none; nothing else is an operator (1.3, K23). */
export function selectorProblem(selector: unknown, path: string): string | undefined {
  if (!isObject(selector)) return path;
  const matchLabels = field(selector, 'matchLabels');
  if (matchLabels !== undefined) {
    if (!isObject(matchLabels)) return `${path}.matchLabels`;
    for (const [key, value] of Object.entries(matchLabels)) {
      if (typeof value !== 'string') return `${path}.matchLabels.${key}`;
    }
  }
  return eachOf(selector, 'matchExpressions', `${path}.matchExpressions`, (expression, at) => {
    if (text(expression, 'key') === undefined) return `${at}.key`;
    const values = list(expression, 'values');
    switch (text(expression, 'operator')) {
      case 'In':
      case 'NotIn':
        return when(values.length === 0 || values.some((value) => typeof value !== 'string'), `${at}.values`);
      case 'Exists':
      case 'DoesNotExist':
        return when(values.length > 0, `${at}.values`);
      default:
        return `${at}.operator`;
    }
  });
}

export function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535;
}

export function isTransport(value: unknown): boolean {
  return value === undefined || value === 'TCP' || value === 'UDP' || value === 'SCTP';
}
