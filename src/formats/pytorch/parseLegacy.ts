import { dtypeBits } from '../../core/dtype.ts';
import type { ByteSource, ParsedModel } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { formatFailures } from '../failures.ts';
import type { FormatFailures } from '../failures.ts';
import { maxTensors } from '../limits.ts';
import { partition } from '../segments/partition.ts';
import { readPayload } from '../segments/payloadReader.ts';
import { stateDictLayers } from '../stateDictLayers.ts';
import { quoted } from '../text.ts';
import { collectTensors } from './collectTensors.ts';
import { pickleStream } from './pickleStream.ts';
import { isObjectLike, isSequence } from './pickle/values.ts';
import type { PickleValue, StorageValue } from './pickle/values.ts';
import { tensorEntries } from './tensorEntries.ts';
import { torchWorld } from './torchWorld.ts';

/** The number that the first pickle of the stream is. Source: torch/serialization.py, `MAGIC_NUMBER`. */
export const legacyMagic = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;

/**
 * Reads the structure of a checkpoint in PyTorch's older form: pickles (magic number, protocol
 * version, system, the object, keys of the storages), then each storage as a count of elements
 * (int64) and its bytes.
 *
 * Source: torch/serialization.py, `_legacy_save` and `_legacy_load`.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `pickle-refused`, `file-unreadable`.
 */
export async function parseLegacy(
  source: ByteSource,
  name: string,
  run: Run,
): Promise<ParsedModel> {
  const fail = formatFailures(source.path, 'PyTorch checkpoint');
  const world = torchWorld(source.path);
  const stream = pickleStream(source, world);
  if ((await stream.next()) !== legacyMagic)
    throw fail.invalid(0, "the first number is not that of PyTorch's checkpoints");
  if ((await stream.next()) !== protocolVersion)
    throw fail.unsupported(0, 'a protocol of checkpoints other than 1001');
  checkSystem(await stream.next(), fail);
  run.signal.throwIfAborted();
  const value = await stream.next();
  const keysAt = stream.position();
  const keys = storageKeys(await stream.next(), keysAt, fail);
  const found = collectTensors([value], fail);
  const storages = await locate(source, keys, world.storages, stream.position(), fail);
  const indices = new Map(storages.map(({ key }, index) => [key, index]));
  const tensors = tensorEntries(found.tensors, ({ storage }) => {
    const index = indices.get(storage.key);
    if (index === undefined)
      throw fail.invalid(storage.at, `the storage ${quoted(storage.key)} is not in the file`);
    return index;
  });
  const segments = partition(
    source.sizeBytes,
    storages.map(({ offset, sizeBytes }, payload) => ({
      offset,
      sizeBytes,
      segment: { is: 'payload', payload, encoding: { is: 'raw' } },
    })),
    ({ offset }) => fail.invalid(offset, 'two storages overlap'),
  );
  return {
    name,
    format: 'pytorch',
    files: [{ source, segments }],
    payloadBytes: storages.map(({ sizeBytes }) => sizeBytes),
    tensors,
    architecture: stateDictLayers(tensors, found.facts),
    payload(index) {
      const storage = storages[index];
      if (storage === undefined) throw new Error(`no payload ${index}`);
      const { offset, sizeBytes } = storage;
      return readPayload({
        source,
        format: 'pytorch',
        offset,
        storedBytes: sizeBytes,
        encoding: { is: 'raw' },
        decodedBytes: sizeBytes,
      });
    },
  };
}

/** {protocol_version, little_endian, type_sizes} */
function checkSystem(system: PickleValue, fail: FormatFailures): void {
  if (!isObjectLike(system) || system.is !== 'dict')
    throw fail.invalid(0, 'the description of the system is no dictionary');
  const order = system.entries.find(([key]) => key === 'little_endian')?.[1];
  if (order !== true) throw fail.unsupported(0, 'a checkpoint of a big-endian machine');
}

function storageKeys(value: PickleValue, at: number, fail: FormatFailures): string[] {
  if (!isSequence(value)) throw fail.invalid(at, 'the keys of the storages are no list');
  if (value.items.length > maxTensors)
    throw fail.unsupported(at, `more than ${maxTensors} storages`);
  const keys = value.items.map((key) => {
    if (typeof key !== 'string' && typeof key !== 'number')
      throw fail.invalid(at, 'the key of a storage is no string');
    return String(key);
  });
  if (new Set(keys).size !== keys.length)
    throw fail.invalid(at, 'two storages of the file have one key');
  return keys;
}

interface Located {
  readonly key: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

async function locate(
  source: ByteSource,
  keys: readonly string[],
  stated: ReadonlyMap<string, StorageValue>,
  start: number,
  fail: FormatFailures,
): Promise<Located[]> {
  const located: Located[] = [];
  let at = start;
  for (const key of keys) {
    const storage = stated.get(key);
    if (storage === undefined)
      throw fail.invalid(at, `nothing says what the storage ${quoted(key)} holds`);
    if (at + 8 > source.sizeBytes)
      throw fail.invalid(at, `the file is cut off before the storage ${quoted(key)}`);
    const count = new DataView((await source.read(at, 8)).buffer).getBigInt64(0, true);
    const sizeBytes = storage.wholeBytes;
    if (count !== BigInt(sizeBytes / (dtypeBits[storage.dtype] / 8)))
      throw fail.invalid(
        at,
        `the storage ${quoted(key)} has ${count.toString()} elements, not those of its ${sizeBytes} bytes`,
      );
    if (at + 8 + sizeBytes > source.sizeBytes)
      throw fail.invalid(at, `the file is cut off in the storage ${quoted(key)}`);
    located.push({ key, offset: at + 8, sizeBytes });
    at += 8 + sizeBytes;
  }
  return located;
}
