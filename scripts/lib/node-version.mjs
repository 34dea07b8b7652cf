import { Failure } from './failure.mjs';

/**
 * Lowest minor per supported major; a major above the last is supported too. The same as `engines.node` in
 * package.json, which npm only warns about.
 *
 * @type {readonly (readonly [major: number, minor: number])[]}
 */
const SUPPORTED = [
  [20, 19],
  [22, 12],
  [24, 0],
];

/**
 * @param {string} version as in `process.versions.node`
 * @returns {boolean}
 */
export function isSupportedNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const newest = SUPPORTED[SUPPORTED.length - 1];
  if (newest && major > newest[0]) return true;
  return SUPPORTED.some(([wantMajor, wantMinor]) => major === wantMajor && minor >= wantMinor);
}

export function assertSupportedNode() {
  if (isSupportedNode(process.versions.node)) return;
  throw new Failure(
    `Bulkhead needs Node 20.19 or newer (of the 22 line 22.12, or 24 and up); this is Node ${process.versions.node}.\n` +
      'Install a current one from https://nodejs.org, or with your version manager (`.nvmrc` names the line), and try again.',
  );
}
