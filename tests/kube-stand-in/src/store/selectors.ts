import { at, type KubeObject } from '../json.ts';
import { badRequest, StatusError } from '../status.ts';

export type ObjectTest = (object: KubeObject) => boolean;

/** Splits at commas outside parentheses: `a in (b,c),d` has two requirements. */
function requirements(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const KEY = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?';
const SET_BASED = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);

/** `labelSelector` as kubectl writes it. Throws 400 for one that does not parse. */
export function labelTest(selector: string): ObjectTest {
  const tests = requirements(selector).map((text): ObjectTest => {
    const labelOf = (object: KubeObject, key: string) => {
      const labels = object.metadata.labels ?? {};
      return Object.hasOwn(labels, key) ? labels[key] : undefined;
    };
    const setBased = SET_BASED.exec(text);
    if (setBased !== null) {
      const key = setBased[1] ?? '';
      const values = new Set((setBased[4] ?? '').split(',').map((value) => value.trim()));
      const inside = setBased[3] === 'in';
      return (object) => {
        const value = labelOf(object, key);
        return inside ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
      };
    }
    const equality = EQUALITY.exec(text);
    if (equality !== null) {
      const key = equality[1] ?? '';
      const wanted = equality[4] ?? '';
      const equal = equality[3] !== '!=';
      return (object) => (labelOf(object, key) === wanted) === equal;
    }
    const exists = EXISTS.exec(text);
    if (exists !== null) {
      const key = exists[2] ?? '';
      const wanted = exists[1] !== '!';
      return (object) => (labelOf(object, key) !== undefined) === wanted;
    }
    throw new StatusError(badRequest(`unable to parse requirement: found '${text}', expected: identifier`));
  });
  return (object) => tests.every((test) => test(object));
}

const POD_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'spec.nodeName': ['spec', 'nodeName'],
  'spec.restartPolicy': ['spec', 'restartPolicy'],
  'spec.schedulerName': ['spec', 'schedulerName'],
  'spec.serviceAccountName': ['spec', 'serviceAccountName'],
  'status.phase': ['status', 'phase'],
  'status.podIP': ['status', 'podIP'],
};

/** `fieldSelector`: name and namespace for every kind, and the fields a pod can be selected by. Throws 400 for others. */
export function fieldTest(selector: string, kind: string): ObjectTest {
  const tests = requirements(selector).map((text): ObjectTest => {
    const match = /^([A-Za-z0-9_.[\]'-]+)(==|=|!=)(.*)$/.exec(text);
    if (match === null) {
      throw new StatusError(badRequest(`invalid selector: '${text}'; can't understand '${text}'`));
    }
    const field = match[1] ?? '';
    const wanted = match[3] ?? '';
    const equal = match[2] !== '!=';
    const path =
      field === 'metadata.name' || field === 'metadata.namespace'
        ? field.split('.')
        : kind === 'Pod' && Object.hasOwn(POD_FIELDS, field)
          ? POD_FIELDS[field]
          : kind === 'Namespace' && field === 'status.phase'
            ? ['status', 'phase']
            : undefined;
    if (path === undefined) {
      throw new StatusError(badRequest(`field label not supported: ${field}`));
    }
    return (object) => {
      const value = at(object, ...path);
      return ((typeof value === 'string' ? value : '') === wanted) === equal;
    };
  });
  return (object) => tests.every((test) => test(object));
}
