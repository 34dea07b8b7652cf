import type { Requirement, Selector } from '../ir/ir.ts';

const SET_BASED = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY = /^([^\s!=,()]+)\s*(==|!=|=)\s*([^\s!=,()]*)$/;
const KEY = /^(!?)\s*([^\s!=,()]+)$/;

/**
 * Reads a label selector as kubectl's `-l` takes it: `app=web,tier!=db,env in (a, b),!canary`. Empty text selects
 * everything. `!=` and `notin` also match what lacks the label, as everywhere in Kubernetes.
 */
export function parseSelectorText(
  text: string,
): { readonly selector: Selector } | { readonly problem: string } {
  const selector: Requirement[] = [];
  for (const term of splitTerms(text)) {
    const requirement = parseTerm(term);
    if (requirement === undefined) return { problem: `"${term}" is no label requirement` };
    selector.push(requirement);
  }
  return { selector };
}

function splitTerms(text: string): readonly string[] {
  const terms: string[] = [];
  let depth = 0;
  let term = '';
  for (const char of text) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === ',' && depth === 0) {
      terms.push(term.trim());
      term = '';
    } else {
      term += char;
    }
  }
  return [...terms, term.trim()].filter(
    (entry, index, all) => entry !== '' || (index > 0 && index < all.length - 1),
  );
}

function parseTerm(term: string): Requirement | undefined {
  const set = SET_BASED.exec(term);
  if (set?.[1] !== undefined && set[3] !== undefined) {
    const values = set[3].split(',').map((value) => value.trim());
    return { key: set[1], operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = EQUALITY.exec(term);
  if (equality?.[1] !== undefined && equality[3] !== undefined) {
    return { key: equality[1], operator: equality[2] === '!=' ? 'NotIn' : 'In', values: [equality[3]] };
  }
  const key = KEY.exec(term);
  if (key?.[2] === undefined) return undefined;
  return { key: key[2], operator: key[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] };
}
