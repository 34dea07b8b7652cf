import type { AgentEvidence } from '../../enforcement/detect.ts';
import { at, isObject, listAt, textAt } from '../../json.ts';

/** Trims a DaemonSet; `undefined` for what is no object with a name. */
export function agentEvidence(object: unknown): AgentEvidence | undefined {
  const name = textAt(object, 'metadata', 'name');
  const namespace = textAt(object, 'metadata', 'namespace');
  if (!isObject(object) || name === undefined || namespace === undefined) return undefined;
  const app = textAt(object, 'metadata', 'labels', 'k8s-app') ?? textAt(object, 'metadata', 'labels', 'app');
  const count = (field: string) => {
    const value = at(object, 'status', field);
    return typeof value === 'number' ? value : 0;
  };
  return {
    namespace,
    name,
    ...(app === undefined ? {} : { app }),
    images: listAt(object, 'spec', 'template', 'spec', 'containers').flatMap(
      (container) => textAt(container, 'image') ?? [],
    ),
    desired: count('desiredNumberScheduled'),
    ready: count('numberReady'),
  };
}
