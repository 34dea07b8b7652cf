import type { Document } from 'yaml';
import type { Diagnostic, SourceRef } from '../../diagnostic.ts';
import { isNamespacedPolicy, lowerPolicy, policyKind } from '../../dialects/index.ts';
import { countLines } from '../../manifests/split.ts';
import { findTemplate, TEMPLATE_PROBLEM } from '../../manifests/template.ts';
import { readYaml } from '../../manifests/yaml-values.ts';
import { type PolicyKey, type PolicyRecord, policyKey } from '../../model/records.ts';
import { isPolicyKind, POLICY_KINDS } from '../form/model.ts';
import { field, isObject, type Json, type JsonObject, toJson } from '../json.ts';
import { documentText } from '../yaml/document-text.ts';
import { parsePath, rangeAt, sourceAt, type TextRange } from '../yaml/locate.ts';
import { remembering, textPieces } from '../yaml/pieces.ts';
import { yamlProblem } from '../yaml/problems.ts';
import { documentJson, documentRanges, parseTree } from '../yaml/tree.ts';
import { metadataProblems } from './metadata.ts';

/** A problem at a place of the text. */
export interface TextDiagnostic extends TextRange {
  /** Index of the document. */
  readonly document: number;
  readonly diagnostic: Diagnostic;
}

export interface PolicyDocument extends TextRange {
  readonly index: number;
  /** Absent where no API server would hold it: its problems say why. */
  readonly policy?: PolicyRecord;
}

export interface PolicyTextReading {
  readonly documents: readonly PolicyDocument[];
  readonly diagnostics: readonly TextDiagnostic[];
}

/** A text longer than this is refused: a policy is a few kilobytes, and every keystroke reads it again. */
export const MAX_POLICY_TEXT = 2_000_000;

/** kubectl's namespace where neither the document nor the context names one. */
const DEFAULT_NAMESPACE = 'default';

/**
 * Reads every policy of a text and says what is wrong with each document, where it stands. `file` names the text in
 * diagnostics. Never throws; a document that can't be used doesn't hide the others. Of a text that was read before and edited
 * since, only the documents that were edited are read again; the others' policies are the same objects.
 */
export const readPolicyText = policyTextReader();

/** A reader of texts, as `readPolicyText` is, with a memory of its own. */
export function policyTextReader(): (text: string, file: string) => PolicyTextReading {
  const read = remembering(readPiece);
  return (text, file) => readPieces(text, file, read);
}

function readPieces(
  text: string,
  file: string,
  readPiece: (text: string) => PieceReading,
): PolicyTextReading {
  if (text.length > MAX_POLICY_TEXT) {
    const diagnostic: Diagnostic = {
      code: 'text-too-long',
      severity: 'error',
      message: `This text has ${text.length} characters; a draft takes ${MAX_POLICY_TEXT} at most.`,
      hint: 'Split it into several texts.',
    };
    return { documents: [], diagnostics: [{ from: 0, to: 0, document: 0, diagnostic }] };
  }
  const documents: PolicyDocument[] = [];
  const diagnostics: TextDiagnostic[] = [];
  const seen = new Map<PolicyKey, number>();
  let line = 1;
  let first = 0;
  for (const { from, text: own } of textPieces(text)) {
    const piece = readPiece(own);
    const policies = placedPolicies(piece, file, line);
    const place = (at: TextDiagnostic): void => {
      const { diagnostic } = at;
      diagnostics.push({
        from: from + at.from,
        to: from + at.to,
        document: first + at.document,
        diagnostic: { ...diagnostic, ...placedSource(diagnostic.source, file, line) },
      });
    };
    piece.diagnostics.forEach(place);
    for (const [position, { index, from: start, to, named }] of piece.documents.entries()) {
      const document = { index: first + index, from: from + start, to: from + to };
      const policy = policies[position];
      const before = named === undefined ? undefined : seen.get(named.key);
      if (named !== undefined && before === undefined) seen.set(named.key, line + named.line - 1);
      if (named !== undefined && before !== undefined) place(repeated(own, index, named, before));
      documents.push(policy === undefined || before !== undefined ? document : { ...document, policy });
    }
    line += piece.lineBreaks;
    first += piece.count;
  }
  return { documents, diagnostics };
}

/** What a piece of a text says, wherever it stands: offsets, lines and indices count from its own beginning. */
interface PieceReading {
  /** YAML documents, empty ones too. */
  readonly count: number;
  readonly lineBreaks: number;
  readonly documents: readonly PieceDocument[];
  readonly diagnostics: readonly TextDiagnostic[];
  /** Its policies as they were placed lately, by file and line: what has not moved stays the same object. */
  readonly placed: Map<string, readonly (PolicyRecord | undefined)[]>;
}

