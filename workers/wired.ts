import type { ServicePorts } from '../src/app/service/servicePorts.ts';
import type { Stores } from '../src/storage/openStores.ts';

/** The use cases' ports and the stores below them, once these are open. */
export interface Wired {
  readonly ports: ServicePorts;
  readonly stores: Stores;
}
