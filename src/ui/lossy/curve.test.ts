import { describe, expect, it } from 'vitest';
import { nodeId } from '../modelNode.fixture.ts';
import type { Combined } from './combine.ts';
import { byteUnit, errorSeries, lossOf, testSeries, worstLoss } from './curve.ts';
import { lossyTest } from './lossy.fixture.ts';

function row(epsilon: number, lossyBytes: number, passes: boolean): Combined {
  return {
    epsilon,
    rawBytes: 80_000,
    losslessBytes: 30_000,
    lossyBytes,
    estimated: false,
    maxError: epsilon,
    meanError: epsilon / 3,
    exactTensors: 0,
    tests: [{ ...lossyTest(epsilon), node: nodeId(1) }],
    tested: 1,
    passes,
  };
}

describe('the loss of a metric', () => {
  it('is a share of what it was, in the direction of the metric', () => {
    expect(lossOf({ before: 0.8, after: 0.6 }, 'max')).toBeCloseTo(0.25);
    expect(lossOf({ before: 0.8, after: 0.6 }, 'min')).toBeCloseTo(-0.25);
    expect(lossOf({ before: 0.8, after: 0.6 }, 'equal')).toBeCloseTo(0.25);
    expect(lossOf({ before: 0.8, after: 0.6 }, undefined)).toBeCloseTo(0.25);
  });

  it('is the change itself where there was nothing, and infinite where a number is gone', () => {
    expect(lossOf({ before: 0, after: 0.5 }, 'min')).toBe(0.5);
    expect(lossOf({ before: 0.8, after: NaN }, 'max')).toBe(Infinity);
    expect(lossOf({ before: NaN, after: NaN }, 'max')).toBe(0);
  });

  it('of several tests is the worst one’s, in percent', () => {
    const tests = [lossyTest(0.1), lossyTest(0.97)].map((test) => ({ ...test, node: nodeId(1) }));
    expect(worstLoss(tests, () => 'max')).toBeCloseTo(5);
    expect(worstLoss([], () => 'max')).toBeUndefined();
  });
});

describe('the curve', () => {
  it('is dashed from the smallest that keeps within to those that do not', () => {
    const rows = [row(0.01, 4000, true), row(0.03, 2000, true), row(0.3, 500, false)];
    const series = testSeries(rows, 1000, ({ epsilon }) => epsilon);
    expect(series.map(({ look, points }) => [look, points])).toEqual([
      [undefined, [[2, 0.03], [4, 0.01]]],
      ['dashed', [[0.5, 0.3], [2, 0.03]]],
    ]); // prettier-ignore
  });

  it('has one point, the highest, where two ε take the same bytes', () => {
    const [mean] = errorSeries([row(0.03, 2000, true), row(0.3, 2000, true)], 1);
    expect(mean?.points).toEqual([[2000, 0.3 / 3]]);
  });

  it('is drawn in a unit that fits', () => {
    expect(byteUnit([900, 3000]).label).toBe('kB');
    expect(byteUnit([12]).label).toBe('B');
    expect(byteUnit([5e9]).label).toBe('GB');
  });
});
