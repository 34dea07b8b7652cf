import type { ServiceRecord } from '@bulkhead/policy-engine';
import type { NamespacePlan } from './plan.ts';

/** A Service for each workload that listens, on port 80 for `http`, on the container's own number for the others. */
export function planServices(namespaces: readonly NamespacePlan[]): ServiceRecord[] {
  return namespaces
    .flatMap(({ workloads }) => workloads)
    .filter(({ ports, hostNetwork, role }) => ports.length > 0 && !hostNetwork && role !== 'agent')
    .map(({ namespace, name, role, labels, ports }) => ({
      namespace,
      name,
      type: role === 'ingress' ? 'LoadBalancer' : 'ClusterIP',
      selector: labels['app'] === undefined ? labels : { app: labels['app'] },
      ports: ports.map(({ name: portName, protocol, port }) => ({
        ...(portName === undefined ? {} : { name: portName }),
        protocol,
        port: portName === 'http' ? 80 : port,
        targetPort: portName ?? port,
      })),
    }));
}
