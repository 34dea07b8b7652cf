import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { root, stateDir } from './paths.mjs';
import { pnpm } from './pnpm.mjs';

const STAMP = join(stateDir, 'install.sha256');
const WORKSPACE_FOLDERS = ['apps', 'packages', 'tests'];

/** @returns {string[]} folders of the workspace's packages, relative to the top, sorted */
export function workspacePackages() {
  return WORKSPACE_FOLDERS.flatMap((folder) => {
    const at = join(root, folder);
    return existsSync(at) ? readdirSync(at).map((name) => `${folder}/${name}`) : [];
  })
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort();
}

/** Hash of all that decides what an install produces. */
function installKey() {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json'];
  for (const file of [...files, ...workspacePackages().map((folder) => `${folder}/package.json`)]) {
    hash.update(`${file}\n`);
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function isInstalled() {
  return (
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === installKey() &&
    existsSync(join(root, 'node_modules', '.modules.yaml'))
  );
}

const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET|EHOSTUNREACH|ENETUNREACH/;

/**
 * @param {number} code
 * @param {string} output
 * @returns {string}
 */
function explainFailure(code, output) {
  const retry = 'Then run the same command again; what was fetched already is kept.';
  if (OFFLINE.test(output)) {
    return `Installing failed: the npm registry could not be reached.\nCheck the network connection, and the proxy and registry settings of npm (\`npm config get registry\`). ${retry}`;
  }
  if (/ERR_PNPM_OUTDATED_LOCKFILE/.test(output)) {
    return 'Installing failed: pnpm-lock.yaml does not match the package.json files.\nRun `pnpm install` to bring it up to date, and commit it with the change.';
  }
  if (/ENOSPC/.test(output)) return `Installing failed: the disk is full. Make room. ${retry}`;
  if (/EACCES|EPERM/.test(output)) {
    return `Installing failed: a file could not be written (see above). Is this folder, or npm's cache, owned by another user? ${retry}`;
  }
  return `Installing failed (exit code ${code}); what pnpm said is above. ${retry}`;
}

/**
 * Installs the dependencies from the frozen lockfile, unless nothing changed since that was last done here.
 *
 * @throws {Failure} with what to do about it
 */
export async function ensureInstalled() {
  if (isInstalled()) return;
  process.stdout.write('Installing dependencies …\n');
  rmSync(STAMP, { force: true });
  const { code, output } = await pnpm(
    ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
    {
      captured: true,
      // Without a terminal pnpm would refuse to replace a node_modules made by another version.
      env: { CI: 'true' },
    },
  );
  if (code !== 0) throw new Failure(explainFailure(code, output));
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(STAMP, installKey());
}
