export { createLogger } from './http/logging.ts';
export { loadSessionKey } from './http/session-key.ts';
export { type AuthMode, createServer, type RunningServer, type ServerOptions } from './server.ts';
export { demoCatalogue, demoDirectory, directoryCatalogue } from './sources/catalogues.ts';
export { readDirectory } from './sources/directory/reader.ts';
export type { Catalogue, ClusterSource } from './sources/source.ts';
