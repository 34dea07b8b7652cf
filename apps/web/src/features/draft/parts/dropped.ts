export interface DroppedFile {
  readonly file: File;
  /** Chosen by itself; else it was found in a folder. */
  readonly chosen: boolean;
}

/** A folder with more files than this is not what somebody meant to drop; the rest is left out. */
const MAX_FILES = 2_000;
const MANIFEST = /\.(?:ya?ml|json)$/i;

/** The files of a drop, folders walked through: of those only YAML and JSON, in the order of their names. */
export async function droppedFiles(
  items: Iterable<Pick<DataTransferItem, 'webkitGetAsEntry' | 'getAsFile'>>,
): Promise<readonly DroppedFile[]> {
  // Entries must be taken before the first pause: the list is empty afterwards.
  const entries = [...items].map((item) => ({
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
  }));
  const found: DroppedFile[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory === true) await walk(entry, found);
    else if (file !== null) found.push({ file, chosen: true });
  }
  return found;
}

async function walk(entry: FileSystemEntry, found: DroppedFile[]): Promise<void> {
  if (found.length >= MAX_FILES || entry.name.startsWith('.') || entry.name === 'node_modules') return;
  if (isFile(entry)) {
    if (!MANIFEST.test(entry.name)) return;
    const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
    if (file !== null) found.push({ file, chosen: false });
  } else if (isDirectory(entry)) {
    for (const child of await children(entry)) await walk(child, found);
  }
}

/** A directory tells its entries in portions, until one is empty. */
async function children(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  while (true) {
    const portion = await new Promise<readonly FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (portion.length === 0) return all.sort((a, b) => (a.name < b.name ? -1 : 1));
    all.push(...portion);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
