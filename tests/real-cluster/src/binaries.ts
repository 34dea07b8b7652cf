import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where the two programs of a control plane are. */
export interface Binaries {
  readonly kubeApiserver: string;
  readonly etcd: string;
}

/**
 * Looks for kube-apiserver and etcd where envtest keeps them (`KUBEBUILDER_ASSETS`), then in the `PATH`.
 * @throws {Error} that says what is missing and how to get it
 */
export function findBinaries(env: NodeJS.ProcessEnv = process.env): Binaries {
  const { KUBEBUILDER_ASSETS: assets, PATH: path = '' } = env;
  const directories = [...(assets === undefined || assets === '' ? [] : [assets]), ...path.split(delimiter)];
  const find = (name: string) => directories.map((directory) => join(directory, name)).find(isExecutable);
  const kubeApiserver = find('kube-apiserver');
  const etcd = find('etcd');
  if (kubeApiserver !== undefined && etcd !== undefined) return { kubeApiserver, etcd };
  const missing = [
    ...(kubeApiserver === undefined ? ['kube-apiserver'] : []),
    ...(etcd === undefined ? ['etcd'] : []),
  ];
  throw new Error(
    `${missing.join(' and ')} not found${assets ? ` in KUBEBUILDER_ASSETS (${assets}) or` : ' in'} the PATH.\n` +
      'Get both, for example with envtest, and say where they are:\n' +
      '  go install sigs.k8s.io/controller-runtime/tools/setup-envtest@latest\n' +
      '  export KUBEBUILDER_ASSETS="$(setup-envtest use -p path)"',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
