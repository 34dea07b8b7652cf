import { endsValue, portText, selectorText } from './format.ts';
import type { Assertion, EndSpec, PortSpec } from './model.ts';

/** An assertion as a sentence: `shop/checkout must reach payments/api on 8443/tcp`. */
export function assertionText(assertion: Assertion): string {
  switch (assertion.type) {
    case 'must-reach':
      return `${endsText(assertion.from)} must reach ${endsText(assertion.to)}${onPorts(assertion.ports)}`;
    case 'must-never-reach':
      return `${endsText(assertion.from)} must never reach ${endsText(assertion.to)}${onPorts(assertion.ports)}`;
    case 'only-may-reach':
      return `only ${endsText(assertion.from)} may reach ${endsText(assertion.to)}${onPorts(assertion.ports)}`;
    case 'may-only-reach':
      return `${endsText(assertion.from)} may only reach ${endsText(assertion.to)}${onPorts(assertion.ports)}`;
    case 'nothing-outside-may-reach': {
      const except = assertion.except === undefined ? '' : ` but ${endsText(assertion.except)}`;
      return `nothing outside the cluster${except} may reach ${endsText(assertion.to)}${onPorts(assertion.ports)}`;
    }
    case 'isolated':
      return `${endsText(assertion.ends)} must be isolated for ${assertion.directions.join(' and ')}`;
    case 'no-findings': {
      const kinds = assertion.kinds === undefined ? 'finding' : `finding ${assertion.kinds.join(' or ')}`;
      return `there must be no ${kinds}${assertion.ends === undefined ? '' : ` about ${endsText(assertion.ends)}`}`;
    }
  }
}

function onPorts(ports: readonly PortSpec[] | undefined): string {
  return ports === undefined ? '' : ` on ${ports.map(portText).join(', ')}`;
}

/** An end in words. */
export function endsText(spec: EndSpec): string {
  switch (spec.type) {
    case 'pods': {
      const { namespaces, namespaceLabels, labels } = spec;
      const pods = labels === undefined || labels.length === 0 ? 'pods' : `pods with ${selectorText(labels)}`;
      const place =
        namespaces === undefined
          ? ''
          : ` in ${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${namespaces.join(', ')}`;
      const placeLabels =
        namespaceLabels === undefined ? '' : ` in namespaces with ${selectorText(namespaceLabels)}`;
      return `${pods}${place}${placeLabels}`;
    }
    case 'cluster':
      return 'every pod';
    case 'outside':
      return 'everything outside the cluster';
    case 'internet':
      return 'the internet';
    case 'nodes':
      return spec.name === undefined
        ? spec.labels === undefined
          ? 'every node'
          : `nodes with ${selectorText(spec.labels)}`
        : `node ${spec.name}`;
    case 'domain':
      return spec.name;
    case 'any-of':
      return spec.ends.map(endsText).join(', ');
    case 'except':
      return `${endsText(spec.ends)} but ${endsText(spec.except)}`;
    case 'everyone':
      return 'everyone';
    case 'workload':
    case 'cidr':
      return String(endsValue(spec));
  }
}
