import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Derivation, FloatName } from '../../core/delta/derivation.ts';
import { predict } from '../../core/delta/predict.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { encodeNumbers } from '../../core/network/encodeNumbers.ts';
import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { chunkCodecs } from '../chunkCodecs.ts';
import { deflateCodec } from '../deflateCodec.ts';
import { deltaCodec } from '../delta/deltaCodec.ts';
import { exponentCodec } from '../exponent/exponentCodec.ts';
import { derivedCodecs } from './derivedCodecs.ts';

/** The first codecs of what is left over: what they wrote is decoded for ever. */
const oldest = derivedCodecs([
  {
    id: deltaCodec.id,
    name: deltaCodec.name,
    needs: deltaCodec.needs,
    encode: (...given) => deltaCodec.encode(...given),
    decode: (...given) => deltaCodec.decode(...given),
  },
  exponentCodec,
  deflateCodec,
]);
const newest = chunkCodecs();

const codecOf = (codecs: readonly ChunkCodec[], kind: string): ChunkCodec => {
  const found = codecs.find(({ needs }) => needs === kind);
  if (found === undefined) throw new Error(`no codec of ${kind}`);
  return found;
};

/** Numbers of 32 bits, the same on every machine. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
}

function numbers(count: number, seed = 1): Float64Array {
  const next = generator(seed);
  return Float64Array.from({ length: count }, () => (next() / 2 ** 32 - 0.5) / (1 + (next() % 9)));
}

const specials = [
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  1e-310,
  5e-324,
  1e-42,
  3e-5,
  6e4,
  7e4,
  3.4e38,
  1e300,
];
const floats = (of: FloatName, count: number, seed: number): Uint8Array<ArrayBuffer> => {
  const values = numbers(count, seed);
  for (const [i, special] of specials.entries()) if (3 * i + 1 < count) values[3 * i + 1] = special;
  return encodeNumbers(of, [count], values).bytes.slice();
};

interface Sample {
  readonly derivation: Derivation;
  readonly bases: readonly Uint8Array[];
  readonly rawBytes: number;
  readonly element: ChunkElement;
}

const widths = { f64: 8, f32: 4, f16: 2, bf16: 2 } as const;

/** A derivation of each kind whose parameters are all in use. */
function samples(dtype: FloatName, count: number): Record<Derivation['is'], Sample> {
  const width = widths[dtype];
  const element = { bytes: width, float: true };
  const raw = count * width;
  const [a, b, c] = [1, 2, 3].map((seed) => floats(dtype, count, seed)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const half = Math.floor(raw / 2);
  const axis = (size: number, by = 1) => ({
    inner: 5,
    first: 3,
    values: Float64Array.from({ length: size }, (_, i) => by / (i + 3)),
  });
  const columns = Math.max(1, Math.floor(count / 4));
  const rows = Math.ceil((count + 2) / columns) + 1;
  const made = (
    derivation: Derivation,
    bases: readonly Uint8Array[],
    rawBytes = raw,
    of: ChunkElement = element,
  ): Sample => ({ derivation, bases, rawBytes, element: of });
  return {
    ranges: made({ is: 'ranges', pieces: [{ fromByte: raw + 1, bytes: half }, { fromByte: -1, bytes: 3 }, { fromByte: 0, bytes: raw - half - 3 }] }, [a, b]),
    gather: made({ is: 'gather', elementBytes: width, offset: 2, first: 1, axes: [{ extent: 3, stride: 1 }, { extent: Math.ceil((count + 1) / 3), stride: 1, table: Int32Array.from({ length: Math.ceil((count + 1) / 3) }, (_, i) => (i % 7 === 3 ? -1 : (i * 5) % (count - 4))) }] }, [a]),
    sum: made({ is: 'sum', dtype, form: 'sum', coefficients: Float64Array.of(0.3, 0.5, -0.1) }, [a, b, c]),
    cast: made({ is: 'cast', from: 'f32', to: dtype, offset: 2 }, [floats('f32', count + 2, 4)]),
    scaled: made({ is: 'scaled', from: 'i8', to: dtype, offset: 1, zero: -3, factors: axis(7) }, [a.slice(), floats('f32', count, 9)].slice(0, 2)),
    'low-rank': made({ is: 'low-rank', dtype, columns, first: 2 % columns, fromRow: 1, rank: 2, scale: 0.5, factors: { b: new Float32Array(numbers(2 * (rows + 1), 5)), a: new Float32Array(numbers(2 * columns, 6)) } }, [a]),
    quantised: made({ is: 'quantised', from: dtype, to: 'u8', offset: 1, rounding: 'even', zero: 128, low: 0, high: 255, scales: axis(4, 0.01) }, [floats(dtype, count + 1, 7)], count, { bytes: 1, float: false }),
    largest: made({ is: 'largest', from: dtype, inner: 3, divisor: 127 }, [a], 4 * Math.floor(count / 6), { bytes: 4, float: true }),
    masked: made({ is: 'masked', dtype, zeros: { below: 0.05 }, signed: true }, [a]),
  } as Record<Derivation['is'], Sample>; // prettier-ignore
}

/** The sample's prediction; what it says nothing of is 0. */
function predicted({ derivation, bases, rawBytes }: Sample): Uint8Array<ArrayBuffer> {
  const prediction = predict(derivation, bases, rawBytes);
  if (prediction === undefined) throw new Error(`${derivation.is} does not fit`);
  return prediction.bytes;
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 24);
const dtypes = ['f64', 'f32', 'f16', 'bf16'] as const;
const kinds = Object.keys(samples('f32', 60));

describe('codecs of derivations', () => {
  it.each(dtypes.flatMap((dtype) => kinds.map((kind) => [kind, dtype] as const)))(
    'give back every chunk: %s, %s',
    (kind, dtype) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 40, max: 400 }),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 40 }),
          fc.integer({ min: 0, max: 3 }),
          (count, changes, tail) => {
            const one = samples(dtype, count)[kind as Derivation['is']];
            const isMoved = kind === 'ranges' || kind === 'gather' || kind === 'masked';
            const rawBytes =
              one.rawBytes +
              (isMoved || kind === 'sum' ? 0 : Math.min(tail, one.element.bytes - 1));
            const chunk = predicted({ ...one, rawBytes }).slice();
            for (const [at, to] of changes) chunk[at % rawBytes] = to;
            for (const codecs of [oldest, newest]) {
              const codec = codecOf(codecs, kind);
              const encoded = codec.encode(chunk, one.bases, one.element, one.derivation);
              if (encoded !== undefined)
                expect(codec.decode(encoded, one.bases, rawBytes)).toEqual(chunk);
            }
          },
        ),
        { numRuns: 30 },
      );
    },
  );

  it('takes a handful of bytes for what is predicted wholly', () => {
    const base = encodeNumbers('f32', [5000], numbers(5000)).bytes;
    const chunk = encodeNumbers('f16', [5000], numbers(5000).map(Math.fround)).bytes;
    const derivation = { is: 'cast', from: 'f32', to: 'f16', offset: 0 } as const;
    const encoded = codecOf(newest, 'cast').encode(
      chunk,
      [base],
      { bytes: 2, float: true },
      derivation,
    );
    expect(encoded?.length).toBeLessThan(10);
  });

  it('codes a map by the size of what it covers', () => {
    const base = encodeNumbers('f32', [4000], numbers(4000)).bytes;
    const values = numbers(4000).map((value, i) =>
      Math.abs(value) < 0.05 && i % 10 > 0 ? 0 : value,
    );
    const chunk = encodeNumbers('f32', [4000], values).bytes;
    const codec = codecOf(newest, 'masked');
    const derivation = { is: 'masked', dtype: 'f32', zeros: 'map', signed: false } as const;
    const encoded = codec.encode(chunk, [base], { bytes: 4, float: true }, derivation);
    expect(encoded?.length).toBeLessThan(500);
    expect(codec.decode(encoded as Uint8Array, [base], 16_000)).toEqual(chunk);
  });

  it('does not apply without a derivation of its kind, or with one that does not fit', () => {
    const chunk = floats('f32', 100, 1);
    for (const kind of kinds) {
      const codec = codecOf(newest, kind);
      expect(codec.encode(chunk, [chunk], { bytes: 4, float: true })).toBeUndefined();
      const { derivation } = samples('f32', 100)[kind as Derivation['is']];
      expect(
        codec.encode(chunk, [chunk.subarray(0, 8)], { bytes: 4, float: true }, derivation),
      ).toBeUndefined();
    }
  });

  it('refuses damaged parameters, or gives the right length, and allocates no more than that takes', () => {
    for (const kind of kinds) {
      const one = samples('f32', 200)[kind as Derivation['is']];
      const codec = codecOf(newest, kind);
      const chunk = predicted(one);
      const encoded = codec.encode(chunk, one.bases, one.element, one.derivation);
      if (encoded === undefined) throw new Error(`${kind} has nothing to damage`);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
          fc.nat(30),
          (damage, cut) => {
            const bad = encoded.slice(0, Math.max(1, encoded.length - cut));
            for (const [at, to] of damage) bad[at % Math.min(bad.length, 40)] = to;
            try {
              expect(codec.decode(bad, one.bases, one.rawBytes).length).toBe(one.rawBytes);
            } catch (error) {
              if (!isLineageError(error, 'codec-invalid')) throw error;
            }
          },
        ),
        { numRuns: 400 },
      );
    }
  });
});

