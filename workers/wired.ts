import type { ServicePorts } from '../src/app/service/servicePorts.ts';
import type { StartState } from '../src/core/views.ts';

/** The use cases' ports once the store is open. */
export interface Wired {
  readonly ports: ServicePorts;
  /** Whether the store is what was left behind. */
  readonly start: () => Promise<StartState>;
  /** Forgets everything. */
  readonly reset: () => Promise<void>;
  /** Imports that began and are not done, without those that are running. */
  readonly isRunning: (importLock: string) => Promise<boolean>;
}
