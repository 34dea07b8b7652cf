import type { Document } from 'yaml';
import type { Diagnostic, ObjectRef } from '../../diagnostic.ts';
import { isNamespacedPolicy, lowerPolicy, policyKind } from '../../dialects/index.ts';
import { readYaml } from '../../manifests/yaml-values.ts';
import type { PolicyRecord } from '../../model/records.ts';
import { isPolicyKind, POLICY_KINDS } from '../form/model.ts';
import { field, isObject, type Json, type JsonObject, toJson } from '../json.ts';
import { documentText } from '../yaml/document-text.ts';
import { parsePath, rangeAt, sourceAt, type TextRange } from '../yaml/locate.ts';
import { yamlProblem } from '../yaml/problems.ts';
import { documentJson, documentRanges, parseTree } from '../yaml/tree.ts';

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
 * diagnostics. Never throws; a document that can't be used doesn't hide the others.
 */
export function readPolicyText(text: string, file: string): PolicyTextReading {
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
  const seen = new Map<string, number>();
  const tree = parseTree(text);
  const ranges = documentRanges(tree);
  for (const [index, document] of tree.documents.entries()) {
    const reader: Reader = { text, file, document, index, diagnostics };
    const range = ranges[index] ?? { from: 0, to: text.length };
    const value = readDocument(reader, range);
    if (value === undefined || value === null) {
      if (value === undefined) documents.push({ index, ...range });
      continue;
    }
    const before = diagnostics.length;
    const policy = toPolicy(reader, value, range);
    if (policy !== undefined) {
      checkTwice(reader, policy, seen);
      for (const diagnostic of lowerPolicy(policy).diagnostics) report(reader, diagnostic);
    }
    const usable = !diagnostics.slice(before).some(({ diagnostic }) => isError(diagnostic));
    documents.push({ index, ...range, ...(policy !== undefined && usable ? { policy } : {}) });
  }
  return { documents, diagnostics };
}

export function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error' || diagnostic.severity === 'fatal';
}

interface Reader {
  readonly text: string;
  readonly file: string;
  readonly document: Document;
  readonly index: number;
  readonly diagnostics: TextDiagnostic[];
}

function report(reader: Reader, diagnostic: Diagnostic, range?: TextRange): void {
  const { text, file, document, index } = reader;
  const at = range ?? rangeAt(text, document, parsePath(diagnostic.path ?? ''));
  reader.diagnostics.push({
    ...at,
    document: index,
    diagnostic: { ...diagnostic, source: sourceAt(text, file, at) },
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
  if (!isObject(metadata) || typeof name !== 'string' || name === '') {
    return refuse(reader, 'metadata', 'missing-field', '`metadata.name` is missing.', 'Name the policy.');
  }
  checkTopFields(reader, value);
  const namespace = namespaceOf(reader, metadata, isNamespacedPolicy(known));
  return {
    apiVersion,
    kind: known,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    spec: field(value, 'spec') ?? null,
    source: sourceAt(reader.text, reader.file, { from: range.from, to: Math.max(range.from, range.to - 1) }),
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

function checkTwice(reader: Reader, policy: PolicyRecord, seen: Map<string, number>): void {
  const object: ObjectRef = policy;
  const key = `${object.kind}/${object.namespace ?? ''}/${object.name}`;
  const first = seen.get(key);
  if (first === undefined) {
    seen.set(key, policy.source?.line ?? 1);
    return;
  }
  report(reader, {
    code: 'duplicate-policy',
    severity: 'error',
    message: `${policy.kind} ${policy.name} stands in this text twice, first at line ${first}.`,
    hint: 'Rename one of them.',
    path: 'metadata.name',
  });
}
