import { floatNames, numberNames } from '../../core/delta/numbers.ts';
import type {
  CastDerivation,
  Derivation,
  GatherAxis,
  GatherDerivation,
  LargestDerivation,
  LowRankDerivation,
  MaskedDerivation,
  QuantisedDerivation,
  RangesDerivation,
  ScaledDerivation,
  SumDerivation,
} from '../../core/delta/derivation.ts';
import { mostAxes } from '../../core/delta/predictMoved.ts';
import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';
import {
  putAlongAxis,
  putDouble,
  putDoubles,
  putLong,
  putTable,
  takeAlongAxis,
  takeDouble,
  takeDoubles,
  takeLong,
  takeTable,
} from './fieldsOfParameters.ts';

/** How the parameters of one kind of derivation are written, as docs/storage-format.md has it. */
export interface Parameters<D extends Derivation> {
  put(out: ByteWriter, derivation: D): void;
  /**
   * @param most - elements that chunk and bases can have together.
   * @throws LineageError `codec-invalid`.
   */
  take(reader: ByteReader, most: number): D;
}

export const rangesParameters: Parameters<RangesDerivation> = {
  put(out, { pieces }) {
    out.varint(pieces.length);
    let next = 0;
    for (const { fromByte, bytes } of pieces) {
      out.varint(2 * bytes + (fromByte < 0 ? 1 : 0));
      if (fromByte < 0) continue;
      putLong(out, fromByte - next);
      next = fromByte + bytes;
    }
  },
  take(reader, most) {
    const count = reader.varint();
    if (count > most) throw reader.invalid('there are more runs than bytes');
    const pieces: RangesDerivation['pieces'][number][] = [];
    let next = 0;
    while (pieces.length < count) {
      const head = reader.varint();
      const bytes = Math.floor(head / 2);
      if (head % 2 === 1) pieces.push({ fromByte: -1, bytes });
      else {
        const fromByte = next + takeLong(reader);
        if (fromByte < 0) throw reader.invalid('a run begins before the bases');
        pieces.push({ fromByte, bytes });
        next = fromByte + bytes;
      }
    }
    return { is: 'ranges', pieces };
  },
};

export const gatherParameters: Parameters<GatherDerivation> = {
  put(out, { elementBytes, offset, first, axes }) {
    out.byte(Math.log2(elementBytes));
    putLong(out, offset);
    putLong(out, first);
    out.byte(axes.length);
    for (const { extent, stride, table } of axes) {
      out.varint(2 * extent + (table === undefined ? 0 : 1));
      putLong(out, stride);
      if (table !== undefined) putTable(out, table);
    }
  },
  take(reader, most) {
    const width = reader.byte();
    if (width > 3) throw reader.invalid('elements have 1, 2, 4 or 8 bytes');
    const offset = takeLong(reader);
    const first = takeLong(reader);
    const count = reader.byte();
    if (count > mostAxes) throw reader.invalid('there are too many axes');
    const axes: GatherAxis[] = [];
    while (axes.length < count) {
      const head = reader.varint();
      const extent = Math.floor(head / 2);
      const stride = takeLong(reader);
      if (head % 2 === 0) axes.push({ extent, stride });
      else axes.push({ extent, stride, table: takeTable(reader, extent, 2 * most + 64) });
    }
    const elementBytes = ([1, 2, 4, 8] as const)[width] ?? 1;
    return { is: 'gather', elementBytes, offset, first, axes };
  },
};

const forms = ['sum', 'steps', 'mix'] as const;

export const sumParameters: Parameters<SumDerivation> = {
  put(out, { dtype, form, coefficients }) {
    putName(out, floatNames, dtype);
    putName(out, forms, form);
    putDoubles(out, coefficients);
  },
  take: (reader) => ({
    is: 'sum',
    dtype: takeName(reader, floatNames),
    form: takeName(reader, forms),
    coefficients: takeDoubles(reader),
  }),
};

export const castParameters: Parameters<CastDerivation> = {
  put(out, { from, to, offset }) {
    putName(out, numberNames, from);
    putName(out, floatNames, to);
    putLong(out, offset);
  },
  take: (reader) => ({
    is: 'cast',
    from: takeName(reader, numberNames),
    to: takeName(reader, floatNames),
    offset: takeLong(reader),
  }),
};

