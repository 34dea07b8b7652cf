export { applyEdit, type DraftEdit, type EditSources, editSources, randomEdit } from './edit.ts';
export { generateCluster } from './generate.ts';
export { type KubernetesObject, toKubernetesObjects } from './kubernetes-objects.ts';
export { type ManifestFile, toManifests } from './manifests.ts';
export {
  type GeneratorOptions,
  GRAPH_SIZES,
  SIZE_NAMES,
  SIZES,
  type SizeName,
  sizeOptions,
} from './options.ts';
export { createRng, type Rng } from './random.ts';
