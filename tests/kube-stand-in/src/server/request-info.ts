/** What a request asks for, as authorization and the request log see it (apiserver `pkg/endpoints/request`). */
export type RequestInfo = ResourceRequest | NonResourceRequest;

export interface ResourceRequest {
  readonly isResource: true;
  /** RBAC's word: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for cluster-scoped resources and for all namespaces. */
  readonly namespace: string;
  readonly name: string;
}

export interface NonResourceRequest {
  readonly isResource: false;
  /** The HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
}

const METHOD_VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a Namespace itself; anything else after its name is a resource inside it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

function isTrue(value: string | null): boolean {
  // As strconv.ParseBool; a bare `?watch` counts as true too.
  return value !== null && ['', '1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

/** Reads method, path and query the way kube-apiserver's RequestInfo does. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const nonResource: NonResourceRequest = { isResource: false, verb: method.toLowerCase(), path };
  let parts = path.split('/').filter((part) => part !== '');
  const root = parts[0];
  let group = '';
  if (root === 'api') {
    if (parts.length < 3) return nonResource;
    parts = parts.slice(1);
  } else if (root === 'apis') {
    if (parts.length < 4) return nonResource;
    group = parts[1] ?? '';
    parts = parts.slice(2);
  } else {
    return nonResource;
  }
  const version = parts[0] ?? '';
  parts = parts.slice(1).map(decodePart);

  let verb = METHOD_VERBS[method] ?? '';
  // The deprecated prefix form `/api/v1/watch/pods`.
  if (parts[0] === 'watch' && parts.length > 1) {
    verb = 'watch';
    parts = parts.slice(1);
  }

  let namespace = '';
  if (parts[0] === 'namespaces') {
    namespace = parts[1] ?? '';
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) parts = parts.slice(2);
  }
  const [resource = '', pathName = '', subresource = ''] = parts;
  let name = pathName;

  if (name === '' && verb === 'get') {
    verb = isTrue(query.get('watch')) ? 'watch' : 'list';
    // A list restricted to one name is authorized by resourceNames like a get.
    const single = /^metadata\.name==?([^,]+)$/.exec(query.get('fieldSelector') ?? '');
    if (single !== null) name = single[1] ?? '';
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  return { isResource: true, verb, path, group, version, resource, subresource, namespace, name };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
