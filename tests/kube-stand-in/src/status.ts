import type { JsonObject } from './json.ts';

/**
 * The bodies a kube-apiserver sends instead of an object: `Status` of `v1`. Wording, `reason` and `code` are those of
 * apimachinery's `pkg/api/errors`.
 */
export interface Status extends JsonObject {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: JsonObject;
  status: 'Success' | 'Failure';
  message: string;
  /** Absent where the server failed in a way that has no name. */
  reason?: string;
  code: number;
}

/** Thrown while a request is handled; carries the answer. */
export class StatusError extends Error {
  readonly status: Status;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: Status, headers: Readonly<Record<string, string>> = {}) {
    super(status.message);
    this.name = 'StatusError';
    this.status = status;
    this.headers = headers;
  }
}

export interface ResourceName {
  readonly group: string;
  /** Plural, with the subresource after a slash where there is one. */
  readonly resource: string;
  readonly name?: string;
}

export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: JsonObject,
): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

function detailsOf(what: ResourceName): JsonObject {
  return {
    ...(what.name ? { name: what.name } : {}),
    ...(what.group ? { group: what.group } : {}),
    ...(what.resource ? { kind: what.resource } : {}),
  };
}

function groupResource(what: ResourceName): string {
  return what.group ? `${what.resource}.${what.group}` : what.resource;
}

export const unauthorized = (): Status => failure(401, 'Unauthorized', 'Unauthorized');

export function forbidden(what: ResourceName, why: string): Status {
  const subject = what.name ? `${groupResource(what)} "${what.name}"` : groupResource(what);
  return failure(403, 'Forbidden', `${subject} is forbidden: ${why}`, detailsOf(what));
}

/** A refused non-resource URL, such as `/apis` for someone without discovery. */
export function forbiddenPath(user: string, verb: string, path: string): Status {
  return failure(403, 'Forbidden', `forbidden: User "${user}" cannot ${verb} path "${path}"`, {});
}

export function notFound(what: ResourceName & { readonly name: string }): Status {
  return failure(404, 'NotFound', `${groupResource(what)} "${what.name}" not found`, detailsOf(what));
}

export function alreadyExists(what: ResourceName & { readonly name: string }): Status {
  return failure(
    409,
    'AlreadyExists',
    `${groupResource(what)} "${what.name}" already exists`,
    detailsOf(what),
  );
}

export function conflict(what: ResourceName & { readonly name: string }, why: string): Status {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${groupResource(what)} "${what.name}": ${why}`,
    detailsOf(what),
  );
}

export const badRequest = (message: string): Status => failure(400, 'BadRequest', message);

export const methodNotAllowed = (): Status =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const notAcceptable = (accepted: readonly string[]): Status =>
  failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);

export const unsupportedMediaType = (accepted: readonly string[]): Status =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const expired = (message: string): Status => failure(410, 'Expired', message);

/** One thing wrong with an object, as `field.Error` of apimachinery prints it. */
export interface FieldError {
  readonly type: 'Required' | 'Invalid' | 'NotSupported' | 'Forbidden' | 'Duplicate' | 'TooLong';
  readonly field: string;
  readonly message: string;
}

const CAUSE_REASONS: Readonly<Record<FieldError['type'], string>> = {
  Required: 'FieldValueRequired',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Forbidden: 'FieldValueForbidden',
  Duplicate: 'FieldValueDuplicate',
  TooLong: 'FieldValueTooLong',
};

/** 422 for an object that decodes but may not be: one cause per field, all in one message. */
export function invalid(kind: string, group: string, name: string, errors: readonly FieldError[]): Status {
  const qualified = group ? `${kind}.${group}` : kind;
  const lines = errors.map((error) => `${error.field}: ${error.message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return failure(422, 'Invalid', `${qualified} "${name}" is invalid: ${text}`, {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    kind,
    causes: errors.map((error) => ({
      reason: CAUSE_REASONS[error.type],
      message: error.message,
      field: error.field,
    })),
  });
}

/** 504 for a read "not older than" a revision this server has not reached (client-go then lists without one). */
export function tooLargeResourceVersion(wanted: number, current: number): Status {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

export const internalError = (message: string): Status =>
  failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

export const serviceUnavailable = (message: string): Status => failure(503, 'ServiceUnavailable', message);
