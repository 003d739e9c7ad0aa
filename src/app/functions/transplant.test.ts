import { describe, expect, test } from 'vitest';
import { literal } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import { call, contextOf, only, tensorsParent, valuesOf } from './makeContext.fixture.ts';
import { transplant } from './transplant.ts';

const tensors = (w: readonly number[], count: number, more: readonly [string, Literal][] = []) =>
  new Map([['w', literal('f32', [w.length], w)], ['count', literal('i64', [], [count])], ...more]);
const old = tensorsParent('old', tensors([1, 2], 1));
const fresh = tensorsParent('fresh', tensors([11, 2], 5));
const child = tensorsParent('child', tensors([1.5, 3], 1));

describe('transplant', () => {
  test('adds what the child learnt to the new base', async () => {
    const model = only(await call(transplant, [fresh, child, old]));
    expect(valuesOf(model, 'w')).toEqual([11.5, 3]);
    expect(valuesOf(model, 'count')).toEqual([5]);
    expect(model.parents).toEqual([
      { from: { node: fresh.node.id }, role: 'base' },
      { from: { node: child.node.id }, role: 'merged' },
      { from: { node: old.node.id }, role: 'merged' },
    ]);
    expect(model.file).toMatchObject({ is: 'weights', of: fresh });
  });

  test('takes whole numbers from the side that changed them, and says so', async () => {
    const both = tensorsParent('child', tensors([1.5, 3], 9));
    expect(valuesOf(only(await call(transplant, [fresh, both, old])), 'count')).toEqual([9]);
    const { warnings, steps } = await transplant.plan(contextOf(transplant, [fresh, both, old]));
    expect(warnings.join()).toContain('count');
    expect(warnings.join()).toContain('not a new training run');
    expect(steps.join()).toContain('fresh + (child − old)');
  });

  test('keeps layers that only the child has, a new head of the same name too', async () => {
    const head: [string, Literal] = ['head', literal('f32', [3], [7, 8, 9])];
    const before: [string, Literal] = ['head', literal('f32', [2], [0, 0])];
    const headed = tensorsParent('child', tensors([1.5, 3], 1, [head]));
    const model = only(await call(transplant, [fresh, headed, old]));
    expect(model.file).toMatchObject({ is: 'weights', of: headed });
    expect(valuesOf(model, 'w')).toEqual([11.5, 3]);
    const replaced = only(
      await call(transplant, [
        tensorsParent('fresh', tensors([11, 2], 5, [before])),
        headed,
        tensorsParent('old', tensors([1, 2], 1, [before])),
      ]),
    );
    expect(replaced.file).toMatchObject({ is: 'weights', of: headed });
    expect(replaced.file.is === 'weights' && replaced.file.tensors.has('head')).toBe(false);
  });

  test('refuses a new base of other shapes, and says which', async () => {
    const wide = tensorsParent('wide', tensors([1, 2, 3], 1));
    expect(await transplant.unfit([wide, child, old])).toContain('(w)');
    const more = tensorsParent('more', tensors([1, 2], 1, [['v', literal('f32', [1], [0])]]));
    expect(await transplant.unfit([more, child, old])).toContain('(v)');
    expect(await transplant.unfit([fresh, child, old])).toBeUndefined();
  });

  test('is the new base where the child changed nothing, the child where the base did not change', async () => {
    const same = only(await call(transplant, [fresh, old, old]));
    expect(valuesOf(same, 'w')).toEqual([11, 2]);
    expect(valuesOf(only(await call(transplant, [old, child, old])), 'w')).toEqual([1.5, 3]);
  });
});
