import type { Derivation } from '../../core/delta/derivation.ts';
import { predict } from '../../core/delta/predict.ts';
import { joinedBases } from '../../core/delta/prediction.ts';
import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import { byteReader } from '../byteReader.ts';
import { byteWriter } from '../byteWriter.ts';
import { putMap, takeMap, zeroedIn } from './maskMap.ts';
import {
  castParameters,
  gatherParameters,
  largestParameters,
  lowRankParameters,
  maskedParameters,
  quantisedParameters,
  rangesParameters,
  scaledParameters,
  sumParameters,
  type Parameters,
} from './parameters.ts';
import { innerCodecs, putResidual, takeResidual, type InnerCodecs } from './residual.ts';

/**
 * Chunks as what derivations from other chunks leave over, a codec for each kind. The bytes are
 * specified in `docs/storage-format.md`, "Derivations".
 *
 * @param plain - the codecs that write what is left over. Those that chunks were stored with must
 *   stay among them.
 */
export function derivedCodecs(plain: readonly ChunkCodec[]): readonly ChunkCodec[] {
  const inner = innerCodecs(plain);
  return [
    derivedCodec(16, 'ranges', rangesParameters, inner),
    derivedCodec(17, 'gather', gatherParameters, inner),
    derivedCodec(18, 'sum', sumParameters, inner),
    derivedCodec(19, 'cast', castParameters, inner),
    derivedCodec(20, 'scaled', scaledParameters, inner),
    derivedCodec(21, 'low-rank', lowRankParameters, inner),
    derivedCodec(22, 'quantised', quantisedParameters, inner),
    derivedCodec(23, 'masked', maskedParameters, inner),
    derivedCodec(24, 'largest', largestParameters, inner),
  ];
}

type Of<K extends Derivation['is']> = Extract<Derivation, { readonly is: K }>;

function derivedCodec<K extends Derivation['is']>(
  id: number,
  kind: K,
  parameters: Parameters<Of<K>>,
  inner: InnerCodecs,
): ChunkCodec {
  return {
    id,
    name: kind,
    needs: kind,
    encode(bytes, bases, element, derivation) {
      if (derivation?.is !== kind) return undefined;
      const out = byteWriter();
      parameters.put(out, derivation as Of<K>);
      const map = isMap(derivation) && joinedBases(bases);
      const zeroed =
        map && map.length === bytes.length ? zeroedIn(derivation.dtype, bytes, map) : undefined;
      if (map && zeroed !== undefined) putMap(out, derivation.dtype, zeroed, map);
      const prediction = predict(derivation, bases, bytes.length, zeroed);
      if (prediction === undefined || !putResidual(out, inner, bytes, prediction, element))
        return undefined;
      const encoded = out.finish();
      return encoded.length < bytes.length ? encoded : undefined;
    },
    decode(encoded, bases, rawBytes) {
      const reader = byteReader(encoded, kind);
      const baseBytes = bases.reduce((sum, base) => sum + base.length, 0);
      const derivation: Derivation = parameters.take(reader, baseBytes + rawBytes);
      const map = isMap(derivation) && joinedBases(bases);
      if (map && map.length !== rawBytes) throw reader.invalid('the base has another length');
      const zeroed = map ? takeMap(reader, derivation.dtype, map) : undefined;
      const prediction = predict(derivation, bases, rawBytes, zeroed);
      if (prediction === undefined) throw reader.invalid('it does not fit its bases');
      return takeResidual(reader, inner, prediction);
    },
  };
}

function isMap(derivation: Derivation): derivation is Of<'masked'> {
  return derivation.is === 'masked' && derivation.zeros === 'map';
}