export const scaledParameters: Parameters<ScaledDerivation> = {
  put(out, { from, to, offset, zero, factors }) {
    putName(out, numberNames, from);
    putName(out, floatNames, to);
    putLong(out, offset);
    putLong(out, zero);
    putAlongAxis(out, factors);
  },
  take: (reader) => ({
    is: 'scaled',
    from: takeName(reader, numberNames),
    to: takeName(reader, floatNames),
    offset: takeLong(reader),
    zero: takeLong(reader),
    factors: takeAlongAxis(reader),
  }),
};

export const lowRankParameters: Parameters<LowRankDerivation> = {
  put(out, { dtype, columns, first, fromRow, rank, scale, factors }) {
    putName(out, floatNames, dtype);
    out.varint(columns);
    out.varint(first);
    out.varint(fromRow);
    out.varint(rank);
    putDouble(out, scale);
    out.byte(factors === undefined ? 0 : 1);
    if (factors === undefined) return;
    out.varint(factors.b.length);
    out.bytes(new Uint8Array(factors.b.slice().buffer));
    out.varint(factors.a.length);
    out.bytes(new Uint8Array(factors.a.slice().buffer));
  },
  take(reader) {
    const head = {
      is: 'low-rank',
      dtype: takeName(reader, floatNames),
      columns: reader.varint(),
      first: reader.varint(),
      fromRow: reader.varint(),
      rank: reader.varint(),
      scale: takeDouble(reader),
    } as const;
    const own = reader.byte();
    if (own > 1) throw reader.invalid('the factors are here or there');
    if (own === 0) return head;
    const singles = () => new Float32Array(reader.take(reader.varint() * 4).slice().buffer);
    return { ...head, factors: { b: singles(), a: singles() } };
  },
};

const codeNames = ['i8', 'u8'] as const;
const roundings = ['even', 'up'] as const;

export const quantisedParameters: Parameters<QuantisedDerivation> = {
  put(out, { from, to, offset, rounding, zero, low, high, scales }) {
    putName(out, floatNames, from);
    putName(out, codeNames, to);
    putName(out, roundings, rounding);
    for (const number of [offset, zero, low, high]) putLong(out, number);
    const given = 'values' in scales;
    out.byte(given ? 1 : 0);
    if (given) putAlongAxis(out, scales);
    else {
      out.varint(scales.inner);
      out.varint(scales.channels);
      putDouble(out, scales.divisor);
    }
  },
  take(reader) {
    const head = {
      is: 'quantised',
      from: takeName(reader, floatNames),
      to: takeName(reader, codeNames),
      rounding: takeName(reader, roundings),
      offset: takeLong(reader),
      zero: takeLong(reader),
      low: takeLong(reader),
      high: takeLong(reader),
    } as const;
    const given = reader.byte();
    if (given > 1) throw reader.invalid('scales are given or found');
    if (given === 1) return { ...head, scales: takeAlongAxis(reader) };
    const [inner, channels] = [reader.varint(), reader.varint()];
    return { ...head, scales: { inner, channels, divisor: takeDouble(reader) } };
  },
};

export const largestParameters: Parameters<LargestDerivation> = {
  put(out, { from, inner, divisor }) {
    putName(out, floatNames, from);
    out.varint(inner);
    putDouble(out, divisor);
  },
  take: (reader) => ({
    is: 'largest',
    from: takeName(reader, floatNames),
    inner: reader.varint(),
    divisor: takeDouble(reader),
  }),
};

export const maskedParameters: Parameters<MaskedDerivation> = {
  put(out, { dtype, zeros, signed }) {
    putName(out, floatNames, dtype);
    out.byte((zeros === 'map' ? 0 : 1) | (signed ? 2 : 0));
    if (zeros !== 'map') putDouble(out, zeros.below);
  },
  take(reader) {
    const dtype = takeName(reader, floatNames);
    const flags = reader.byte();
    if (flags > 3) throw reader.invalid('a mask has two flags');
    const signed = (flags & 2) !== 0;
    const zeros = (flags & 1) === 0 ? 'map' : { below: takeDouble(reader) };
    return { is: 'masked', dtype, zeros, signed };
  },
};

function putName<T extends string>(out: ByteWriter, names: readonly T[], name: T): void {
  out.byte(names.indexOf(name));
}

function takeName<T extends string>(reader: ByteReader, names: readonly T[]): T {
  const name = names[reader.byte()];
  if (name === undefined) throw reader.invalid('a kind is not known');
  return name;
}
