import { matchPayloads } from '../../core/construction/matchPayloads.ts';
import type { ModelFingerprint } from '../../core/construction/types.ts';
import type { NodeId } from '../../core/ids.ts';
import { isStepDtype, type StepDtype } from '../../core/lossy/steps.ts';
import type { Run } from '../../core/ports/run.ts';
import { inlineBytes, type Payload, type TensorEntry } from '../../core/snapshot.ts';
import { joinPieces } from '../create/joinPieces.ts';
import { parentModel, type StoredParent } from '../create/parentModel.ts';
import { payloadBytes } from '../snapshotContent.ts';
import { chooseBase } from './chooseBase.ts';
import type { LossyPorts } from './lossyPorts.ts';

/** A tensor that may be lossy: it fills a payload of its own. */
export interface LossyTensor {
  readonly name: string;
  /** All names of the payload: tied weights change together. */
  readonly names: readonly string[];
  readonly dtype: StepDtype;
  readonly shape: readonly number[];
  readonly payload: Payload;
  /** Its counterpart in the base, equally long and of the same dtype. */
  readonly base?: { readonly name: string; readonly payload: Payload };
  /** Bytes it takes now, without its base. */
  readonly storedBytes: number;
}

/** A stored model, what of it may be lossy, and what its steps would be counted from. */
export interface OpenLossy {
  readonly original: StoredParent;
  readonly base?: StoredParent;
  readonly tensors: readonly LossyTensor[];
  readonly exact: readonly { readonly name: string; readonly why: string }[];
  readonly rawBytes: number;
  readonly losslessBytes: number;
  /** The bytes of a payload of the original or its base. */
  read(payload: Payload): Promise<Uint8Array<ArrayBuffer>>;
}

/** Payloads of a model up to this size stay at hand while steps are tried. */
const keptBytes = 256 * 1024 * 1024;

/**
 * @param from - the base: chosen unless given.
 * @throws LineageError `node-missing`, `snapshot-missing`.
 */
export async function openLossy(
  ports: LossyPorts,
  id: NodeId,
  run: Run,
  from?: NodeId,
): Promise<OpenLossy> {
  const original = await parentModel(ports, id, run);
  const baseId = from ?? (await chooseBase(ports, id));
  const base = baseId === undefined ? undefined : await parentModel(ports, baseId, run);
  const { manifest } = original.stored;
  const sizes = await storedSizes(ports, original);
  const sorted = sortTensors(original, base, await pairsOf(ports, original, base), sizes);
  const rawBytes = manifest.payloads.reduce((sum, payload) => sum + payload.sizeBytes, 0);
  const read = reader(ports, rawBytes, run);
  const all = { original, ...sorted, rawBytes, losslessBytes: sizes.total, read };
  return base === undefined ? all : { ...all, base };
}

/** The tensors that may be lossy, and the others with the reason. */
function sortTensors(
  original: StoredParent,
  base: StoredParent | undefined,
  pairs: readonly (number | undefined)[],
  sizes: StoredSizes,
): Pick<OpenLossy, 'tensors' | 'exact'> {
  const tensors: LossyTensor[] = [];
  const exact: { name: string; why: string }[] = [];
  const named = namesByPayload(original.tensors);
  for (const [index, payload] of original.stored.manifest.payloads.entries()) {
    const entries = named.get(index) ?? [];
    const [entry] = entries;
    if (entry === undefined) continue;
    const counterpart = base && baseTensor(base, pairs[index]);
    const why = whyExact(entries, payload, counterpart?.payload);
    const { name, dtype, shape } = entry;
    if (why === undefined && isStepDtype(dtype))
      tensors.push({
        name,
        names: entries.map((each) => each.name),
        dtype,
        shape,
        payload,
        storedBytes: sizes.of(payload),
        ...(counterpart?.dtype === dtype ? { base: counterpart } : {}),
      });
    else exact.push({ name, why: why ?? notFloats });
  }
  return { tensors, exact };
}

const notFloats = 'its numbers are not floats';

function namesByPayload(entries: readonly TensorEntry[]): Map<number, TensorEntry[]> {
  const named = new Map<number, TensorEntry[]>();
  for (const entry of entries)
    if (entry.payload !== undefined)
      named.set(entry.payload, [...(named.get(entry.payload) ?? []), entry]);
  return named;
}

function whyExact(
  entries: readonly TensorEntry[],
  payload: Payload,
  base: Payload | undefined,
): string | undefined {
  if (entries.some(({ dtype }) => !isStepDtype(dtype))) return notFloats;
  if (entries.some(({ role }) => role !== 'weight')) return 'it is not a weight';
  if (entries.some(({ view }) => view !== undefined)) return 'it shares its bytes with others';
  if (payload.sizeBytes <= inlineBytes) return 'it is too small';
  if (payload.id === base?.id) return 'it is as in its base';
  return undefined;
}

function baseTensor(base: StoredParent, payload: number | undefined) {
  const entry = base.tensors.find((one) => one.payload === payload && one.view === undefined);
  const found = base.stored.manifest.payloads[payload ?? -1];
  if (entry === undefined || found === undefined || found.inline !== undefined) return undefined;
  return { name: entry.name, dtype: entry.dtype, payload: found };
}

async function pairsOf(
  { content }: LossyPorts,
  original: StoredParent,
  base: StoredParent | undefined,
): Promise<readonly (number | undefined)[]> {
  if (base === undefined) return [];
  const print = async ({ node }: StoredParent) =>
    (await content.derived(node.snapshot, 'fingerprint')) as ModelFingerprint | undefined;
  const [mine, theirs] = [await print(original), await print(base)];
  return mine === undefined || theirs === undefined ? [] : matchPayloads(mine, theirs);
}

interface StoredSizes {
  readonly total: number;
  of(payload: Payload): number;
}

/** What each payload's chunks take in the store; a chunk that several share counts for the first. */
async function storedSizes(
  { content }: LossyPorts,
  { stored: { manifest } }: StoredParent,
): Promise<StoredSizes> {
  const chunks = [...new Set(manifest.payloads.flatMap((payload) => payload.chunks))];
  const described = await content.describe(chunks);
  const sizes = new Map(chunks.map((chunk, i) => [chunk, described[i]?.storedBytes ?? 0]));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const inline = manifest.payloads.reduce((sum, one) => sum + (one.inline === undefined ? 0 : one.sizeBytes), 0); // prettier-ignore
  return {
    total: total + inline,
    of: ({ chunks: own }) => [...new Set(own)].reduce((sum, one) => sum + (sizes.get(one) ?? 0), 0),
  };
}

function reader({ content }: LossyPorts, rawBytes: number, run: Run): OpenLossy['read'] {
  const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  return (payload) => {
    const known = kept.get(payload.id);
    if (known !== undefined) return known;
    const reading = joinPieces(payloadBytes(content, payload, run.signal), payload.sizeBytes);
    if (2 * rawBytes <= keptBytes) kept.set(payload.id, reading);
    return reading;
  };
}
