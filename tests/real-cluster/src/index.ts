export { type Api, ApiError, createApi } from './api.ts';
export { type AuditEntry, openWatches, permissionsUsed } from './audit.ts';
export { type Binaries, findBinaries } from './binaries.ts';
export { type ControlPlane, startControlPlane } from './control-plane.ts';
export { type ContextOptions, certificateUser, writeKubeconfig } from './kubeconfig.ts';
export { apply, applyAll, inParallel, listAll, pathOf, remove, setStatus } from './objects.ts';
export { everywhere, policyDefinitions, readOnlyRole, within } from './roles.ts';
