import type { Enforcement } from '@bulkhead/protocol';
import { type Clock, createAlarm, sleep } from '../../clock.ts';
import {
  detectEnforcement,
  type EngineSettings,
  isAgent,
  type NodeEvidence,
} from '../../enforcement/detect.ts';
import { ENGINES } from '../../enforcement/engines.ts';
import { at, isObject, textAt } from '../../json.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { RecordStore } from '../store.ts';
import type { Intake } from './intake.ts';
import type { Session } from './session.ts';

/** Keeps an eye on which engine enforces, as the evidence comes in. */
export interface FollowedEnforcement {
  start(): void;
  stop(): Promise<void>;
  current(): Enforcement;
}

export interface EnforcementOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly intake: Intake;
  readonly store: RecordStore;
  readonly session: Session;
  readonly settingsMs: number;
  readonly onChange: () => void;
}

/** The only two ConfigMaps that are ever read, by name; each only when its engine was seen. */
const SETTINGS = { 'azure-npm': 'azure-npm-config', cilium: 'cilium-config' } as const;

export function followEnforcement(options: EnforcementOptions): FollowedEnforcement {
  const { client, clock, intake, store, session, settingsMs, onChange } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  let settings: EngineSettings = {};
  let known: { readonly stamp: string; readonly enforcement: Enforcement } | undefined;
  let agentsVersion = 0;
  let working: Promise<void> | undefined;
  const alarm = createAlarm(clock);
  const unsubscribe = intake.onAgents(() => {
    agentsVersion++;
    known = undefined;
    alarm.wake();
  });

  const agentsSeen = () => {
    const daemonSets = session.status().kinds.find(({ kind }) => kind.resource === 'daemonsets')?.status;
    return {
      readable: daemonSets?.settled === true && daemonSets.hidden === undefined,
      known: daemonSets?.settled === true,
    };
  };

  const detect = (): Enforcement => {
    const { discovery } = session.status();
    const seen = agentsSeen();
    if (discovery === undefined || !seen.known || !store.ready()) {
      return { determination: 'undetermined', engines: [], warnings: [] };
    }
    const policies: Record<string, number> = {};
    for (const { kind } of store.records('policy')) policies[kind] = (policies[kind] ?? 0) + 1;
    return detectEnforcement({
      agents: seen.readable ? intake.agents() : undefined,
      pods: seen.readable ? [] : agentPods(store),
      nodes: [...store.records('node')].map(({ labels }) => nodeEvidence(labels)),
      apiGroups: discovery.groups,
      ...(discovery.serverVersion === undefined ? {} : { serverVersion: discovery.serverVersion }),
      settings,
      policies,
      today: clock.now(),
    });
  };

  const read = async (name: string) => {
    const path = `/api/v1/namespaces/kube-system/configmaps/${name}`;
    try {
      return await client.getJson({ path, signal });
    } catch {
      // Settings only refine what the agent itself shows.
      return undefined;
    }
  };

  const follow = async () => {
    while (!signal.aborted) {
      const agents = intake.agents();
      const names = ENGINES.filter((engine) => agents.some((agent) => isAgent(engine, agent))).map(
        ({ name }) => name,
      );
      const cilium = names.includes('cilium') ? await read(SETTINGS.cilium) : undefined;
      const azure = names.includes('azure-npm') ? await read(SETTINGS['azure-npm']) : undefined;
      if (signal.aborted) return;
      settings = {
        ...(cilium === undefined ? {} : { cilium: ciliumSettings(cilium) }),
        ...(azure === undefined ? {} : { azureNpm: { lite: azureNpmLite(azure) } }),
      };
      known = undefined;
      onChange();
      // Agents roll out pod by pod; one look after the rest is enough.
      if ((await alarm.sleep(settingsMs, signal)) === 'woken')
        await sleep(clock, Math.min(settingsMs, 1_000), signal);
    }
  };

  return {
    start() {
      working = follow();
    },
    async stop() {
      unsubscribe();
      stopped.abort();
      await working;
    },
    current() {
      const stamp = [agentsVersion, store.revision(), store.ready(), JSON.stringify(agentsSeen())].join();
      if (known?.stamp !== stamp) known = { stamp, enforcement: detect() };
      return known.enforcement;
    },
  };
}

function agentPods(store: RecordStore): { namespace: string; app: string }[] {
  const apps = new Set(ENGINES.flatMap((engine) => engine.apps));
  const found: { namespace: string; app: string }[] = [];
  for (const { namespace, labels, state } of store.records('pod')) {
    const app = labels['k8s-app'] ?? labels.app;
    if (app !== undefined && state === 'running' && apps.has(app)) found.push({ namespace, app });
  }
  return found;
}

function nodeEvidence(labels: Readonly<Record<string, string>>): NodeEvidence {
  const aksPolicy = labels['kubernetes.azure.com/network-policy'];
  const aksDataplane = labels['kubernetes.azure.com/ebpf-dataplane'];
  return {
    windows: labels['kubernetes.io/os'] === 'windows',
    aks: Object.hasOwn(labels, 'kubernetes.azure.com/cluster'),
    ...(aksPolicy === undefined ? {} : { aksPolicy }),
    ...(aksDataplane === undefined ? {} : { aksDataplane }),
  };
}

const CILIUM_KEYS = ['enable-policy', 'enable-k8s-networkpolicy', 'enable-k8s-cluster-network-policy'];

function ciliumSettings(configMap: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    CILIUM_KEYS.flatMap((key) => {
      const value = textAt(configMap, 'data', key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function azureNpmLite(configMap: unknown): boolean {
  try {
    const config: unknown = JSON.parse(textAt(configMap, 'data', 'azure-npm.json') ?? '{}');
    return isObject(config) && at(config, 'Toggles', 'EnableNPMLite') === true;
  } catch {
    return false;
  }
}
