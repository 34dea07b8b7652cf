import { createPrivateKey, randomUUID, sign } from 'node:crypto';

/** Makes tokens as the server's own TokenRequest does, but for any lifetime: the server gives none below ten minutes. */
export interface TokenSigner {
  /** A token of a service account that exists; its uid is part of what the server checks. */
  serviceAccount(account: ServiceAccountName, lifeSeconds: number): string;
}

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export function tokenSigner(options: { readonly issuer: string; readonly keyPem: string }): TokenSigner {
  const key = createPrivateKey(options.keyPem);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    serviceAccount({ namespace, name, uid }, lifeSeconds) {
      const now = Math.floor(Date.now() / 1000);
      const signed = [
        encode({ alg: 'ES256' }),
        encode({
          aud: [options.issuer],
          iss: options.issuer,
          sub: `system:serviceaccount:${namespace}:${name}`,
          jti: randomUUID(),
          // Servers may differ by a moment on what time it is.
          iat: now - 5,
          nbf: now - 5,
          exp: now + lifeSeconds,
          'kubernetes.io': { namespace, serviceaccount: { name, uid } },
        }),
      ].join('.');
      const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
  };
}
