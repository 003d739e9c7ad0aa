import type { Architecture } from '../architecture.ts';
import type { TensorEntry } from '../snapshot.ts';

/** A model as a merge looks at it: its layer graph and the content of its tensors, without values. */
export interface MergeSide {
  /** For people: the model's name. */
  readonly name: string;
  readonly architecture: Architecture;
  readonly tensors: readonly TensorEntry[];
  /** Equal texts for equal bytes under an equal view; undefined for text, which stays in the file. */
  readonly contents: readonly (string | undefined)[];
  /**
   * Equal for equal computations, names and weights aside: it tells what layers and edges do not, such as
   * the width of a pooling. Undefined for a state dict, which computes nothing.
   */
  readonly program?: string;
}

/** The three models of a merge, in this order wherever all three are meant. */
export interface MergeSides {
  readonly base: MergeSide;
  readonly x: MergeSide;
  readonly y: MergeSide;
}

export type SideName = keyof MergeSides;
