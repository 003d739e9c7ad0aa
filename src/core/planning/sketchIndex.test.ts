import { describe, expect, it } from 'vitest';
import { random } from '../construction/synthetic.fixture.ts';
import { estimateDelta } from './estimateSize.ts';
import { families, firstOf, matrixNet, sketchOf } from './sketches.fixture.ts';
import { sketchIndex } from './sketchIndex.ts';
import type { TensorSketch } from './tensorSketch.ts';

describe('sketchIndex', () => {
  it('finds a base within 5 % of the best one of all, in nine cases of ten', () => {
    const sketches = families(1200, 30, random(3)).map(sketchOf);
    const index = sketchIndex<number>();
    for (const [key, sketch] of sketches.entries()) index.add(key, sketch);
    let [good, asked] = [0, 0];
    for (const [key, sketch] of sketches.entries()) {
      if (key % 8 !== 0) continue;
      const best = leastDelta(sketch, sketches, key);
      const found = index.nearest(sketch, 1, key)[0]?.bytes ?? Infinity;
      asked++;
      if (found <= best * 1.05) good++;
    }
    expect(good / asked).toBeGreaterThan(0.9);
  });

  it('finds nothing of another form, and nothing that was removed', () => {
    const index = sketchIndex<string>();
    const mine = sketchOf(firstOf(matrixNet(1)));
    index.add('wide', sketchOf(firstOf(matrixNet(1, 40, 48))));
    index.add('same', mine);
    index.add('other', sketchOf(firstOf(matrixNet(2))));
    expect(index.nearest(mine, 5).map(({ key }) => key)).toEqual(['same', 'other']);
    index.remove('same');
    expect(index.nearest(mine, 5).map(({ key }) => key)).toEqual(['other']);
    expect(index.size).toBe(2);
  });

  it('finds the same tensors whether they came before or after it was first asked', () => {
    const sketches = families(300, 10, random(5)).map(sketchOf);
    const [early, late] = [sketchIndex<number>(), sketchIndex<number>()];
    for (const [key, sketch] of sketches.entries()) {
      early.add(key, sketch);
      late.add(key, sketch);
      early.nearest(sketch, 1);
    }
    for (const sketch of sketches.slice(0, 40))
      expect(early.nearest(sketch, 3)).toEqual(late.nearest(sketch, 3));
  });

  it('takes hardly longer to ask with 30 times as many tensors', () => {
    const [few, many] = [microsecondsPerQuery(1000), microsecondsPerQuery(30_000)];
    // The logarithm of the size and the caches allow a few times.
    expect(many / few).toBeLessThan(8);
  });
});

function leastDelta(sketch: TensorSketch, all: readonly TensorSketch[], except: number): number {
  return all.reduce(
    (least, other, at) => (at === except ? least : Math.min(least, estimateDelta(sketch, other))),
    Infinity,
  );
}

function microsecondsPerQuery(count: number): number {
  const next = random(count);
  const index = sketchIndex<number>();
  const made: TensorSketch[] = [];
  for (let key = 0; key < count; key++) {
    const parent = made[Math.floor(next() * made.length)];
    const values = new Float32Array(64);
    for (let i = 0; i < values.length; i++)
      values[i] =
        parent === undefined || key < 50 ? next() - 0.5 : (parent.values[i] ?? 0) + 0.01 * next();
    const codes = Int32Array.from(new Int32Array(values.buffer));
    const sketch = { form: 'f32 256 64', dtype: 'f32' as const, bytes: 256, codes, values };
    made.push(sketch);
    index.add(key, sketch);
  }
  const asked = made.slice(0, 400);
  index.nearest(asked[0] as TensorSketch, 8);
  const started = performance.now();
  for (const sketch of asked) index.nearest(sketch, 8);
  return (1000 * (performance.now() - started)) / asked.length;
}
