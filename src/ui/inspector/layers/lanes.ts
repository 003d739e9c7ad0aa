import type { Flow, FlowEdge, FlowRow } from './fold.ts';

/** A connection that skips rows, in the lane it is drawn in; lane 0 is next to the rows. */
export interface LaneEdge extends FlowEdge {
  readonly lane: number;
}

/** Lanes drawn at most; what needs more shares the outermost. */
export const mostLanes = 7;

/** Whether nothing but heads of open modules lies between the ends of an edge that goes down. */
export function isNext(rows: readonly FlowRow[], { from, to }: FlowEdge): boolean {
  if (to <= from) return false;
  for (let row = from + 1; row < to; row += 1) {
    const between = rows[row];
    if (between?.is !== 'module' || !between.open) return false;
  }
  return true;
}

/**
 * Gives each connection that is not between neighbours a lane, so that those which overlap run
 * apart: shortest first, each in the innermost free lane.
 */
export function assignLanes({ rows, edges }: Flow): LaneEdge[] {
  const length = (edge: FlowEdge) => Math.abs(edge.to - edge.from);
  const skips = edges
    .filter((edge) => !isNext(rows, edge))
    .sort((a, b) => length(a) - length(b) || a.from - b.from);
  const lanes: (readonly [number, number])[][] = [];
  return skips.map((edge) => {
    const [low, high] = [Math.min(edge.from, edge.to), Math.max(edge.from, edge.to)];
    let lane = lanes.findIndex((taken) => taken.every(([a, b]) => high <= a || low >= b));
    if (lane < 0) lane = lanes.length < mostLanes ? lanes.push([]) - 1 : mostLanes - 1;
    lanes[lane]?.push([low, high]);
    return { ...edge, lane };
  });
}
