import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import {
  type DestinationStream,
  type LevelWithSilentOrString,
  type Logger,
  type LoggerOptions,
  pino,
} from 'pino';
import { pinoHttp } from 'pino-http';

/** Wherever these turn up in what is logged, their values don't. */
const SECRET_PATHS = [
  'authorization',
  'cookie',
  'token',
  'password',
  '*.authorization',
  '*.cookie',
  '*.token',
  '*.password',
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
];

/** Structured logs, one JSON object a line, on stderr unless told otherwise. */
export function createLogger(
  level: LevelWithSilentOrString = 'info',
  destination?: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
  };
  return pino(options, destination ?? pino.destination(2));
}

/** Logs each request once, without its query (the link that starts a session has the token there) or its headers. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: () => randomUUID(),
    customLogLevel: (_req, res, error) => {
      if (error !== undefined || res.statusCode >= 500) return 'error';
      return res.statusCode >= 400 ? 'warn' : 'debug';
    },
    serializers: {
      req: (req: { id: unknown; method: unknown; url: unknown }) => ({
        id: req.id,
        method: req.method,
        path: String(req.url).split('?', 1)[0],
      }),
      res: (res: { statusCode: unknown }) => ({ status: res.statusCode }),
    },
  });
}
