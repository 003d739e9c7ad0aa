import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import { deltaCodec } from './deltaCodec.ts';

const elements: ChunkElement[] = ([1, 2, 4, 8] as const).flatMap((bytes) => [
  { bytes, float: false },
  { bytes, float: true },
]);

/** Decoded again, or the bytes themselves where the codec declines. */
function through(bytes: Uint8Array, base: Uint8Array, element: ChunkElement): Uint8Array {
  const encoded = deltaCodec.encode(bytes, base, element);
  if (encoded === undefined) return bytes;
  expect(encoded.length).toBeLessThan(bytes.length);
  return deltaCodec.decode(encoded, base, bytes.length);
}

describe('delta codec', () => {
  it.each(elements)(
    'gives back any bytes against a base that is near, $bytes $float',
    (element) => {
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: 1, maxLength: 2000 }),
          fc.array(fc.tuple(fc.nat(1999), fc.integer({ min: -3, max: 255 })), { maxLength: 400 }),
          fc.nat(3),
          (seed, changes, repeat) => {
            const base = new Uint8Array(seed.length * (repeat + 1));
            for (let k = 0; k <= repeat; k++) base.set(seed, k * seed.length);
            const bytes = base.slice();
            for (const [at, by] of changes)
              if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) + by;
            const again = through(bytes, base, element);
            expect(Buffer.compare(again, bytes)).toBe(0);
          },
        ),
        { numRuns: 300 },
      );
    },
  );
});
