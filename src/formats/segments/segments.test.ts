import fc from 'fast-check';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { PayloadEncoding, Segment, Skeleton } from '../../core/snapshot.ts';
import { chunkBytes } from '../../core/snapshot.ts';
import { assemble } from './assemble.ts';
import { crc32 } from '../../core/crc32.ts';
import { encodePayload } from './encodePayload.ts';
import { partition } from './partition.ts';
import { readPayload } from './payloadReader.ts';
import { inPiecesOf } from './pieces.ts';

type Piece = Uint8Array<ArrayBuffer>;

async function* stream(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Piece> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield new Uint8Array(bytes.subarray(at, at + pieceBytes));
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

function source(bytes: Uint8Array): ByteSource {
  return {
    path: 'a.bin',
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(new Uint8Array(bytes.slice(offset, offset + length))),
  };
}

function stored(bytes: Uint8Array, encoding: PayloadEncoding, decodedBytes: number) {
  const place = { offset: 0, storedBytes: bytes.length };
  return readPayload({
    source: source(bytes),
    format: 'onnx',
    encoding,
    decodedBytes,
    ...place,
  });
}

const encodings = fc.oneof(
  fc.constant<PayloadEncoding>({ is: 'raw' }),
  fc.record({
    is: fc.constant('varint' as const),
    elementBits: fc.constantFrom(8 as const, 16 as const, 32 as const, 64 as const),
    signed: fc.boolean(),
  }),
  fc.record({ is: fc.constant('deflate' as const), level: fc.integer({ min: 1, max: 9 }) }),
);

describe('payload encodings', () => {
  it('decode to what was encoded, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        encodings,
        fc.uint8Array({ maxLength: 4000 }),
        fc.integer({ min: 1, max: 999 }),
        async (encoding, some, pieceBytes) => {
          const bytes = some.subarray(0, some.length & ~7);
          const encoded = await collect(encodePayload(stream(bytes, pieceBytes), encoding));
          const decoded = await collect(stored(encoded, encoding, bytes.length));
          expect(decoded.equals(bytes)).toBe(true);
        },
      ),
    );
  });

  // Source: the protobuf documentation's "Encoding" page: 150 is 96 01, and -2 is ten bytes.
  it('write varints as protobuf does', async () => {
    const encode = async (values: BigInt64Array): Promise<string> => {
      const bytes = new Uint8Array(values.buffer as ArrayBuffer);
      const encoding = { is: 'varint', elementBits: 64, signed: true } as const;
      return (await collect(encodePayload(stream(bytes, 100), encoding))).toString('hex');
    };
    expect(await encode(new BigInt64Array([150n]))).toBe('9601');
    expect(await encode(new BigInt64Array([-2n]))).toBe('feffffffffffffffff01');
  });

  it('give pieces of exactly one chunk but the last', async () => {
    const bytes = new Uint8Array(chunkBytes + 24);
    const sizes: number[] = [];
    const varint = { is: 'varint', elementBits: 64, signed: false } as const;
    const encoded = await collect(encodePayload(stream(bytes, 1 << 20), varint));
    for await (const piece of stored(encoded, varint, bytes.length)) sizes.push(piece.length);
    expect(sizes).toEqual([chunkBytes, 24]);
  });

  it('refuse stored bytes that decode to another size', async () => {
    const deflate = { is: 'deflate', level: 6 } as const;
    const encoded = await collect(encodePayload(stream(new Uint8Array(99), 99), deflate));
    for (const size of [0, 98, 100])
      await expect(collect(stored(encoded, deflate, size))).rejects.toMatchObject({
        code: 'format-invalid',
      });
    await expect(collect(stored(encoded.subarray(0, 3), deflate, 99))).rejects.toMatchObject({
      code: 'format-invalid',
    });
  });
});

describe('crc32', () => {
  it('agrees with the published check value and with zlib', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32(b, crc32(a))).toBe(zlibCrc32(Buffer.concat([a, b])));
      }),
    );
  });
});

