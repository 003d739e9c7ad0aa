import { describe, expect, test } from 'vitest';
import { mlp } from '../../core/models/mlp.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import { linearAverage } from './linearAverage.ts';
import {
  blobUse,
  call,
  contextOf,
  networkParent,
  only,
  tensorsParent,
  valuesOf,
} from './makeContext.fixture.ts';
import { quantiseFp16 } from './quantiseFp16.ts';
import { quantiseInt8 } from './quantiseInt8.ts';
import { taskArithmetic } from './taskArithmetic.ts';

const weights = (...numbers: number[]): Map<string, Literal> =>
  new Map([
    ['w', literal('f32', [2], numbers)],
    ['count', literal('i64', [], [7])],
  ]);
const base = tensorsParent('base', weights(1, 2));
const left = tensorsParent('left', weights(2, 4));
const right = tensorsParent('right', weights(0, 12));

describe('linear average', () => {
  test('takes equal parts, and leaves whole numbers alone', async () => {
    const model = only(await call(linearAverage, [base, left, right]));
    expect(valuesOf(model, 'w')).toEqual([1, 6]);
    expect(model.file.is === 'weights' && [...model.file.tensors.keys()]).toEqual(['w']);
    expect(model.parents.map(({ role }) => role)).toEqual(['merged', 'merged', 'merged']);
  });

  test('takes parts as they are given, to a sum of one or not', async () => {
    const some = [base, left];
    expect(valuesOf(only(await call(linearAverage, some, { weights: [3, 1] })), 'w')).toEqual([
      1.25, 2.5,
    ]);
    const plain = { weights: [3, 1], normalise: false };
    expect(valuesOf(only(await call(linearAverage, some, plain)), 'w')).toEqual([5, 10]);
    await expect(call(linearAverage, some, { weights: [1] })).rejects.toMatchObject({
      code: 'recipe-invalid',
    });
    await expect(call(linearAverage, some, { weights: [1, -1] })).rejects.toMatchObject({
      code: 'recipe-invalid',
    });
  });

  test('refuses models that are not built alike, and says why', async () => {
    const other = tensorsParent('other', new Map([['w', literal('f32', [3], [1, 2, 3])]]));
    expect(await linearAverage.unfit([base, other])).toContain(
      'w is [2] in one and [3] in the other',
    );
    const named = tensorsParent('named', new Map([['v', literal('f32', [2], [1, 2])]]));
    expect(await linearAverage.unfit([base, named])).toContain('only one of them has the tensor w');
    expect(await linearAverage.unfit([base, left, right])).toBeUndefined();
  });

  test('says what it adds up', async () => {
    const { steps } = await linearAverage.plan(contextOf(linearAverage, [base, left]));
    expect(steps).toEqual(['Add up 0.5 × base and 0.5 × left, weight by weight.']);
  });
});

describe('task arithmetic', () => {
  test('adds what children learnt to the base', async () => {
    // (1, 2) + ½ (1, 2) + ½ (−1, 10)
    const model = only(await call(taskArithmetic, [base, left, right], { scale: 0.5 }));
    expect(valuesOf(model, 'w')).toEqual([1, 8]);
    expect(model.parents.map(({ role }) => role)).toEqual(['base', 'merged', 'merged']);
    const each = { scale: 0.5, weights: [9, 2, 0] };
    expect(valuesOf(only(await call(taskArithmetic, [base, left, right], each)), 'w')).toEqual([
      2, 4,
    ]);
    const away = only(await call(taskArithmetic, [base, left], { scale: -1 }));
    expect(valuesOf(away, 'w')).toEqual([0, 0]);
  });
});

describe('half precision', () => {
  test('halves a state dict, leaving whole numbers and numbers too large', async () => {
    const parent = tensorsParent(
      'dict',
      new Map([...weights(1, 0.1), ['big', literal('f32', [1], [1e5])]]),
    );
    const model = only(await call(quantiseFp16, [parent]));
    if (model.file.is !== 'tensors') throw new Error('not tensors');
    const types = [...model.file.tensors].map(([name, { dtype }]) => `${name} ${dtype}`);
    expect(types).toEqual(['w f16', 'count i64', 'big f32']);
    expect(valuesOf(model, 'w')[1]).toBeCloseTo(0.1, 4);
    const { warnings } = await quantiseFp16.plan(contextOf(quantiseFp16, [parent]));
    expect(warnings[0]).toContain('big stay as they are');
  });

  test('halves a network', async () => {
    const parent = networkParent('net', mlp({ inputs: 2, hidden: [8], classes: 3, seed: 1 }));
    const { file } = only(await call(quantiseFp16, [parent]));
    expect(file.is === 'network' && file.network.initializers.get('head.weight')?.dtype).toBe(
      'f16',
    );
  });
});

describe('8-bit weights', () => {
  test('gives a network, its largest error and what it costs', async () => {
    const network = mlp({ inputs: 2, hidden: [8], classes: 3, seed: 1 });
    const model = only(await call(quantiseInt8, [networkParent('net', network)], {}, [blobUse()]));
    if (model.file.is !== 'network') throw new Error('no network');
    expect(model.file.network.initializers.get('head.weight')?.dtype).toBe('i8');
    const error = Number(model.file.metadata.largest_error);
    const largest = Math.max(
      ...[...network.initializers.values()].flatMap((one) => [...numbersOf(one)].map(Math.abs)),
    );
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThanOrEqual(largest / 254 + 1e-6);
    const { test: after, parentTest: before } = model.outcome ?? {};
    expect(after?.loss).toBeCloseTo(before?.loss ?? 0, 1);
    expect(after?.loss).not.toBe(before?.loss);
  });

  test('refuses a state dict', async () => {
    expect(await quantiseInt8.unfit([base])).toContain('holds weights only');
  });
});
