import { dtypeBits, elementCount } from '../../core/dtype.ts';
import { encodeOnnx } from '../../core/network/encodeOnnx.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { WeightDifference } from '../../core/recipe/gradeReplay.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { gatherView } from '../../core/tensor/view.ts';
import { literalPieces } from '../import/literalPieces.ts';
import { PieceCache } from '../import/pieceCache.ts';
import { progressMeter } from '../import/progressMeter.ts';
import { scanModel, type ScannedModel } from '../import/scanModel.ts';
import { snapshotContent } from '../snapshotContent.ts';
import type { MadeModel } from './creationFunction.ts';
import type { CreatePorts } from './createPorts.ts';
import { joinPieces } from './joinPieces.ts';
import { madeCandidate } from './madeCandidate.ts';
import type { StoredParent } from './parentModel.ts';

const differs = { sameStructure: false, differing: 0, elements: 0, largest: Infinity } as const;

/**
 * Compares a model that was made again with the stored one, tensor by tensor and bit by bit, and its
 * computation; the file's name and metadata aside.
 */
export async function compareMade(
  ports: CreatePorts,
  stored: StoredParent,
  made: MadeModel,
  run: Run,
): Promise<WeightDifference> {
  const candidate = await madeCandidate(ports, made.name, made.file);
  const total = candidate.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const meter = progressMeter(run, total, ports.now);
  const scanned = await scanModel(ports, candidate, new PieceCache(0), meter, run);
  const entries = new Map(stored.tensors.map((entry) => [entry.name, entry]));
  const { tensors } = scanned.parsed;
  const pairs = tensors.map((entry) => [entries.get(entry.name), entry] as const);
  if (entries.size !== tensors.length || pairs.some(([before, now]) => !alike(before, now)))
    return differs;
  if (!(await sameComputation(ports, stored, scanned, run))) return differs;
  let [differing, elements, largest] = [0, 0, 0];
  for (const [before, now] of pairs) {
    run.signal.throwIfAborted();
    // Text is part of the file's skeleton.
    if (before?.payload === undefined || now.payload === undefined) continue;
    elements += elementCount(now.shape);
    if (samePayload(stored, before, scanned, now)) continue;
    const old = (await stored.values([now.name])).get(now.name)?.bytes ?? new Uint8Array();
    const gap = difference(now, old, await bytesOf(scanned, now));
    differing += gap.differing;
    largest = Math.max(largest, gap.largest);
  }
  return { sameStructure: true, differing, elements, largest };
}

/** Whether two tensors are the same view of the same bytes, by their hash. */
function samePayload(
  { stored }: StoredParent,
  before: TensorEntry,
  { manifest }: ScannedModel,
  now: TensorEntry,
): boolean {
  const [was, is] = [stored.manifest.payloads[before.payload ?? -1], manifest.payloads[now.payload ?? -1]]; // prettier-ignore
  return was?.id === is?.id && JSON.stringify(before.view) === JSON.stringify(now.view);
}

function alike(before: TensorEntry | undefined, now: TensorEntry): boolean {
  return (
    before?.dtype === now.dtype &&
    before.shape.length === now.shape.length &&
    before.shape.every((extent, axis) => extent === now.shape[axis])
  );
}

/** Whether two models with the same tensors compute the same with them; state dicts compute nothing. */
async function sameComputation(
  ports: CreatePorts,
  { stored }: StoredParent,
  { parsed, skeleton, manifest }: ScannedModel,
  run: Run,
): Promise<boolean> {
  if (manifest.skeleton === stored.manifest.skeleton) return true;
  if (skeleton.format !== stored.skeleton.format) return false;
  if (skeleton.format !== 'onnx') return true;
  const content = snapshotContent(ports.content, stored.skeleton, stored.manifest, run.signal);
  const before = await ports.formats.network(stored.skeleton, stored.manifest, content, run);
  const literals = () => literalPieces(parsed);
  const now = { payload: (index: number) => parsed.payload(index), literals };
  const after = await ports.formats.network(skeleton, manifest, now, run);
  const [a, b] = [graphBytes(before), graphBytes(after)];
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A network's nodes, inputs and outputs as bytes. */
function graphBytes(network: Network): Uint8Array {
  return encodeOnnx({ ...network, name: '', initializers: new Map() });
}

/** How many elements of a tensor differ in their bits, and by how much at most; infinite beside a NaN. */
function difference(
  { dtype, shape }: TensorEntry,
  before: Uint8Array<ArrayBuffer>,
  now: Uint8Array<ArrayBuffer>,
): { readonly differing: number; readonly largest: number } {
  const [was, is] = [before, now].map((bytes) => numbersOf({ dtype, shape, bytes })) as [
    Float64Array,
    Float64Array,
  ];
  // Elements smaller than a byte are told apart by their numbers, which they all have.
  const width = dtypeBits[dtype] / 8;
  const sameBits = (i: number): boolean => {
    for (let at = i * width; at < (i + 1) * width; at++) if (before[at] !== now[at]) return false;
    return true;
  };
  let [differing, largest] = [0, 0];
  for (let i = 0; i < is.length; i++) {
    if (width >= 1 ? sameBits(i) : was[i] === is[i]) continue;
    const gap = Math.abs((is[i] as number) - (was[i] as number));
    differing += 1;
    largest = Math.max(largest, Number.isNaN(gap) ? Infinity : gap);
  }
  return { differing, largest };
}

/** A tensor's own bytes, contiguous. */
async function bytesOf(
  { parsed }: ScannedModel,
  { name, dtype, shape, payload = 0, view }: TensorEntry,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await joinPieces(parsed.payload(payload), parsed.payloadBytes[payload] ?? 0);
  if (view === undefined) return bytes;
  const gathered = gatherView(bytes, { ...view, shape }, dtypeBits[dtype] / 8);
  if (gathered === undefined) throw new Error(`${name} reaches outside of its storage`);
  return gathered;
}
