import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { entityOf, pairOf, pinned } from './model.ts';
import { createPinStore } from './store.ts';

const FROM = 'wl:shop/api[Deployment]';
const TO = 'wl:shop/db[StatefulSet]';

describe('pinned invariants', () => {
  it('are made from a pair and lead back to it', () => {
    const pin = pinned('must-reach', FROM, TO, 'TCP/5432');
    expect(pin?.name).toMatch(/must reach .*5432/);
    expect(pin === undefined ? undefined : pairOf(pin)).toEqual({ from: FROM, to: TO });
    for (const id of [
      'ns:shop',
      'out:internet',
      'out:nodes',
      'out:cidr:10.0.0.0/8',
      'out:domain:*.example.org',
      FROM,
    ]) {
      const end = pinned('must-never-reach', id, TO, undefined)?.assertion;
      expect(end?.type === 'must-never-reach' ? entityOf(end.from) : undefined).toBe(id);
    }
    expect(pinned('must-reach', 'out:unlisted', TO, undefined)).toBeUndefined();
  });

  it('outlive the page, once each, as a check file', () => {
    const map = new Map<string, string>();
    const storage = {
      getItem: (key: string) => map.get(key) ?? null,
      setItem: (key: string, value: string) => void map.set(key, value),
      removeItem: (key: string) => void map.delete(key),
    };
    const store = createPinStore('c', storage);
    const pin = pinned('must-never-reach', FROM, TO, undefined);
    if (pin === undefined) throw new Error('no pin');
    store.add(pin);
    store.add(pin);
    expect(store.text()).toContain('mustNeverReach');
    expect(createPinStore('c', storage).get()).toEqual([pin]);
    store.remove(pin.name);
    expect(createPinStore('c', storage).get()).toEqual([]);
    storage.setItem('bulkhead.invariants.c', '{');
    expect(createPinStore('c', storage).get()).toEqual([]);
  });

  it('open and save the check file of the command, with what they do not show', () => {
    const store = createPinStore('c', null);
    const text = [
      'version: 1',
      'invariants:',
      '  - name: the database is isolated',
      '    reason: audit',
      '    isolated:',
      '      ends: { namespace: shop }',
      '      directions: [ingress]',
      'accept:',
      '  - finding: dns-cut',
      '    reason: resolves through the proxy',
      '',
    ].join('\n');
    const opened = store.open('checks.yaml', text);
    expect(opened).toEqual({ ok: true, count: 1 });
    store.open('checks.yaml', text);
    expect(store.get()).toHaveLength(1);
    expect(parse(store.text())).toEqual(parse(text));
    const broken = store.open('checks.yaml', text.replace('isolated:\n', 'islated:\n'));
    expect(broken).toMatchObject({
      ok: false,
      problems: expect.arrayContaining(['Line 5: There is no field “islated” here.']),
    });
    expect(store.get()).toHaveLength(1);
  });
});
