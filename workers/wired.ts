import type { CreatePorts } from '../src/app/create/createPorts.ts';
import type { Stores } from '../src/storage/openStores.ts';

/** The use cases' ports and the stores below them, once these are open. */
export interface Wired {
  readonly ports: CreatePorts;
  readonly stores: Stores;
}
