import { LineageError } from '../core/lineageError.ts';
import type { ByteSource } from '../core/ports/modelFormats.ts';
import { formatFailures } from './failures.ts';
import { maxHeaderBytes } from './limits.ts';
import { strictJson } from './safetensors/strictJson.ts';

/** What the index of a sharded model says. */
export interface ShardIndex {
  /** Names of the shards, in the order of their first mention. */
  readonly shards: readonly string[];
  /** Tensor → its shard's name. */
  readonly weightMap: ReadonlyMap<string, string>;
}

/** Whether a path is that of a shard index. */
export function isShardIndexPath(path: string): boolean {
  return /\.(safetensors|bin|pt|pth)\.index\.json$/i.test(path);
}

/**
 * Reads `*.safetensors.index.json` or `*.bin.index.json`: which shard holds which tensor.
 *
 * Names of shards are keys into the files that were given, never paths.
 * Source: huggingface_hub, "Sharded checkpoints".
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `companion-escapes`.
 */
export async function readShardIndex(source: ByteSource): Promise<ShardIndex> {
  const fail = formatFailures(source.path, 'index of a sharded model');
  if (source.sizeBytes > maxHeaderBytes)
    throw fail.unsupported(0, `an index of ${source.sizeBytes} bytes`);
  const bytes = await source.read(0, source.sizeBytes);
  const json = strictJson(bytes, 0, 'the index', fail);
  let weightMap: Map<string, string> | undefined;
  json.object((key) => {
    if (key !== 'weight_map') {
      json.skip();
      return;
    }
    const map = new Map<string, string>();
    json.object((tensor) => {
      map.set(tensor, json.string());
    });
    weightMap = map;
  });
  json.end();
  if (weightMap === undefined) throw fail.invalid(0, 'the index has no weight_map');
  const shards = [...new Set(weightMap.values())];
  if (shards.length === 0) throw fail.invalid(0, 'the index names no shard');
  for (const path of shards)
    if (path === '' || path.includes('..') || /[/\\:\0]/.test(path))
      throw new LineageError('companion-escapes', { file: source.path, path });
  return { shards, weightMap };
}
