import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { randomFrom } from '../../src/core/data/random.ts';

/** Square grey pictures of ten classes. */
export interface Pictures {
  readonly count: number;
  /** Pixels of a side. */
  readonly side: number;
  /** Row-major, 0 to 255, one picture after the other. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** 0 to 9. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** The 10,000 test pictures of MNIST, from the folder that holds its two files. */
export function readMnist(folder: string): Pictures {
  const values = (name: string, head: number): Uint8Array<ArrayBuffer> => {
    const bytes = gunzipSync(readFileSync(path.join(folder, name)));
    return Uint8Array.from(bytes.subarray(head));
  };
  const pixels = values('t10k-images-idx3-ubyte.gz', 16);
  const labels = values('t10k-labels-idx1-ubyte.gz', 8);
  return { count: labels.length, side: 28, pixels, labels };
}

/** Pictures of ten drawn shapes (bars at ten slants) with noise: a small task without files. */
export function drawnPictures(count: number, side: number, seed: number): Pictures {
  const random = randomFrom(seed);
  const pixels = new Uint8Array(count * side * side);
  const labels = new Uint8Array(count);
  const middle = (side - 1) / 2;
  for (let at = 0; at < count; at++) {
    const label = at % 10;
    labels[at] = label;
    const angle = (Math.PI * label) / 10;
    const offset = 2 * random.uniform() - 1;
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const away = (y - middle) * Math.cos(angle) - (x - middle) * Math.sin(angle) - offset;
        const light = Math.abs(away) < 1.5 ? 200 : 20;
        pixels[(at * side + y) * side + x] = light + random.below(40);
      }
  }
  return { count, side, pixels, labels };
}

/** The pictures of some rows, in that order. */
export function pickedPictures({ side, ...all }: Pictures, rows: ArrayLike<number>): Pictures {
  const size = side * side;
  const pixels = new Uint8Array(rows.length * size);
  const labels = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    pixels.set(all.pixels.subarray(row * size, (row + 1) * size), i * size);
    labels[i] = all.labels[row] as number;
  }
  return { count: rows.length, side, pixels, labels };
}

/** Rows `from` up to `to` of pictures put into a random order, so that each part has all classes. */
export function someRows(count: number, from: number, to: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  randomFrom(seed).shuffle(order);
  return order.subarray(from, to);
}

/** Each picture turned by 0 to 3 quarter turns; the labels are the turns. */
export function quarterTurns(pictures: Pictures, seed: number): Pictures {
  const { count, side } = pictures;
  const random = randomFrom(seed);
  const labels = Uint8Array.from({ length: count }, () => random.below(4));
  const last = side - 1;
  return moved({ ...pictures, labels }, (turns, y, x) => {
    if (turns === 1) return [x, last - y];
    if (turns === 2) return [last - y, last - x];
    return turns === 3 ? [last - x, y] : [y, x];
  });
}

/** Half of the pictures mirrored left to right; the label is 1 for those. */
export function mirrored(pictures: Pictures, seed: number): Pictures {
  const { count, side } = pictures;
  const random = randomFrom(seed);
  const labels = Uint8Array.from({ length: count }, () => random.below(2));
  return moved({ ...pictures, labels }, (mirror, y, x) => [y, mirror === 1 ? side - 1 - x : x]);
}

/** @param source - row and column that a pixel is taken from, given the picture's label. */
function moved(
  pictures: Pictures,
  source: (label: number, y: number, x: number) => readonly [y: number, x: number],
): Pictures {
  const { count, side, labels } = pictures;
  const pixels = new Uint8Array(pictures.pixels.length);
  for (let at = 0; at < count; at++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const [fromY, fromX] = source(labels[at] ?? 0, y, x);
        const from = (at * side + fromY) * side + fromX;
        pixels[(at * side + y) * side + x] = pictures.pixels[from] as number;
      }
  return { ...pictures, pixels };
}
