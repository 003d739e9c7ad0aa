import type { GradientCase } from '../checkGradient.fixture.ts';

/** A case of the table of operators, and what it is called in a failure. */
export type NamedCase = readonly [name: string, of: GradientCase];
