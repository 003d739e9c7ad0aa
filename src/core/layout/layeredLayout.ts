import { alignVersions } from './alignVersions.ts';
import { at } from './at.ts';
import { columnsOf, componentsOf, type Columns } from './columns.ts';
import { dagOf } from './dag.ts';
import type { LayoutInput, Positions } from './layout.ts';
import { longestPathLayers } from './longestPathLayers.ts';
import { packBoxes } from './packBoxes.ts';
import { subtreeRanks } from './subtreeRanks.ts';
import { sweep } from './sweep.ts';

/** Wished width divided by height of the whole drawing, about that of a window. */
const defaultAspect = 1.6;
/** Free room below a family of several models, in node gaps. */
const familyMargin = 0.75;

/**
 * A drawing of the graph with derivation from left to right: one column a layer, each edge (but those
 * that close a cycle) leads to the right, successive versions stand in a line where that is possible,
 * and families that are not joined are packed side by side. With the flow `down` all of this is turned
 * from left to right into from top to bottom.
 *
 * No two nodes are nearer than `layerGap` along the flow and `nodeGap` across it at once. Deterministic; about
 * linear in time; no recursion, so a chain of any length is drawn.
 */
export function layeredLayout(input: LayoutInput): Positions {
  const dag = dagOf(input);
  const layers = longestPathLayers(dag);
  const columns = columnsOf(componentsOf(dag), layers, subtreeRanks(dag, layers));
  const vertical = sweep(dag, layers, columns);
  alignVersions(dag, columns, vertical);
  const positions = pack(input, columns, vertical);
  if (input.flow === 'down') swapAxes(positions);
  return positions;
}

function swapAxes(positions: Positions): void {
  for (let i = 0; i < positions.length; i += 2) {
    [positions[i], positions[i + 1]] = [at(positions, i + 1), at(positions, i)];
  }
}

function pack(input: LayoutInput, columns: Columns, vertical: Float64Array): Positions {
  const { order, starts, components } = columns;
  const boxes = [];
  const tops: number[] = [];
  for (let k = 0; k + 1 < components.length; k++) {
    const first = at(components, k);
    const end = at(components, k + 1);
    let top = Infinity;
    let bottom = -Infinity;
    for (let i = at(starts, first); i < at(starts, end); i++) {
      top = Math.min(top, at(vertical, at(order, i)));
      bottom = Math.max(bottom, at(vertical, at(order, i)));
    }
    const margin = end - first > 1 ? familyMargin : 0;
    tops.push(top);
    boxes.push({
      width: (end - first) * input.layerGap,
      height: (bottom - top + 1 + margin) * input.nodeGap,
    });
  }
  const aspect = input.aspect ?? defaultAspect;
  const places = packBoxes(boxes, input.flow === 'down' ? 1 / aspect : aspect);
  const positions: Positions = new Float32Array(input.nodes.length * 2);
  boxes.forEach((_, k) => {
    const first = at(components, k);
    for (let c = first; c < at(components, k + 1); c++) {
      for (let i = at(starts, c); i < at(starts, c + 1); i++) {
        const node = at(order, i);
        const x = at(places, k * 2) + (c - first + 0.5) * input.layerGap;
        const y = at(vertical, node) - at(tops, k) + 0.5;
        positions[node * 2] = x;
        positions[node * 2 + 1] = at(places, k * 2 + 1) + y * input.nodeGap;
      }
    }
  });
  return positions;
}
