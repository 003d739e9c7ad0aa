import { describe, expect, it } from 'vitest';
import { nodeId } from '../modelNode.fixture.ts';
import { combined, withCurves } from './combine.ts';
import { lossyCurves, lossyPoint } from './lossy.fixture.ts';

const [a, b] = [nodeId(1), nodeId(2)];
const options = { quantiser: 'per tensor', epsilon: 0.03 } as const;
const coarse = { quantiser: 'per tensor', epsilon: 0.3 } as const;
const sizes = lossyCurves({ nodes: [a, b], options: [options] });

describe('combined points', () => {
  it('add up bytes, keep the largest error, and weigh means by bytes', () => {
    const points = withCurves(new Map(), [
      { node: a, name: 'a', points: [lossyPoint(options)] },
      {
        node: b,
        name: 'b',
        points: [lossyPoint(options, false, { rawBytes: 240_000, maxError: 0.5, meanError: 0.05 })],
      },
    ]);
    const row = combined(points, [a, b], options, new Set([a, b]));
    expect(row).toMatchObject({ losslessBytes: 60_000, lossyBytes: 1500, maxError: 0.5 });
    expect(row?.meanError).toBeCloseTo((0.01 * 80 + 0.05 * 240) / 320);
    expect(row?.passes).toBeUndefined();
  });

  it('are not known before every model is', () => {
    const points = withCurves(new Map(), sizes.slice(0, 1));
    expect(combined(points, [a, b], options, new Set())).toBeUndefined();
  });

  it('pass only when the tests of every model that has some were run and kept within', () => {
    const tested = (nodes: readonly (typeof a)[], of: typeof options | typeof coarse) =>
      withCurves(withCurves(new Map(), lossyCurves({ nodes: [a, b], options: [of] })), [
        ...lossyCurves({ nodes, options: [of], tests: true }),
      ]);
    const needed = new Set([a, b]);
    expect(combined(tested([a], options), [a, b], options, needed)?.passes).toBeUndefined();
    expect(combined(tested([a, b], options), [a, b], options, needed)?.passes).toBe(true);
    expect(combined(tested([a], coarse), [a, b], coarse, needed)?.passes).toBe(false);
    expect(combined(tested([a], options), [a, b], options, new Set([a]))?.passes).toBe(true);
  });

  it('keep what tests said when sizes are found again', () => {
    const tests = withCurves(
      new Map(),
      lossyCurves({ nodes: [a], options: [options], tests: true }),
    );
    expect(combined(withCurves(tests, sizes), [a], options, new Set([a]))?.passes).toBe(true);
  });
});
