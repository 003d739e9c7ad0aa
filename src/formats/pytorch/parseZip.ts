import type { ByteSource, ParsedModel } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { formatFailures } from '../failures.ts';
import type { FormatFailures } from '../failures.ts';
import { maxPickleBytes } from '../limits.ts';
import { partition } from '../segments/partition.ts';
import { stateDictLayers } from '../stateDictLayers.ts';
import { latin1, quoted } from '../text.ts';
import { readEntry } from '../zip/readEntry.ts';
import { readZip } from '../zip/readZip.ts';
import type { ZipArchive } from '../zip/readZip.ts';
import { collectTensors } from './collectTensors.ts';
import { unpickle } from './pickle/unpickle.ts';
import type { PickleValue, StorageValue } from './pickle/values.ts';
import type { PytorchOptions } from './pytorchOptions.ts';
import { tensorEntries } from './tensorEntries.ts';
import { torchWorld } from './torchWorld.ts';
import { zipPayloads } from './zipPayloads.ts';

/**
 * Reads the structure of a zip checkpoint: `torch.save` since PyTorch 1.6, and TorchScript archives.
 *
 * Source: torch/csrc/jit/serialization/export.cpp; caffe2/serialize/inline_container.h.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `pickle-refused`, `file-unreadable`.
 */
export async function parseZip(
  source: ByteSource,
  name: string,
  run: Run,
  options: PytorchOptions = {},
): Promise<ParsedModel> {
  const fail = formatFailures(source.path, 'PyTorch checkpoint');
  const archive = await readZip(source, 'PyTorch checkpoint');
  const root = archiveRoot(archive);
  if (root === undefined) throw fail.invalid(0, 'the archive has no data.pkl in its folder');
  await checkByteOrder(source, archive, root, fail);
  run.signal.throwIfAborted();
  const roots: PickleValue[] = [];
  const storages = new Map<string, StorageValue>();
  const data = await readPickle(source, archive, root, 'data', fail);
  const constants = await readPickle(source, archive, root, 'constants', fail);
  for (const [part, read] of [
    ['data', data],
    ['constants', constants],
  ] as const) {
    if (read === undefined) continue;
    for (const [key, storage] of read.storages) storages.set(key, storage);
    roots.push(part === 'data' ? read.value : named(part, read.value));
  }
  const payloads = await zipPayloads(source, archive, root, storages, run, fail, options);
  const found = collectTensors(roots, fail);
  const tensors = tensorEntries(found.tensors, ({ storage }) => payloads.indexOf(storage.key));
  const segments = partition(source.sizeBytes, payloads.placed, ({ offset }) =>
    fail.invalid(offset, 'two storages overlap'),
  );
  return {
    name,
    format: 'pytorch',
    files: [{ source, segments }],
    payloadBytes: payloads.sizes,
    tensors,
    architecture: stateDictLayers(tensors, found.facts),
    payload: (index) => payloads.read(index),
  };
}

/** The folder that holds everything, with its slash, where the archive is PyTorch's. */
export function archiveRoot(archive: ZipArchive): string | undefined {
  const pickles = [...archive.byName.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [only] = pickles;
  return pickles.length === 1 ? only?.slice(0, -'data.pkl'.length) : undefined;
}

async function checkByteOrder(
  source: ByteSource,
  archive: ZipArchive,
  root: string,
  fail: FormatFailures,
): Promise<void> {
  const entry = archive.byName.get(`${root}byteorder`);
  if (entry === undefined) return;
  const order = latin1(await readEntry(source, entry, 64, fail));
  if (order !== 'little')
    throw fail.unsupported(entry.dataOffset, `the byte order ${quoted(order)}`);
}

async function readPickle(
  source: ByteSource,
  archive: ZipArchive,
  root: string,
  part: 'data' | 'constants',
  fail: FormatFailures,
): Promise<{ value: PickleValue; storages: ReadonlyMap<string, StorageValue> } | undefined> {
  const entry = archive.byName.get(`${root}${part}.pkl`);
  if (entry === undefined) return undefined;
  const bytes = await readEntry(source, entry, maxPickleBytes, fail);
  const world = torchWorld(source.path, `${part}/`);
  const window = { bytes, origin: entry.dataOffset, available: bytes.length };
  const { value } = unpickle(source.path, window, world);
  return { value, storages: world.storages };
}

/** TorchScript's constants beside the module's own attributes: under a name of their own. */
function named(part: string, value: PickleValue): PickleValue {
  return { is: 'dict', entries: [[part, value]] };
}
