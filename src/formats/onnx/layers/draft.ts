import type { AttributeValue } from '../../../core/architecture.ts';
import type { TensorCollection } from '../tensors/collectTensors.ts';
import type { Origins } from './constantOrigins.ts';
import type { FlatOp } from './flatGraph.ts';

/** A parameter of a layer; `learned` tells weights from a quantiser's constants. */
export interface DraftParameter {
  readonly slot: string;
  readonly tensor: number;
  readonly transposed: boolean;
  readonly learned: boolean;
}

/** A layer while it is made. */
export interface DraftLayer {
  readonly op: FlatOp;
  readonly kind: string;
  readonly attributes: Record<string, AttributeValue>;
  readonly parameters: DraftParameter[];
}

/** The layers of one graph. */
export interface FoundLayers {
  readonly layers: readonly DraftLayer[];
  /** Layer of each operator, by its place in the graph. */
  readonly layerOf: ReadonlyMap<FlatOp, number>;
  /** Operators that are part of a layer or of a constant: they leave no trace on edges. */
  readonly absorbed: ReadonlySet<FlatOp>;
}

/** What the search for layers reads. */
export interface LayerContext {
  readonly origins: Origins;
  readonly collection: TensorCollection;
}

/** Who reads each value: operators, or `undefined` for the graph's outputs. */
export type Readers = ReadonlyMap<number, readonly (FlatOp | undefined)[]>;
