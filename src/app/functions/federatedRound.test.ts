import { describe, expect, test } from 'vitest';
import { mlp } from '../../core/models/mlp.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import { defaultsOf } from '../../core/recipe/checkArguments.ts';
import { clientShares, shareFields } from './clientShares.ts';
import { federatedAverage, federatedRound } from './federatedRound.ts';
import {
  blobUse,
  call,
  contextOf,
  networkParent,
  preparedBlobs,
  valuesOf,
} from './makeContext.fixture.ts';

const parent = networkParent('points', mlp({ inputs: 2, hidden: [8], classes: 3, seed: 1 }));
const use = blobUse();
const args = defaultsOf(shareFields);

describe('federated average', () => {
  test('weighs clients, and takes whole numbers from the first', () => {
    const client = (w: number, n: number) =>
      new Map([
        ['w', literal('f32', [1], [w])],
        ['n', literal('i64', [1], [n])],
      ]);
    const average = federatedAverage([client(1, 5), client(5, 6)], [0.75, 0.25]);
    expect([...average.values()].map((value) => numbersOf(value)[0])).toEqual([2, 5]);
  });
});

describe('shares of clients', () => {
  test('are random parts that leave nothing out', () => {
    const shares = clientShares(use, { ...args, clients: 4 }, 1);
    expect(shares.map(({ split }) => split.shard)).toEqual(
      [0, 1, 2, 3].map((index) => ({ index, count: 4 })),
    );
  });

  test('are classes, each dealt before one is dealt twice', () => {
    const shares = clientShares(
      use,
      { ...args, split: 'classes', clients: 3, classesPerClient: 1 },
      3,
    );
    const dealt = shares.flatMap(({ split }) => split.where?.values ?? []);
    expect([...dealt].sort()).toEqual(['a', 'b', 'c']);
    expect(shares[0]?.split.where?.column).toBe('y');
    expect(
      clientShares(use, { ...args, split: 'classes', clients: 3, classesPerClient: 1 }, 3),
    ).toEqual(shares);
  });

  test('are all values of a column that a task maps to the class', () => {
    const mapped = { a: 'even', b: 'odd', c: 'even' };
    const parity = blobUse({
      targets: { logits: { column: 'y', classes: ['even', 'odd'], mapped } },
    });
    const shares = clientShares(
      parity,
      { ...args, split: 'classes', clients: 2, classesPerClient: 1 },
      1,
    );
    const values = shares.map(({ split }) => split.where?.values.join());
    expect([...values].sort()).toEqual(['a,c', 'b']);
  });

  test('are groups of values of a column', () => {
    const given = { ...args, split: 'column', column: ' y ', values: 'a, b; c;' } as const;
    const shares = clientShares(use, given, 1);
    expect(shares.map(({ split }) => split.where)).toEqual([
      { column: 'y', values: ['a', 'b'] },
      { column: 'y', values: ['c'] },
    ]);
    expect(() => clientShares(use, { ...given, column: '' }, 1)).toThrow('name the column');
    expect(() => clientShares(use, { ...given, values: 'a' }, 1)).toThrow('at least two clients');
    expect(() => clientShares(shares[0] ?? use, given, 1)).toThrow('cannot be divided further');
  });
});

/** One part of the first and two of the second. */
function expectMean(
  average?: readonly number[],
  a?: readonly number[],
  b?: readonly number[],
): void {
  for (const [i, value] of (average ?? []).entries())
    expect(value).toBeCloseTo(((a?.[i] ?? 0) + 2 * (b?.[i] ?? 0)) / 3, 6);
  expect(average?.length).toBe(24);
}

describe('federated round', () => {
  test('trains every client from the base and averages them by their examples', async () => {
    const { made, orders } = await call(
      federatedRound,
      [parent],
      {
        clients: 2,
        split: 'column',
        column: 'y',
        values: 'a; b, c',
        epochs: 3,
        learningRate: 0.01,
      },
      [use],
    );
    expect(made.map(({ name }) => name)).toEqual([
      'points-client-1',
      'points-client-2',
      'points-federated',
    ]);
    expect(made[0]?.data?.[0]?.split.where?.values).toEqual(['a']);
    expect(made[2]?.parents).toEqual([
      { from: { part: 'client 1' }, role: 'federated-client' },
      { from: { part: 'client 2' }, role: 'federated-client' },
    ]);
    const counts = [...orders.values()].map(({ data }) => data.train.count);
    expect(counts).toEqual([40, 80]);
    const [a, b, average] = made.map((model) => valuesOf(model, 'head.weight'));
    expectMean(average, a, b);
    expect(made[2]?.outcome?.test?.examples).toBe(preparedBlobs(use).test.count);
  });

  test('says which classes no client would see', async () => {
    const given = { clients: 2, split: 'classes', classesPerClient: 1 };
    const { warnings, jobs } = await federatedRound.plan(
      contextOf(federatedRound, [parent], given, [use]),
    );
    expect(warnings).toEqual(['1 class will be seen by no client.']);
    expect(jobs).toBe(2);
  });
});
