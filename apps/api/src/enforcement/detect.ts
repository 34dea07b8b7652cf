import type { Enforcement, EnforcementEngine, EnforcementWarning } from '@bulkhead/protocol';
import { ENGINES, type EngineName, type EngineSignature, imageVersion } from './engines.ts';
import { warningsOf } from './warnings.ts';

/** What was seen of a cluster, as far as it says which engine enforces its policies. */
export interface EnforcementEvidence {
  /** `undefined`: DaemonSets may not be read everywhere. */
  readonly agents: readonly AgentEvidence[] | undefined;
  /** Agents' pods, for where DaemonSets may not be read. */
  readonly pods: readonly { readonly namespace: string; readonly app: string }[];
  readonly nodes: readonly NodeEvidence[];
  readonly apiGroups: readonly string[];
  /** As the server names itself; k3s and RKE2 enforce without an agent. */
  readonly serverVersion?: string;
  readonly settings: EngineSettings;
  /** How many policies of each kind there are. */
  readonly policies: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch, for end-of-life dates. */
  readonly today: number;
}

export interface AgentEvidence {
  readonly namespace: string;
  readonly name: string;
  readonly app?: string;
  readonly images: readonly string[];
  readonly desired: number;
  readonly ready: number;
}

export interface NodeEvidence {
  readonly windows: boolean;
  readonly aks: boolean;
  /** `kubernetes.azure.com/network-policy`; not documented, so only a hint. */
  readonly aksPolicy?: string;
  readonly aksDataplane?: string;
}

/** Parts of the engines' own ConfigMaps; absent: not read. */
export interface EngineSettings {
  readonly cilium?: Readonly<Record<string, string>>;
  readonly azureNpm?: { readonly lite: boolean };
}

/** An engine with what the warnings need to know of it. */
export interface FoundEngine extends EnforcementEngine {
  readonly desired: number;
  readonly ready: number;
}

/**
 * Which engine enforces network policies, by the strongest signs there are: running agents, then agents' pods, then
 * what the platform says of itself, then what is lying around. CRDs alone prove nothing, they outlive their engine.
 */
export function detectEnforcement(evidence: EnforcementEvidence): Enforcement {
  const found = ENGINES.flatMap((signature) => find(signature, evidence) ?? []);
  const engines = [...found, ...builtIn(evidence, found)];
  const enforcing = engines.some(({ confidence }) => confidence !== 'hint');
  const determination = enforcing ? 'detected' : evidence.agents === undefined ? 'undetermined' : 'none';
  const warnings: readonly EnforcementWarning[] = warningsOf(determination, engines, evidence);
  return {
    determination,
    engines: engines.map(({ desired: _d, ready: _r, ...engine }) => engine),
    warnings: [...warnings],
  };
}

function find(signature: EngineSignature, evidence: EnforcementEvidence): FoundEngine | undefined {
  const { name, title } = signature;
  const agents = (evidence.agents ?? []).filter((agent) => isAgent(signature, agent));
  const running = agents.filter(({ desired }) => desired > 0);
  const desired = running.reduce((sum, agent) => sum + agent.desired, 0);
  const ready = running.reduce((sum, agent) => sum + agent.ready, 0);
  const sides = sideEvidence(signature, evidence);
  const version = running.flatMap(({ images }) => images.flatMap((image) => imageVersion(image) ?? []))[0];
  const said = running.map(
    (agent) =>
      `DaemonSet ${agent.namespace}/${agent.name}: ${agent.ready} of ${agent.desired} pods are ready.`,
  );
  if (running.length > 0) {
    return {
      name,
      title,
      ...(version === undefined ? {} : { version }),
      confidence: ready > 0 ? 'certain' : 'likely',
      evidence: [...said, ...sides],
      desired,
      ready,
    };
  }
  const pods =
    evidence.agents === undefined ? evidence.pods.filter(({ app }) => signature.apps.includes(app)) : [];
  if (pods.length > 0) {
    const where = [...new Set(pods.map(({ namespace }) => namespace))].join(', ');
    const seen = `${pods.length} pods labelled as its agent run in ${where}; DaemonSets may not be read.`;
    return { name, title, confidence: 'likely', evidence: [seen, ...sides], desired: 0, ready: 0 };
  }
  // Where all DaemonSets were seen and none is its agent, leftovers mean nothing.
  if (sides.length === 0 || evidence.agents !== undefined) return undefined;
  return { name, title, confidence: 'hint', evidence: sides, desired: 0, ready: 0 };
}

/** Whether a DaemonSet is the engine's agent. */
export function isAgent(
  { daemonSets, apps }: EngineSignature,
  agent: Pick<AgentEvidence, 'name' | 'app'>,
): boolean {
  return daemonSets.includes(agent.name) || (agent.app !== undefined && apps.includes(agent.app));
}

function sideEvidence({ aksName, name, groups }: EngineSignature, evidence: EnforcementEvidence): string[] {
  const said: string[] = [];
  const labelled = evidence.nodes.filter(
    ({ aksPolicy }) => aksName !== undefined && aksPolicy === aksName,
  ).length;
  if (labelled > 0)
    said.push(`${labelled} nodes carry the label kubernetes.azure.com/network-policy=${aksName}.`);
  const dataplane = evidence.nodes.filter(
    ({ aksDataplane }) => name === 'cilium' && aksDataplane === 'cilium',
  ).length;
  if (dataplane > 0)
    said.push(`${dataplane} nodes carry the label kubernetes.azure.com/ebpf-dataplane=cilium.`);
  const installed = groups.filter((group) => evidence.apiGroups.includes(group));
  if (installed.length > 0) said.push(`The API group ${installed.join(' and ')} is installed.`);
  return said;
}

/** Distributions that enforce in their own process, so that there is no agent to see. */
function builtIn(evidence: EnforcementEvidence, found: readonly FoundEngine[]): FoundEngine[] {
  const { serverVersion = '' } = evidence;
  if (!serverVersion.includes('+k3s') || found.some(({ confidence }) => confidence !== 'hint')) return [];
  const name: EngineName = 'kube-router';
  return [
    {
      name,
      title: 'kube-router, built into k3s',
      confidence: 'likely',
      evidence: [
        `The server is ${serverVersion}, which enforces policies itself unless that was turned off.`,
      ],
      desired: 0,
      ready: 0,
    },
  ];
}
