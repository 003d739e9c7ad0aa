import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantise } from '../../core/lossy/quantise.ts';
import { fromSteps, stepBytes, stepDtypes, type StepDtype } from '../../core/lossy/steps.ts';
import { encodeNumbers } from '../../core/network/encodeNumbers.ts';
import { decodeElements } from '../../core/tensor/elements.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { stepsCodec } from './stepsCodec.ts';

const elementOf = (dtype: StepDtype) => ({ bytes: stepBytes[dtype], float: true });

function normals(count: number, deviation: number, seed: number): Float64Array {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
  return Float64Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

const bytesOf = (dtype: StepDtype, numbers: ArrayLike<number>) =>
  encodeNumbers(dtype, [numbers.length], numbers).bytes;

function encoded(
  bytes: Uint8Array,
  base: Uint8Array | undefined,
  dtype: StepDtype,
  step: number,
  rowElements = 0,
) {
  const bases = base === undefined ? [] : [base];
  return stepsCodec.encode(bytes, bases, elementOf(dtype), {
    is: 'steps',
    dtype,
    step,
    rowElements,
  });
}

/** Bits of an element at best, with one table for all. */
function entropyBits(integers: Int32Array): number {
  const counts = new Map<number, number>();
  for (const q of integers) counts.set(q, (counts.get(q) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / integers.length);
  return bits;
}

const step = 2 * Math.log(1.0001);

describe('chunks in steps', () => {
  it.each([3e-5, 1e-4, 3e-4, 1e-3, 1e-2])(
    'are near their entropy where changes are normal, deviation %f',
    (deviation) => {
      const parent = normals(50_000, 0.05, 1);
      const child = normals(50_000, deviation, 2).map((change, i) => change + (parent[i] ?? 0));
      const base = bytesOf('f32', parent);
      const made = quantise({ dtype: 'f32', bytes: bytesOf('f32', child), base, step });
      const out = encoded(made.bytes, base, 'f32', step);
      const ideal = entropyBits(made.integers) / 8;
      expect(out?.length).toBeLessThan(1.02 * ideal + 60);
      expect(same(stepsCodec.decode(out as Uint8Array, [base], base.length), made.bytes)).toBe(
        true,
      );
    },
  );

  it('take a handful of bytes where nothing changed, however many there are', () => {
    const base = bytesOf('f32', normals(500_000, 0.05, 1));
    const out = encoded(base, base, 'f32', step);
    expect(out?.length).toBeLessThan(40);
    expect(same(stepsCodec.decode(out as Uint8Array, [base], base.length), base)).toBe(true);
  });

  it('cost less where rows change together', () => {
    const [rows, columns] = [200, 100];
    const [across, down] = [normals(columns, 1, 3), normals(rows, 1, 4)];
    const base = bytesOf('f32', normals(rows * columns, 0.05, 1));
    const changes = Int32Array.from({ length: rows * columns }, (_, i) =>
      Math.round(3 * (across[i % columns] ?? 0) * (down[Math.floor(i / columns)] ?? 0)),
    );
    const bytes = fromSteps('f32', base, step, changes);
    const [flat, inRows] = [0, columns].map(
      (row) => encoded(bytes, base, 'f32', step, row)?.length ?? NaN,
    );
    expect(inRows).toBeLessThan(0.9 * (flat ?? 0));
    expect(flat).toBeLessThan(entropyBits(changes) / 8);
  });

  it('come back bit for bit, whatever the elements and the base are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...stepDtypes),
        fc.uint8Array({ minLength: 8, maxLength: 400 }),
        fc.boolean(),
        fc.constantFrom(1e-300, 1e-9, step, 0.1, 1e30),
        fc.integer({ min: 0, max: 20 }),
        fc.integer(),
        (dtype, noise, based, size, row, seed) => {
          const base = based ? noise : undefined;
          const count = Math.floor(noise.length / stepBytes[dtype]);
          const integers = Int32Array.from(normals(count, 3, seed), Math.round);
          const bytes = noise.slice();
          const finite = base === undefined ? integers : onlyFinite(dtype, base, integers);
          bytes.set(fromSteps(dtype, base, size, finite));
          // Some elements that are no steps.
          if (seed % 3 === 0) bytes[0] = (bytes[0] ?? 0) ^ 1;
          const out = encoded(bytes, base, dtype, size, row);
          if (out === undefined) return;
          const bases = base === undefined ? [] : [base];
          expect(same(stepsCodec.decode(out, bases, bytes.length), bytes)).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('hold the largest numbers of steps there are', () => {
    const integers = Int32Array.from(
      { length: 400 },
      (_, i) => [2 ** 31 - 1, -(2 ** 31 - 1), 0, 1 << (i % 31)][i % 4] ?? 0,
    );
    const bytes = fromSteps('f64', undefined, 0.25, integers);
    const out = encoded(bytes, undefined, 'f64', 0.25);
    expect(out?.length).toBeLessThan(bytes.length);
    expect(same(stepsCodec.decode(out as Uint8Array, [], bytes.length), bytes)).toBe(true);
  });

  it('keep what no steps give as it is: missing numbers, infinities, minus zero', () => {
    const base = bytesOf('f32', normals(1000, 0.05, 1));
    const bytes = base.slice();
    const view = new DataView(bytes.buffer);
    view.setUint32(40, 0x7fc12345, true);
    view.setFloat32(400, -Infinity, true);
    view.setFloat32(404, 3e38, true);
    view.setFloat32(408, -0, true);
    const out = encoded(bytes, base, 'f32', step) as Uint8Array;
    expect(out.length).toBeLessThan(60);
    expect(same(stepsCodec.decode(out, [base], bytes.length), bytes)).toBe(true);
  });

  it('refuse what is not theirs to write', () => {
    const bytes = bytesOf('f32', normals(100, 1, 1));
    expect(encoded(bytes, undefined, 'f32', 1e-12)).toBeUndefined();
    expect(encoded(bytes, undefined, 'f32', NaN)).toBeUndefined();
    expect(encoded(bytes, bytes.subarray(4), 'f32', step)).toBeUndefined();
    expect(stepsCodec.encode(bytes, [], { bytes: 4, float: true })).toBeUndefined();
    expect(stepsCodec.encode(bytes, [], { bytes: 4, float: false }, { is: 'steps', dtype: 'f32', step, rowElements: 0 })).toBeUndefined(); // prettier-ignore
  });
});

describe('damaged chunks in steps', () => {
  const base = bytesOf('f32', normals(300, 0.05, 1));
  const child = bytesOf(
    'f32',
    normals(300, 0.05, 1).map((x, i) => x + 3e-4 * Math.sin(i)),
  );
  const good = encoded(quantise({ dtype: 'f32', bytes: child, base, step }).bytes, base, 'f32', step, 20) as Uint8Array; // prettier-ignore

  it('give a wrong chunk or an error of their own, and never anything else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        (changes, length) => {
          const bad = good.slice(0, length);
          for (const [at, value] of changes) if (at < length) bad[at] = value;
          try {
            expect(stepsCodec.decode(bad, [base], base.length).length).toBe(base.length);
          } catch (error) {
            expect(isLineageError(error, 'codec-invalid')).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['cut off', good.subarray(0, good.length - 3)],
    ['with a byte more', Uint8Array.of(...good, 1)],
    ['empty', new Uint8Array()],
    ['of another codec', Uint8Array.of(8, ...good.subarray(1))],
    [
      'with a step of nothing',
      Uint8Array.of(good[0] ?? 0, 0, 0, 0, 0, 0, 0, 0, 0, ...good.subarray(9)),
    ],
    ['with more exceptions than elements', Uint8Array.of(...good.subarray(0, 10), 255, 255, 3)],
    [
      'with an exception past the end',
      Uint8Array.of(...good.subarray(0, 10), 1, 255, 255, 3, 0, 0, 0, 0),
    ],
  ])('are refused: %s', (_, bad) => {
    expect(() => stepsCodec.decode(bad, [base], base.length)).toThrow(/codec-invalid/);
  });

  it('are refused with another base', () => {
    expect(() => stepsCodec.decode(good, [], base.length)).toThrow(/codec-invalid/);
    expect(() => stepsCodec.decode(good, [base.subarray(4)], base.length)).toThrow(/codec-invalid/);
  });
});

describe('stored chunks in steps', () => {
  // As they were first written: they must decode for ever.
  const golden = 'BdT8VwaNNio/BQERAQIDf7NFTefxDa/OuD/5etqm01Zm4A==';
  const integers = Int32Array.of(
    0,
    1,
    -1,
    2,
    5,
    -9,
    40,
    0,
    0,
    0,
    -300,
    70_000,
    0,
    3,
    3,
    -3,
    1,
    0,
    1,
    0,
  );
  const base = bytesOf(
    'f32',
    integers.map((_, i) => (i - 7) / 8),
  );

  it('are written and read as ever', () => {
    const bytes = fromSteps('f32', base, step, integers);
    bytes.set([1, 2, 3, 0x7f], 68);
    const out = encoded(bytes, base, 'f32', step, 5) as Uint8Array;
    expect(Buffer.from(out).toString('base64')).toBe(golden);
    const back = stepsCodec.decode(Buffer.from(golden, 'base64'), [base], bytes.length);
    expect(same(back, bytes)).toBe(true);
  });
});

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Without steps from what is no number. */
function onlyFinite(dtype: StepDtype, base: Uint8Array, integers: Int32Array): Int32Array {
  const values = decodeElements(dtype, base);
  return integers.map((q, i) => (Number.isFinite(values[i]) ? q : 0));
}
