import type { Diagnostic, SourceRef } from '../diagnostic.ts';
import { isObject, ownField } from '../input/reading.ts';
import { createReadContext, type ReadContext } from '../model/context.ts';
import { listItems, readKubernetesObject } from '../model/from-kubernetes.ts';
import type { SnapshotPart } from '../model/parts.ts';
import { createSharing, type Sharing } from '../model/sharing.ts';
import { listItemTexts } from './list-items.ts';
import { createLocator } from './locate.ts';
import { countLines, type DocumentText, splitDocuments } from './split.ts';
import { findTemplate, TEMPLATE_PROBLEM } from './template.ts';
import { bareLetter, readYaml, type YamlProblem } from './yaml-values.ts';

export interface ManifestFile {
  /** As the user would name it; diagnostics and sources show it. */
  readonly path: string;
  /** Decoded as UTF-8. */
  readonly text: string;
}

/** What one file contributes: small records, so that thousands of parsed files can be kept and one replaced. */
export interface ParsedManifestFile {
  readonly path: string;
  readonly parts: readonly SnapshotPart[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface ManifestOptions {
  /** Longest text that is read, in characters. Default: `DEFAULT_MAX_FILE_SIZE`. */
  readonly maxFileSize?: number;
  /** Pass one to all files of a directory, so that equal labels are kept once. */
  readonly sharing?: Sharing;
}

/** 5 MiB: an object can't be larger than 1.5 MiB (etcd's limit), and people split files long before this. */
export const DEFAULT_MAX_FILE_SIZE = 5 * 1024 * 1024;

/**
 * Parses one manifest file: YAML or JSON, any number of documents. Never throws; every problem is a diagnostic with
 * file and line. After a syntax error the rest of the file is left out, as kubectl does; the documents before count.
 * Policies are validated when they are lowered, not here.
 */
export function parseManifestFile(file: ManifestFile, options: ManifestOptions = {}): ParsedManifestFile {
  const { path } = file;
  const maxFileSize = options.maxFileSize ?? DEFAULT_MAX_FILE_SIZE;
  const refusal =
    file.text.length > maxFileSize ? fileTooLarge(path, file.text.length, maxFileSize) : skipReason(file);
  if (refusal !== undefined) return { path, parts: [], diagnostics: [refusal] };

  const context: ReadContext = { ...createReadContext('files'), sharing: options.sharing ?? createSharing() };
  if (file.text.includes('\uFFFD')) context.diagnostics.push(notUtf8(file));
  const parts: SnapshotPart[] = [];
  const documents = splitDocuments(normalised(file.text));
  for (const [index, document] of documents.entries()) {
    const read = readYaml(document.text);
    if (!read.ok) {
      context.diagnostics.push(unreadable(path, document, read.problem, documents.length - index - 1));
      break;
    }
    for (const problem of read.duplicateKeys)
      context.diagnostics.push(yamlDiagnostic(path, document, problem, 'warning'));
    // `---` followed by comments or `null` is an empty document, as kubectl has it.
    if (read.value !== null && read.value !== undefined)
      readDocument(path, document, read.value, context, parts);
  }
  return { path, parts, diagnostics: context.diagnostics };
}

/** For a file that the caller didn't even read: the same words as where the text was too long. */
export function fileTooLarge(path: string, size: number, maxFileSize: number): Diagnostic {
  const mebibytes = (value: number) => `${(value / 1024 / 1024).toFixed(1)} MiB`;
  return {
    code: 'file-too-large',
    severity: 'error',
    message: `The file has ${mebibytes(size)}, more than the ${mebibytes(maxFileSize)} that are read; it was left out.`,
    hint: 'Split the file, or raise the limit.',
    source: { file: path, line: 1 },
  };
}

function readDocument(
  path: string,
  document: DocumentText,
  value: unknown,
  context: ReadContext,
  parts: SnapshotPart[],
): void {
  const before = parts.length;
  readItems(path, document, value, context, parts);
  const letter = parts.slice(before).some((part) => part.type !== 'ignored')
    ? bareLetter(document.text)
    : undefined;
  if (letter !== undefined) context.diagnostics.push(ambiguousLetter(path, document, letter));
}

function readItems(
  path: string,
  document: DocumentText,
  value: unknown,
  context: ReadContext,
  parts: SnapshotPart[],
): void {
  const items = listItems(value);
  if (items === undefined) {
    readObjectText(path, document, value, context, parts, '');
    return;
  }
  const texts = listItemTexts(document, items.length);
  for (const [index, item] of items.entries()) {
    const text = texts?.[index];
    if (text === undefined) readObjectText(path, document, item, context, parts, `items[${index}]`);
    else readObjectText(path, text, item, context, parts, '');
  }
}

/** @param base path of the object in the document, where the document's text is a list's. */
function readObjectText(
  path: string,
  document: DocumentText,
  object: unknown,
  context: ReadContext,
  parts: SnapshotPart[],
  base: string,
): void {
  const skipped = skippedObject(path, document, object);
  if (skipped !== undefined) {
    context.diagnostics.push(skipped);
    return;
  }
  const own = base === '' ? document : undefined;
  const source = own === undefined ? placeOf(path, document, base) : sourceOf(path, own);
  const before = context.diagnostics.length;
  parts.push(
    ...readKubernetesObject(
      {
        object,
        source,
        ...(own === undefined ? {} : { text: own.text }),
        ...(own?.frame === undefined ? {} : { frame: own.frame }),
      },
      context,
    ),
  );
  if (context.diagnostics.length === before) return;

  const problems = context.diagnostics.splice(before);
  const template = problems.some(({ severity }) => severity === 'error')
    ? templateProblem(path, document)
    : undefined;
  if (template !== undefined) {
    context.diagnostics.push(template);
    return;
  }
  const locator = createLocator(document.text, document.line);
  for (const problem of problems) {
    const at = [base, problem.path ?? ''].filter((step) => step !== '').join('.');
    const place = locator.locate(at);
    context.diagnostics.push(
      place === undefined ? problem : { ...problem, source: { file: path, ...place } },
    );
  }
}

function sourceOf(path: string, document: DocumentText): SourceRef {
  const { text, line } = document;
  return { file: path, line, endLine: line + countLines(text, 0, text.length) };
}

function placeOf(path: string, document: DocumentText, base: string): SourceRef {
  const place = createLocator(document.text, document.line).locate(base);
  return place === undefined ? sourceOf(path, document) : { file: path, ...place };
}

/** A byte order mark is no content, and a lone carriage return ends a line. */
function normalised(text: string): string {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return body.includes('\r') ? body.replace(/\r(?!\n)/g, '\n') : body;
}

/** Why a file isn't read at all. */
function skipReason({ path, text }: ManifestFile): Diagnostic | undefined {
  const source = { file: path, line: 1 };
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  if (text.includes('\0')) {
    return {
      code: 'binary-file',
      severity: 'error',
      message: 'The file holds binary data or is encoded as UTF-16; it was left out.',
      hint: 'If it is a manifest, save it as UTF-8; otherwise leave it out of the directory.',
      source,
    };
  }
  if (/^kustomization\.ya?ml$|^Kustomization$/.test(name)) return kustomization(source);
  if (/^Chart\.ya?ml$/.test(name)) {
    return {
      code: 'helm-chart',
      severity: 'info',
      message: 'This describes a Helm chart; its templates can only be read once they are rendered.',
      hint: 'Run `helm template` and give its output.',
      source,
    };
  }
  return undefined;
}

function kustomization(source: SourceRef): Diagnostic {
  return {
    code: 'kustomization-skipped',
    severity: 'info',
    message: 'A kustomization was left out: what it patches and generates is only known once it is built.',
    hint: 'Run `kubectl kustomize` and give its output.',
    source,
  };
}

/** Documents that are no objects of a cluster, and not by mistake. */
function skippedObject(path: string, document: DocumentText, object: unknown): Diagnostic | undefined {
  const source = sourceOf(path, document);
  const apiVersion = isObject(object) ? ownField(object, 'apiVersion') : undefined;
  if (typeof apiVersion === 'string' && apiVersion.startsWith('kustomize.config.k8s.io/'))
    return kustomization(source);
  if (isObject(object) && (ownField(object, 'kind') !== undefined || apiVersion !== undefined))
    return undefined;
  return {
    code: 'not-kubernetes',
    severity: 'warning',
    message: 'The document has neither `apiVersion` nor `kind`, so it was left out.',
    hint: 'If it is a Kubernetes object, add both; otherwise leave the file out of the directory.',
    source,
  };
}

function notUtf8({ path, text }: ManifestFile): Diagnostic {
  const at = text.indexOf('\uFFFD');
  return {
    code: 'not-utf-8',
    severity: 'warning',
    message: 'The file is not valid UTF-8; characters that could not be decoded were replaced.',
    hint: 'Save the file as UTF-8.',
    source: { file: path, line: 1 + countLines(text, 0, at) },
  };
}

function unreadable(path: string, document: DocumentText, problem: YamlProblem, after: number): Diagnostic {
  const template = templateProblem(path, document);
  if (template !== undefined) return template;
  const diagnostic = yamlDiagnostic(path, document, problem, 'error');
  const rest = after === 0 ? '' : ` and the ${after} after it in this file`;
  return {
    ...diagnostic,
    message: `${diagnostic.message} This document${rest} was left out.`.replace(
      'was',
      after === 0 ? 'was' : 'were',
    ),
  };
}

function templateProblem(path: string, document: DocumentText): Diagnostic | undefined {
  const at = findTemplate(document.text);
  if (at === undefined) return undefined;
  const line = document.line + countLines(document.text, 0, at.from);
  return { ...TEMPLATE_PROBLEM, source: { file: path, line } };
}

function ambiguousLetter(
  path: string,
  document: DocumentText,
  { letter, line }: { readonly letter: string; readonly line: number },
): Diagnostic {
  return {
    code: 'yaml-boolean',
    severity: 'warning',
    message: `An unquoted \`${letter}\` is a boolean to kubectl, which refuses it where text is wanted; here it is read as text.`,
    hint: `Write \`"${letter}"\`.`,
    source: { file: path, line: document.line + line - 1 },
  };
}

function yamlDiagnostic(
  path: string,
  document: DocumentText,
  problem: YamlProblem,
  severity: Diagnostic['severity'],
): Diagnostic {
  const { code, message, hint, line, column } = problem;
  return { code, severity, message, hint, source: { file: path, line: document.line + line - 1, column } };
}
