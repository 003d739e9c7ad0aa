import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOffsets, sampleBudget, sampleGrid } from './sampleGrid.ts';
import { smallFloat } from './decodeValues.ts';
import { matchPayloads } from './matchPayloads.ts';
import type { ModelFingerprint } from './types.ts';
import {
  changed,
  finetuned,
  filterBank,
  fourierBasis,
  normal,
  printOf,
  product,
  random,
  tensor,
  trained,
  transposedExport,
} from './synthetic.fixture.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });

/** With the moments rounded: sums of pieces differ in their last bits. */
function rounded(print: ModelFingerprint): unknown {
  const tensors = print.tensors.map((t) => ({
    ...t,
    mean: t.mean.toPrecision(9),
    deviation: t.deviation.toPrecision(9),
    kurtosis: t.kurtosis.toPrecision(9),
  }));
  return { ...print, tensors };
}

describe('fingerprints', () => {
  it('do not depend on how the bytes are cut', () => {
    const net = trained(3);
    const whole = printOf(net);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (pieceBytes) => {
        expect(rounded(printOf(net, pieceBytes))).toEqual(rounded(whole));
      }),
      { numRuns: 12 },
    );
  });

  it('sample a transposed tensor at the same elements', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 300 }), (shape, budget) => {
        const grid = sampleGrid(shape, budget);
        const turned = sampleGrid([...shape].reverse(), budget);
        expect(turned.axes).toEqual([...grid.axes].reverse());
        expect(grid.size).toBeLessThanOrEqual(Math.max(1, budget));
        const strides = grid.extents.map((_, axis) => product(grid.extents.slice(axis + 1)));
        const offsets = [...gridOffsets(grid, strides)];
        expect(new Set(offsets).size).toBe(grid.size);
        expect(offsets.every((offset) => offset < product(shape))).toBe(true);
      }),
    );
  });

  it('hold every element of a small tensor, and at most 512 of a large one', () => {
    expect(sampleGrid([64], sampleBudget(64)).size).toBe(64);
    expect(sampleGrid([4096, 4096], sampleBudget(4096 * 4096)).size).toBeLessThanOrEqual(512);
  });

  it('give equal values one key in any order, and different ones different keys', () => {
    const keys = (net: ReturnType<typeof trained>): string[] =>
      printOf(net)
        .tensors.map(({ values }) => values)
        .sort();
    expect(keys(transposedExport(trained(5)))).toEqual(keys(trained(5)));
    expect(new Set([...keys(trained(5)), ...keys(finetuned(trained(5), 1e-6, 1))]).size).toBe(24);
  });

  it('know the moments of their values', () => {
    const next = random(8);
    const [print] = printOf({ tensors: [tensor('w', [300, 300], () => 3 + normal(next))] }).tensors;
    expect(print?.mean).toBeCloseTo(3, 1);
    expect(print?.deviation).toBeCloseTo(1, 1);
    expect(print?.kurtosis).toBeCloseTo(3, 0);
  });

  it('tell tables from learned weights', () => {
    const next = random(4);
    const anchors = tensor('anchors', [500, 4], (i) => ((Math.floor(i / 4) % 40) + 0.5) / 40);
    const encoding = tensor('positions', [128, 64], (i) =>
      Math.sin(Math.floor(i / 64) / 10000 ** ((i % 64) / 64)),
    );
    const learned = tensor('w', [128, 64], () => normal(next));
    const smooth = tensor('first', [32, 1, 11, 11], () => 0.05 + 0.02 * normal(next));
    const thin = tensor('sparse', [128, 64], () => (next() < 0.9 ? 0 : normal(next)));
    const net = {
      tensors: [
        fourierBasis(130, 256),
        filterBank(40, 201),
        anchors,
        encoding,
        learned,
        smooth,
        thin,
      ],
    };
    const found = printOf(net).tensors.map(({ name, regularity }) => [name, regularity >= 0.5]);
    expect(found).toEqual([
      ['stft.basis', true],
      ['filters', true],
      ['anchors', true],
      ['positions', true],
      ['w', false],
      ['first', false],
      ['sparse', false],
    ]);
  });

  it('decode float16 and float8 by their definitions', () => {
    expect(smallFloat(0x3c00, 5, 10)).toBe(1);
    expect(smallFloat(0x0001, 5, 10)).toBe(2 ** -24);
    expect(smallFloat(0xfbff, 5, 10)).toBe(-65504);
    expect(smallFloat(0x7c00, 5, 10)).toBe(Infinity);
    expect(smallFloat(0x7e, 4, 3)).toBe(448);
    expect(smallFloat(0x7f, 4, 3)).toBeNaN();
    expect(smallFloat(0x7b, 5, 2)).toBe(57344);
  });
});

describe('matching payloads for deltas', () => {
  it('pairs by bytes, then by name, then by samples whatever the names', () => {
    const parent = trained(1);
    const identity = parent.tensors.map((_, i) => i);
    expect(matchPayloads(printOf(parent), printOf(parent))).toEqual(identity);
    const child = finetuned(parent, 0.05, 2);
    expect(matchPayloads(printOf(child), printOf(parent))).toEqual(identity);
    const renamed = changed(child, (t, i) => ({ ...t, name: `n${i}` }));
    const turned = { tensors: [...renamed.tensors].reverse() };
    const pairs = matchPayloads(printOf(turned), printOf(parent));
    const matrices = identity.filter((i) => (parent.tensors[i]?.shape.length ?? 0) > 1);
    const last = identity.length - 1;
    expect(matrices.map((i) => pairs[last - i])).toEqual(matrices);
  });

  it('never pairs payloads of different lengths', () => {
    const [child, parent] = [printOf(trained(1)), printOf(trained(2, [['x', [32, 16, 3, 3]]]))];
    for (const [c, p] of matchPayloads(child, parent).entries()) {
      if (p !== undefined) expect(child.payloadBytes[c]).toBe(parent.payloadBytes[p]);
    }
  });
});
