import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNumbers } from '../network/encodeNumbers.ts';
import { decodeElements } from '../tensor/elements.ts';
import { mgitStep, quantise } from './quantise.ts';
import { fromSteps, stepDtypes, toSteps, type StepDtype } from './steps.ts';

const bytesOf = (dtype: StepDtype, numbers: ArrayLike<number>) =>
  encodeNumbers(dtype, [numbers.length], numbers).bytes;
const valuesOf = (dtype: StepDtype, bytes: Uint8Array) => [...decodeElements(dtype, bytes)];

const step = mgitStep(1e-4);

describe('MGit’s quantiser', () => {
  it('has the reference’s step', () => {
    expect(step).toBe(1.9999000066659464e-4);
  });

  it('gives the reference’s worked table', () => {
    const parent = [0.5, -0.25, 0.125, 0, 1.0];
    const child = [0.50031, -0.25009, 0.125, -7.0e-4, 1.00011];
    const made = quantise({ dtype: 'f64', bytes: bytesOf('f64', child), base: bytesOf('f64', parent), step }); // prettier-ignore
    expect([...made.integers]).toEqual([2, 0, 0, -4, 1]);
    const read = valuesOf('f64', made.bytes);
    const expected = [0.5004, -0.25, 0.125, -7.99996e-4, 1.0002];
    for (const [i, value] of expected.entries()) expect(read[i]).toBeCloseTo(value, 6);
    expect(made.maxError).toBeCloseTo(9.996e-5, 9);
  });

  it('rounds halves up', () => {
    const child = [0.5, 1.5, -0.5, -1.5].map((steps) => steps * step);
    const made = quantise({ dtype: 'f64', bytes: bytesOf('f64', child), base: bytesOf('f64', [0, 0, 0, 0]), step }); // prettier-ignore
    expect([...made.integers]).toEqual([1, 2, 0, -1]);
  });

  it('subtracts what a reader gets: the error of a chain is that of one link', () => {
    const closed = deepest((_, read) => read);
    const open = deepest((original) => original);
    expect(closed).toBeLessThanOrEqual(step / 2 + 2 ** -24);
    expect(open).toBeGreaterThan(step);
  });
});

/** The largest error in a chain of ten, by what each link's difference is taken from. */
function deepest(baseOf: (original: Uint8Array, read: Uint8Array) => Uint8Array): number {
  let state = 7;
  const noise = () => ((state = (Math.imul(state, 48271) >>> 0) % 2147483647) / 2147483647 - 0.5) * 6e-4; // prettier-ignore
  let original = bytesOf(
    'f32',
    Array.from({ length: 500 }, (_, i) => Math.sin(i) / 20),
  );
  let read: Uint8Array<ArrayBuffer> = original;
  let worst = 0;
  for (let link = 0; link < 10; link++) {
    const next = bytesOf(
      'f32',
      decodeElements('f32', original).map((value) => value + noise()),
    );
    const { integers } = quantise({
      dtype: 'f32',
      bytes: next,
      base: baseOf(original, read),
      step,
    });
    read = fromSteps('f32', read, step, integers);
    const [a, b] = [decodeElements('f32', next), decodeElements('f32', read)];
    worst = Math.max(worst, ...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
    original = next;
  }
  return worst;
}

/** Half the distance between neighbours at a value: the most that rounding to the dtype moves it. */
function halfUlp(dtype: StepDtype, value: number): number {
  const bits = { f64: 52, f32: 23, f16: 10, bf16: 7 }[dtype];
  const least = { f64: -1022, f32: -126, f16: -14, bf16: -126 }[dtype];
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value) || 2 ** -1074)), least);
  return 2 ** (exponent - bits);
}

const floats = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -4, max: 4, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -0, 6e4, -6e4, 3e38, 1e300) },
);

