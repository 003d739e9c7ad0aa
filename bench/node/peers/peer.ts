import type { Dtype } from '../../../src/core/dtype.ts';

/** A run of equal elements of a model file. */
export interface PeerTensor {
  readonly name: string;
  /** Undefined where the file does not say. */
  readonly dtype: Dtype | undefined;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Equal for equal bytes. */
  readonly key: string;
}

/** A model for ways of storing models to be compared on. */
export interface PeerModel {
  /** Path of its file. */
  readonly path: string;
  readonly file: Uint8Array<ArrayBuffer>;
  readonly tensors: readonly PeerTensor[];
  /** The bytes of the file that belong to no tensor. */
  readonly rest: Uint8Array<ArrayBuffer>;
  /** What it was made from, as is known for certain; each stands before it in the list of models. */
  readonly parents: readonly PeerModel[];
}

/** What makes a way of storing small. Ratios of different kinds are not comparable. */
export type Kind =
  | 'files by themselves'
  | 'floats by themselves'
  | 'sharing'
  | 'deltas of bytes'
  | 'exact float deltas'
  | 'lossy';

/** A way of storing models, other than ours. */
export interface Peer {
  readonly name: string;
  readonly kind: Kind;
  /** Paper or program, and what of it was re-created. */
  readonly source: string;
  /** Commands that it runs. */
  readonly tools: readonly string[];
  /**
   * Bytes that all models take together. What was written is read again and compared, unless it is
   * lossy.
   *
   * @param models - parents before children.
   * @throws Error when what was written does not give the models again.
   */
  size(models: readonly PeerModel[]): Promise<number>;
}

/** @throws Error when the two differ. */
export function mustEqual(decoded: Uint8Array, wanted: Uint8Array, what: string): void {
  if (Buffer.compare(decoded, wanted) !== 0) throw new Error(`${what} did not decode to the same`);
}

/** Sum of what `each` gives for the items, computed beside one another. */
export async function sumOver<T>(
  items: readonly T[],
  each: (item: T) => Promise<number>,
): Promise<number> {
  const sizes = await Promise.all(items.map(each));
  return sizes.reduce((sum, size) => sum + size, 0);
}
