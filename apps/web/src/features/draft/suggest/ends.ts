import { type ClusterValues, parseCidr } from '@bulkhead/policy-engine';
import type { EntityId } from '../../../app/contracts.ts';
import { entityName } from '../../../shared/names.ts';

/** A choice for an end of a connection: what is typed, and the entity that it stands for. */
export interface EndChoice {
  readonly text: string;
  readonly id: EntityId;
}

const INTERNET: EndChoice = { text: 'internet', id: 'out:internet' };

/** The internet, every namespace by its name, and every workload by `namespace/name`, with its kind where two share that. */
export function endChoices(values: ClusterValues | undefined): readonly EndChoice[] {
  const kinds = new Map<string, Set<string>>();
  for (const { namespace, name, kind } of values?.workloads ?? []) {
    const path = `${namespace}/${name}`;
    kinds.set(path, (kinds.get(path) ?? new Set()).add(kind));
  }
  const workloads = [...kinds].flatMap(([path, own]) =>
    [...own].map((kind) => ({
      text: own.size === 1 ? path : `${path} (${kind})`,
      id: `wl:${path}[${kind}]`,
    })),
  );
  const namespaces = (values?.namespaces ?? []).map(({ name }) => ({
    // A namespace may have that name; the word means the other one.
    text: name === INTERNET.text ? `${name} (namespace)` : name,
    id: `ns:${name}`,
  }));
  return [INTERNET, ...namespaces, ...workloads].sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** What a text stands for: a choice, a block of addresses, or one address. `undefined`: nothing that is known. */
export function readEnd(text: string, choices: readonly EndChoice[]): EntityId | undefined {
  const wanted = text.trim().toLowerCase();
  const choice = choices.find((one) => one.text.toLowerCase() === wanted);
  if (choice !== undefined) return choice.id;
  if (wanted !== '' && parseCidr(wanted) !== undefined) return `out:cidr:${wanted}`;
  const address = `${wanted}/${wanted.includes(':') ? 128 : 32}`;
  return wanted !== '' && parseCidr(address) !== undefined ? `out:cidr:${address}` : undefined;
}

/** The text for an entity: that of its choice, else its name. */
export function endText(id: EntityId, choices: readonly EndChoice[]): string {
  return choices.find((choice) => choice.id === id)?.text ?? entityName(id);
}
