import type { LossyOptions, LossyPoint } from '../../core/lossyViews.ts';
import { stepBytes } from '../../core/lossy/steps.ts';
import { pointOf, type Candidate } from './candidates.ts';
import type { LossyPorts } from './lossyPorts.ts';
import type { LossyTensor, OpenLossy } from './openLossy.ts';
import { deviationOf, stepFor, tryTensor, type TensorTrial } from './tensorTrial.ts';

/** Bytes of lossy tensors above which a preview without tests samples. */
const largeBytes = 64 * 1024 * 1024;
/** Pieces of a large tensor that stand for it, and their bytes. */
const pieces = 8;
const pieceBytes = 128 * 1024;

export function isLarge({ tensors }: Pick<OpenLossy, 'tensors'>): boolean {
  return tensors.reduce((sum, { payload }) => sum + payload.sizeBytes, 0) > largeBytes;
}

/** A point of the curve from samples of the large tensors; errors and bytes are scaled. */
export async function samplePoint(
  ports: Pick<LossyPorts, 'steps' | 'countSteps'>,
  open: OpenLossy,
  options: LossyOptions,
): Promise<LossyPoint> {
  const trials: TensorTrial[] = [];
  const exact = [...open.exact];
  for (const tensor of open.tensors) {
    const sampled = await sampledTensor(open, tensor);
    const step = stepFor(options, tensor, await deviationOf(sampled.open, sampled.tensor), 1);
    const trial = step === undefined ? 'all its numbers are the same' : await tryTensor(ports, sampled.open, sampled.tensor, options, step); // prettier-ignore
    if (typeof trial === 'string') exact.push({ name: tensor.name, why: trial });
    else trials.push(scaled(trial, tensor));
  }
  const saved = trials.reduce((sum, one) => sum + one.tensor.storedBytes - one.lossyBytes, 0);
  const candidate: Candidate = { options, trials, exact, lossyBytes: open.losslessBytes - saved };
  return { ...pointOf(open, candidate, []), estimated: true };
}

function scaled(trial: TensorTrial, tensor: LossyTensor): TensorTrial {
  const elements = tensor.payload.sizeBytes / stepBytes[tensor.dtype];
  const by = elements / trial.elements;
  return {
    ...trial,
    tensor,
    elements,
    lossyBytes: Math.round(trial.lossyBytes * by),
    sumError: trial.sumError * by,
  };
}

/** The tensor cut down to pieces from all over it, with what it takes now cut down likewise. */
async function sampledTensor(
  open: OpenLossy,
  tensor: LossyTensor,
): Promise<{ readonly open: OpenLossy; readonly tensor: LossyTensor }> {
  const { sizeBytes } = tensor.payload;
  if (sizeBytes <= pieces * pieceBytes) return { open, tensor };
  const parts = new Map<string, Uint8Array<ArrayBuffer>>();
  const all = tensor.base === undefined ? [tensor.payload] : [tensor.payload, tensor.base.payload];
  for (const payload of all) parts.set(payload.id, cut(await open.read(payload)));
  const share = (pieces * pieceBytes) / sizeBytes;
  return {
    open: {
      ...open,
      read: (payload) => Promise.resolve(parts.get(payload.id) ?? new Uint8Array()),
    },
    tensor: { ...tensor, storedBytes: tensor.storedBytes * share },
  };
}

function cut(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const sample = new Uint8Array(pieces * pieceBytes);
  const stride = (bytes.length - pieceBytes) / (pieces - 1);
  for (let k = 0; k < pieces; k++) {
    const start = Math.floor((k * stride) / 8) * 8;
    sample.set(bytes.subarray(start, start + pieceBytes), k * pieceBytes);
  }
  return sample;
}
