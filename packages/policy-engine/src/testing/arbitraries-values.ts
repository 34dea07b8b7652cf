import fc from 'fast-check';
import type { Labels } from '../model/records.ts';

/** The few names, labels, ports and addresses that random clusters and policies share, and how fields come about. */

export const NAMESPACES = ['a', 'b', 'c'] as const;
export const NODES = ['n1', 'n2'] as const;
export const KEYS = ['app', 'env'] as const;
export const VALUES = ['x', 'y', ''] as const;
export const PORT_NAMES = ['web', 'dns'] as const;
export const PORTS = [1, 80, 81, 8080, 65535] as const;

/** On both sides of the edges of the blocks below. */
export const POD_IPS = [
  '10.0.0.0',
  '10.0.0.1',
  '10.0.0.127',
  '10.0.0.128',
  '10.0.1.0',
  'fd00::1',
  'fd00::8000',
] as const;
export const OUTSIDE_IPS = [
  '9.255.255.255',
  '10.0.0.255',
  '10.0.2.0',
  '203.0.113.7',
  'fd00::ffff',
  '2001:db8::1',
] as const;
export const BLOCKS = [
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/8',
  '10.0.0.0/24',
  '10.0.0.77/25',
  '10.0.0.1/32',
  '10.0.1.0/32',
  '192.168.0.0/16',
  '192.168.0.1/32',
  '203.0.113.0/24',
  'fd00::/64',
  'fd00::1/128',
  'fd00::8000/113',
] as const;
export const EXCEPTS: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['10.0.0.0/24', '192.168.0.1/32', '128.0.0.0/1'],
  '::/0': ['fd00::/64', '8000::/1'],
  '10.0.0.0/8': ['10.0.0.0/24', '10.0.0.1/32'],
  '10.0.0.0/24': ['10.0.0.0/25', '10.0.0.1/32', '10.0.0.128/32'],
  '192.168.0.0/16': ['192.168.0.1/32'],
  'fd00::/64': ['fd00::1/128', 'fd00::8000/113'],
};
export const DOMAINS = [
  'example.com',
  'www.example.com',
  'a.b.example.com',
  'example.org',
  'badexample.com',
] as const;
export const PATTERNS = [
  'example.com',
  '*.example.com',
  'www.example.com',
  '*.b.example.com',
  'Example.org.',
] as const;

export type Json = Readonly<Record<string, unknown>>;

/** A field that is missing, or has what `value` gives. */
export function maybe(key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  return fc.option(value, { freq: 3 }).map((found) => (found === null ? {} : { [key]: found }));
}

export function must(key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  return value.map((found) => ({ [key]: found }));
}

export function object(...fields: readonly fc.Arbitrary<Json>[]): fc.Arbitrary<Json> {
  return fc.tuple(...fields).map((parts) => Object.assign({}, ...parts));
}

export function few<T>(item: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> {
  return fc.array(item, { maxLength });
}

export function some<T>(item: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> {
  return fc.array(item, { minLength: 1, maxLength });
}

/** One or two different ones: `networks` and `domainNames` are sets. */
export function someOf<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 2 });
}

/** `usual`, and now and then `odd`. */
export function mostly<T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight = 40): fc.Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

export const labels: fc.Arbitrary<Labels> = fc.dictionary(
  fc.constantFrom(...KEYS),
  fc.constantFrom(...VALUES),
  {
    maxKeys: 2,
  },
);

function requirement(keys: readonly string[], values: readonly string[]): fc.Arbitrary<Json> {
  const key = must('key', fc.constantFrom(...keys));
  return mostly(
    fc.oneof(
      object(
        key,
        must('operator', fc.constantFrom('In', 'NotIn')),
        must('values', some(fc.constantFrom(...values))),
      ),
      object(
        key,
        must('operator', fc.constantFrom('Exists', 'DoesNotExist')),
        maybe('values', fc.constant([])),
      ),
    ),
    fc.oneof(
      object(key, must('operator', fc.constantFrom('Near', 'In')), must('values', fc.constant([]))),
      object(key, must('operator', fc.constant('Exists')), must('values', fc.constant(['x']))),
    ),
  );
}

function selector(keys: readonly string[], values: readonly string[]): fc.Arbitrary<Json> {
  const matchLabels = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { maxKeys: 1 });
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 3, arbitrary: object(must('matchLabels', matchLabels)) },
    {
      weight: 2,
      arbitrary: object(
        maybe('matchLabels', matchLabels),
        must('matchExpressions', few(requirement(keys, values))),
      ),
    },
  );
}

export const podSelector = selector(KEYS, VALUES);
export const NAME_LABEL = 'kubernetes.io/metadata.name';
export const namespaceSelector = fc.oneof(
  selector(KEYS, VALUES),
  selector([NAME_LABEL], NAMESPACES),
  selector([NAME_LABEL, 'env'], [...NAMESPACES, 'x']),
);
export const nodeSelector = podSelector;
export const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
export const port = fc.constantFrom(...PORTS);

export const namespacedPods = object(
  mostly(must('namespaceSelector', namespaceSelector), fc.constant({})),
  must('podSelector', podSelector),
);
