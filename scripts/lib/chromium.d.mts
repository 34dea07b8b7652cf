/**
 * A Chromium or a browser built on it: `CHROME_PATH`, then the PATH, then the usual places. Returns the absolute path
 * of an executable that starts, or undefined where the system has none.
 */
export function findSystemChromium(): string | undefined;
