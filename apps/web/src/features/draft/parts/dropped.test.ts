import { expect, test } from 'vitest';
import { droppedFiles } from './dropped.ts';

const filesystem: FileSystem = {
  name: 'dropped',
  get root(): FileSystemDirectoryEntry {
    return folder('/', []);
  },
};
const common = (name: string) => ({ filesystem, fullPath: `/${name}`, name, getParent: () => undefined });

function file(name: string): FileSystemFileEntry {
  return {
    ...common(name),
    isFile: true,
    isDirectory: false,
    file: (done) => done(new File(['kind: NetworkPolicy'], name)),
  };
}

/** Browsers tell the entries of a folder in portions; here two at a time. */
function folder(name: string, entries: readonly FileSystemEntry[]): FileSystemDirectoryEntry {
  return {
    ...common(name),
    isFile: false,
    isDirectory: true,
    getFile: () => undefined,
    getDirectory: () => undefined,
    createReader: () => {
      const left = [...entries];
      return { readEntries: (done) => done(left.splice(0, 2)) };
    },
  };
}

test('a dropped folder is walked through for its manifests; a file is taken whatever it is called', async () => {
  const manifests = folder('manifests', [
    folder('shop', [file('b.yml'), file('a.yaml'), file('notes.txt')]),
    folder('.git', [file('x.yaml')]),
    folder('node_modules', [file('y.yaml')]),
    file('list.json'),
    file('.hidden.yaml'),
  ]);
  const single = new File(['kind: NetworkPolicy'], 'policy.txt');
  const found = await droppedFiles([
    { webkitGetAsEntry: () => manifests, getAsFile: () => null },
    { webkitGetAsEntry: () => file('policy.txt'), getAsFile: () => single },
  ]);
  expect(found.map(({ file: { name }, chosen }) => [name, chosen])).toEqual([
    ['list.json', false],
    ['a.yaml', false],
    ['b.yml', false],
    ['policy.txt', true],
  ]);
});
