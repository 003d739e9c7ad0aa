import { dtypeBits, tensorBytes } from '../../core/dtype.ts';
import { encodeOnnx } from '../../core/network/encodeOnnx.ts';
import type { Literal } from '../../core/network/network.ts';
import type { ByteSource, ModelCandidate, SnapshotContent } from '../../core/ports/modelFormats.ts';
import type { FormatName, TensorEntry } from '../../core/snapshot.ts';
import { scatterView } from '../../core/tensor/scatterView.ts';
import { snapshotContent } from '../snapshotContent.ts';
import { streamOf } from '../streamOf.ts';
import { bytesSource } from './bytesSource.ts';
import type { MadeFile, ParentModel } from './creationFunction.ts';
import { joinPieces } from './joinPieces.ts';
import type { ParentPorts, StoredParent } from './parentModel.ts';

/**
 * The files of a made model, in memory, as an import would find them: so made and imported models are
 * read, checked and stored by the same code. A model that differs from its parent in values alone gets
 * the parent's files with those values, so that they share everything else.
 *
 * @param name - name of the model, without extension.
 * @throws LineageError what reading the parent throws.
 */
export async function madeCandidate(
  ports: ParentPorts,
  name: string,
  file: MadeFile,
): Promise<ModelCandidate> {
  switch (file.is) {
    case 'network': {
      const bytes = encodeOnnx(file.network, { metadata: file.metadata });
      return candidate(name, 'onnx', [bytesSource(fileName(name, '.onnx'), bytes)]);
    }
    case 'tensors': {
      const entries = [...file.tensors].map(([each, { dtype, shape }], payload): TensorEntry => {
        return { name: each, dtype, shape, payload, role: 'weight' };
      });
      const content = literalContent([...file.tensors.values()].map(({ bytes }) => bytes));
      const path = fileName(name, '.safetensors');
      const output = ports.formats.toSafetensors(path, entries, file.metadata, content);
      const bytes = await joinPieces(output.bytes, output.sizeBytes);
      return candidate(name, 'safetensors', [bytesSource(path, bytes)]);
    }
    case 'weights':
      return withWeights(ports, name, storedParent(file.of), file.tensors);
  }
}

function candidate(name: string, format: FormatName, files: readonly ByteSource[]): ModelCandidate {
  return { name, format, files };
}

function storedParent(parent: ParentModel): StoredParent {
  if (!('stored' in parent)) throw new Error('a parent that did not come from the store');
  return parent as StoredParent;
}

function literalContent(payloads: readonly Uint8Array<ArrayBuffer>[]): SnapshotContent {
  return {
    payload: (index) => streamOf(payloads[index] ?? new Uint8Array()),
    literals: () => streamOf(new Uint8Array()),
  };
}

async function withWeights(
  ports: ParentPorts,
  name: string,
  { stored }: StoredParent,
  tensors: ReadonlyMap<string, Literal>,
): Promise<ModelCandidate> {
  const { skeleton, manifest, node } = stored;
  const content = snapshotContent(ports.content, skeleton, manifest);
  const changed = await changedPayloads(stored, content, tensors);
  const outputs = ports.formats.assemble(skeleton, manifest, {
    payload: (index) => {
      const bytes = changed.get(index);
      return bytes === undefined ? content.payload(index) : streamOf(bytes);
    },
    literals: () => content.literals(),
  });
  const files: ByteSource[] = [];
  for (const output of outputs) {
    // Files that name each other keep their names.
    const path = outputs.length === 1 ? fileName(name, extensionOf(output.name)) : output.name;
    files.push(bytesSource(path, await joinPieces(output.bytes, output.sizeBytes)));
  }
  return candidate(name, node.summary.format, files);
}

/** Most characters of a file's name without its ending: of 4 bytes at most, and file systems take 255. */
const longestStem = 60;

/** A model's name as that of a file: without what file systems or paths give a meaning. */
function fileName(name: string, extension: string): string {
  const safe = name.replace(/[/\\:*?"<>|\p{C}\p{Zl}\p{Zp}]/gu, '-').replace(/^\.+/, '-');
  const stem = Array.from(safe).slice(0, longestStem).join('').trim();
  return `${stem === '' ? 'model' : stem}${extension}`;
}

function extensionOf(file: string): string {
  const dot = file.lastIndexOf('.');
  return dot > 0 ? file.slice(dot) : '';
}

/** The payloads that new values change, by index. */
async function changedPayloads(
  { skeleton, manifest }: StoredParent['stored'],
  content: SnapshotContent,
  tensors: ReadonlyMap<string, Literal>,
): Promise<Map<number, Uint8Array<ArrayBuffer>>> {
  const changed = new Map<number, Uint8Array<ArrayBuffer>>();
  const entries = new Map(skeleton.tensors.map((entry) => [entry.name, entry]));
  for (const [name, value] of tensors) {
    const entry = entries.get(name);
    if (entry?.payload === undefined) throw new Error(`the parent has no tensor ${name}`);
    if (value.bytes.length !== tensorBytes(entry.dtype, entry.shape))
      throw new Error(`${name} has ${value.bytes.length} bytes, which is not its shape's`);
    if (entry.view === undefined) {
      changed.set(entry.payload, value.bytes);
      continue;
    }
    const sizeBytes = manifest.payloads[entry.payload]?.sizeBytes ?? 0;
    const storage =
      changed.get(entry.payload) ?? (await joinPieces(content.payload(entry.payload), sizeBytes));
    const view = { ...entry.view, shape: entry.shape };
    scatterView(storage, view, dtypeBits[entry.dtype] / 8, value.bytes);
    changed.set(entry.payload, storage);
  }
  return changed;
}
