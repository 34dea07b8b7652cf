import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import {
  bitString,
  boolean,
  contextTag,
  integer,
  octetString,
  oid,
  sequence,
  set,
  utcTime,
  utf8,
} from './der.ts';

/**
 * Keys and certificates for one run, made at run time with Node's own crypto so that no private key is ever committed.
 * Only the X.509 framing is written here: the libraries that do it need a reflection polyfill and a score of packages.
 */
export interface KeyAndCertificate {
  readonly keyPem: string;
  readonly certPem: string;
}

export interface CertificateAuthority extends KeyAndCertificate {
  /** A server certificate for the addresses a test would use. */
  issueServer(options?: {
    readonly dnsNames?: readonly string[];
    readonly ips?: readonly string[];
  }): KeyAndCertificate;
  /** A client certificate as Kubernetes reads it: the common name is the user, each organisation a group. */
  issueClient(options: {
    readonly user: string;
    readonly groups?: readonly string[];
    readonly validity?: Validity;
  }): KeyAndCertificate;
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecPublicKeySha256: '1.2.840.10045.4.3.2',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

const DAY = 24 * 60 * 60 * 1000;

function aroundNow(): Validity {
  return { from: new Date(Date.now() - DAY), to: new Date(Date.now() + 30 * DAY) };
}

interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

function distinguishedName(subject: Subject): Buffer {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));
  const organizations = subject.organizations ?? [];
  return sequence(
    ...organizations.map((name) => attribute(OID.organization, name)),
    attribute(OID.commonName, subject.commonName),
  );
}

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return critical
    ? sequence(oid(type), boolean(true), octetString(value))
    : sequence(oid(type), octetString(value));
}

let lastSerial = 0;

function certificate(options: {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
}): string {
  lastSerial += 1;
  const algorithm = sequence(oid(OID.ecPublicKeySha256));
  const body = sequence(
    contextTag(0, true, integer(2)),
    integer(Date.now() * 1000 + lastSerial),
    algorithm,
    distinguishedName(options.issuer),
    sequence(utcTime(options.validity.from), utcTime(options.validity.to)),
    distinguishedName(options.subject),
    options.publicKey.export({ type: 'spki', format: 'der' }),
    contextTag(3, true, sequence(...options.extensions)),
  );
  const signature = sign('sha256', body, options.signingKey);
  const der = sequence(body, algorithm, bitString(signature));
  const base64 = der
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd();
  const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  // Parsing it back makes a mistake in the framing fail here and not in a client.
  new X509Certificate(pem);
  return pem;
}

function newKey(): { readonly pem: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    pem: pair.privateKey,
    privateKey: createPrivateKey(pair.privateKey),
    publicKey: createPublicKey(pair.publicKey),
  };
}

function ipBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = address.includes('::') ? [...left, ...zeros, ...right] : left;
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** A new certificate authority with a name of its own, so that two of them never verify each other's certificates. */
export function createCertificateAuthority(commonName = 'kubernetes'): CertificateAuthority {
  const key = newKey();
  const subject: Subject = { commonName };
  const certPem = certificate({
    subject,
    issuer: subject,
    publicKey: key.publicKey,
    signingKey: key.privateKey,
    validity: aroundNow(),
    extensions: [
      extension(OID.basicConstraints, true, sequence(boolean(true))),
      extension(OID.keyUsage, true, bitString(Buffer.from([0b10100100]), 2)),
    ],
  });

  const issue = (owner: Subject, purpose: string, validity: Validity, extra: readonly Buffer[]) => {
    const own = newKey();
    return {
      keyPem: own.pem,
      certPem: certificate({
        subject: owner,
        issuer: subject,
        publicKey: own.publicKey,
        signingKey: key.privateKey,
        validity,
        extensions: [
          extension(OID.keyUsage, true, bitString(Buffer.from([0b10100000]), 5)),
          extension(OID.extendedKeyUsage, false, sequence(oid(purpose))),
          ...extra,
        ],
      }),
    };
  };

  return {
    keyPem: key.pem,
    certPem,
    issueServer: (options = {}) => {
      const dnsNames = options.dnsNames ?? ['localhost', 'kubernetes', 'kubernetes.default.svc'];
      const ips = options.ips ?? ['127.0.0.1', '::1'];
      const names = sequence(
        ...dnsNames.map((name) => contextTag(2, false, Buffer.from(name, 'ascii'))),
        ...ips.map((address) => contextTag(7, false, ipBytes(address))),
      );
      return issue({ commonName: 'kube-apiserver' }, OID.serverAuth, aroundNow(), [
        extension(OID.subjectAltName, false, names),
      ]);
    },
    issueClient: ({ user, groups = [], validity = aroundNow() }) =>
      issue({ commonName: user, organizations: groups }, OID.clientAuth, validity, []),
  };
}
