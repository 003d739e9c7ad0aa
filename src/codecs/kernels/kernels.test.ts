import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLineageError } from '../../core/lineageError.ts';
import * as delta from '../delta/tensorDelta.ts';
import * as exponents from '../exponent/tensorExponents.ts';
import { wasmKernels } from '../wasm/wasmKernels.ts';
import { plainKernels } from './plainKernels.ts';
import type { ElementKind, TensorKernels } from './tensorKernels.ts';

const kinds: ElementKind[] = ([0, 1, 2, 3] as const).flatMap((log) => [
  { log, float: false },
  { log, float: true },
]);

/** What a chunk's elements are like. */
const textures = ['weights', 'far', 'sparse', 'equal', 'special', 'noise', 'ascending'] as const;

interface Sample {
  readonly texture: (typeof textures)[number];
  readonly bytes: number;
  readonly seed: number;
}

/** Sizes at all places where the code turns: nothing, one element, blocks, tiles, tables, odd tails. */
const sample = fc.record({
  texture: fc.constantFrom(...textures),
  bytes: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 6000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 70_001 }) },
  ),
  seed: fc.integer(),
});

function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
}

const specials = [0, -0, NaN, Infinity, -Infinity, 1, 5e-324, -1e-310, 1e-45, 3.4e38, 1.5, -2];

/** A chunk and a base of it, both of `bytes` bytes. */
function pairOf({ texture, bytes, seed }: Sample, { log, float }: ElementKind) {
  const next = generator(seed);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const count = Math.ceil(bytes / 8) * 8;
  const [chunk, base] = [new Uint8Array(count), new Uint8Array(count)];
  const views = [new DataView(chunk.buffer), new DataView(base.buffer)] as const;
  for (let i = 0; i < count >> log; i++) {
    const old = float ? normal() * 0.05 : Math.round(normal() * 30);
    const step = float ? normal() * 3e-4 : Math.round(normal());
    const values = {
      weights: [old + step, old],
      far: [normal(), old],
      sparse: [next() % 50 === 0 ? old + step : old, old],
      equal: [old, old],
      special: [specials[next() % 12], specials[next() % 12]],
      noise: [0, 0],
      ascending: [i + 1, i],
    }[texture];
    views.forEach((view, k) => {
      put(view, i, values[k] ?? 0, { log, float });
    });
  }
  if (texture === 'noise' || texture === 'special')
    for (let i = 0; i < count; i++)
      if (texture === 'noise' || next() % 40 === 0) chunk[i] = next() >>> 9;
  return { chunk: chunk.subarray(0, bytes), base: base.subarray(0, bytes) };
}

function put(view: DataView, i: number, value: number, { log, float }: ElementKind): void {
  if (log === 0) view.setInt8(i, float ? value * 500 : value);
  else if (log === 1)
    if (float) {
      // bfloat16: the upper half of a float32.
      view.setFloat32(0, value);
      const half = view.getUint16(0);
      view.setUint16(2 * i, half, true);
    } else view.setInt16(2 * i, value, true);
  else if (log === 2)
    if (float) view.setFloat32(4 * i, value, true);
    else view.setInt32(4 * i, value, true);
  else if (float) view.setFloat64(8 * i, value, true);
  else view.setBigInt64(8 * i, BigInt(Number.isFinite(value) ? Math.round(value % 1e15) : 7), true);
}

const fast = wasmKernels();

/** Both codecs as functions of the kernels. */
const codecs = [
  {
    name: 'delta',
    encode: (kernels: TensorKernels, chunk: Uint8Array, base: Uint8Array, kind: ElementKind) =>
      delta.encodeWith(kernels, chunk, base, kind),
    decode: (kernels: TensorKernels, encoded: Uint8Array, base: Uint8Array) =>
      delta.decodeWith(kernels, encoded, base),
  },
  {
    name: 'exponents',
    encode: (kernels: TensorKernels, chunk: Uint8Array, _base: Uint8Array, kind: ElementKind) =>
      exponents.encodeWith(kernels, chunk, kind),
    decode: (kernels: TensorKernels, encoded: Uint8Array, base: Uint8Array) =>
      exponents.decodeWith(kernels, encoded, base.length),
  },
];
const cases = codecs.flatMap((codec) =>
  kinds.map((kind) => ({ codec, kind, title: `${codec.name}, ${2 ** kind.log}, ${kind.float}` })),
);

function bytesOr(result: ReturnType<typeof delta.encodeWith>): Uint8Array | undefined {
  if (result === 'too large') throw new Error('a small chunk is not too large');
  return result.encoded;
}

/** Decoded bytes, or the name of the error. */
function outcome(decode: () => Uint8Array | 'too large'): Uint8Array | string {
  try {
    return decode();
  } catch (error) {
    if (isLineageError(error, 'codec-invalid')) return 'refused';
    throw error;
  }
}

describe('the kernels in WebAssembly', () => {
  it('run here', () => {
    expect(fast).toBeDefined();
  });

  it.each(cases)('write what the plain ones write, and both read it: $title', (each) => {
    if (fast === undefined) return;
    const { codec, kind } = each;
    fc.assert(
      fc.property(sample, (some) => {
        const { chunk, base } = pairOf(some, kind);
        const encoded = bytesOr(codec.encode(fast, chunk, base, kind));
        expect(bytesOr(codec.encode(plainKernels(), chunk, base, kind))).toEqual(encoded);
        if (encoded === undefined) return;
        for (const kernels of [fast, plainKernels()]) {
          const decoded = codec.decode(kernels, encoded, base);
          expect(Buffer.compare(decoded as Uint8Array, chunk)).toBe(0);
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each(cases)('read damaged data as the plain ones do: $title', (each) => {
    if (fast === undefined) return;
    const { codec, kind } = each;
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sample, damage, fc.nat(), fc.boolean(), (some, changes, cut, early) => {
        const { chunk, base } = pairOf({ ...some, bytes: Math.min(some.bytes, 9000) }, kind);
        const encoded = bytesOr(codec.encode(fast, chunk, base, kind))?.slice();
        if (encoded === undefined || encoded.length === 0) return;
        for (const [at, value] of changes)
          encoded[at % (early ? Math.min(encoded.length, 40) : encoded.length)] = value;
        const damaged = cut % 4 === 0 ? encoded.subarray(0, cut % encoded.length) : encoded;
        const read = outcome(() => codec.decode(fast, damaged, base));
        const plain = outcome(() => codec.decode(plainKernels(), damaged, base));
        expect(typeof read).toBe(typeof plain);
        if (typeof read !== 'string') expect(Buffer.compare(read, plain as Uint8Array)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('refuse a chunk of more than four MiB, which the plain ones take', () => {
    const bytes = 2 ** 22 + 4;
    expect(fast?.open(bytes, { log: 2, float: true }, undefined, undefined)).toBe(false);
    const chunk = new Uint8Array(bytes);
    chunk.fill(7, bytes - 400);
    const encoded = delta.tensorDelta.encode(chunk, [new Uint8Array(bytes)], {
      bytes: 4,
      float: true,
    });
    const decoded = delta.tensorDelta.decode(encoded ?? chunk, [new Uint8Array(bytes)], bytes);
    expect(Buffer.compare(decoded, chunk)).toBe(0);
  });
});
