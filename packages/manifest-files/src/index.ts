export { originOf, RENDERED_SUFFIX } from './names.ts';
export { ManifestsError, type ManifestsProblem } from './problem.ts';
export {
  createDirectoryReader,
  type DirectoryReader,
  type DirectoryReading,
  type ReaderOptions,
} from './reader.ts';
export { isManifestName, RENDERED_BY } from './scan.ts';
export { runTool, type ToolOptions, type ToolResult } from './tool.ts';
