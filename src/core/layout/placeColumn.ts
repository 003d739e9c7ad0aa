import { at } from './at.ts';

/** Reusable memory of `placeColumn` for columns of up to `size` nodes. */
export interface PlacementScratch {
  readonly value: Float64Array;
  readonly weight: Float64Array;
  readonly length: Int32Array;
}

export function placementScratch(size: number): PlacementScratch {
  return {
    value: new Float64Array(size),
    weight: new Float64Array(size),
    length: new Int32Array(size),
  };
}

/**
 * Places a column's nodes as near to their wishes as an order with gaps of at least 1 allows: the
 * weighted sum of squared distances is the least possible.
 *
 * Substituting `position - rank` makes it an isotonic regression, solved in linear time.
 *
 * Source: pool-adjacent-violators, Barlow et al., Statistical Inference under Order Restrictions (1972).
 *
 * @param nodes - the column from top to bottom.
 * @param wish - wished position of each node of the graph, read at the column's nodes.
 * @param weight - above 0, likewise.
 * @param position - written at the column's nodes.
 */
export function placeColumn(
  nodes: Int32Array,
  wish: Float64Array,
  weight: Float64Array,
  position: Float64Array,
  scratch: PlacementScratch,
): void {
  const pool = scratch;
  let pools = 0;
  for (let i = 0; i < nodes.length; i++) {
    const node = at(nodes, i);
    let value = at(wish, node) - i;
    let sum = at(weight, node);
    let length = 1;
    while (pools > 0 && at(pool.value, pools - 1) >= value) {
      pools--;
      const other = at(pool.weight, pools);
      value = (value * sum + at(pool.value, pools) * other) / (sum + other);
      sum += other;
      length += at(pool.length, pools);
    }
    pool.value[pools] = value;
    pool.weight[pools] = sum;
    pool.length[pools] = length;
    pools++;
  }
  let i = 0;
  for (let p = 0; p < pools; p++) {
    for (let end = i + at(pool.length, p); i < end; i++) {
      position[at(nodes, i)] = at(pool.value, p) + i;
    }
  }
}
