import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How a desktop opens a file; `undefined`: it could not be started. */
export type Launch = (command: string, args: readonly string[]) => void;

/**
 * Opens a link that holds a secret as the desktop would. Arguments of programs can be read by every user of a machine, so
 * what is opened is a page in a folder of this user only, which leads on to the link (as Jupyter does it). That it can't
 * be opened is no reason to stop, since the link is on the screen.
 * @returns removes the page again
 */
export async function openBrowser(link: string, launch: Launch = start): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const page = join(directory, 'open.html');
    await writeFile(page, redirectPage(link), { mode: 0o600, flag: 'wx' });
    const address = pathToFileURL(page).href;
    if (process.platform === 'darwin') launch('open', [page]);
    else if (process.platform === 'win32') launch('rundll32', ['url.dll,FileProtocolHandler', address]);
    else launch('xdg-open', [address]);
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

function start(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

function redirectPage(link: string): string {
  const escaped = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${escaped}">
<title>Bulkhead</title>
<a href="${escaped}">Open Bulkhead</a>
`;
}
