/** One request as kube-apiserver's audit log has it (audit.k8s.io/v1 Event), in the parts that the tests look at. */
export interface AuditEntry {
  /** The same for all stages of one request. */
  readonly id: string;
  readonly stage: string;
  /** When this stage was reached, in milliseconds since the epoch. */
  readonly at: number;
  readonly verb: string;
  readonly user: string;
  readonly userAgent: string;
  readonly uri: string;
  /** `pods`, `networkpolicies.networking.k8s.io`, `pods/log`; empty for a path that is no resource. */
  readonly resource: string;
  readonly code: number;
}

interface AuditEvent {
  readonly auditID: string;
  readonly stageTimestamp: string;
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** A line that a kill cut short is left out. */
export function readAudit(text: string): readonly AuditEntry[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || !line.endsWith('}')) return [];
    const event: AuditEvent = JSON.parse(line);
    const { resource = '', subresource = '', apiGroup = '' } = event.objectRef ?? {};
    return [
      {
        id: event.auditID,
        stage: event.stage,
        at: Date.parse(event.stageTimestamp),
        verb: event.verb,
        user: event.user?.username ?? '',
        userAgent: event.userAgent ?? '',
        uri: event.requestURI,
        resource: `${resource}${subresource && `/${subresource}`}${apiGroup && `.${apiGroup}`}`,
        code: event.responseStatus?.code ?? 0,
      },
    ];
  });
}

/**
 * What was asked for, each once: `list pods`, `watch networkpolicies.networking.k8s.io`, `get /version`.
 * A review of one's own access is a `create`.
 */
export function permissionsUsed(entries: readonly AuditEntry[]): readonly string[] {
  return [
    ...new Set(
      entries.map(
        ({ verb, resource, uri }) => `${verb} ${resource === '' ? uri.replace(/\?.*$/, '') : resource}`,
      ),
    ),
  ].sort();
}

/** The resources of watches that have begun and not ended, one for each. A server that is killed leaves its own open. */
export function openWatches(entries: readonly AuditEntry[]): readonly string[] {
  const ended = new Set(entries.flatMap(({ stage, id }) => (stage === 'ResponseComplete' ? [id] : [])));
  return entries.flatMap(({ stage, verb, id, resource }) =>
    stage === 'ResponseStarted' && verb === 'watch' && !ended.has(id) ? [resource] : [],
  );
}
