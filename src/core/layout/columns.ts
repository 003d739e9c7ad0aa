import { at } from './at.ts';
import type { Dag } from './dag.ts';

/**
 * The nodes sorted by connected component and layer. Column c holds `order[starts[c]]` up to, not
 * including, `order[starts[c + 1]]`; component k has the columns `components[k]` up to, not including,
 * `components[k + 1]`, with layers that rise (a component has no empty layer in between).
 */
export interface Columns {
  readonly order: Int32Array;
  readonly starts: readonly number[];
  readonly components: readonly number[];
}

/** Number of each node's connected component, counted in the order of the nodes. */
export function componentsOf({ count, children, parents }: Dag): Int32Array {
  const component = new Int32Array(count).fill(-1);
  const stack = new Int32Array(count);
  let found = 0;
  for (let start = 0; start < count; start++) {
    if (component[start] !== -1) continue;
    let depth = 0;
    stack[depth++] = start;
    component[start] = found;
    while (depth > 0) {
      const node = at(stack, --depth);
      for (const { offsets, targets } of [children, parents]) {
        for (let i = at(offsets, node); i < at(offsets, node + 1); i++) {
          const other = at(targets, i);
          if (component[other] !== -1) continue;
          component[other] = found;
          stack[depth++] = other;
        }
      }
    }
    found++;
  }
  return component;
}

/** Columns ordered by `rank` within each layer; equal ranks by number of the node. */
export function columnsOf(
  component: Int32Array,
  layers: Int32Array,
  rank: ArrayLike<number>,
): Columns {
  const order = Int32Array.from(component.keys()).sort(
    (a, b) =>
      at(component, a) - at(component, b) ||
      at(layers, a) - at(layers, b) ||
      at(rank, a) - at(rank, b) ||
      a - b,
  );
  const starts: number[] = [];
  const components: number[] = [];
  order.forEach((node, i) => {
    const before = order[i - 1];
    const newComponent = before === undefined || component[before] !== component[node];
    if (newComponent) components.push(starts.length);
    if (newComponent || layers[before] !== layers[node]) starts.push(i);
  });
  components.push(starts.length);
  starts.push(order.length);
  return { order, starts, components };
}
