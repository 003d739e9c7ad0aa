import { at } from '../layout/at.ts';
import { logScale } from './colouring.ts';
import type { LineageIndex } from './lineageIndex.ts';
import type { ViewItem } from './viewPlan.ts';

export type SizeBy = 'none' | 'parameters' | 'bytes';

/** Diameters of a model's circle, in pixels of zoom 1. */
export const diameters = { plain: 26, least: 16, greatest: 46 } as const;

/**
 * The diameter of each item's circle in pixels: plain, or by the logarithm of its models' parameters or
 * bytes (of several models, the greatest).
 */
export function sizeItems(
  index: LineageIndex,
  items: readonly ViewItem[],
  by: SizeBy,
): ReadonlyMap<string, number> {
  if (by === 'none') return new Map(items.map(({ key }) => [key, diameters.plain]));
  const values = index.nodes.map(({ summary }) =>
    by === 'bytes' ? summary.sizeBytes : summary.parameterCount,
  );
  const { share } = logScale(values);
  return new Map(
    items.map(({ key, nodes }) => {
      let greatest = 0;
      for (const id of nodes) {
        greatest = Math.max(greatest, at(values, index.numberOf.get(id) ?? 0));
      }
      const size = diameters.least + share(greatest) * (diameters.greatest - diameters.least);
      return [key, Math.round(size)];
    }),
  );
}
