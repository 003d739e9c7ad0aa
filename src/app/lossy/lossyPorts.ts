import type { StepCounter } from './stepCounter.ts';
import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { Judge } from '../modelTests/testSubject.ts';
import type { TestPorts } from '../modelTests/testPorts.ts';

/** What making lossy models needs from outside. */
export interface LossyPorts extends TestPorts {
  readonly judge: Judge;
  /** The codec that stores chunks in steps: what it writes is what a lossy tensor takes. */
  readonly steps: ChunkCodec;
  /** Counts steps of large tensors where this machine does so fastest. */
  readonly countSteps: StepCounter;
}
