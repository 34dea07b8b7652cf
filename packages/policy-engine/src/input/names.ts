/**
 * Formats of names, as an API server checks them (kubernetes/apimachinery, pkg/util/validation). Each function
 * returns what is wrong, or `undefined` for a valid name.
 */

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
/** Pattern of `DomainName` in the custom resource's schema (A2). */
const DOMAIN_PATTERN =
  /^(\*\.)?([a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$/;

export function namespaceNameProblem(name: string): string | undefined {
  if (name.length > 63) return 'it is longer than 63 characters';
  if (!DNS_LABEL.test(name))
    return 'it must be lower-case letters, digits and `-`, and start and end with a letter or digit';
  return undefined;
}

export function objectNameProblem(name: string): string | undefined {
  if (name.length > 253) return 'it is longer than 253 characters';
  if (!DNS_SUBDOMAIN.test(name)) {
    return 'it must be lower-case letters, digits, `-` and `.`, and start and end with a letter or digit';
  }
  return undefined;
}

/** `[prefix/]name`: a DNS subdomain of at most 253 characters, then a name of at most 63. */
export function labelKeyProblem(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > 253 || !DNS_SUBDOMAIN.test(prefix))) {
    return 'the part before `/` must be a DNS name of at most 253 characters';
  }
  if (name.length > 63) return 'the name is longer than 63 characters';
  if (!QUALIFIED_NAME.test(name)) {
    return 'the name must be letters, digits, `-`, `_` and `.`, and start and end with a letter or digit';
  }
  return undefined;
}

/** The empty string is a valid value. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return 'it is longer than 63 characters';
  if (!LABEL_VALUE.test(value)) {
    return 'it must be letters, digits, `-`, `_` and `.`, and start and end with a letter or digit';
  }
  return undefined;
}

/** Port names (IANA service names): at most 15 characters with a letter among them. */
export function portNameProblem(name: string): string | undefined {
  if (name.length === 0 || name.length > 15) return 'a port name has 1 to 15 characters';
  if (!/^[-a-z0-9]+$/.test(name)) return 'a port name is lower-case letters, digits and `-`';
  if (!/[a-z]/.test(name)) return 'a port name needs at least one letter';
  if (name.includes('--')) return 'a port name must not have two `-` in a row';
  if (name.startsWith('-') || name.endsWith('-')) return 'a port name must not start or end with `-`';
  return undefined;
}

export function domainPatternProblem(pattern: string): string | undefined {
  return DOMAIN_PATTERN.test(pattern)
    ? undefined
    : 'it must be a full domain name such as `api.example.com`, with `*.` allowed in front';
}

/** A name as messages quote it: of a long one the beginning, so that what is said about it stays in sight. */
export function quotedName(name: string): string {
  return `\`${name.length > 40 ? `${name.slice(0, 40)}…` : name}\``;
}
