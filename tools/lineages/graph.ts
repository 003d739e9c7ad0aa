import type { LineageBench } from './lineageBench.ts';
import type { Truth } from './truth.ts';

/** Says how far a build is. */
export type Progress = (line: string) => void;

/** Figures of models beyond their outcomes, by name: `accuracy`, `sparsity`. */
export type Scores = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** A graph to build: what it will be, and how. */
export interface Graph {
  readonly truth: Truth;
  /** Deterministic. @returns figures that were measured on the way. */
  readonly build: (bench: LineageBench, log: Progress) => Promise<Scores>;
  /** What is to hold of the built graph besides its edges. @returns lines for people. @throws Error. */
  readonly check?: (bench: LineageBench) => Promise<readonly string[]>;
}
