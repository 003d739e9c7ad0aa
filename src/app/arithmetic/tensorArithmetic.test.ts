import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openCompute } from '../../compute/openCompute.ts';
import { stepsBetween } from '../../core/lossy/steps.ts';
import { LineageError } from '../../core/lineageError.ts';
import { exactSteps, plainDifference, plainSteps } from '../../core/tensor/plainArithmetic.ts';
import { chooseArithmetic, fastest } from './chooseArithmetic.ts';
import { computeArithmetic, plainArithmetic } from './tensorArithmetic.ts';

const compute = openCompute({ app: 'test', threads: 1, cores: 1, isolated: false });
const { signal } = new AbortController();
const onWasm = computeArithmetic(compute, 'wasm', signal);
afterAll(() => compute.close());

const pattern = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const patterns = fc.array(fc.tuple(pattern, pattern), { minLength: 1, maxLength: 80 });
const float = fc.float({ noDefaultInfinity: false });
const floats = fc.array(fc.tuple(float, float), { minLength: 1, maxLength: 80 });
const step = fc.double({ min: 1e-9, max: 10, noNaN: true });

describe('tensorArithmetic', () => {
  it('number bit patterns in the order of their floats', () => {
    fc.assert(
      fc.property(float, float, (a, b) => {
        if (Number.isNaN(a) || Number.isNaN(b)) return;
        const bits = (value: number) => new Int32Array(Float32Array.of(value).buffer);
        const wide = (value: number) => {
          const raw = BigInt(bits(value)[0] ?? 0);
          return raw < 0n ? -1n - (raw + 2n ** 31n) : raw;
        };
        const [difference = 0] = plainDifference(bits(a), bits(b));
        expect(BigInt(difference)).toBe(BigInt.asIntN(32, wide(a) - wide(b)));
        if (a > b) expect(wide(a) > wide(b)).toBe(true);
      }),
    );
  });

  it('give the same differences on the runtime, for every pattern', async () => {
    await fc.assert(
      fc.asyncProperty(patterns, async (pairs) => {
        const values = Int32Array.from(pairs, ([a]) => a);
        const base = Int32Array.from(pairs, ([, b]) => b);
        const wanted = await plainArithmetic.difference(values, base);
        expect(await onWasm.difference(values, base)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('count steps as MGit’s quantiser defines them, here and on the runtime', async () => {
    await fc.assert(
      fc.asyncProperty(floats, step, async (pairs, size) => {
        const values = Float32Array.from(pairs, ([a]) => a);
        const base = Float32Array.from(pairs, ([, b]) => b);
        const wanted = Int32Array.from(
          values,
          (value, at) => stepsBetween(base[at] ?? 0, value, size) ?? 0,
        );
        expect(await plainArithmetic.steps(values, base, size)).toEqual(wanted);
        expect(await onWasm.steps(values, base, size)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('mend any estimate', () => {
    fc.assert(
      fc.property(
        floats,
        step,
        fc.array(pattern, { minLength: 80, maxLength: 80 }),
        (pairs, size, any) => {
          const values = Float32Array.from(pairs, ([a]) => a);
          const base = Float32Array.from(pairs, ([, b]) => b);
          const estimate = Int32Array.from(any.slice(0, pairs.length));
          expect(exactSteps(estimate, values, base, size)).toEqual(plainSteps(values, base, size));
        },
      ),
    );
  });

  it('are those of the fastest way that is exact, and of no device that fails', async () => {
    const now = () => performance.now();
    const found = await chooseArithmetic(compute, now, signal);
    expect(found.speeds.map((each) => [each.on, each.exact])).toEqual([
      ['plain', true],
      ['wasm', true],
    ]);
    expect(found.on).toBe(fastest(found.speeds));
    compute.predict = () => Promise.reject(new LineageError('device-lost', { reason: 'gone' }));
    expect((await chooseArithmetic(compute, now, signal)).speeds).toHaveLength(1);
  });

  it('stay in this thread unless another way is clearly faster', () => {
    const plain = { on: 'plain', megabytesPerSecond: 100, exact: true } as const;
    const gpu = { on: 'webgpu', megabytesPerSecond: 119, exact: true } as const;
    expect(fastest([plain, gpu])).toBe('plain');
    expect(fastest([plain, { ...gpu, megabytesPerSecond: 121 }])).toBe('webgpu');
    expect(fastest([plain, { ...gpu, megabytesPerSecond: 900, exact: false }])).toBe('plain');
  });
});
