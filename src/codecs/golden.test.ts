import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ChunkCodec, ChunkElement } from '../core/ports/chunkCodec.ts';
import { chunkCodecs } from './chunkCodecs.ts';
import { goldenSecond } from './goldenSecond.fixture.ts';

/*
 * Chunks as they were first stored: they must decode for ever. Each was also decoded by a program
 * in another language (Python, arbitrary precision), written from `docs/storage-format.md` alone.
 */

/** Numbers of 32 bits, the same on every machine (Numerical Recipes' generator, high bits mixed in). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
}

/** f32 patterns with exponents 119 to 126, one in nine zero. */
function weights(count: number): Uint32Array {
  const next = generator(count);
  return Uint32Array.from({ length: count }, () => {
    const bits = next();
    return bits % 9 === 0
      ? 0
      : (bits & 0x807fffff) | ((126 - Math.clz32(next() | (1 << 24))) << 23);
  });
}

/** Patterns some units in the last place away; elements 700 to 1900 are equal. */
function trained(base: Uint32Array): Uint32Array {
  const next = generator(base.length + 1);
  return base.map((word, i) => {
    const by = (next() % 4001) - 2000;
    return word === 0 || (i >= 700 && i < 1900) ? word : word + (by >> (next() % 11));
  });
}

const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer);
/** The high halves: a bf16 tensor. */
const halves = (words: Uint32Array) =>
  new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer);

const small = weights(24);
const large = weights(6000);
const floats: ChunkElement = { bytes: 4, float: true };
const chunks: Record<string, { bytes: Uint8Array; base?: Uint8Array; element: ChunkElement }> = {
  'small f32': { bytes: bytesOf(trained(small)), base: bytesOf(small), element: floats },
  'large f32': { bytes: bytesOf(trained(large)), base: bytesOf(large), element: floats },
  'large bf16': {
    bytes: halves(trained(large).map((word) => word << 3)),
    base: halves(large.map((word) => word << 3)),
    element: { bytes: 2, float: true },
  },
  'f64 with a tail': {
    bytes: bytesOf(trained(large)).subarray(0, 9005),
    base: bytesOf(large).subarray(0, 9005),
    element: { bytes: 8, float: true },
  },
  int8: {
    bytes: bytesOf(trained(large)).subarray(0, 3001),
    base: bytesOf(large).subarray(0, 3001),
    element: { bytes: 1, float: false },
  },
  'f32 alone': { bytes: bytesOf(large), element: floats },
  'int64 alone': {
    bytes: new Uint8Array(BigInt64Array.from({ length: 99 }, (_, i) => BigInt(i * i)).buffer),
    element: { bytes: 8, float: false },
  },
};

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

function encodings(name: string, codecs: readonly ChunkCodec[]) {
  const chunk = chunks[name];
  if (chunk === undefined) throw new Error(name);
  return codecs.flatMap((codec) => {
    const bases = codec.needs === 'base' && chunk.base !== undefined ? [chunk.base] : [];
    const encoded = codec.encode(chunk.bytes, bases, chunk.element);
    return encoded === undefined ? [] : [{ codec, bases, encoded, bytes: chunk.bytes }];
  });
}

const byId = (...ids: number[]) =>
  ids
    .map((id) => chunkCodecs().find((codec) => codec.id === id))
    .filter((codec) => codec !== undefined);
const first = byId(1, 2, 3);
const middle = weights(1500);
const secondChunks: typeof chunks = {
  ...chunks,
  'middle f32': { bytes: bytesOf(trained(middle)), base: bytesOf(middle), element: floats },
  'short f64': {
    bytes: bytesOf(trained(middle)).subarray(0, 805),
    base: bytesOf(middle).subarray(0, 805),
    element: { bytes: 8, float: true },
  },
  'middle bf16': {
    bytes: halves(weights(4000)),
    base: halves(trained(weights(4000))),
    element: { bytes: 2, float: true },
  },
};

describe('stored chunks', () => {
  it.each(Object.keys(chunks))('are written as ever: %s', (name) => {
    expect(written(name, first)).toEqual(expected[name]);
  });

  it.each(goldenSecond)('of the second codecs decode: $chunk by $codec', (each) => {
    const chunk = secondChunks[each.chunk];
    const codec = byId(each.codec)[0];
    if (chunk === undefined || codec === undefined) throw new Error(each.chunk);
    const bases = codec.needs === 'base' && chunk.base !== undefined ? [chunk.base] : [];
    const encoded = new Uint8Array(Buffer.from(each.encoded, 'base64'));
    const decoded = codec.decode(encoded, bases, chunk.bytes.length);
    expect(digest(decoded)).toBe(digest(chunk.bytes));
  });

  it.each(Object.keys(chunks))('decode: %s', (name) => {
    for (const { codec, bases, encoded, bytes } of encodings(name, chunkCodecs()))
      expect(digest(codec.decode(encoded, bases, bytes.length))).toBe(digest(bytes));
  });
});

function written(name: string, codecs: readonly ChunkCodec[]) {
  return encodings(name, codecs).map(({ codec, encoded }) => [
    codec.name,
    encoded.length,
    encoded.length < 100 ? Buffer.from(encoded).toString('base64') : digest(encoded),
  ]);
}

const expected: Record<string, readonly (readonly [string, number, string])[]> = {
  'small f32': [
    ['delta', 38, 'BgDwAABKCepMAQD/AgIFY/C9OadASFAJ0k14DSy3w1Xu78dp3zI='],
    [
      'exponents',
      82,
      'BgB7AAQDi4xlABCfb+vSXv7uoWLrSirfLlPakI0vEDlrT0u0H3P57AFcWSf01ZLlZNFQtCvc42vadrTCJdifDN9obIo0q1EBIOduSIarAVMYOg==',
    ],
  ],
  'large f32': [
    ['delta', 5022, '845a2bc349ed42a7c30d8caa92b358ab'],
    ['exponents', 17738, '8f5b922b7a0da2760a633e953e94fcd4'],
    ['deflate', 20157, '756568396d6d9e9262dcd82061dea689'],
  ],
  'large bf16': [
    ['delta', 139, '15a83a01e7966ad8b50936e1685d8e8f'],
    ['exponents', 9135, '00c4125d5c84bcdfdb0294090a4fe88c'],
    ['deflate', 9901, 'fa272bca1a1a4cb38a6df378e23fd679'],
  ],
  'f64 with a tail': [
    ['delta', 2540, '1d9a4361a061b014c5356e5637fd5e89'],
    ['deflate', 7901, '1d2faff8d1db1577d5b76f276c654345'],
  ],
  int8: [
    ['delta', 1012, 'e3a9d837dd52f1a583d53aa691958098'],
    ['exponents', 2791, '58024b13f6fb82035a44a252129575d4'],
    ['deflate', 2631, '811ed13eafb433a26532b8ecdb2faefd'],
  ],
  'f32 alone': [
    ['exponents', 17738, 'f0e3a6adcf3ae5841d14bc6d4c5427d9'],
    ['deflate', 20155, 'dc26fbf73401689eec2c7102285227f3'],
  ],
  'int64 alone': [['deflate', 193, 'ce6b5eae522a4186873c6295efa346c0']],
};
