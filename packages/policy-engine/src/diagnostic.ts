/**
 * Problems with the input. The engine never throws on input: it returns the best result it can and says
 * beside it what was wrong, where, and what to do.
 */

/** A place in a text: lines and columns count from 1; `endLine` is inclusive. */
export interface SourceRef {
  /** Path as the user would name it (relative to the directory that was given), or a URL-like name. */
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly endLine?: number;
}

export interface ObjectRef {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * `fatal`: there is no result. `error`: an object or document was left out, the rest was used.
 * `warning`: it was used, but probably not as its author meant. `info`: worth knowing.
 */
export type Severity = 'fatal' | 'error' | 'warning' | 'info';

export interface Diagnostic {
  /** Stable and documented, in kebab-case: `yaml-syntax`, `end-port-below-port`, … */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** One sentence in the imperative: what to do about it. */
  readonly hint?: string;
  readonly source?: SourceRef;
  readonly object?: ObjectRef;
  /** Field path inside the object, as kubectl prints it: `spec.ingress[0].ports[1].endPort`. */
  readonly path?: string;
}
