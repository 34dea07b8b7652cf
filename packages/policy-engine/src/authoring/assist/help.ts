import type { ClusterValues } from '../cluster-values.ts';
import { isPolicyKind } from '../form/model.ts';
import { readSelector } from '../form/selector.ts';
import { field, getAt, isObject, type Json, type JsonPath } from '../json.ts';
import { pathAt } from '../yaml/locate.ts';
import { textPieces } from '../yaml/pieces.ts';
import { documentJson, documentRanges, parseTree } from '../yaml/tree.ts';
import { typeText } from './complete.ts';
import { matchesText, matchingNodes, matchingPods, nodesText } from './matches.ts';
import { documentSchema, schemaAt } from './schema.ts';

export interface FieldHelp {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** What the selector around it matches in the cluster now. */
  readonly matches?: string;
}

/** Help for what stands at an offset; `undefined` where the schema knows nothing of it. Never throws. */
export function helpAt(
  text: string,
  offset: number,
  values: ClusterValues | undefined,
): FieldHelp | undefined {
  const piece = textPieces(text).findLast(({ from }) => from <= offset);
  if (piece === undefined) return undefined;
  const tree = parseTree(piece.text);
  const at = offset - piece.from;
  const index = documentRanges(tree).findIndex(({ from, to }) => at >= from && at <= to);
  const document = tree.documents[index];
  if (document === undefined) return undefined;
  const path = pathAt(piece.text, document, at);
  if (path.length === 0) return undefined;
  const json = documentJson(document);
  const value = 'value' in json ? json.value : null;
  const kind = isObject(value) ? field(value, 'kind') : undefined;
  const found = schemaAt(
    documentSchema(isPolicyKind(kind) ? kind : undefined),
    path.map((step) => (typeof step === 'number' ? null : step)),
  );
  if (found?.field === undefined) return undefined;
  const matches = values === undefined ? undefined : selectorMatches(value, path, values);
  return {
    name: found.field.name,
    type: typeText(found.field.schema),
    help: found.field.help,
    ...(matches === undefined ? {} : { matches }),
  };
}

const SELECTORS = ['podSelector', 'namespaceSelector', 'namespaces', 'nodes'];

function selectorMatches(value: Json, path: JsonPath, values: ClusterValues): string | undefined {
  const at = path.findLastIndex((step) => typeof step === 'string' && SELECTORS.includes(step));
  if (at === -1) return undefined;
  const own = getAt(value, ['metadata', 'namespace']);
  const around = getAt(value, path.slice(0, at));
  const name = path[at];
  if (!isObject(around) || typeof name !== 'string') return undefined;
  if (name === 'nodes') {
    const nodes = readSelector(field(around, 'nodes'));
    return nodes === undefined ? undefined : nodesText(matchingNodes(values, nodes));
  }
  const pods = readSelector(field(around, 'podSelector'));
  const namespaces = readSelector(field(around, name === 'namespaces' ? 'namespaces' : 'namespaceSelector'));
  const matches = matchingPods(values, {
    ...(typeof own === 'string' ? { namespace: own } : {}),
    namespaces,
    pods: name === 'namespaces' ? undefined : pods,
  });
  const text = matchesText(matches);
  return name === 'podSelector' ? text : `${matches.namespaces.length} namespaces, ${text}`;
}
