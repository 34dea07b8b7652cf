/**
 * What the exec plugin does. `token`: prints a token good for an hour. `short-lived`: one that expires in two seconds,
 * read anew each time. `expired`: prints one that says it expired. `client-certificate`: prints a certificate and its
 * key. `device-code`: tells on standard error where to sign in, then prints a token half a second later. `fails`: exits
 * 1 with a message on standard error that holds a secret, as `kubelogin` does when a refresh is refused. `garbage`:
 * prints no ExecCredential. `hangs`: prints nothing and stays. `missing`: is not there.
 */
export type ExecBehaviour =
  | 'token'
  | 'short-lived'
  | 'expired'
  | 'client-certificate'
  | 'device-code'
  | 'fails'
  | 'garbage'
  | 'hangs'
  | 'missing';

/** The secret in the message of a failing plugin, so that a test can look for it where it may not be. */
export const EXEC_SECRET = 'eyJhbGciOiJub25lIn0.c3RhbmQtaW4tc2VjcmV0.c2lnbmF0dXJl';

/** A plugin as a file of its own, since a kubeconfig can only name a command. */
export const EXEC_PLUGIN_SOURCE = `'use strict';
const fs = require('node:fs');
const [behaviour, tokenFile, runs] = process.argv.slice(2);
fs.appendFileSync(runs, behaviour + '\\n');
const credential = (expiresInSeconds) => ({
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  status: {
    token: fs.readFileSync(tokenFile, 'utf8'),
    expirationTimestamp: new Date(Date.now() + expiresInSeconds * 1000).toISOString(),
  },
});
switch (behaviour) {
  case 'token':
    process.stdout.write(JSON.stringify(credential(3600)));
    break;
  case 'short-lived':
    process.stdout.write(JSON.stringify(credential(2)));
    break;
  case 'expired':
    process.stdout.write(JSON.stringify(credential(-3600)));
    break;
  case 'client-certificate': {
    const [clientCertificateData, clientKeyData] = ['.crt', '.key'].map((end) =>
      fs.readFileSync(tokenFile.replace(/\\.token$/, end), 'utf8'),
    );
    const status = { clientCertificateData, clientKeyData };
    process.stdout.write(
      JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }),
    );
    break;
  }
  case 'device-code':
    process.stderr.write(
      'To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code ' +
        'STANDIN42 to authenticate.\\n',
    );
    setTimeout(() => process.stdout.write(JSON.stringify(credential(3600))), 500);
    break;
  case 'garbage':
    process.stdout.write('<html>Sign in</html>');
    break;
  case 'hangs':
    setInterval(() => {}, 1000);
    break;
  default:
    process.stderr.write(
      'E1122 01:02:03.456789 azure.go:162] Failed to acquire a token: failed to create PoP token using ' +
        'access_token=${EXEC_SECRET}: AADSTS700082: The refresh token has expired due to inactivity.\\n',
    );
    process.exitCode = 1;
}
`;
