import type { ViewPlan } from '../../core/graphView/viewPlan.ts';
import type { Flow, LayoutInput, Positions } from '../../core/layout/layout.ts';
import { labelRoom } from './labels.ts';

export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The greatest zoom at which a drawing opens: small lineages are not blown up further. */
export const openingZoom = 1.25;
/** The flow `down` must be seen this much larger than `right` to be chosen. */
const betterBy = 1.1;

/** What the layout worker is asked for a plan, drawn one way. */
export function layoutInput({ items, edges }: ViewPlan, room: number, flow: Flow, aspect: number) {
  const gaps = {
    right: { layerGap: Math.max(84, room + 16), nodeGap: 60 },
    down: { layerGap: 62, nodeGap: room + 46 },
  };
  const input: LayoutInput = {
    nodes: items.map(({ key }) => ({ id: key })),
    edges: edges.map(({ from, to, kind }) => ({ from, to, kind })),
    ...gaps[flow],
    flow,
    aspect,
  };
  return input;
}

/** What points take up together with their labels; undefined where there are none. */
export function extentOf(
  points: readonly { readonly x: number; readonly y: number }[],
  room: number,
  flow: Flow,
): Extent | undefined {
  if (points.length === 0) return undefined;
  const half = room / 2 + 4;
  const around = flow === 'right' ? [half, 28, half, 36] : [26, 26, room + 30, 26];
  const [before = 0, above = 0, after = 0, below = 0] = around;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x - before);
    right = Math.max(right, x + after);
    top = Math.min(top, y - above);
    bottom = Math.max(bottom, y + below);
  }
  return { left, top, right, bottom };
}

/** The zoom at which an extent just fits into a box, at most `openingZoom`. */
export function fittingZoom(extent: Extent, box: { width: number; height: number }): number {
  const { left, top, right, bottom } = extent;
  return Math.min(openingZoom, box.width / (right - left), box.height / (bottom - top));
}

/**
 * Lays a plan out from left to right and from top to bottom, and gives the one that is seen larger in
 * `box` (the free part of the panel, in pixels).
 */
export async function bestLayout(
  plan: ViewPlan,
  box: { readonly width: number; readonly height: number },
  layout: (input: LayoutInput) => Promise<Positions>,
): Promise<{ readonly positions: Positions; readonly flow: Flow }> {
  const room = labelRoom(plan);
  const aspect = Math.min(3, Math.max(0.4, box.width / box.height));
  const [right, down] = await Promise.all([
    layout(layoutInput(plan, room, 'right', aspect)),
    layout(layoutInput(plan, room, 'down', aspect)),
  ]);
  const zoom = (positions: Positions, flow: Flow) => {
    const extent = extentOf(pointsOf(positions), room, flow);
    return extent === undefined ? openingZoom : fittingZoom(extent, box);
  };
  return zoom(down, 'down') > zoom(right, 'right') * betterBy
    ? { positions: down, flow: 'down' }
    : { positions: right, flow: 'right' };
}

function pointsOf(positions: Positions): { x: number; y: number }[] {
  return Array.from({ length: positions.length / 2 }, (_, i) => ({
    x: positions[i * 2] ?? 0,
    y: positions[i * 2 + 1] ?? 0,
  }));
}
