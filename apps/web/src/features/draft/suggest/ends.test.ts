import { expect, test } from 'vitest';
import { endChoices, endText, readEnd } from './ends.ts';

const workload = (namespace: string, kind: string, name: string) => ({
  namespace,
  kind,
  name,
  labels: {},
  pods: 1,
  ports: [],
});
const choices = endChoices({
  namespaces: [
    { name: 'shop', labels: {} },
    { name: 'internet', labels: {} },
  ],
  workloads: [
    workload('shop', 'Deployment', 'db'),
    workload('shop', 'StatefulSet', 'db'),
    workload('bank', 'Job', 'x'),
  ],
  nodes: [],
});

test('an end is a workload by its name, with its kind where that is not enough', () => {
  expect(readEnd('bank/x', choices)).toBe('wl:bank/x[Job]');
  expect(readEnd('shop/db', choices)).toBeUndefined();
  expect(readEnd('shop/db (StatefulSet)', choices)).toBe('wl:shop/db[StatefulSet]');
  for (const { text, id } of choices) {
    expect(readEnd(text, choices)).toBe(id);
    expect(endText(id, choices)).toBe(text);
  }
});

test('an end is a namespace, for all of its pods', () => {
  expect(readEnd('shop', choices)).toBe('ns:shop');
  expect(readEnd('internet', choices)).toBe('out:internet');
  expect(readEnd('internet (namespace)', choices)).toBe('ns:internet');
});

test('an end is the internet, a block, or an address', () => {
  expect(readEnd('Internet', choices)).toBe('out:internet');
  expect(readEnd('10.0.0.0/8', choices)).toBe('out:cidr:10.0.0.0/8');
  expect(readEnd('10.1.2.3', choices)).toBe('out:cidr:10.1.2.3/32');
  expect(readEnd('2001:db8::1', choices)).toBe('out:cidr:2001:db8::1/128');
  for (const text of ['', 'nothing', '10.0.0.0/99']) expect(readEnd(text, choices)).toBeUndefined();
});
