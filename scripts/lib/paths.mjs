import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What these scripts remember between runs; goes away with node_modules, as it should. */
export const stateDir = join(root, 'node_modules', '.cache', 'bulkhead');
