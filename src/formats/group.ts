import { LineageError, isLineageError } from '../core/lineageError.ts';
import type { ByteSource, Grouping, ModelCandidate } from '../core/ports/modelFormats.ts';
import type { Run } from '../core/ports/run.ts';
import type { FormatName } from '../core/snapshot.ts';
import { onnxExternalLocations } from './onnx/externalLocations.ts';
import { looksLikeOnnx } from './onnx/looksLikeOnnx.ts';
import { isShardIndexPath, readShardIndex } from './shardIndex.ts';
import { baseName, folderOf, modelName, shardName } from './shardNames.ts';
import { sniff } from './sniff.ts';
import type { Sniffed } from './sniff.ts';
import { isTorchPickle } from './pytorch/isTorchPickle.ts';
import { sniffZip } from './sniffZip.ts';

/** Files whose first bytes are read at once. */
const concurrentReads = 8;

/** What one file is by itself. */
type Kind =
  | { readonly is: 'model'; readonly format: FormatName }
  | { readonly is: 'index' | 'ignored' | 'unknown' }
  | { readonly is: 'rejected'; readonly error: Error };

/**
 * Sorts a heap of files into models by their first bytes, whatever their names say; names only join
 * files to one model: external data of ONNX, shards with their index or numbered.
 *
 * A file that is named as a companion belongs to that model and is not judged by itself. A model that
 * lacks a companion stays a candidate, and its parser names what is missing. Candidates come in the
 * order of `files`.
 *
 * @throws nothing for a bad file: it is in `rejected`, and the rest goes on. AbortError passes.
 */
export async function group(files: readonly ByteSource[], run: Run): Promise<Grouping> {
  const kinds = await kindsOf(files, run);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const taken = new Set<ByteSource>();
  const models = new Map<ByteSource, ModelCandidate>();
  for (const file of files)
    if (kinds.get(file)?.is === 'index') await takeIndex(file, byPath, taken, models, kinds);
  for (const file of files) {
    const kind = kinds.get(file);
    if (kind?.is !== 'model' || kind.format !== 'onnx') continue;
    const companions = await externalData(file, byPath);
    for (const companion of companions) taken.add(companion);
    models.set(file, candidate(file, 'onnx', [file, ...companions]));
  }
  takeNumbered(files, kinds, taken, models);
  const sorted: { [Part in keyof Grouping]: Grouping[Part][number][] } = {
    candidates: [],
    rejected: [],
    ignored: [],
  };
  for (const file of files) {
    const model = models.get(file);
    if (taken.has(file)) continue;
    if (model !== undefined) sorted.candidates.push(model);
    else place(file, kinds.get(file), sorted);
  }
  return sorted;
}

function place(
  file: ByteSource,
  kind: Kind | undefined,
  sorted: { [Part in keyof Grouping]: Grouping[Part][number][] },
): void {
  if (kind?.is === 'model') sorted.candidates.push(candidate(file, kind.format, [file]));
  else if (kind?.is === 'rejected') sorted.rejected.push({ file, error: kind.error });
  else if (kind?.is === 'unknown') sorted.rejected.push({ file, error: unknown(file) });
  else sorted.ignored.push(file);
}

function candidate(
  main: ByteSource,
  format: FormatName,
  files: readonly ByteSource[],
): ModelCandidate {
  return { name: modelName(main.path), format, files };
}

function unknown(file: ByteSource, looksLike = 'data of no known form'): Error {
  return new LineageError('format-unknown', { file: file.path, looksLike });
}

async function kindsOf(
  files: readonly ByteSource[],
  run: Run,
): Promise<ReadonlyMap<ByteSource, Kind>> {
  const kinds = new Map<ByteSource, Kind>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      run.signal.throwIfAborted();
      kinds.set(file, await kindOf(file));
      const done = kinds.size;
      run.onProgress?.({ step: 'Looking at files', done, total: files.length, unit: 'files' });
    }
  };
  await Promise.all(Array.from({ length: concurrentReads }, worker));
  return kinds;
}

async function kindOf(file: ByteSource): Promise<Kind> {
  try {
    return await judged(file, await sniff(file));
  } catch (error) {
    if (isLineageError(error)) return { is: 'rejected', error };
    throw error;
  }
}

