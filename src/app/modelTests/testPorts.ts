import type { Sandbox } from '../../core/ports/sandbox.ts';
import type { CreatePorts } from '../create/createPorts.ts';
import type { TestMemory } from './testMemory.ts';

/** What testing models needs from outside. */
export interface TestPorts extends CreatePorts {
  readonly sandbox: Sandbox;
  /** Results and prepared examples read or made last. */
  readonly tested: TestMemory;
}
