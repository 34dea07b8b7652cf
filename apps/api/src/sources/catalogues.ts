import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../clock.ts';
import { createDirectorySource } from './directory/source.ts';
import type { Catalogue } from './source.ts';

/** The manifests that are part of this package. */
export const demoDirectory = fileURLToPath(new URL('../../demo/', import.meta.url));

/** One directory of manifests, as the only cluster. */
export function directoryCatalogue(path: string, clock: Clock = systemClock): Catalogue {
  const absolute = resolve(path);
  return {
    list: async () => [{ id: 'directory', name: basename(absolute), kind: 'directory', current: true }],
    open: async (id) =>
      id === 'directory'
        ? createDirectorySource({
            id,
            kind: 'directory',
            path: absolute,
            clock,
            watch: true,
          })
        : undefined,
  };
}

/** The embedded demo, as the only cluster. */
export function demoCatalogue(clock: Clock = systemClock): Catalogue {
  return {
    list: async () => [{ id: 'demo', name: 'Demo', kind: 'demo', current: true }],
    open: async (id) =>
      id === 'demo'
        ? createDirectorySource({
            id,
            kind: 'demo',
            path: demoDirectory,
            clock,
            watch: false,
          })
        : undefined,
  };
}