/*
 * What chunks of each kind are predicted to be, and how they were first stored: these never change.
 */
const golden: Record<string, { readonly predicts: string; readonly stored: string }> = {
  largest: {
    predicts:
      '8fc49bac9f46695128d964d8 67c559aca30d75a9200dd609 5f8cf77d25167509533d139f c0579f6357ade1f0959dc593',
    stored: '01030000000000c05f40010600f00000a3055ee52a022fa02000527a4ad025731540010008',
  },
  ranges: {
    predicts:
      '62f31f4c3e86ea0431169aba a4349e159ca26dbdc453ed21 0380366306825a897d689f4e 722e198eaaba7e60ae0c0319',
    stored:
      '03e003c2070007da03a10b0001220e007f0000010100b0077054163f25a002600880200013001fd04e4b00000080011800000000',
  },
  gather: {
    predicts:
      '82db64d850c9950cf1173e5b eeec032c951931a608d3c8d0 e55ae31d0faf3dc250736f98 2674b9b2c99ecc942d8e9082',
    stored:
      '020400020002060200530200290100010801080117011201080108010801080108015d01120108010801080108010801a30101120108010801080108010801e90101d501010801080108010801080147011201080108010801080108018d0101120108011f0e007f0000010100a207631102000cd002501fb020e003502ab02c3800000103046360c0004d9842840100',
  },
  sum: {
    predicts:
      '1762cd090e7fe80e754a78fb 62335f0a1124e01ae5c7edac 802be6f880d59932b6a6e0af bcb7d99a854f44c341287769',
    stored:
      '01000308333333333333d33f000000000000e03f9a9999999999b9bf010e007f0000010100a3068eb50500a4400490aa002ed099909842186001000c',
  },
  cast: {
    predicts:
      '3723688a19c86ed7b915c331 8ed86879a727e0a341434518 7f3f6d1ef9cab81edffd1ec2 58a0d3b91a3c91526d2f8766',
    stored: '01010400010e007f0000010100b206f6d40a0058b08550a890a8a055003822194000000a',
  },
  scaled: {
    predicts:
      '9288055d83b379b63c46afc6 7cc85701a3cc0ca7ee7e2430 63fd573947747682fa826199 309ce87a9e46f01b7d181160',
    stored:
      '0401020005000506000708555555555555d53f000000000000d03f9a9999999999c93f555555555555c53f922449922449c23f000000000000c03f1cc7711cc771bc3f010e007f0000010100aa062e950500ad60798029f06c90b7500cc704e001000e',
  },
  'low-rank': {
    predicts:
      '5242bc056384d5eb531fcb4a 8a1009590580de6e98b83cc0 d6e08443bfcca1ab7b09583a d20b4c07938cd3ba3ffaaaf4',
    stored:
      '011e020102000000000000e03f010e8d7aeebc518b83bd8fffc43cc309bfb9cec3b7bdb689debe53528cb9340a70bd0c10d9bbb9fd403e7ceb753d70c2803ecc9ccb3ccbdff53d3ca5f105bdd54f7a3d063355bc0fac433dcba10c3cdc91503baf8688bb3851a8bcb0b7813c0d2126be98f5e93c213937bc7604de3d32d5223d3fd419bd7dd1273d8071eebdb10f2abd57fe4b3ded9771bc0d37763dcc929a3d14848c3d00e855bbd04cd6beabbc54bd0eed17be7d29973dfaa014be76adfe3dcb24e9bdebb2b5bda99016bc66a4833c77d03a3d3aaf153dc97588bd95a261bed82fdc3cc5c9163ea347dabc999f62bdb693d4bc76cd4b3de0081f3eb857643dcf37cb3dce3140bd20101bbdd125b53df03f653e03bfe3bdb723613d488a0b3eb0f4a1bc7f332ebdafc5853d7b75febd20d4933d6f0bc83b010e007f0000010100a107f2c42e0008802ae02e702c00227024f03e341bc000000e',
  },
  quantised: {
    predicts:
      'e80edc14d769a0916a69faca e80edc14d769a0916a69faca e80edc14d769a0916a69faca 8738cc15e36e7337c8851f13',
    stored:
      '01010002008002000000fe03000105060004084f1be8b4814e6b3f7b14ae47e17a643ffca9f1d24d62603f4f1be8b4814e5b3f010018cf00002e07c06f20000ea02f802df021f03f200f449079b901',
  },
  masked: {
    predicts:
      '04e8e38a4eb9f78439462d2e 7ff978d27375a1819594e58a 159517b348d514db4f036880 3dfa79572dfacfa024fa83b6',
    stored: '01039a9999999999a93f010e007f0000010100a306e6b10500a44004903a102ed09990984200070070',
  },
};

describe('derivations as they were first stored', () => {
  it.each(kinds)('predict the same bytes for ever: %s', (kind) => {
    const found = dtypes.map((dtype) =>
      digest(predicted(samples(dtype, 120)[kind as Derivation['is']])),
    );
    expect(found.join(' ')).toBe(golden[kind]?.predicts);
  });

  it.each(kinds)('decode for ever: %s', (kind) => {
    const one = samples('f32', 120)[kind as Derivation['is']];
    const chunk = predicted(one).slice();
    for (const [i, byte] of [7, 130, 55].entries()) chunk[(i * 37) % chunk.length] = byte;
    const encoded = Uint8Array.from(Buffer.from(golden[kind]?.stored ?? '', 'hex'));
    for (const codecs of [oldest, newest])
      expect(codecOf(codecs, kind).decode(encoded, one.bases, one.rawBytes)).toEqual(chunk);
  });
});
