import { describe, expect, test } from 'vitest';
import type { Head } from '../../core/training/settings.ts';
import { headFeeds } from './batchFeeds.ts';
import { headTally } from './metrics.ts';

const head = (labelSmoothing?: number): Head => ({
  output: 'wake',
  loss: {
    is: 'binary-cross-entropy',
    ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
  },
  weight: 1,
});

describe('a yes-or-no head', () => {
  const targets = Int32Array.of(0, 1, -1, 1);

  test('counts what is labelled, the second class from a logit above 0 on', () => {
    const tally = headTally(head(), 1, ['noise', 'wake']);
    tally.add(Float32Array.of(-2, 3, 9, -1), targets);
    expect(tally.result(0.5)).toEqual({
      output: 'wake',
      loss: 0.5,
      accuracy: 2 / 3,
      confusion: [
        [1, 0],
        [1, 1],
      ],
      classes: ['noise', 'wake'],
    });
  });

  test('is fed with 0 and 1, and nothing weighs what is not labelled', () => {
    const batch = { count: 4, inputs: new Map(), targets: new Map([['wake', targets]]) };
    const [plain] = headFeeds([head()], batch, 4);
    expect([...(plain?.targets ?? [])]).toEqual([0, 1, 0, 1]);
    expect([...(plain?.weights ?? [])]).toEqual([1, 1, 0, 1].map((x) => Math.fround(x / 3)));
    const [smooth] = headFeeds([head(0.5)], batch, 4);
    expect([...(smooth?.targets ?? [])]).toEqual([0.25, 0.75, 0, 0.75]);
  });
});
