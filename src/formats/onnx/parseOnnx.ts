import { LineageError } from '../../core/lineageError.ts';
import type {
  ByteSource,
  ModelCandidate,
  ParsedModel,
  ParsedSegment,
} from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { PayloadEncoding } from '../../core/snapshot.ts';
import type { PlacedSegment } from '../segments/partition.ts';
import { partition } from '../segments/partition.ts';
import { readPayload } from '../segments/payloadReader.ts';
import { extractArchitecture } from './layers/architecture.ts';
import { companionPath } from './location.ts';
import { readModel } from './readModel.ts';
import { collectTensors } from './tensors/collectTensors.ts';
import type { FoundTensor, ScatteredPlace } from './tensors/place.ts';
import { readScattered } from './tensors/readScattered.ts';
import type { Failure } from './wire/failure.ts';
import { onnxFailure } from './wire/failure.ts';

/**
 * Reads an ONNX model: `files[0]` is the graph, the others are its external data.
 *
 * Values of tensors are not read, but for varints, which are scanned. A payload is a segment of its
 * file where encoding it anew gives the same bytes; else the bytes stay literal as well.
 *
 * Tensors with one range of a data file share a payload; ranges that overlap in part are refused.
 *
 * Source: onnx/onnx.proto and docs/ExternalData.md.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `companion-missing`,
 *   `companion-escapes`, `file-unreadable`.
 */
export async function parseOnnx(candidate: ModelCandidate, run: Run): Promise<ParsedModel> {
  const [main, ...companions] = candidate.files;
  if (main === undefined) throw new Error('a model candidate without a file');
  const failure = onnxFailure(main.path);
  const read = await readModel(main, failure, run);
  const collection = collectTensors(read, failure);
  const placed = placePayloads(collection.tensors, main, companions, failure);
  const { architecture, roles } = extractArchitecture(read, collection, failure);
  return {
    name: candidate.name,
    format: 'onnx',
    files: candidate.files.map((source) => ({
      source,
      segments: segmentsOf(source, placed.payloads),
    })),
    payloadBytes: placed.payloads.map(({ sizeBytes }) => sizeBytes),
    tensors: collection.tensors.map(({ name, dtype, shape }, index) => {
      const payload = placed.payloadOf[index];
      const entry = { name, dtype, shape, role: roles[index] ?? 'constant' };
      return payload === undefined ? entry : { ...entry, payload };
    }),
    architecture,
    payload: (index) => payloadOf(placed.payloads[index], failure),
  };
}

interface PlacedRun {
  readonly is: 'run';
  readonly source: ByteSource;
  readonly offset: number;
  readonly storedBytes: number;
  readonly encoding: PayloadEncoding;
}

/** A payload: where its bytes are, and the tensor it was found for. */
interface PlacedPayload {
  readonly tensor: string;
  readonly sizeBytes: number;
  readonly place:
    | PlacedRun
    | { readonly is: 'empty' }
    | { readonly is: 'scattered'; readonly source: ByteSource; readonly field: ScatteredPlace };
}

interface PlacedPayloads {
  readonly payloads: readonly PlacedPayload[];
  /** By tensor; undefined for strings. */
  readonly payloadOf: readonly (number | undefined)[];
}

function placePayloads(
  tensors: readonly FoundTensor[],
  main: ByteSource,
  companions: readonly ByteSource[],
  failure: Failure,
): PlacedPayloads {
  const payloads: PlacedPayload[] = [];
  const shared = new Map<string, number>();
  const byPath = new Map(companions.map((source) => [source.path, source]));
  const payloadOf = tensors.map(({ name, at, sizeBytes, place }) => {
    const add = (where: PlacedPayload['place']): number =>
      payloads.push({ tensor: name, sizeBytes, place: where }) - 1;
    switch (place.is) {
      case 'literal':
        return undefined;
      case 'empty':
        return add(place);
      case 'scattered':
        return add({ is: 'scattered', source: main, field: place });
      case 'run':
        return add({ ...place, source: main });
      case 'external': {
        const path = companionPath(main.path, place.location);
        const source = byPath.get(path);
        if (source === undefined)
          throw new LineageError('companion-missing', { file: main.path, needs: place.location });
        if (sizeBytes > source.sizeBytes - place.offset)
          throw failure.invalid(
            at,
            `tensor ${name} takes bytes ${place.offset} to ${place.offset + sizeBytes} of ${place.location}, which has ${source.sizeBytes}`,
          );
        const key = `${path}\n${place.offset}\n${sizeBytes}`;
        const index =
          shared.get(key) ??
          add({
            is: 'run',
            source,
            offset: place.offset,
            storedBytes: sizeBytes,
            encoding: { is: 'raw' },
          });
        shared.set(key, index);
        return index;
      }
    }
  });
  return { payloads, payloadOf };
}

function segmentsOf(source: ByteSource, payloads: readonly PlacedPayload[]): ParsedSegment[] {
  const placed = payloads.flatMap(({ place }, payload): PlacedSegment[] => {
    if (place.is !== 'run' || place.source !== source) return [];
    const { offset, storedBytes, encoding } = place;
    return [{ offset, sizeBytes: storedBytes, segment: { is: 'payload', payload, encoding } }];
  });
  return partition(source.sizeBytes, placed, ({ offset, segment }) =>
    onnxFailure(source.path).invalid(
      offset,
      `the values of tensor ${payloads[segment.payload]?.tensor ?? ''} overlap another tensor's`,
    ),
  );
}

function payloadOf(
  payload: PlacedPayload | undefined,
  failure: Failure,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  if (payload === undefined) throw new Error('no such payload');
  const { place, sizeBytes } = payload;
  switch (place.is) {
    case 'run':
      return readPayload({ ...place, format: 'onnx', decodedBytes: sizeBytes });
    case 'scattered':
      return readScattered(place.source, place.field, failure);
    case 'empty':
      return nothing();
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of nothing
async function* nothing(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* [];
}