describe('quantising', () => {
  const cases = fc.record({
    dtype: fc.constantFrom(...stepDtypes),
    pairs: fc.array(fc.tuple(floats, floats), { minLength: 1, maxLength: 30 }),
    based: fc.boolean(),
    size: fc.constantFrom(1e-9, 1e-4, step, 0.01, 0.3),
    deadZone: fc.constantFrom(0, 0.1, 1 / 3, 0.5),
  });

  it('stays within its bound, keeps what is no number, and is what the steps say', () => {
    fc.assert(
      fc.property(cases, ({ dtype, pairs, based, size, deadZone }) => {
        const bytes = bytesOf(dtype, pairs.map(([, child]) => child)); // prettier-ignore
        const base = based ? bytesOf(dtype, pairs.map(([parent]) => parent)) : undefined; // prettier-ignore
        const order = { dtype, bytes, step: size, deadZone, ...(base && { base }) };
        const made = quantise(order);
        const [before, after] = [valuesOf(dtype, bytes), valuesOf(dtype, made.bytes)];
        let worst = 0;
        for (const [i, value] of before.entries()) {
          const now = after[i] ?? NaN;
          if (!Number.isFinite(value)) expect(now).toBe(value);
          else {
            const bound = size * (0.5 + deadZone) + halfUlp(dtype, now);
            // Differences and sums in float64 round too, by their own half unit.
            const from = based ? (pairs[i]?.[0] ?? 0) : 0;
            const sizes =
              Math.abs(value) + Math.abs(now) + (Number.isFinite(from) ? Math.abs(from) : 0);
            const slack = 4 * Number.EPSILON * sizes;
            expect(Math.abs(value - now)).toBeLessThanOrEqual(bound + slack);
            worst = Math.max(worst, Math.abs(value - now));
          }
        }
        expect(made.maxError).toBe(worst);
        // Read as the codec does: the same bits again, but for what stayed exact.
        const { integers, exceptions } = toSteps(dtype, made.bytes, base, size);
        const coarse = before.filter((_, i) => 2 * halfUlp(dtype, after[i] ?? 0) > size / 4).length;
        // Where numbers lie as far apart as steps, the nearest step may round to a neighbour.
        expect(exceptions.length).toBeLessThanOrEqual(made.exact + coarse);
        const back = fromSteps(dtype, base, size, integers);
        const width = bytes.length / before.length;
        for (let i = 0; i < before.length; i++)
          if (!exceptions.includes(i))
            expect(back.subarray(i * width, (i + 1) * width)).toEqual(
              made.bytes.subarray(i * width, (i + 1) * width),
            );
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the payload of a missing number where nothing changed', () => {
    const base = new Uint8Array(Uint32Array.of(0x7fc12345, 0x3f800000).buffer);
    const made = fromSteps('f32', base, 1, Int32Array.of(0, 2));
    expect([...new Uint32Array(made.buffer)]).toEqual([0x7fc12345, 0x40400000]);
    const half = new Uint8Array(Uint16Array.of(0x7e01, 0xfd23, 0x3c00).buffer);
    const halves = fromSteps('f16', half, 1, Int32Array.of(0, 0, 2));
    expect([...new Uint16Array(halves.buffer)]).toEqual([0x7e01, 0xfd23, 0x4200]);
  });

  it('keeps what a step would take beyond the largest number of the type', () => {
    const bytes = bytesOf('f16', [65_504, 60_000]);
    const made = quantise({ dtype: 'f16', bytes, step: 1100 });
    expect(valuesOf('f16', made.bytes)).toEqual([65_504, 60_512]);
    expect([made.exact, made.integers[0]]).toEqual([1, 0]);
  });

  it('moves nothing that changed by less than the dead zone and half a step', () => {
    const base = bytesOf('f64', [0, 0, 0]);
    const bytes = bytesOf('f64', [0.8, 0.84, -0.82]);
    const made = quantise({ dtype: 'f64', bytes, base, step: 1, deadZone: 1 / 3 });
    expect([...made.integers]).toEqual([0, 1, 0]);
  });
});