async function judged(file: ByteSource, sniffed: Sniffed): Promise<Kind> {
  switch (sniffed.is) {
    case 'safetensors':
      return { is: 'model', format: 'safetensors' };
    case 'zip': {
      const held = await sniffZip(file);
      if (held === 'pytorch') return { is: 'model', format: 'pytorch' };
      return { is: 'rejected', error: unknown(file, held.looksLike) };
    }
    case 'pickle': {
      if (await isTorchPickle(file)) return { is: 'model', format: 'pytorch' };
      // A varint that begins 0x80 could be ONNX, but field 0 is none of its fields.
      const looksLike = 'a Python pickle that PyTorch did not write: save it with torch.save';
      return { is: 'rejected', error: unknown(file, looksLike) };
    }
    case 'foreign':
      return { is: 'rejected', error: unknown(file, sniffed.looksLike) };
    case 'unknown':
      // With ONNX's extension its reader says what is wrong, which helps more than "unknown".
      return (await looksLikeOnnx(file)) || /\.onnx$/i.test(file.path)
        ? { is: 'model', format: 'onnx' }
        : { is: 'unknown' };
    case 'index':
    case 'ignored':
      return { is: sniffed.is };
  }
}

/** An index takes the shards that it names; one that names none is no model's index. */
async function takeIndex(
  index: ByteSource,
  byPath: ReadonlyMap<string, ByteSource>,
  taken: Set<ByteSource>,
  models: Map<ByteSource, ModelCandidate>,
  kinds: ReadonlyMap<ByteSource, Kind>,
): Promise<void> {
  if (!isShardIndexPath(index.path)) return;
  const shards: ByteSource[] = [];
  try {
    for (const name of (await readShardIndex(index)).shards) {
      const shard = byPath.get(folderOf(index.path) + name);
      if (shard !== undefined) shards.push(shard);
    }
  } catch (error) {
    // The parser of the candidate meets the same error and names it.
    if (!isLineageError(error)) throw error;
  }
  for (const shard of shards) taken.add(shard);
  const first = shards[0] === undefined ? undefined : kinds.get(shards[0]);
  const format = first?.is === 'model' ? first.format : formatOfName(index.path);
  models.set(index, candidate(index, format, [index, ...shards]));
}

function formatOfName(path: string): FormatName {
  return /\.safetensors\.index\.json$/i.test(path) ? 'safetensors' : 'pytorch';
}

async function externalData(
  file: ByteSource,
  byPath: ReadonlyMap<string, ByteSource>,
): Promise<ByteSource[]> {
  try {
    const companions = new Set<ByteSource>();
    for (const location of await onnxExternalLocations(file)) {
      const companion = byPath.get(folderOf(file.path) + location.replace(/^(\.\/)+/, ''));
      if (companion !== undefined && companion !== file) companions.add(companion);
    }
    return [...companions];
  } catch (error) {
    // The parser of the candidate meets the same error and names it.
    if (!isLineageError(error)) throw error;
    return [];
  }
}

/** Shards without an index are one model by their numbered names. */
function takeNumbered(
  files: readonly ByteSource[],
  kinds: ReadonlyMap<ByteSource, Kind>,
  taken: Set<ByteSource>,
  models: Map<ByteSource, ModelCandidate>,
): void {
  const sets = new Map<string, Numbered[]>();
  for (const file of files) {
    const one = taken.has(file) ? undefined : numbered(file, kinds.get(file));
    if (one === undefined) continue;
    const set = sets.get(one.set) ?? [];
    sets.set(one.set, set);
    set.push(one);
  }
  for (const set of sets.values()) {
    const [first, ...rest] = set.sort((a, b) => a.number - b.number);
    if (first === undefined) continue;
    for (const { file } of rest) taken.add(file);
    const { name, format, file } = first;
    models.set(file, { name, format, files: [file, ...rest.map((other) => other.file)] });
  }
}

/** A shard, with what all shards of its model have in common. */
interface Numbered {
  readonly file: ByteSource;
  readonly number: number;
  readonly set: string;
  readonly name: string;
  readonly format: FormatName;
}

function numbered(file: ByteSource, kind: Kind | undefined): Numbered | undefined {
  const shard = shardName(file.path);
  if (kind?.is !== 'model' || kind.format === 'onnx' || shard === undefined || shard.count === 1)
    return undefined;
  const set = `${kind.format} ${shard.count} ${shard.extension} ${shard.stem}`;
  const name = baseName(shard.stem);
  return { file, number: shard.number, set, name, format: kind.format };
}
