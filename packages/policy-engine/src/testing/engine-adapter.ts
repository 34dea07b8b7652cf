import { type Cluster, compile } from '../compile/compile.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { lowerPolicy } from '../index.ts';
import type { ClusterSnapshot, PolicyRecord } from '../model/records.ts';
import { type Endpoint, locateEndpoint } from '../queries/endpoint.ts';
import { verdict } from '../queries/verdict.ts';
import type { EndpointRef, Traffic, Verdict } from './spec-evaluator.ts';

/** The one place where the tests of this folder touch the engine. */
export interface Engine {
  readonly cluster: Cluster;
  /** `unknown` where an end is no endpoint. */
  readonly verdict: (from: EndpointRef, to: EndpointRef, traffic: Traffic) => Verdict;
}

export function engineFor(snapshot: ClusterSnapshot): Engine {
  return engineOf(compile(snapshot));
}

export function engineOf(cluster: Cluster): Engine {
  return {
    cluster,
    verdict: (from, to, { protocol, port }) => {
      const source = locateEndpoint(cluster.universe, endpointOf(from));
      const destination = locateEndpoint(cluster.universe, endpointOf(to));
      if (source === undefined || destination === undefined) return 'unknown';
      const hasPorts = protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP';
      return verdict(cluster, source, destination, { protocol: hasPorts ? protocol : 'other', port });
    },
  };
}

function endpointOf(ref: EndpointRef): Endpoint {
  switch (ref.kind) {
    case 'pod':
      return { type: 'pod', namespace: ref.namespace, name: ref.name };
    case 'node':
      return { type: 'node', name: ref.name };
    case 'ip':
      return { type: 'address', ip: ref.address };
    case 'domain':
      return { type: 'domain', name: ref.name };
  }
}

export function diagnosticsOf(policy: PolicyRecord): readonly Diagnostic[] {
  return lowerPolicy(policy).diagnostics;
}
