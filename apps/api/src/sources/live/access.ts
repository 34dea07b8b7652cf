import type { Clock } from '../../clock.ts';
import { at, listAt } from '../../json.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Limiter } from '../../kube/limiter.ts';
import type { WatchedKind } from './kinds.ts';

/** Asks what this user may read in a namespace, by the one question that Kubernetes has for it. */
export interface Access {
  /** Whether the kind may be listed and watched there; `true` also where the answer is incomplete: try it. */
  mayWatch(namespace: string, kind: WatchedKind, signal: AbortSignal): Promise<boolean>;
  /** Forgets all answers. */
  reset(): void;
}

/** @param goodForMs how long an answer is believed */
export function createAccess(client: KubeClient, limiter: Limiter, clock: Clock, goodForMs: number): Access {
  const answers = new Map<string, { readonly at: number; readonly rules: Promise<unknown> }>();
  const rulesIn = (namespace: string, signal: AbortSignal): Promise<unknown> => {
    const known = answers.get(namespace);
    if (known !== undefined && clock.now() - known.at < goodForMs) return known.rules;
    const rules = limiter(() => client.review('selfsubjectrulesreviews', { namespace }, signal));
    rules.catch(() => answers.delete(namespace));
    answers.set(namespace, { at: clock.now(), rules });
    return rules;
  };
  return {
    async mayWatch(namespace, kind, signal) {
      const answer = await rulesIn(namespace, signal);
      if (at(answer, 'status', 'incomplete') === true) return true;
      const rules = listAt(answer, 'status', 'resourceRules');
      const allowed = (verb: string) =>
        rules.some(
          (rule) =>
            has(rule, 'verbs', verb) &&
            has(rule, 'apiGroups', kind.group) &&
            has(rule, 'resources', kind.resource) &&
            listAt(rule, 'resourceNames').length === 0,
        );
      return allowed('list') && allowed('watch');
    },
    reset: () => answers.clear(),
  };
}

function has(rule: unknown, field: string, value: string): boolean {
  const values = listAt(rule, field);
  return values.includes(value) || values.includes('*');
}
