import { LineageError } from '../core/lineageError.ts';
import type { ByteSource, ModelCandidate, ParsedModel } from '../core/ports/modelFormats.ts';
import type { Run } from '../core/ports/run.ts';
import { formatFailures } from './failures.ts';
import { joinShards } from './joinShards.ts';
import { isShardIndexPath, readShardIndex } from './shardIndex.ts';
import { baseName, shardName } from './shardNames.ts';
import { quoted } from './text.ts';

/**
 * Reads a model that lies in several files, each a model file of its own, with an index or without.
 *
 * @param parseOne - reads one shard.
 * @throws LineageError `companion-missing` for a shard that is not there; and what `parseOne` throws.
 */
export async function parseSharded(
  candidate: ModelCandidate,
  parseOne: (source: ByteSource, name: string) => Promise<ParsedModel>,
  run: Run,
): Promise<ParsedModel> {
  const [main] = candidate.files;
  if (main === undefined) throw new Error('a candidate without files');
  const index = isShardIndexPath(main.path) ? main : undefined;
  const stated = index === undefined ? undefined : await readShardIndex(index);
  const byName = new Map(candidate.files.map((file) => [baseName(file.path), file]));
  const shards: ByteSource[] = [];
  for (const needs of stated?.shards ?? siblings(main)) {
    const shard = byName.get(needs);
    if (shard === undefined)
      throw new LineageError('companion-missing', { file: main.path, needs });
    shards.push(shard);
  }
  const parsed: ParsedModel[] = [];
  for (const shard of shards) {
    run.signal.throwIfAborted();
    parsed.push(await parseOne(shard, candidate.name));
  }
  const joined = joinShards(candidate.name, candidate.format, index, parsed);
  if (index !== undefined && stated !== undefined && candidate.format === 'safetensors')
    checkIndex(index, stated.weightMap, parsed);
  return joined;
}

function siblings(main: ByteSource): string[] {
  const name = shardName(baseName(main.path));
  if (name === undefined) return [baseName(main.path)];
  return Array.from({ length: name.count }, (_, index) => name.sibling(index + 1));
}

/** Every tensor is where the index says; tensors that it does not mention are none the worse. */
function checkIndex(
  index: ByteSource,
  weightMap: ReadonlyMap<string, string>,
  shards: readonly ParsedModel[],
): void {
  const found = new Map<string, string>();
  for (const shard of shards)
    for (const { name } of shard.tensors)
      found.set(name, baseName(shard.files[0]?.source.path ?? ''));
  for (const [tensor, shard] of weightMap)
    if (found.get(tensor) !== shard)
      throw formatFailures(index.path, 'safetensors').invalid(
        0,
        `the index puts the tensor ${quoted(tensor)} in ${quoted(shard)}, where it is not`,
      );
}