interface PieceDocument extends PolicyDocument {
  /** Where it says which policy it is, be it usable or not. */
  readonly named?: TextRange & {
    readonly key: PolicyKey;
    readonly line: number;
    readonly policy: PolicyRecord;
  };
}

function readPiece(text: string): PieceReading {
  const documents: PieceDocument[] = [];
  const diagnostics: TextDiagnostic[] = [];
  const tree = parseTree(text);
  const ranges = documentRanges(tree);
  for (const [index, document] of tree.documents.entries()) {
    const reader: Reader = { text, document, index, diagnostics };
    const range = ranges[index] ?? { from: 0, to: text.length };
    const value = readDocument(reader, range);
    if (value === null) continue;
    const before = diagnostics.length;
    const policy = value === undefined ? undefined : toPolicy(reader, value, range);
    if (policy === undefined) {
      tellTemplate(reader, range);
      documents.push({ index, ...range });
      continue;
    }
    for (const diagnostic of lowerPolicy(policy).diagnostics) report(reader, diagnostic);
    const usable = !diagnostics.slice(before).some(({ diagnostic }) => isError(diagnostic));
    if (!usable) tellTemplate(reader, range);
    const named = {
      ...rangeAt(text, document, ['metadata', 'name']),
      key: policyKey(policy),
      line: policy.source?.line ?? 1,
      policy,
    };
    documents.push({ index, ...range, named, ...(usable ? { policy } : {}) });
  }
  const lineBreaks = countLines(text, 0, text.length);
  return { count: tree.documents.length, lineBreaks, documents, diagnostics, placed: new Map() };
}

/** Of a template that could not be read that is all there is to say, whatever its braces are taken for. */
function tellTemplate(reader: Reader, range: TextRange): void {
  const { text, index, diagnostics } = reader;
  const found = findTemplate(text.slice(range.from, range.to));
  if (found === undefined) return;
  const others = diagnostics.filter(({ document }) => document !== index);
  diagnostics.splice(0, diagnostics.length, ...others);
  report(reader, TEMPLATE_PROBLEM, { from: range.from + found.from, to: range.from + found.to });
}

/** As many places of one piece are remembered: that in a text, and that in its last good state. */
const PLACES = 4;

function placedPolicies(
  { documents, placed }: PieceReading,
  file: string,
  line: number,
): readonly (PolicyRecord | undefined)[] {
  const place = `${file}:${line}`;
  const known = placed.get(place);
  if (known !== undefined) return known;
  const policies = documents.map(
    ({ policy }) => policy && { ...policy, ...placedSource(policy.source, file, line) },
  );
  if (placed.size >= PLACES) placed.clear();
  placed.set(place, policies);
  return policies;
}

/** A place in a piece as one in the file, in which the piece begins at `line`. */
function placedSource(
  source: SourceRef | undefined,
  file: string,
  line: number,
): { readonly source?: SourceRef } {
  if (source === undefined) return {};
  const { endLine } = source;
  return {
    source: {
      ...source,
      file,
      line: source.line + line - 1,
      ...(endLine === undefined ? {} : { endLine: endLine + line - 1 }),
    },
  };
}

export function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error' || diagnostic.severity === 'fatal';
}

/** The file of a piece, which may stand in any. */
const UNPLACED = '';

interface Reader {
  readonly text: string;
  readonly document: Document;
  readonly index: number;
  readonly diagnostics: TextDiagnostic[];
}

function report(reader: Reader, diagnostic: Diagnostic, range?: TextRange): void {
  const { text, document, index } = reader;
  const at = range ?? rangeAt(text, document, parsePath(diagnostic.path ?? ''));
  reader.diagnostics.push({
    ...at,
    document: index,
    diagnostic: { ...diagnostic, source: sourceAt(text, UNPLACED, at) },
  });
}

/** The document's value as kubectl reads it; `undefined` where it can't be read, `null` where there is nothing in it. */
function readDocument(reader: Reader, range: TextRange): Json | undefined {
  const { document, text } = reader;
  for (const error of document.errors.slice(0, 10)) {
    const from = Math.min(error.pos[0], text.length);
    report(
      reader,
      { severity: 'error', ...yamlProblem(error.code, error.message) },
      { from, to: Math.max(from, Math.min(error.pos[1], text.length)) },
    );
  }
  if (document.errors.length > 0) return undefined;
  const json = documentJson(document);
  if ('code' in json) {
    report(reader, { code: json.code, severity: 'error', message: sentence(json.message) });
    return undefined;
  }
  const read = readYaml(documentText(text.slice(range.from, range.to)));
  if (read.ok) return toJson(read.value) ?? json.value;
  const { code, message, hint } = read.problem;
  report(reader, { code, severity: 'error', message, hint });
  return undefined;
}

