import type { ClusterSnapshot, Diagnostic } from '@bulkhead/policy-engine';

/** A state of a cluster that was read from somewhere. */
export interface LoadedState {
  readonly snapshot: ClusterSnapshot;
  readonly diagnostics: readonly Diagnostic[];
  /** How the user named it: `deploy`, `main:deploy`, `context prod`, `the demo`. */
  readonly title: string;
}

/** The options that say where a cluster comes from, the same for all commands. */
export interface SourceOptions {
  readonly dir?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly demo?: boolean;
  /** `false` with `--no-render`. */
  readonly render: boolean;
}

/** Reads a directory's worth of manifests; counts files as it goes. */
export type OnFile = (count: number) => void;
