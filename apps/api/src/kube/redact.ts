const REDACTED = '[removed]';

/** What a secret looks like in the output of a sign-in tool. */
const PATTERNS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)-----[\s\S]*?(-----END [A-Z ]*-----|$)/g, REDACTED],
  // JSON Web Tokens, whole or cut short.
  [/\bey[JI][\w-]{8,}(\.[\w-]*){0,4}/g, REDACTED],
  [/\b(Bearer|Basic|PoP)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, `$1${REDACTED}@`],
  // name=value, name: value, "name": "value", --name value
  [
    /((?:\b|_|-)(?:access[_-]?token|refresh[_-]?token|id[_-]?token|token|assertion|client[_-]?secret|secret|passw(?:or)?d|api[_-]?key|access[_-]?key|private[_-]?key|credential|sig|code_verifier)s?["']?\s*[=:]\s*["']?|--[a-z-]*(?:secret|password|token)[ =])[^\s"',;&]+/gi,
    `$1${REDACTED}`,
  ],
  // Long runs that no word or path is: keys, hashes, opaque tokens.
  [/\b(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+=-]{40,}/g, REDACTED],
];

/**
 * Makes the output of a program fit to be shown: known secrets and what looks like one are removed, as are terminal
 * control sequences.
 * @param secrets values that must not appear, such as those of environment variables
 * @param limit longer text keeps its beginning and its end
 */
export function redact(text: string, secrets: readonly string[] = [], limit = 2_000): string {
  let clean = stripControls(text);
  for (const secret of secrets) if (secret.length >= 4) clean = clean.split(secret).join(REDACTED);
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  clean = clean.trim();
  return clean.length <= limit ? clean : `${clean.slice(0, limit / 2)} […] ${clean.slice(-limit / 2)}`;
}

/** Removes escape sequences and all control characters but line breaks and tabs. */
export function stripControls(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
  );
}
