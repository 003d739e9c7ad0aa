import type { TestPorts } from '../src/app/modelTests/testPorts.ts';
import type { Stores } from '../src/storage/openStores.ts';

/** The use cases' ports and the stores below them, once these are open. */
export interface Wired {
  readonly ports: TestPorts;
  readonly stores: Stores;
}
