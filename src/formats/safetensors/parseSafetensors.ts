import type { ByteSource, ParsedModel } from '../../core/ports/modelFormats.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { formatFailures } from '../failures.ts';
import { partition } from '../segments/partition.ts';
import { readPayload } from '../segments/payloadReader.ts';
import { stateDictLayers } from '../stateDictLayers.ts';
import { tensorRole } from '../tensorRole.ts';
import { readHeader } from './readHeader.ts';

/**
 * Reads the structure of one safetensors file: the header is literal, each tensor a raw payload.
 *
 * @param name - for the model.
 * @throws LineageError `format-invalid`, `format-unsupported`, `file-unreadable`.
 */
export async function parseSafetensors(source: ByteSource, name: string): Promise<ParsedModel> {
  const header = await readHeader(source);
  const tensors = header.tensors.map(({ name, dtype, shape }, payload): TensorEntry => ({
    name,
    dtype,
    shape,
    payload,
    role: tensorRole(name.split('.'), dtype),
  }));
  const segments = partition(
    source.sizeBytes,
    header.tensors.map(({ offset, sizeBytes }, payload) => ({
      offset,
      sizeBytes,
      segment: { is: 'payload', payload, encoding: { is: 'raw' } },
    })),
    ({ offset }) => formatFailures(source.path, 'safetensors').invalid(offset, 'tensors overlap'),
  );
  return {
    name,
    format: 'safetensors',
    files: [{ source, segments }],
    payloadBytes: header.tensors.map(({ sizeBytes }) => sizeBytes),
    tensors,
    architecture: stateDictLayers(tensors, Object.fromEntries(header.metadata)),
    payload(index) {
      const tensor = header.tensors[index];
      if (tensor === undefined) throw new Error(`no payload ${index}`);
      const { offset, sizeBytes } = tensor;
      return readPayload({
        source,
        format: 'safetensors',
        offset,
        storedBytes: sizeBytes,
        encoding: { is: 'raw' },
        decodedBytes: sizeBytes,
      });
    },
  };
}
