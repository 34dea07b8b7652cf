import type { SourceProblem, SourceProblemCode } from '@bulkhead/protocol';
import { redact } from './redact.ts';

/** Why a request to a cluster came to nothing, in words for the user. */
export class KubeError extends Error {
  readonly problem: SourceProblem;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** How long the server asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    problem: SourceProblem,
    answer: { readonly status?: number; readonly retryAfterMs?: number } = {},
  ) {
    super(problem.detail === undefined ? problem.title : `${problem.title} ${problem.detail}`);
    this.problem = problem;
    this.status = answer.status;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

export function problemOf(error: unknown): SourceProblem {
  if (error instanceof KubeError) return error.problem;
  return {
    code: 'internal',
    title: 'Reading the cluster failed in an unexpected way.',
    detail: error instanceof Error ? error.message : String(error),
  };
}

type Text = Pick<SourceProblem, 'title' | 'hint'>;

const TLS: Text = {
  title: "The API server's certificate is not trusted.",
  hint: 'Check the certificate authority in the kubeconfig, and that nothing between here and the cluster replaces certificates.',
};
const UNREACHABLE: Text = {
  title: 'The API server can not be reached.',
  hint: 'Check the network, the VPN, and whether the cluster is running.',
};

const BY_CODE: Readonly<Record<string, readonly [SourceProblemCode, Text]>> = {
  ECONNREFUSED: [
    'connection-refused',
    {
      title: 'The API server refuses connections.',
      hint: 'Check that the cluster is running and the address is right.',
    },
  ],
  ENOTFOUND: [
    'host-not-found',
    {
      title: "The API server's name is not known.",
      hint: 'Check the address in the kubeconfig, DNS and the VPN.',
    },
  ],
  EAI_AGAIN: [
    'host-not-found',
    { title: "The API server's name can not be looked up now.", hint: 'Check DNS and the network.' },
  ],
  ETIMEDOUT: [
    'timeout',
    { title: 'The API server does not answer in time.', hint: 'Check the network and the VPN.' },
  ],
  ECONNRESET: [
    'unreachable',
    { title: 'The connection to the API server was cut.', hint: 'Check the network and proxies.' },
  ],
  EPIPE: [
    'unreachable',
    { title: 'The connection to the API server was cut.', hint: 'Check the network and proxies.' },
  ],
  EHOSTUNREACH: ['unreachable', UNREACHABLE],
  ENETUNREACH: ['unreachable', UNREACHABLE],
  EADDRNOTAVAIL: ['unreachable', UNREACHABLE],
};

/** Codes of Node and OpenSSL for a certificate or a handshake that is not accepted. */
const TLS_CODES =
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|ERR_OSSL)/;

/** An error of the network, or of reading the credentials' files. */
export function networkProblem(error: unknown): SourceProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Messages of proxies and resolvers quote addresses, which may hold a password.
  const detail = redact(error instanceof Error ? error.message : String(error));
  const known = BY_CODE[code];
  if (known !== undefined) return { code: known[0], ...known[1], detail };
  if (TLS_CODES.test(code)) return { code: 'tls', ...TLS, detail };
  if (code === 'ENOENT' || code === 'EACCES') {
    return {
      code: 'kubeconfig-invalid',
      title: 'A file that the kubeconfig points to can not be read.',
      detail,
      hint: 'Check the path and its permissions.',
    };
  }
  return { code: 'unreachable', ...UNREACHABLE, detail };
}

/** What an answer that isn't a success means. `message` is the server's own, from its Status object. */
export function statusProblem(status: number, message: string | undefined): SourceProblem {
  const detail = message === undefined || message === '' ? {} : { detail: message };
  if (status === 401) {
    return {
      code: 'unauthorized',
      title: 'The cluster does not accept the credential: it is missing, wrong or expired.',
      ...detail,
      hint: 'Sign in again (for AKS: az login, or kubelogin), then check with: kubectl auth whoami.',
    };
  }
  if (status === 403) {
    return {
      code: 'forbidden',
      title: 'The cluster does not allow this user to read it.',
      ...detail,
      hint: 'Ask for the role in deploy/rbac.yaml.',
    };
  }
  if (status === 429)
    return { code: 'throttled', title: 'The API server asks to be asked less often.', ...detail };
  if (status === 504 || status === 408) {
    return { code: 'timeout', title: 'The API server does not answer in time.', ...detail };
  }
  if (status >= 500) return { code: 'server-error', title: `The API server fails (${status}).`, ...detail };
  return protocolProblem(`It answered with status ${status}${message === undefined ? '' : `: ${message}`}.`);
}

export function protocolProblem(detail: string): SourceProblem {
  return {
    code: 'protocol',
    title: 'What answers does not speak as a Kubernetes API server does.',
    detail,
    hint: 'Check that the address is the API server, and that no proxy or sign-in page is in between.',
  };
}

export function timeoutProblem(detail: string): SourceProblem {
  return {
    code: 'timeout',
    title: 'The API server does not answer in time.',
    detail,
    hint: 'Check the network and the VPN.',
  };
}
