import type { ByteSource, ParsedModel } from '../core/ports/modelFormats.ts';
import type { FormatName, TensorEntry } from '../core/snapshot.ts';
import { formatFailures } from './failures.ts';
import { maxTensors } from './limits.ts';
import { stateDictLayers } from './stateDictLayers.ts';
import { quoted } from './text.ts';

/**
 * Several parsed files as one model: payloads and tensors in the order of the files.
 *
 * @param index - a literal file that comes first: the list of which shard holds what.
 * @throws LineageError `format-invalid` when two shards hold a tensor of one name.
 */
export function joinShards(
  name: string,
  format: FormatName,
  index: ByteSource | undefined,
  shards: readonly ParsedModel[],
): ParsedModel {
  const tensors: TensorEntry[] = [];
  const payloadBytes: number[] = [];
  const files: ParsedModel['files'][number][] = [];
  const owners: { readonly shard: ParsedModel; readonly first: number }[] = [];
  const names = new Set<string>();
  if (index !== undefined)
    files.push({
      source: index,
      segments: [{ is: 'literal', offset: 0, sizeBytes: index.sizeBytes }],
    });
  for (const shard of shards) {
    const first = payloadBytes.length;
    owners.push({ shard, first });
    for (const { source, segments } of shard.files)
      files.push({
        source,
        segments: segments.map((segment) =>
          segment.is === 'literal' ? segment : { ...segment, payload: segment.payload + first },
        ),
      });
    for (const size of shard.payloadBytes) payloadBytes.push(size);
    for (const tensor of shard.tensors) {
      const fail = formatFailures(shard.files[0]?.source.path ?? name, format);
      if (names.has(tensor.name))
        throw fail.invalid(0, `the tensor ${quoted(tensor.name)} is in another shard too`);
      if (names.size >= maxTensors) throw fail.unsupported(0, `more than ${maxTensors} tensors`);
      names.add(tensor.name);
      tensors.push(
        tensor.payload === undefined ? tensor : { ...tensor, payload: tensor.payload + first },
      );
    }
  }
  const facts = Object.assign({}, ...shards.map((shard) => shard.architecture.metadata)) as Record<
    string,
    string
  >;
  return {
    name,
    format,
    files,
    payloadBytes,
    tensors,
    architecture: stateDictLayers(tensors, facts),
    payload(at) {
      const owner = owners.findLast(({ first }) => first <= at);
      if (owner === undefined) throw new Error(`no payload ${at}`);
      return owner.shard.payload(at - owner.first);
    },
  };
}
