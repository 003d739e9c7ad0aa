import { expect, it } from 'vitest';
import { greyOf } from './draw.ts';

/** A black pad with a white box. */
function pad(left: number, top: number, width: number, height: number): ImageData {
  const data = new Uint8ClampedArray(56 * 56 * 4);
  for (let y = top; y < top + height; y++)
    for (let x = left; x < left + width; x++) data[(y * 56 + x) * 4] = 255;
  return { width: 56, height: 56, data, colorSpace: 'srgb' };
}

it('cuts a drawing out and puts it in the middle with its margin, wherever it was', () => {
  const corner = greyOf(pad(0, 0, 6, 20), 20 / 28);
  const middle = greyOf(pad(30, 17, 6, 20), 20 / 28);
  expect(corner).toEqual(middle);
  if (corner?.is !== 'pixels') throw new Error('no pixels');
  expect([corner.width, corner.height]).toEqual([28, 28]);
  const rows = Array.from({ length: 28 }, (_, y) =>
    corner.pixels.subarray(y * 28, (y + 1) * 28).some((value) => value > 0),
  );
  expect([rows.indexOf(true), rows.lastIndexOf(true)]).toEqual([4, 23]);
  expect(corner.pixels.reduce((sum, value) => sum + value, 0)).toBe(6 * 20 * 255);
});

it('gives nothing for an empty pad', () => {
  expect(greyOf(pad(0, 0, 0, 0), 1)).toBeUndefined();
});
