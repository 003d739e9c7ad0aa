import { describe, expect, it } from 'vitest';
import { compareModels } from './compareModels.ts';
import {
  averaged,
  changed,
  convShapes,
  filterBank,
  finetuned,
  folded,
  fourierBasis,
  halved,
  normal,
  printOf,
  pruned,
  quantised,
  random,
  replaced,
  tensor,
  trained,
  transposedExport,
  type Net,
} from './synthetic.fixture.ts';

function kin(a: Net, b: Net) {
  return compareModels(printOf(a), printOf(b));
}

const base = trained(1);
const isHead = (name: string): boolean => name.startsWith('fc2');

describe('kinship by content', () => {
  it.each([
    ['the same weights', base],
    ['transposed and renamed', transposedExport(base)],
    ['batch norms folded in', folded(base, 5)],
    ['folded, then transposed and renamed', transposedExport(folded(base, 5))],
    ['quantised to int8 per channel', quantised(base, 'i8')],
    ['quantised to uint8 with a zero point', quantised(base, 'u8')],
    ['float16', halved(base)],
    ['another head', replaced(base, isHead, 9)],
    ['a frozen first half', replaced(base, (name) => !/conv[12]/.test(name), 9)],
    ['only the first three layers kept', { tensors: base.tensors.slice(0, 6) }],
  ])('sees copied weights: %s', (_, child) => {
    for (const found of [kin(base, child), kin(child, base)]) {
      expect(found.rule).toBe('copied-weights');
      expect(found.confidence).toBeGreaterThan(0.8);
    }
  });

  it.each([
    ['a finetune of 3 %', finetuned(base, 0.03, 2)],
    ['a finetune of 30 %', finetuned(base, 0.3, 2)],
    ['a finetune of 70 %', finetuned(base, 0.7, 2)],
    ['pruned by half', pruned(base, 0.5)],
    ['pruned by 85 %', pruned(base, 0.85)],
    ['finetuned and transposed', transposedExport(finetuned(base, 0.1, 2))],
    ['finetuned and folded', folded(finetuned(base, 0.05, 2), 3)],
    ['the mean of finetunes', averaged([2, 3, 4].map((seed) => finetuned(base, 0.3, seed)))],
  ])('sees near weights: %s', (_, child) => {
    for (const found of [kin(base, child), kin(child, base)]) {
      expect(found.rule).toBe('near-weights');
      expect(found.distance).toBeLessThan(1);
    }
  });

  it('claims nothing of networks trained apart, over many pairs', () => {
    const prints = Array.from({ length: 16 }, (_, seed) => printOf(trained(100 + seed)));
    for (const [i, a] of prints.entries()) {
      for (const b of prints.slice(i + 1)) expect(compareModels(a, b).rule).toBe('none');
    }
  });

  it('claims nothing of trainings that share their random start', () => {
    // Each moves some weights far from the common uniform start and leaves the others where they were.
    const start = random(50);
    const shapes = convShapes;
    const initial = shapes.map(([name, shape]) => tensor(name, shape, () => start() - 0.5));
    const train = (seed: number, amount: number): Net => {
      const next = random(seed);
      return {
        tensors: initial.map((t) => ({
          ...t,
          values: t.values.map(
            (v) => v + (next() < 0.1 ? amount * normal(next) : 0.03 * normal(next)),
          ),
        })),
      };
    };
    for (const amount of [0.7, 0.8, 0.9]) {
      const found = kin(train(1, amount), train(2, amount));
      expect(found.similarity).toBeGreaterThan(0.4);
      expect(Math.max(...found.tails)).toBeLessThan(0.75);
      expect(found.rule).toBe('none');
    }
  });

  it('takes fixed tables for no kinship, however large', () => {
    const basis = fourierBasis(258, 256);
    const bank = filterBank(64, 257);
    const [a, b] = [trained(21), trained(22)].map((net) => ({
      tensors: [basis, bank, ...net.tensors],
    }));
    if (a === undefined || b === undefined) throw new Error('no networks');
    expect(kin(a, b).rule).toBe('none');
  });

  it('takes one random table shared by unlike networks for a constant', () => {
    const next = random(3);
    const table = tensor('projection', [256, 64], () => normal(next));
    const [a, b] = [trained(21), trained(22)].map((net) => ({ tensors: [table, ...net.tensors] }));
    if (a === undefined || b === undefined) throw new Error('no networks');
    expect(kin(a, b).rule).toBe('none');
  });

  it('is symmetric', () => {
    for (const child of [finetuned(base, 0.4, 2), pruned(base, 0.7), folded(base, 2), trained(8)]) {
      const [forth, back] = [kin(base, child), kin(child, base)];
      expect(back.rule).toBe(forth.rule);
      expect(back.distance).toBeCloseTo(forth.distance, 6);
      expect(back.similarity).toBeCloseTo(forth.similarity, 6);
    }
  });

  it('orders distances by the amount of change', () => {
    const amounts = [0, 0.01, 0.1, 0.3, 0.6];
    const distances = amounts.map((amount) => kin(base, finetuned(base, amount, 4)).distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(distances[0]).toBe(0);
  });

  it('does not mind names', () => {
    const renamed = changed(base, (t, i) => ({ ...t, name: `t${(i * 5) % 12}` }));
    expect(kin(base, finetuned(renamed, 0.2, 3)).rule).toBe('near-weights');
  });
});
