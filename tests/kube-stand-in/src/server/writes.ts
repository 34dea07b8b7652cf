import type { ResourceType } from '../store/catalogue.ts';
import type { ObjectStore } from '../store/store.ts';
import type { ResourceExchange } from './exchange.ts';

/** Answers a write that asks to be checked and not kept (`dryRun=All`). `false`: not such a write. */
export async function dryRun(
  _exchange: ResourceExchange,
  _store: ObjectStore,
  _type: ResourceType,
  _body: string | undefined,
): Promise<boolean> {
  return false;
}
