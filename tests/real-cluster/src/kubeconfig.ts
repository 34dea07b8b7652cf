import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateAuthority, JsonObject } from '@bulkhead/kube-stand-in';
import { stringify } from 'yaml';
import type { ControlPlane } from './control-plane.ts';

/** A context and how its user proves who they are, as the fields of a kubeconfig's user. */
export interface ContextOptions {
  readonly name: string;
  readonly plane: ControlPlane;
  readonly user: JsonObject;
  readonly namespace?: string;
}

/** The fields of a user who signs in with a certificate of this authority. */
export function certificateUser(
  ca: CertificateAuthority,
  user: string,
  groups: readonly string[] = [],
): JsonObject {
  const { certPem, keyPem } = ca.issueClient({ user, groups });
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return { 'client-certificate-data': base64(certPem), 'client-key-data': base64(keyPem) };
}

/** Writes a kubeconfig of these contexts, the first of them current. @returns its path */
export async function writeKubeconfig(contexts: readonly ContextOptions[]): Promise<string> {
  const [first] = contexts;
  if (first === undefined) throw new Error('a kubeconfig needs a context');
  const path = join(first.plane.directory, `kubeconfig-${contexts.map(({ name }) => name).join('-')}.yaml`);
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': first.name,
    clusters: contexts.map(({ name, plane }) => ({
      name,
      cluster: {
        server: plane.url,
        'certificate-authority-data': Buffer.from(plane.ca.certPem).toString('base64'),
      },
    })),
    users: contexts.map(({ name, user }) => ({ name, user })),
    contexts: contexts.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) },
    })),
  });
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
