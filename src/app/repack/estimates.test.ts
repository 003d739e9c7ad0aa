import { describe, expect, it } from 'vitest';
import { chunkCodecs } from '../../codecs/chunkCodecs.ts';
import {
  averaged,
  encoded,
  finetuned,
  halved,
  pruned,
  quantised,
  trained,
  type Net,
  printOf,
} from '../../core/construction/synthetic.fixture.ts';
import { estimateAlone, estimateDelta } from '../../core/planning/estimateSize.ts';
import { sketchesOf } from '../../core/planning/tensorSketch.ts';
import type { ChunkElement } from '../../core/ports/chunkCodec.ts';

const shapes = [['w', [96, 128]]] as const;
const root = trained(1, shapes);

/** Pairs of a child and a base, from copies to strangers. */
const children: Readonly<Record<string, readonly [Net, Net]>> = {
  ...Object.fromEntries(
    [1e-5, 1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3, 1].map((amount) => [
      `trained on by ${amount}`,
      [finetuned(root, amount, 7), root],
    ]),
  ),
  stranger: [trained(9, shapes), root],
  'pruned by a half': [pruned(root, 0.5), root],
  'pruned alike, trained on': [pruned(finetuned(root, 1e-2, 3), 0.5), pruned(root, 0.5)],
  mean: [averaged([finetuned(root, 1e-2, 3), finetuned(root, 1e-2, 4)]), root],
  'half precision, trained on': [halved(finetuned(root, 1e-2, 3)), halved(root)],
  'half precision, less': [halved(finetuned(root, 1e-3, 3)), halved(root)],
  'eight bits, trained on': [quantised(finetuned(root, 1e-2, 3), 'i8'), quantised(root, 'i8')],
};

describe('estimates from sketches', () => {
  it('order deltas as the codecs do, and are near what they take', () => {
    const estimated: number[] = [];
    const taken: number[] = [];
    for (const [child, base] of Object.values(children)) {
      const [mine, theirs] = [sketchesOf(printOf(child))[0], sketchesOf(printOf(base))[0]];
      if (mine === undefined || theirs === undefined) throw new Error('no sketch');
      estimated.push(Math.min(estimateDelta(mine, theirs), estimateAlone(mine)) / mine.bytes);
      taken.push(smallest(child, base) / mine.bytes);
    }
    expect(rankCorrelation(estimated, taken)).toBeGreaterThan(0.95);
    const errors = estimated.map((value, at) => value / (taken[at] ?? 1));
    for (const error of errors) {
      expect(error).toBeGreaterThan(0.8);
      expect(error).toBeLessThan(1.25);
    }
  });
});

/** Bytes of the first tensor by the best codec, alone or as a delta. */
function smallest(child: Net, base: Net): number {
  const [bytes, from] = [bytesOf(child), bytesOf(base)];
  const dtype = child.tensors[0]?.dtype ?? 'f32';
  const element: ChunkElement =
    dtype === 'f32' ? { bytes: 4, float: true } : dtype === 'f16' ? { bytes: 2, float: true } : { bytes: 1, float: false }; // prettier-ignore
  return chunkCodecs().reduce((least, codec) => {
    if (codec.needs !== 'nothing' && codec.needs !== 'base') return least;
    const encoded = codec.encode(bytes, codec.needs === 'base' ? [from] : [], element);
    return Math.min(least, encoded?.length ?? Infinity);
  }, bytes.length);
}

function bytesOf(net: Net): Uint8Array {
  const [tensor] = net.tensors;
  if (tensor === undefined) throw new Error('no tensor');
  return encoded(tensor);
}

function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] =>
    values.map((value) => values.filter((other) => other < value).length);
  const [a, b] = [ranks(x), ranks(y)];
  const n = a.length;
  const mean = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (of: (i: number) => number): number => a.reduce((total, _, i) => total + of(i), 0);
  const cross = sum((i) => ((a[i] ?? 0) - ma) * ((b[i] ?? 0) - mb));
  return (
    cross / Math.sqrt(sum((i) => ((a[i] ?? 0) - ma) ** 2) * sum((i) => ((b[i] ?? 0) - mb) ** 2))
  );
}
