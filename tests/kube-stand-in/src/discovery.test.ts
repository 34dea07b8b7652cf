import { afterEach, describe, expect, it } from 'vitest';
import { adminPolicyDefinitions, customResourceDefinition } from './cluster-objects.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { json, raw } from './testing.ts';

let standIn: StandIn;
afterEach(() => standIn.stop());

describe('discovery', () => {
  it('lists groups, versions and resources', async () => {
    standIn = await startStandIn();
    expect(await json(standIn, '/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect(await json(standIn, '/apis')).toMatchObject({
      kind: 'APIGroupList',
      groups: expect.arrayContaining([
        expect.objectContaining({
          name: 'networking.k8s.io',
          preferredVersion: { groupVersion: 'networking.k8s.io/v1', version: 'v1' },
        }),
      ]),
    });
    expect(await json(standIn, '/apis/networking.k8s.io/v1')).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'networking.k8s.io/v1',
      resources: expect.arrayContaining([
        expect.objectContaining({
          name: 'networkpolicies',
          namespaced: true,
          kind: 'NetworkPolicy',
          shortNames: ['netpol'],
        }),
      ]),
    });
    expect(await json(standIn, '/version')).toMatchObject({
      major: '1',
      gitVersion: expect.stringMatching(/^v1\./),
    });
  });

  it('knows a custom group from the moment its definition comes until it goes', async () => {
    standIn = await startStandIn();
    const path = '/apis/policy.networking.k8s.io';
    expect((await raw(standIn, path)).status).toBe(404);
    standIn.seed([...adminPolicyDefinitions.v1alpha1, ...adminPolicyDefinitions.v1alpha2]);
    expect(await json(standIn, path)).toMatchObject({
      kind: 'APIGroup',
      versions: [{ version: 'v1alpha2' }, { version: 'v1alpha1' }],
    });
    const names = JSON.stringify(await json(standIn, `${path}/v1alpha1`));
    expect(names).toContain('"baselineadminnetworkpolicies"');
    expect(names).not.toContain('"clusternetworkpolicies"');
    for (const definition of adminPolicyDefinitions.v1alpha2) standIn.remove(definition);
    expect((await raw(standIn, `${path}/v1alpha2`)).status).toBe(404);
    expect((await raw(standIn, `${path}/v1alpha1`)).status).toBe(200);
  });

  it('serves a kind of several versions under each of them', async () => {
    standIn = await startStandIn();
    standIn.apply(
      customResourceDefinition({
        group: 'example.com',
        versions: ['v1', 'v1beta1'],
        kind: 'Thing',
        plural: 'things',
        scope: 'Namespaced',
      }),
    );
    standIn.seed([
      { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't', namespace: 'default' } },
    ]);
    expect(await json(standIn, '/apis/example.com/v1beta1/things')).toMatchObject({
      apiVersion: 'example.com/v1beta1',
      items: [{ apiVersion: 'example.com/v1beta1', kind: 'Thing' }],
    });
  });

  it('comes aggregated when asked', async () => {
    standIn = await startStandIn();
    const headers = {
      Accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
    };
    const answer = await raw(standIn, '/apis', { headers });
    expect(answer.headers['content-type']).toContain('as=APIGroupDiscoveryList');
    expect(answer.text).toContain('"resource":"networkpolicies"');
    expect(JSON.parse((await raw(standIn, '/api', { headers })).text).items[0].versions[0].version).toBe(
      'v1',
    );
  });

  it('is refused to anonymous, but health and version are not', async () => {
    standIn = await startStandIn();
    expect((await raw(standIn, '/apis', { user: null })).status).toBe(403);
    expect((await raw(standIn, '/readyz', { user: null })).text).toBe('ok');
  });

  it('answers an unknown path in plain text', async () => {
    standIn = await startStandIn();
    expect(await raw(standIn, '/nope')).toMatchObject({ status: 404, text: '404 page not found\n' });
  });
});
