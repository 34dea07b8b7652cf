import { describe, expect, it } from 'vitest';
import { proxyFromEnvironment } from './proxy.ts';

const at = (url: string, env: NodeJS.ProcessEnv) => proxyFromEnvironment(new URL(url), env);

describe('the proxy from the environment', () => {
  it('goes by the scheme of the address, in either case of the variable', () => {
    const env = { HTTPS_PROXY: 'http://p:1', http_proxy: 'q:2' };
    expect(at('https://k8s.example', env)).toBe('http://p:1');
    expect(at('http://k8s.example', env)).toBe('http://q:2');
    expect(at('https://k8s.example', { https_proxy: 'socks5://s:3' })).toBe('socks5://s:3');
    expect(at('https://k8s.example', {})).toBeUndefined();
  });

  it.each(['https://localhost:6443', 'https://127.0.0.1', 'https://127.9.9.9:1', 'https://[::1]:6443'])(
    'is not used for %s',
    (url) => {
      expect(at(url, { HTTPS_PROXY: 'http://p:1' })).toBeUndefined();
    },
  );

  it.each([
    ['k8s.example', 'https://k8s.example', true],
    ['example', 'https://k8s.example', true],
    ['example', 'https://notexample', false],
    ['.example', 'https://k8s.example', true],
    ['.k8s.example', 'https://k8s.example', false],
    ['*', 'https://anything', true],
    ['10.0.0.0/8', 'https://10.1.2.3:6443', true],
    ['10.0.0.0/8', 'https://11.1.2.3:6443', false],
    ['10.1.2.3', 'https://10.1.2.3:6443', true],
    ['fd00::/8', 'https://[fd12::1]:6443', true],
    ['k8s.example:6443', 'https://k8s.example:6443', true],
    ['k8s.example:6443', 'https://k8s.example', false],
    [' other , K8S.EXAMPLE ', 'https://k8s.example', true],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['', 'https://k8s.example', false],
  ])('NO_PROXY=%s and %s: excepted is %s', (noProxy, url, excepted) => {
    const proxy = at(url, { HTTPS_PROXY: 'http://p:1', NO_PROXY: noProxy });
    expect(proxy === undefined).toBe(excepted);
  });
});
