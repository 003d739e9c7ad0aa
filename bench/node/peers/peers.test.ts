import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDifferences, encodeDifferences } from './fmDelta.ts';
import { codeLengths, decodeHuffman, encodeHuffman } from './huffman.ts';
import { exactDeltas, quantisedDeltas } from './mgit.ts';
import { commonSequence, pairTensors } from './pairing.ts';
import type { PeerModel, PeerTensor } from './peer.ts';
import { joinPlanes, moveSign, splitPlanes } from './planes.ts';
import { LearntFrequencies, RangeDecoder, RangeEncoder } from './rangeCoder.ts';

const widths = fc.constantFrom(1, 2, 4, 8);

describe('the peers of the storage bench', () => {
  it('planes and moved signs come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), widths, (bytes, width) => {
        expect(joinPlanes(splitPlanes(bytes, width))).toEqual(bytes);
        expect(moveSign(moveSign(bytes, width), width, true)).toEqual(bytes);
      }),
    );
    // The exponent of 1.0 is 127, of −2.0 it is 128.
    const floats = new Uint8Array(Float32Array.of(1, -2).buffer);
    expect(splitPlanes(moveSign(floats, 4), 4).at(-1)).toEqual(Uint8Array.of(127, 128));
  });

  it('Huffman codes are no longer than 15 bits, and come back', () => {
    const steep = Uint32Array.from({ length: 256 }, (_, at) => (at < 40 ? 1.6 ** at : 0));
    expect(Math.max(...codeLengths(steep))).toBeLessThanOrEqual(15);
    expect(codeLengths(Uint32Array.of(5, 1, 1, 0))).toEqual(Uint8Array.of(1, 2, 2, 0));
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        const block = Uint8Array.from({ length: 2000 }, () => 40 * (stream.next().value ?? 0) ** 4);
        const coded = encodeHuffman(block);
        if (coded !== undefined) expect(decodeHuffman(coded, block.length)).toEqual(block);
      }),
      { numRuns: 30 },
    );
    expect(encodeHuffman(new Uint8Array(500))).toBeUndefined();
  });

  it('range-coded symbols and bits come back, through carries', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(64), fc.nat(32), fc.nat(2 ** 31 - 1)), { maxLength: 3000 }),
        (items) => {
          const encoder = new RangeEncoder();
          const own = new LearntFrequencies(65);
          const valueOf = (bits: number, value: number) => value % 2 ** bits;
          for (const [symbol, bits, value] of items) {
            encoder.encode(symbol, own);
            if (bits > 0) encoder.bits(valueOf(bits, value), bits);
          }
          const decoder = new RangeDecoder(encoder.finish());
          const theirs = new LearntFrequencies(65);
          for (const [symbol, bits, value] of items) {
            expect(decoder.decode(theirs)).toBe(symbol);
            if (bits > 0) expect(decoder.bits(bits)).toBe(valueOf(bits, value));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a symbol that is nearly always the same costs nearly nothing', () => {
    const encoder = new RangeEncoder();
    const frequencies = new LearntFrequencies(65);
    for (let at = 0; at < 10_000; at++) encoder.encode(at % 500 === 0 ? 3 : 32, frequencies);
    expect(encoder.finish().length).toBeLessThan(80);
  });

  it("FM-Delta's differences come back for any bits", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 4),
        fc.array(fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1)), { maxLength: 50 }),
        (width, words) => {
          const bytes = (side: 0 | 1) =>
            new Uint8Array(Uint32Array.from(words, (pair) => pair[side]).buffer);
          const coded = encodeDifferences(bytes(0), bytes(1), width);
          expect(decodeDifferences(coded, bytes(1), width)).toEqual(bytes(0));
        },
      ),
    );
  });

  it("MGit's steps are those of its paper, and its exact form keeps every bit", () => {
    const parent = Float32Array.of(0.5, -0.25, 0.125, 0, 1);
    const child = Float32Array.of(0.50031, -0.25009, 0.125, -7e-4, 1.00011);
    const coded = quantisedDeltas.of(child, parent);
    expect(new BigInt64Array(coded?.bytes.slice().buffer ?? new ArrayBuffer(0))).toEqual(
      BigInt64Array.of(2n, 0n, 0n, -4n, 1n),
    );
    expect(coded?.read[3]).toBeCloseTo(-7.9996e-4, 9);
    expect(quantisedDeltas.of(Float32Array.of(Infinity), Float32Array.of(0))).toBeUndefined();
    const hard = Float32Array.of(-0, NaN, 1e-40, 3e38, 1e-9);
    // It compares what it decodes.
    expect(exactDeltas.of(hard, Float32Array.of(0, 1, 1, -3e38, 1))?.read).toBe(hard);
  });

  it('tensors are paired by name, then in order', () => {
    const tensor = (name: string, ...shape: number[]): PeerTensor => ({
      name, shape, dtype: 'f32', key: name, bytes: new Uint8Array(4 * (shape[0] ?? 1)),
    }); // prettier-ignore
    const model = (...tensors: PeerTensor[]): PeerModel => ({
      path: '', file: new Uint8Array(0), rest: new Uint8Array(0), parents: [], tensors,
    }); // prettier-ignore
    const parent = model(tensor('a', 3), tensor('b', 3), tensor('c', 2));
    const child = model(tensor('x', 3), tensor('a', 3), tensor('c', 5), tensor('y', 2));
    const pairs = [...pairTensors(child, parent)].map(([own, base]) => [own.name, base.name]);
    expect(pairs).toEqual([['a', 'a'], ['x', 'b'], ['y', 'c']]); // prettier-ignore
    expect(commonSequence([1, 2, 3], [2, 3, 1], (a, b) => a === b)).toEqual([[1, 0], [2, 1]]); // prettier-ignore
  });
});
