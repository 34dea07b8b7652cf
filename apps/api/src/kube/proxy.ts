import { BlockList, isIP } from 'node:net';

/**
 * The proxy for a URL by the environment, as Go's `http.ProxyFromEnvironment` (which kubectl uses) has it:
 * `HTTPS_PROXY` or `HTTP_PROXY` by the URL's scheme, lower case as well, unless `NO_PROXY` names the host. Loopback is
 * never proxied.
 */
export function proxyFromEnvironment(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] ?? env[name.toLowerCase()];
  if (proxy === undefined || proxy === '') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (host === 'localhost' || isLoopback(host)) return undefined;
  const exceptions = (env.NO_PROXY ?? env.no_proxy ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase());
  if (exceptions.some((entry) => entry !== '' && matches(entry, host, port))) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** `*`; an address; a CIDR; a domain with what is below it; a domain with a leading dot for only what is below it. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const cidr = /^(.+)\/(\d{1,3})$/.exec(entry);
  if (cidr?.[1] !== undefined) return inCidr(host, cidr[1], Number(cidr[2]));
  const withPort = /^(.*?):(\d+)$/.exec(entry);
  const isAddress = isIP(entry.replace(/^\[|\]$/g, '')) !== 0;
  const name = (isAddress ? entry : (withPort?.[1] ?? entry)).replace(/^\[|\]$/g, '');
  if (!isAddress && withPort?.[2] !== undefined && withPort[2] !== port) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  const bare = name.replace(/^\*?\./, '');
  return host.endsWith(`.${bare}`) || (host === bare && bare === name);
}

function inCidr(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
