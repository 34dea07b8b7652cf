import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PATH_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];

/** Where installers put it on systems that have no such thing on the PATH. */
const WELL_KNOWN = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) => {
    const folder = process.env[name];
    return folder
      ? [
          join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ]
      : [];
  }),
};

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether it starts: on some systems `chromium-browser` is only a script that says to install something else.
 *
 * @param {string} file
 */
function answers(file) {
  // On Windows `--version` opens a window.
  if (process.platform === 'win32') return true;
  try {
    const said = execFileSync(file, ['--version'], {
      encoding: 'utf8',
      timeout: 15_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /Chrom|Edge/.test(said);
  } catch {
    return false;
  }
}

/**
 * A Chromium or a browser built on it: `CHROME_PATH`, then the PATH, then the usual places.
 *
 * @returns {string | undefined} absolute path of an executable that starts, or undefined where the system has none
 */
export function findSystemChromium() {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const candidates = [
    ...(process.env['CHROME_PATH'] ? [process.env['CHROME_PATH']] : []),
    ...PATH_NAMES.flatMap((name) => folders.map((folder) => join(folder, name + suffix))),
    ...(process.platform === 'darwin' ? WELL_KNOWN.darwin : []),
    ...(process.platform === 'win32' ? WELL_KNOWN.win32 : []),
  ];
  return candidates.find((file) => isExecutable(file) && answers(file));
}
