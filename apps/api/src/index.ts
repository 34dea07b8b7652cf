export { createLogger } from './http/logging.ts';
export { loadSessionKey } from './http/session-key.ts';
export { KubeError } from './kube/error.ts';
export { type AuthMode, createServer, type RunningServer, type ServerOptions } from './server.ts';
export { demoCatalogue, demoDirectory, directoryCatalogue } from './sources/catalogues.ts';
export {
  type LiveOptions,
  type LiveSnapshot,
  liveCatalogue,
  openLiveSnapshot,
} from './sources/live/catalogue.ts';
export { whenReady } from './sources/ready.ts';
export type { Catalogue, ClusterSource } from './sources/source.ts';
