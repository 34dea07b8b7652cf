import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, stripControls } from './redact.ts';

const JWT = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMyJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw';

describe('redact', () => {
  const cases: [string, string, string][] = [
    ['a JSON Web Token', `got ${JWT} back`, JWT],
    ['a token that is cut short', 'got eyJhbGciOiJSUzI1NiIsImtpZCI6 …', 'eyJhbGciOiJSUzI1NiIsImtpZCI6'],
    ['an Authorization header', 'Authorization: Bearer abc123def456', 'abc123def456'],
    ['an assignment', 'client_secret=s3cr3t-value rest', 's3cr3t-value'],
    ['a JSON field', '{"refresh_token": "0.AXYZ-short"}', '0.AXYZ-short'],
    ['a flag', 'kubelogin get-token --client-secret hunter22 --tenant x', 'hunter22'],
    ['a password in a URL', 'proxy http://user:pa55@proxy:8080 refused', 'pa55'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----', 'MIIabc'],
    ['a query parameter', 'GET https://x/y?sig=abcdef&se=2026', 'abcdef'],
    ['a long opaque value', `value ${'aB3'.repeat(20)}`, 'aB3'.repeat(20)],
  ];
  it.each(cases)('removes %s', (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[removed]');
  });

  it('removes known secrets wherever they stand', () => {
    expect(redact('it said opensesame, twice: opensesame', ['opensesame'])).toBe(
      'it said [removed], twice: [removed]',
    );
  });

  it('keeps what helps: error codes, names, addresses, ids', () => {
    const text =
      'AADSTS700082: The refresh token has expired due to inactivity. Tenant 72f988bf-86f1-41af-91ab-2d7cd011db47, ' +
      'see https://login.microsoftonline.com/error?code=700082 at kubelogin/internal/token/provider.go:42';
    expect(redact(text)).toBe(text);
  });

  it('keeps a device code, which a person must see', () => {
    const text =
      'To sign in, open https://microsoft.com/devicelogin and enter the code A1B2C3D4E to authenticate.';
    expect(redact(text)).toBe(text);
  });

  it('leaves no control characters, so nothing can move a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        expect(stripControls(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
    expect(stripControls('\u001b[31mred\u001b[0m \u001b]0;title\u0007done')).toBe('red done');
  });

  it('shortens what is long, keeping both ends', () => {
    const text = redact(`begin ${'word '.repeat(2_000)} end`, [], 200);
    expect(text.length).toBeLessThan(220);
    expect(text).toMatch(/^begin .* end$/s);
  });
});
