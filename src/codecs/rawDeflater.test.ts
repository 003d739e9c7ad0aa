import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflateRawSync } from 'node:zlib';
import { deflateRaw } from './rawDeflate.ts';
import { rawDeflater } from './rawDeflater.ts';

function deflated(bytes: Uint8Array, cuts: readonly number[], level: number): Buffer {
  const pieces: Uint8Array[] = [];
  const deflater = rawDeflater(level, (piece) => pieces.push(piece));
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    const end = Math.min(Math.max(cut, at), bytes.length);
    deflater.push(bytes.subarray(at, end));
    at = end;
  }
  deflater.end();
  return Buffer.concat(pieces);
}

describe('rawDeflater', () => {
  const text = fc
    .array(fc.constantFrom('tensor', 'shape', 'weight', '0.1', '\n'), { maxLength: 5000 })
    .map((words) => new TextEncoder().encode(words.join(' ')));

  it('gives the same bytes however the input is cut, and zlib reads them', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.nat(30_000)).map((cuts) => cuts.sort((a, b) => a - b)),
        fc.integer({ min: 1, max: 9 }),
        (bytes, cuts, level) => {
          const cut = deflated(bytes, cuts, level);
          expect(cut.equals(deflateRaw(bytes, level))).toBe(true);
          expect(inflateRawSync(cut).equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});
