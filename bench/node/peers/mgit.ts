import { lzmaSize, xzSize } from './packers.ts';
import { commonSequence } from './pairing.ts';
import { mustEqual, sumOver, type Peer, type PeerModel, type PeerTensor } from './peer.ts';

/** MGit's step: 2 · ln(1 + ε) with its ε of 1e-4. */
const step = 2 * Math.log(1 + 1e-4);

/** Values as a reader of the store gets them, where they are not those of the file. */
type Values = ReadonlyMap<string, Float32Array>;

/** What MGit knows a tensor by: its bytes and shape. */
const keyOf = ({ key, shape }: PeerTensor): string => `${key} ${shape.join()}`;

const floatsOf = ({ bytes }: PeerTensor): Float32Array =>
  new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4));

/** The pairs of MGit: the longest common subsequence over shapes alone, those of two float32 kept. */
function pairsOf(model: PeerModel, parent: PeerModel): (readonly [PeerTensor, PeerTensor])[] {
  const counted = ({ tensors }: PeerModel) =>
    tensors.filter(({ name, dtype }) => dtype !== 'bool' && !name.endsWith('num_batches_tracked'));
  const [own, theirs] = [counted(model), counted(parent)];
  return commonSequence(own, theirs, (a, b) => a.shape.join() === b.shape.join()).flatMap(
    ([i, j]) => {
      const [child, base] = [own[i], theirs[j]];
      if (child === undefined || base === undefined) return [];
      const fits = [child, base].every((tensor) => tensor.dtype === 'f32');
      return fits && child.bytes.length === base.bytes.length ? [[child, base] as const] : [];
    },
  );
}

/** How deltas are written: what of the values is stored, or undefined where it cannot be. */
interface Deltas {
  /** Bytes of LZMA, at the level that it is written with. */
  readonly size: (bytes: Uint8Array) => Promise<number>;
  /** @returns the bytes before LZMA, and what a reader gets. */
  readonly of: (
    child: Float32Array,
    base: Float32Array,
  ) => { readonly bytes: Uint8Array; readonly read: Float32Array } | undefined;
}

/** Differences in float32; where adding one does not give the child to the bit, its place and bits. */
export const exactDeltas: Deltas = {
  size: xzSize,
  of: (child, base) => {
    const delta = child.map((value, at) => value - (base[at] ?? 0));
    const read = base.map((value, at) => value + (delta[at] ?? 0));
    const [bits, wanted] = [new Uint32Array(read.buffer), new Uint32Array(child.buffer)];
    const mended: number[] = [];
    let last = 0;
    wanted.forEach((word, at) => {
      if (bits[at] === word) return;
      mended.push(at - last, word);
      last = at;
    });
    const bytes = Buffer.concat([delta, Uint32Array.from(mended)].map((part) => Buffer.from(part.buffer))); // prettier-ignore
    mustEqual(asBytes(appliedDelta(bytes, base)), asBytes(child), "MGit's float deltas");
    return { bytes, read: child };
  },
};

const asBytes = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);

function appliedDelta(bytes: Uint8Array, base: Float32Array): Float32Array {
  const own = new Uint8Array(bytes).buffer;
  const delta = new Float32Array(own, 0, base.length);
  const read = base.map((value, at) => value + (delta[at] ?? 0));
  const mended = new Uint32Array(own, 4 * base.length);
  const bits = new Uint32Array(read.buffer);
  let place = 0;
  for (let at = 0; at < mended.length; at += 2) {
    place += mended[at] ?? 0;
    bits[place] = mended[at + 1] ?? 0;
  }
  return read;
}

/** Whole steps as int64. Undefined for values that are not finite and differences beyond int32. */
export const quantisedDeltas: Deltas = {
  size: lzmaSize,
  of: (child, base) => {
    const steps = Array.from(child, (value, at) =>
      Math.floor((value - (base[at] ?? 0)) / step + 0.5),
    );
    if (!steps.every((count) => Math.abs(count) < 2 ** 31)) return undefined;
    const whole = BigInt64Array.from(steps, BigInt);
    return {
      bytes: new Uint8Array(whole.buffer),
      read: base.map((value, at) => value + step * (steps[at] ?? 0)),
    };
  },
};

interface Coded {
  readonly size: number;
  readonly read: Values;
}

/** A model as deltas to a parent; undefined where that is not smaller than its tensors. */
async function asDeltas(
  model: PeerModel,
  parent: PeerModel,
  read: Values,
  deltas: Deltas,
  isNew: (tensor: PeerTensor) => boolean,
): Promise<Coded | undefined> {
  const coded = new Map<string, Float32Array>();
  const parts: Uint8Array[] = [];
  let raw = 0;
  for (const [child, base] of pairsOf(model, parent)) {
    if (!isNew(child)) continue;
    const delta = deltas.of(floatsOf(child), read.get(keyOf(base)) ?? floatsOf(base));
    if (delta === undefined) continue;
    coded.set(keyOf(child), delta.read);
    parts.push(delta.bytes);
    raw += child.bytes.length;
  }
  const size = await deltas.size(Buffer.concat(parts));
  if (size >= raw) return undefined;
  const whole = model.tensors.filter((tensor) => isNew(tensor) && !coded.has(keyOf(tensor)));
  return { size: size + (await wholeSize(whole)), read: coded };
}

const wholeSize = (tensors: readonly PeerTensor[]): Promise<number> =>
  xzSize(Buffer.concat(tensors.map(({ bytes }) => bytes)));

async function sizeOf(models: readonly PeerModel[], deltas: Deltas): Promise<number> {
  const read = new Map<string, Float32Array>();
  const seen = new Set<string>();
  let total = await sumOver(models, ({ rest }) => xzSize(rest));
  // One after the other: a delta is taken against what a reader gets of the parent.
  for (const model of models) {
    const isNew = (tensor: PeerTensor) => !seen.has(keyOf(tensor));
    const ways = await Promise.all(
      model.parents.map((parent) => asDeltas(model, parent, read, deltas, isNew)),
    );
    const whole: Coded = { size: await wholeSize(model.tensors.filter(isNew)), read: new Map() };
    const best = ways.reduce<Coded>(
      (best, way) => (way !== undefined && way.size < best.size ? way : best),
      whole,
    );
    for (const tensor of model.tensors) seen.add(keyOf(tensor));
    for (const [key, values] of best.read) read.set(key, values);
    total += best.size;
  }
  return total;
}

const common =
  'Equal tensors once, pairs by the longest common subsequence of shapes, all deltas of a model as one ' +
  'run of LZMA, where MGit has one for each tensor; what has no delta by xz -9e, where MGit keeps it raw';

/** MGit's float deltas, with what it takes to make them exact. */
export const mgitExact: Peer = {
  name: "MGit's float delta + LZMA, made exact",
  kind: 'exact float deltas',
  source: `MGit, its lossless mode: child − parent in float32, and the values for which adding does not undo it. ${common}`,
  tools: ['xz'],
  size: (models) => sizeOf(models, exactDeltas),
};

/** MGit's own storage, without its tests. */
export const mgitLossy: Peer = {
  name: 'MGit, ε = 1e-4, no test asked',
  kind: 'lossy',
  source: `MGit §5: whole steps of 2 ln(1 + ε) as int64, LZMA, taken against what a reader gets of the parent. ${common}`,
  tools: ['xz'],
  size: (models) => sizeOf(models, quantisedDeltas),
};
