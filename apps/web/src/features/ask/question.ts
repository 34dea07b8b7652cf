import type { ClusterIndex } from '@bulkhead/policy-engine';

/** A question such as `frontend -> payments/db:5432`, resolved to entities. */
export interface Question {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
}

export type Asked =
  | { readonly type: 'question'; readonly question: Question }
  /** It reads like a question, but an end names nothing, or several things. */
  | { readonly type: 'unclear'; readonly message: string; readonly candidates: readonly Question[] };

const ARROW = /\s*(?:->|→|=>|\bto\b)\s*/;
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+)$/i;

/**
 * Reads a question about a pair. Ends are `namespace/name`, a name, a namespace, an address, a CIDR that a policy names,
 * or `internet`; the port is whatever follows the last `:` of the destination, or a word `on`.
 * @returns null where the text is no question
 */
export function readQuestion(text: string, index: ClusterIndex): Asked | null {
  const match = ARROW.exec(text);
  if (match === null || match.index === 0) return null;
  const left = text.slice(0, match.index).trim();
  const right = text.slice(match.index + match[0].length).trim();
  if (left === '' || right === '') return null;
  const { name, port } = splitPort(right);
  const froms = resolve(left, index);
  const tos = resolve(name, index);
  const candidates = froms
    .flatMap((from) => tos.map((to): Question => (port === undefined ? { from, to } : { from, to, port })))
    .filter((question) => question.from !== question.to);
  const [only] = candidates;
  if (froms.length === 0) return { type: 'unclear', message: `Nothing is called "${left}".`, candidates: [] };
  if (tos.length === 0) return { type: 'unclear', message: `Nothing is called "${name}".`, candidates: [] };
  if (only !== undefined && candidates.length === 1) return { type: 'question', question: only };
  return {
    type: 'unclear',
    message: `That fits ${candidates.length} pairs.`,
    candidates: candidates.slice(0, 20),
  };
}

function splitPort(text: string): { readonly name: string; readonly port?: string } {
  const on = /^(.*?)\s+on\s+(\S+)$/i.exec(text);
  if (on?.[1] !== undefined && on[2] !== undefined) return { name: on[1], port: on[2] };
  if (ADDRESS.test(text)) return { name: text };
  const at = text.lastIndexOf(':');
  if (at <= 0 || at === text.length - 1) return { name: text.replace(/:$/, '') };
  return { name: text.slice(0, at).replace(/^\[|\]$/g, ''), port: text.slice(at + 1) };
}

/** Ids that a name may mean: an exact match wins over the rest. */
function resolve(name: string, index: ClusterIndex): readonly string[] {
  const wanted = name.toLowerCase();
  if (wanted === 'internet' || wanted === 'world' || wanted === 'outside') return ['out:internet'];
  if (ADDRESS.test(name)) return [`ip:${name}`];
  if (/^[0-9a-f.:]+\/\d+$/i.test(name)) return [`out:cidr:${name}`];
  const full = index.workloads.filter((entry) => `${entry.namespace}/${entry.name}`.toLowerCase() === wanted);
  if (full.length > 0) return full.map((entry) => entry.id);
  const exact = index.workloads.filter((entry) => entry.name.toLowerCase() === wanted);
  if (exact.length > 0) return exact.map((entry) => entry.id);
  const namespaces = index.namespaces.filter((entry) => entry.name.toLowerCase() === wanted);
  if (namespaces.length > 0) return namespaces.map((entry) => entry.id);
  const partial = index.workloads.filter((entry) =>
    `${entry.namespace}/${entry.name}`.toLowerCase().includes(wanted),
  );
  return partial.slice(0, 8).map((entry) => entry.id);
}
