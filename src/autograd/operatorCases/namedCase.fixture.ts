import type { Network } from '../../core/network/network.ts';
import type { GradientCase } from '../checkGradient.fixture.ts';
import type { NdArray } from '../evaluate/ndArray.ts';

/** A case of the table of operators, and what it is called in a failure. */
export type NamedCase = readonly [name: string, of: GradientCase];

/** A graph to run on some backend, and what to run it on. */
export interface NamedNetwork {
  readonly name: string;
  readonly network: Network;
  readonly feeds: ReadonlyMap<string, NdArray>;
}
