import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Route } from './contracts.ts';
import { formatRoute, HOME, parseRoute } from './route.ts';

test('the home route has an empty query', () => {
  expect(formatRoute(HOME)).toBe('');
  expect(parseRoute('')).toEqual(HOME);
});

test('unknown and broken values fall back to the defaults', () => {
  expect(parseRoute('?view=3d&dir=up&hops=7&verdict=maybe&rail=x&drill=a')).toEqual(HOME);
});

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const id = fc.tuple(word, word).map(([a, b]) => `wl:${a}/${b}[Deployment]`);
const selection: fc.Arbitrary<Route['selection']> = fc.oneof(
  fc.constant(null),
  id.map((value) => ({ type: 'entity' as const, id: value })),
  fc.tuple(id, id).map(([value, other]) => ({ type: 'entity' as const, id: value, also: [other] })),
  fc.tuple(id, id).map(([from, to]) => ({ type: 'pair' as const, from, to })),
  fc.tuple(id, id, word).map(([from, to, port]) => ({ type: 'pair' as const, from, to, port })),
);
const route: fc.Arbitrary<Route> = fc.record({
  cluster: fc.option(word),
  view: fc.constantFrom('graph', 'matrix', 'table'),
  tab: fc.constantFrom('connections', 'workloads', 'policies'),
  rail: fc.constantFrom('workloads', 'policies', 'findings', 'invariants', null),
  selection,
  scope: fc.array(word),
  labels: fc.constantFrom('', 'app=web', 'app in (a,b),!tier', 'a=1&b'),
  ports: fc.array(fc.constantFrom('TCP/80', '53', 'UDP/53')),
  verdicts: fc.constantFrom(['allowed', 'unknown'] as const, ['unknown'] as const),
  isolation: fc.constantFrom('any', 'isolated', 'open', 'unknown'),
  kinds: fc.array(word),
  direction: fc.constantFrom('both', 'reaches', 'reached-by'),
  hops: fc.constantFrom(1 as const, 'all' as const),
  toggled: fc.array(word),
  layout: fc.constantFrom('flow', 'grouped'),
  at: fc.constantFrom('', '1.5,-20,800,600,ns:shop', '0,0,1,1,out:cidr:10.0.0.0/8@to'),
  moved: fc.constantFrom('', '10,-20,ns:shop;5,6,wl:shop/web[Deployment]'),
  drill: fc.option(
    fc.tuple(fc.oneof(word, fc.constantFrom('', '*')), fc.oneof(word, fc.constantFrom('', '*'))),
  ),
  order: fc.constantFrom('similar', 'name'),
  cell: fc.option(fc.constantFrom(1, 1.5, 12, 40, 'fit' as const)),
  blocks: fc.constantFrom('auto', 'shown', 'hidden'),
  sort: fc.constantFrom('', 'from', '-ports'),
  find: fc.constantFrom('', 'web -> db', 'a&b=c'),
  listOpen: fc.boolean(),
  onlyChanges: fc.boolean(),
  draft: fc.option(word),
  drawer: fc.boolean(),
});

test('a route survives the way through the URL', () => {
  fc.assert(
    fc.property(route, (value) => {
      expect(parseRoute(formatRoute(value))).toEqual(value);
    }),
  );
});
