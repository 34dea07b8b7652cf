import type { Diagnostic, SourceRef } from '../diagnostic.ts';
import type { TextFrame } from './records.ts';
import { createSharing, type Sharing } from './sharing.ts';

/** What reading objects of one source needs beside the objects. */
export interface ReadContext {
  /** Problems are appended here. */
  readonly diagnostics: Diagnostic[];
  readonly sharing: Sharing;
  /**
   * `files`: written by people, so validated as an API server would and watched for misspelt fields. `server`: came
   * from an API server, which has done that.
   */
  readonly origin: 'files' | 'server';
}

/** One object of the input. */
export interface InputObject {
  /** Parsed JSON of any shape. */
  readonly object: unknown;
  readonly source?: SourceRef;
  /** Text of the document, where the object was read from text; only policies keep it. */
  readonly text?: string;
  readonly frame?: TextFrame;
}

export function createReadContext(origin: ReadContext['origin']): ReadContext {
  return { diagnostics: [], sharing: createSharing(), origin };
}
