import { at } from './at.ts';

/** Width and height of what is to be packed, in any one unit. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/**
 * Places boxes side by side without overlap in a block of about the wished proportions: tall ones
 * first, in shelves as high as their first box, low ones stacked in columns within a shelf.
 *
 * @param aspect - wished width divided by height of the whole.
 * @returns left and top of each box: [x0, y0, x1, y1, …]. Deterministic.
 */
export function packBoxes(boxes: readonly Box[], aspect: number): Float64Array {
  const order = [...boxes.keys()].sort(
    (a, b) =>
      at(boxes, b).height - at(boxes, a).height || at(boxes, b).width - at(boxes, a).width || a - b,
  );
  let area = 0;
  let widest = 0;
  for (const box of boxes) {
    area += box.width * box.height;
    widest = Math.max(widest, box.width);
  }
  // Shelves never fill wholly, so the block comes out lower than the area says; hence the 1.05.
  return shelve(boxes, order, Math.max(widest, Math.sqrt(area * aspect) * 1.05));
}

function shelve(boxes: readonly Box[], order: readonly number[], width: number): Float64Array {
  const places = new Float64Array(boxes.length * 2);
  const shelf = { top: 0, height: 0 };
  const column = { left: 0, width: 0, used: 0 };
  for (const index of order) {
    const box = at(boxes, index);
    const stacks = box.width <= column.width && column.used + box.height <= shelf.height + 1e-9;
    if (!stacks) {
      column.left += column.width;
      column.used = 0;
      column.width = box.width;
      if (column.left + box.width > width + 1e-9 || shelf.height === 0) {
        column.left = 0;
        shelf.top += shelf.height;
        shelf.height = box.height;
      }
    }
    places[index * 2] = column.left;
    places[index * 2 + 1] = shelf.top + column.used;
    column.used += box.height;
  }
  return places;
}
