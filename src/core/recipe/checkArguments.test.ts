import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { isLineageError } from '../lineageError.ts';
import { checkArguments, defaultsOf, typedArguments } from './checkArguments.ts';
import type { Arguments } from './recipe.ts';
import type { Schema } from './schema.ts';

const words = { title: 't', help: 'h' };
const schema = {
  epochs: { ...words, is: 'number', default: 3, min: 1, max: 100, whole: true },
  rate: { ...words, is: 'number', default: 0.1, min: 0, max: 1, whole: false },
  clip: { ...words, is: 'optional-number', default: null, min: 0, max: 10, whole: false },
  keep: { ...words, is: 'boolean', default: true },
  kind: {
    ...words,
    is: 'choice',
    default: 'a',
    options: [
      { value: 'a', title: 'A' },
      { value: 'b', title: 'B' },
    ],
  },
  note: { ...words, is: 'text', default: '', maxLength: 5 },
  names: { ...words, is: 'tensors', default: [] },
  weights: { ...words, is: 'parent-weights', default: [] },
  augment: { ...words, is: 'augmentations', default: [] },
} as const satisfies Schema;

function reasonOf(given: Arguments): string {
  try {
    checkArguments('fn', schema, given);
  } catch (error) {
    if (isLineageError(error, 'recipe-invalid'))
      return `${error.data.function}.${error.data.field}: ${error.data.reason}`;
    throw error;
  }
  return 'fits';
}

describe('checkArguments', () => {
  test('fills in what is left out', () => {
    expect(checkArguments('fn', schema, { epochs: 7 })).toEqual({
      ...defaultsOf(schema),
      epochs: 7,
    });
    expect(defaultsOf(schema).clip).toBeNull();
  });

  test('types the values by their fields', () => {
    const args = typedArguments({ id: 'fn', schema }, {});
    expectTypeOf(args.epochs).toEqualTypeOf<number>();
    expectTypeOf(args.clip).toEqualTypeOf<number | null>();
    expectTypeOf(args.kind).toEqualTypeOf<'a' | 'b'>();
    expectTypeOf(args.names).toEqualTypeOf<readonly string[]>();
    expectTypeOf(args.weights).toEqualTypeOf<readonly number[]>();
  });

  test.each<[Arguments, string]>([
    [{ epochs: 1.5 }, 'fn.epochs: it is a whole number'],
    [{ epochs: 0 }, 'fn.epochs: it is between 1 and 100'],
    [{ epochs: '3' }, 'fn.epochs: it is a number'],
    [{ epochs: null }, 'fn.epochs: it is a number'],
    [{ rate: Number.NaN }, 'fn.rate: it is a number'],
    [{ clip: 11 }, 'fn.clip: it is between 0 and 10'],
    [{ clip: null }, 'fits'],
    [{ keep: 1 }, 'fn.keep: it is true or false'],
    [{ kind: 'c' }, 'fn.kind: it is one of a, b'],
    [{ note: 'longer' }, 'fn.note: it has at most 5 characters'],
    [{ names: [1] }, 'fn.names: it is a list of names of tensors'],
    [{ weights: ['1'] }, 'fn.weights: it is a list of numbers, one for each model, or empty'],
    [{ augment: [{ is: 'flip' }, { is: 'noise', deviation: 0.1 }] }, 'fits'],
    [
      { augment: [{ is: 'noise' }] },
      'fn.augment: deviation of the augmentation noise is between 0 and 10',
    ],
    [{ augment: [{ is: 'flip', share: 1 }] }, 'fn.augment: the augmentation flip has no share'],
    [{ augment: ['flip'] }, 'fn.augment: each augmentation is an object'],
  ])('judges %j: %s', (given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });

  test('refuses names it does not know, inherited ones too', () => {
    expect(reasonOf({ epoch: 1 })).toContain('fn.epoch: its arguments are epochs, rate');
    expect(reasonOf({ toString: 1 })).toContain('fn.toString');
    expect(reasonOf(JSON.parse('{"__proto__": 1}') as Arguments)).toContain('__proto__');
  });

  test('never lets through what is not of its kind, whatever is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        if (reasonOf({ epochs: value as never }) !== 'fits') return;
        expect(Number.isInteger(value)).toBe(true);
      }),
    );
  });
});
