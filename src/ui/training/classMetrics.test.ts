import { expect, it } from 'vitest';
import { classMetrics, worstConfusions } from './classMetrics.ts';

// Worked by hand: of 10 cats 8 were told, of 6 dogs 5; one dog was called a cat, two cats dogs.
const confusion = [
  [8, 2, 0],
  [1, 5, 0],
  [0, 0, 0],
];

it('tells precision, recall and F1 of each class, and nothing of a class without examples', () => {
  const [cat, dog, fox] = classMetrics(confusion, ['cat', 'dog', 'fox']);
  expect(cat).toMatchObject({ name: 'cat', recall: 0.8, count: 10 });
  expect(cat?.precision).toBeCloseTo(8 / 9);
  expect(dog?.f1).toBeCloseTo((2 * (5 / 7) * (5 / 6)) / (5 / 7 + 5 / 6));
  expect(fox).toEqual({
    name: 'fox',
    precision: undefined,
    recall: undefined,
    f1: undefined,
    count: 0,
  });
});

it('names what is confused most often first', () => {
  expect(worstConfusions(confusion, undefined, 5)).toEqual([
    { is: '0', called: '1', count: 2 },
    { is: '1', called: '0', count: 1 },
  ]);
});
