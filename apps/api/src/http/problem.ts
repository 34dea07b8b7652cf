import { type ProblemDetails, type ProblemSlug, problemType, type SourceProblem } from '@bulkhead/protocol';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

export interface ProblemText {
  readonly title: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly problem?: SourceProblem;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that is meant for the caller. Everything else that is thrown becomes `internal`, without its text. */
export class ApiProblem extends Error {
  readonly slug: ProblemSlug;
  readonly status: number;
  readonly text: ProblemText;

  constructor(slug: ProblemSlug, status: number, text: ProblemText) {
    super(text.title);
    this.slug = slug;
    this.status = status;
    this.text = text;
  }
}

/** Answers with problem details (RFC 9457). Ends the connection where the rest of a request would have to be read. */
export function sendProblem(req: Request, res: Response, { slug, status, text }: ApiProblem): void {
  const body: ProblemDetails = {
    type: problemType(slug),
    title: text.title,
    status,
    ...(text.detail === undefined ? {} : { detail: text.detail }),
    ...(text.hint === undefined ? {} : { hint: text.hint }),
    ...(text.problem === undefined ? {} : { problem: text.problem }),
    ...(typeof req.id === 'string' ? { instance: `urn:uuid:${req.id}` } : {}),
  };
  res.status(status);
  for (const [name, value] of Object.entries(text.headers ?? {})) res.setHeader(name, value);
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  res.end(JSON.stringify(body));
}

export const noSuchEndpoint: RequestHandler = (req) => {
  throw new ApiProblem('endpoint-not-found', 404, {
    title: 'There is nothing at this address.',
    detail: `${req.method} ${req.path.slice(0, 200)}`,
    hint: 'Check the path; the API is under /api/v1.',
  });
};

/** The last handler: whatever was thrown becomes problem details. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.slug === 'internal') logger.error({ err: error, reqId: req.id }, 'request failed');
    sendProblem(req, res, problem);
  };
}

function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400)) {
    return new ApiProblem('bad-request', 400, { title: 'The request could not be read.' });
  }
  if (error instanceof Error && 'status' in error && error.status === 413) {
    return new ApiProblem('body-too-large', 413, {
      title: 'The request is larger than anything asked here.',
    });
  }
  return new ApiProblem('internal', 500, {
    title: 'Something went wrong in the server.',
    hint: "Look in the server's log for this request's id.",
  });
}
