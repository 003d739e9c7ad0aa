import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLineageError } from '../core/lineageError.ts';
import type { ChunkCodec, ChunkElement } from '../core/ports/chunkCodec.ts';
import { chunkCodecs } from './chunkCodecs.ts';

const elements: ChunkElement[] = ([1, 2, 4, 8] as const).flatMap((bytes) => [
  { bytes, float: false },
  { bytes, float: true },
]);
const cases = chunkCodecs().flatMap((codec) =>
  elements.map((element) => ({ codec, element, name: `${codec.name} (${codec.id})`, ...element })),
);

/** Bytes of several textures: noise, one byte, rising numbers, weights, special floats. */
const texture = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3000 }),
  fc.tuple(fc.nat(255), fc.nat(9000)).map(([byte, n]) => new Uint8Array(n + 1).fill(byte)),
  fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 400 }).map((values) => {
    const numbers = BigInt64Array.from(values, BigInt);
    return new Uint8Array(numbers.buffer);
  }),
  fc
    .tuple(fc.array(fc.float(), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 90 }))
    .map(([values, repeat]) => {
      const many = Float32Array.from(
        { length: values.length * repeat },
        (_, i) => (values[i % values.length] ?? 0) * (1 + i / 1e5),
      );
      return new Uint8Array(many.buffer);
    }),
  fc
    .array(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, -5e-324, 1, 1e-300, 1.5e308), {
      minLength: 1,
      maxLength: 500,
    })
    .map((values) => new Uint8Array(Float64Array.from(values).buffer)),
);

/** Bytes of any length and a base that is equal, near, or has nothing to do with them. */
const pair = fc
  .record({
    bytes: texture,
    cut: fc.nat(7),
    unrelated: texture,
    near: fc.boolean(),
    changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: -2, max: 255 })), { maxLength: 300 }),
  })
  .map(({ bytes, cut, unrelated, near, changes }) => {
    const some = bytes.subarray(0, Math.max(1, bytes.length - cut));
    const base = Uint8Array.from(some, (byte, i) =>
      near ? byte : (unrelated[i % unrelated.length] ?? 0),
    );
    for (const [at, by] of changes) {
      const i = at % base.length;
      base[i] = (base[i] ?? 0) + by;
    }
    return { bytes: some, base };
  });

function basesFor(codec: ChunkCodec, base: Uint8Array): readonly Uint8Array[] {
  return codec.needs === 'base' ? [base] : [];
}

describe('chunk codecs', () => {
  it('have ids that are unique and never 0', () => {
    const ids = chunkCodecs().map((codec) => codec.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });

  it.each(cases)('$name gives back every byte; elements of $bytes, float $float', (each) => {
    const { codec, element } = each;
    fc.assert(
      fc.property(pair, ({ bytes, base }) => {
        const before = [bytes.slice(), base.slice()];
        const encoded = codec.encode(bytes, basesFor(codec, base), element);
        if (encoded !== undefined) {
          expect(encoded.length).toBeLessThan(bytes.length);
          const again = codec.decode(encoded, basesFor(codec, base), bytes.length);
          expect(Buffer.compare(again, bytes)).toBe(0);
          expect(codec.encode(bytes, basesFor(codec, base), element)).toEqual(encoded);
        }
        expect([bytes, base]).toEqual(before);
      }),
      { numRuns: 12 },
    );
  });

  it.each(cases)(
    '$name answers damage with an error or the right length; $bytes, $float',
    (each) => {
      const { codec, element } = each;
      const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(
          pair,
          damage,
          fc.nat(),
          fc.boolean(),
          ({ bytes, base }, changes, cut, shorten) => {
            const encoded = codec.encode(bytes, basesFor(codec, base), element);
            if (encoded === undefined) return;
            const damaged = shorten ? encoded.slice(0, cut % encoded.length) : encoded.slice();
            for (const [at, value] of changes)
              if (damaged.length > 0) damaged[at % Math.min(damaged.length, 24)] = value;
            try {
              const decoded = codec.decode(damaged, basesFor(codec, base), bytes.length);
              expect(decoded.length).toBe(bytes.length);
            } catch (error) {
              if (!isLineageError(error, 'codec-invalid')) throw error;
            }
          },
        ),
        { numRuns: 15 },
      );
    },
  );

  it('refuses noise of any length as encoded data, or gives the right length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 1, max: 300 }),
        (noise, rawBytes) => {
          for (const codec of chunkCodecs())
            try {
              const bases = basesFor(codec, new Uint8Array(rawBytes));
              expect(codec.decode(noise, bases, rawBytes).length).toBe(rawBytes);
            } catch (error) {
              if (!isLineageError(error, 'codec-invalid')) throw error;
            }
        },
      ),
      { numRuns: 300 },
    );
  });
});