function sentence(text: string): string {
  const line = text.split('\n')[0]?.trim() ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function toPolicy(reader: Reader, value: Json, range: TextRange): PolicyRecord | undefined {
  if (!isObject(value)) {
    return refuse(
      reader,
      '',
      'not-an-object',
      'This document is not an object.',
      'Start with `apiVersion:`.',
    );
  }
  const apiVersion = field(value, 'apiVersion');
  const kind = field(value, 'kind');
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    const missing = typeof apiVersion !== 'string' ? 'apiVersion' : 'kind';
    return refuse(reader, missing, 'missing-field', `\`${missing}\` is missing.`, `Add \`${missing}:\`.`);
  }
  const known = policyKind(apiVersion, kind);
  if (known === undefined) {
    const right = isPolicyKind(kind);
    return refuse(
      reader,
      right ? 'apiVersion' : 'kind',
      right ? 'unsupported-policy-version' : 'not-a-policy',
      right ? `${kind} of \`${apiVersion}\` is not understood.` : `${kind} is not a policy.`,
      right ? 'Use the version of the templates.' : `A draft's text holds ${POLICY_KINDS.join(', ')}.`,
    );
  }
  const metadata = field(value, 'metadata');
  const name = isObject(metadata) ? field(metadata, 'name') : undefined;
  if (!isObject(metadata) || name === undefined || name === null || name === '') {
    return refuse(reader, 'metadata', 'missing-field', '`metadata.name` is missing.', 'Name the policy.');
  }
  if (typeof name !== 'string') {
    const message = '`metadata.name` must be a string.';
    return refuse(reader, 'metadata.name', 'wrong-type', message, 'Put the name in quotes.');
  }
  checkTopFields(reader, value);
  for (const problem of metadataProblems(metadata)) report(reader, problem);
  const namespace = namespaceOf(reader, metadata, isNamespacedPolicy(known));
  return {
    apiVersion,
    kind: known,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    spec: field(value, 'spec') ?? null,
    source: sourceAt(reader.text, UNPLACED, { from: range.from, to: Math.max(range.from, range.to - 1) }),
    text: reader.text.slice(range.from, range.to),
  };
}

function namespaceOf(reader: Reader, metadata: JsonObject, namespaced: boolean): string | undefined {
  const namespace = field(metadata, 'namespace');
  if (!namespaced) {
    if (namespace !== undefined && namespace !== '') {
      report(reader, {
        code: 'namespace-on-cluster-scoped',
        severity: 'error',
        message: 'This kind belongs to the whole cluster and takes no namespace.',
        hint: 'Delete `metadata.namespace`.',
        path: 'metadata.namespace',
      });
    }
    return undefined;
  }
  if (typeof namespace === 'string' && namespace !== '') return namespace;
  if (namespace !== undefined && namespace !== null && namespace !== '') {
    report(reader, {
      code: 'wrong-type',
      severity: 'error',
      message: '`metadata.namespace` must be a string.',
      hint: 'Write the name of a namespace, in quotes if it is a number.',
      path: 'metadata.namespace',
    });
    return DEFAULT_NAMESPACE;
  }
  report(reader, {
    code: 'namespace-missing',
    severity: 'warning',
    message: `Without \`metadata.namespace\` this goes to the namespace of kubectl's context; here \`${DEFAULT_NAMESPACE}\` is taken.`,
    hint: 'Name the namespace.',
    path: 'metadata',
  });
  return DEFAULT_NAMESPACE;
}

const TOP_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

function checkTopFields(reader: Reader, value: JsonObject): void {
  for (const key of Object.keys(value)) {
    if (TOP_FIELDS.includes(key)) continue;
    report(reader, {
      code: 'unknown-field',
      severity: 'error',
      message: `\`${key}\` is not a field of a policy.`,
      hint: 'Rules and selectors stand under `spec`.',
      path: `[${key}]`,
    });
  }
}

function refuse(reader: Reader, path: string, code: string, message: string, hint: string): undefined {
  report(reader, { code, severity: 'error', message, hint, path });
  return undefined;
}

function repeated(
  piece: string,
  document: number,
  { policy: { kind, name }, from, to }: TextRange & { readonly policy: PolicyRecord },
  firstLine: number,
): TextDiagnostic {
  const diagnostic: Diagnostic = {
    code: 'duplicate-policy',
    severity: 'error',
    message: `${kind} ${name} stands in this text twice, first at line ${firstLine}.`,
    hint: 'Rename one of them.',
    path: 'metadata.name',
    source: sourceAt(piece, UNPLACED, { from, to }),
  };
  return { from, to, document, diagnostic };
}