describe('inPiecesOf', () => {
  it('keeps the bytes and makes all pieces but the last of the size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, from, to) => {
          const sizes: number[] = [];
          const all: Uint8Array[] = [];
          for await (const piece of inPiecesOf(to, stream(bytes, from))) {
            sizes.push(piece.length);
            all.push(piece);
          }
          expect(Buffer.concat(all).equals(bytes)).toBe(true);
          expect(sizes.slice(0, -1).every((size) => size === to)).toBe(true);
          expect(sizes.includes(0)).toBe(false);
        },
      ),
    );
  });
});

describe('partition and assemble', () => {
  const payload = { is: 'payload', payload: 0, encoding: { is: 'raw' } } as const;

  it('put files together again, checksums before and after their payloads included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            payloads: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
            gap: fc.uint8Array({ maxLength: 20 }),
            checksumFirst: fc.boolean(),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        async (files) => {
          const payloads: Uint8Array[] = [];
          const literals: Uint8Array[] = [];
          const originals: Buffer[] = [];
          const skeletonFiles = files.map((file) => {
            const segments: Segment[] = [];
            const bytes: Uint8Array[] = [];
            for (const each of file.payloads) {
              const index = payloads.push(each) - 1;
              const checksum = Buffer.alloc(4);
              checksum.writeUInt32LE(zlibCrc32(each));
              const parts: [Segment, Uint8Array][] = [
                [{ ...payload, payload: index }, each],
                [{ is: 'crc32', payload: index }, checksum],
              ];
              if (file.checksumFirst) parts.reverse();
              if (file.gap.length > 0)
                parts.push([{ is: 'literal', sizeBytes: file.gap.length }, file.gap]);
              for (const [segment, data] of parts) {
                segments.push(segment);
                bytes.push(data);
                if (segment.is === 'literal') literals.push(data);
              }
            }
            originals.push(Buffer.concat(bytes));
            return { segments };
          });
          const skeleton = { version: 1, format: 'onnx', files: skeletonFiles, tensors: [] };
          const names = originals.map((bytes, i) => ({ name: `${i}`, sizeBytes: bytes.length }));
          const outputs = assemble(
            skeleton as unknown as Skeleton,
            { version: 1, skeleton: '' as never, files: names, payloads: [] },
            {
              payload: (index) => stream(payloads[index] as Uint8Array, 7),
              literals: () => stream(Buffer.concat(literals), 5),
            },
          );
          for (const [i, output] of [...outputs.entries()].reverse()) {
            expect((await collect(output.bytes)).equals(originals[i] as Buffer)).toBe(true);
            expect((await collect(output.bytes)).equals(originals[i] as Buffer)).toBe(true);
          }
        },
      ),
    );
  });

  it('refuses literals that end early and files of another size', async () => {
    const segments = [{ is: 'literal', sizeBytes: 4 }] as const;
    for (const [bytes, size] of [
      [2, 4],
      [4, 5],
    ] as const) {
      const [output] = assemble(
        { files: [{ segments }] } as unknown as Skeleton,
        {
          version: 1,
          skeleton: '' as never,
          files: [{ name: 'a', sizeBytes: size }],
          payloads: [],
        },
        {
          payload: () => stream(new Uint8Array(), 1),
          literals: () => stream(new Uint8Array(bytes), 1),
        },
      );
      await expect(collect(output?.bytes ?? stream(new Uint8Array(), 1))).rejects.toMatchObject({
        code: 'record-corrupt',
      });
    }
  });

  it('cuts a file into segments that cover each byte once, and refuses overlaps', () => {
    const at = (offset: number, sizeBytes: number) => ({ offset, sizeBytes, segment: payload });
    const bad = (): Error => new Error('overlap');
    expect(partition(10, [at(6, 2), at(2, 0), at(0, 3)], bad)).toEqual([
      payload,
      { is: 'literal', offset: 3, sizeBytes: 3 },
      payload,
      { is: 'literal', offset: 8, sizeBytes: 2 },
    ]);
    expect(() => partition(10, [at(0, 3), at(2, 2)], bad)).toThrow('overlap');
    expect(() => partition(10, [at(9, 2)], bad)).toThrow('overlap');
  });
});
